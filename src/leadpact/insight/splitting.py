"""Whether MQLs of high quality convert more often than the others, and a split that does better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.result import Result
from leadpact.insight import words
from leadpact.insight.advice import Lever, Refused, Split, converted, estimate_of
from leadpact.insight.differences import Difference, Word, difference
from leadpact.insight.entering import Entered, entered_by
from leadpact.insight.statistics import LEVEL, Estimate
from leadpact.insight.what_if import Group, Past

Simulate = Callable[[Agreement], Result]
#: Every split in which no tier is of low quality while one that is no better in fit and no better
#: in engagement is of high.
_SPLITS = tuple(
    tuple(
        f"{letter}{number}"
        for letter, count in zip("ABC", counts, strict=True)
        for number in range(1, count + 1)
    )
    for counts in product(range(4), repeat=3)
    if 3 >= counts[0] >= counts[1] >= counts[2] and 0 < sum(counts) < 9
)
#: Of MQLs without tiers, the parts that get the best letter or number, and the best two.
_BEST, _BEST_TWO = 2 / 3, 1 / 3


@dataclass(frozen=True)
class Splits:
    """What is needed to look for a split: the agreement as it is, and the past."""

    loaded: Loaded
    agreement: Agreement
    past: Past
    simulate: Simulate

    def advice(self) -> Split | Refused:
        """A split of the tiers that separates, where today's does not."""
        if self.agreement.scoring is None:
            return Refused(Lever.SPLIT, "Nothing is scored.")
        tiers = self.agreement.scoring.tiers
        now: list[str] = sorted(tiers.high_quality) if tiers else []
        bounds = () if tiers else self._bounds()
        if bounds is None:
            return Refused(Lever.SPLIT, "Fit or engagement hardly differ among MQLs.")
        base = self._with(bounds) if bounds else self.agreement
        if base is None:
            return Refused(Lever.SPLIT, "No tiers fit the agreement as it is.")
        entered = entered_by(self.simulate(base) if bounds else self.past.simulated)
        if tiers:
            found = self._separates(entered, now)
            if found and found.word is Word.HIGHER:
                return Refused(Lever.SPLIT, self._as_it_should(entered, now))
        return self._another(entered, now, bounds)

    def _another(
        self, entered: Sequence[Entered], now: Sequence[str], bounds: Sequence[str]
    ) -> Split | Refused:
        """The best split of the older half, if it holds in the newer one."""
        ended = [each for each in entered if self._group([each]).observed]
        half = len(ended) // 2
        older, newer = ended[:half], ended[half:]
        best = self._best(older)
        if not best or best == list(now):
            return Refused(Lever.SPLIT, self._none_better(ended, now))
        checked = self._separates(newer, best)
        if checked is None or checked.word is not Word.HIGHER:
            return Refused(Lever.SPLIT, self._none_better(ended, now))
        listed = f"[{', '.join(best)}]"
        settings = [*bounds] or [f"scoring.tiers.high_quality={listed}"]
        if bounds:
            settings = [each.replace("[A1]", listed) for each in bounds]
        then = self._with(settings)
        if then is None:
            return Refused(Lever.SPLIT, "The split that was found does not fit the agreement.")
        result = self.simulate(then)
        told = entered_by(result)
        high = self._group([each for each in told if each.tier in best], "high")
        low = self._group([each for each in told if each.tier not in best], "low")
        return Split(
            Lever.SPLIT, settings, best, now, high, low, checked, self.past.against(result)
        )

    def _best(self, entered: Sequence[Entered]) -> list[str]:
        """The split that separates most surely; none where none separates at all."""
        places = [
            (found.low or 0.0, -number)
            for number, split in enumerate(_SPLITS)
            if (found := self._separates(entered, split)) and found.word is Word.HIGHER
        ]
        return list(_SPLITS[-max(places)[1]]) if places else []

    def _separates(self, entered: Sequence[Entered], high: Iterable[str]) -> Difference | None:
        """How much more often those of some tiers converted than the others."""
        best = set(high)
        one = self._estimate([each for each in entered if each.tier in best])
        other = self._estimate([each for each in entered if each.tier not in best])
        return difference(one, other) if one and other else None

    def _estimate(self, entered: Sequence[Entered]) -> Estimate | None:
        return estimate_of(self._group(entered), LEVEL, to_sql=self._to_sql)

    def _group(self, entered: Sequence[Entered], name: str = "") -> Group:
        return self.past.fates.group(name, [each.lead for each in entered])

    @property
    def _to_sql(self) -> bool:
        return self.past.fates.has_sqls

    def _bounds(self) -> Sequence[str] | None:
        """Tiers by thirds of the MQLs' fit and engagement; None where these hardly differ."""
        entered = entered_by(self.past.simulated)
        parts: Mapping[str, list[float]] = {
            "fit": [each.fit for each in entered],
            "engagement": [each.engagement for each in entered],
        }
        found = {}
        for name, values in parts.items():
            if len(values) < ENOUGH:
                return None
            low, high = (round(float(np.quantile(values, q))) for q in (_BEST_TWO, _BEST))
            if low >= high:
                return None
            found[name] = (high, low)
        (a, b), (one, two) = found["fit"], found["engagement"]
        return [
            f"scoring.tiers={{fit: {{A: {a}, B: {b}}}, "
            f'engagement: {{"1": {one}, "2": {two}}}, high_quality: [A1]}}'
        ]

    def _with(self, settings: Sequence[str]) -> Agreement | None:
        """The agreement with settings, None where it has an error then."""
        try:
            return changed(self.loaded, settings)[0].agreement
        except ChangeError:
            return None

    def _as_it_should(self, entered: Sequence[Entered], now: Sequence[str]) -> str:
        high, low = self._sides(entered, now)
        return (
            f"Today’s split separates: of MQLs of high quality {self._told(high)} {self._became}, "
            f"of the others {self._told(low)}."
        )

    def _none_better(self, entered: Sequence[Entered], now: Sequence[str]) -> str:
        if not now:
            return "No split by fit and engagement holds in the newer half of the MQLs."
        high, low = self._sides(entered, now)
        return (
            f"Today’s split does not separate clearly ({self._told(high)} of high quality "
            f"{self._became}, {self._told(low)} of the others), and no other split of the tiers "
            "holds in the newer half of the MQLs."
        )

    def _sides(self, entered: Sequence[Entered], now: Sequence[str]) -> tuple[Group, Group]:
        return (
            self._group([each for each in entered if each.tier in now]),
            self._group([each for each in entered if each.tier not in now]),
        )

    def _told(self, group: Group) -> str:
        met, n = converted(group, to_sql=self._to_sql)
        return f"{words.percent(met / n)} ({words.out_of(met, n)})" if n else "none"

    @property
    def _became(self) -> str:
        return "became SQLs" if self._to_sql else "were won"
