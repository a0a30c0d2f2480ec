"""Whether another threshold would help: higher, lower, or for fewer MQLs that are worth more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadpact.agreement.changing import THRESHOLD, quoted
from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight import words
from leadpact.insight.advice import Lever, Moved, Refused, converted, estimate_of, value_of
from leadpact.insight.chain import Kind, Link
from leadpact.insight.diagnosis import Diagnosis, State
from leadpact.insight.differences import Word, difference
from leadpact.insight.hurdles import amount
from leadpact.insight.statistics import LEVEL
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import Group, Share, WhatIf

_DECLARED = (
    "No lead of this history became an MQL by a rule: the CRM or a person declares it, so that "
    "another threshold would change nothing."
)
_THRESHOLDS = (Lever.RAISE, Lever.LOWER, Lever.TRADE)


@dataclass(frozen=True)
class Thresholds:
    """The places of a threshold, and what they are held against."""

    sweep: Sweep
    agreement: Agreement
    diagnosis: Diagnosis
    to_sql: bool

    def advice(self) -> list[Moved | Refused]:
        """Each of the three levers, or why not."""
        today = self.sweep.tried[self.sweep.threshold.points]
        if not today.now.by_rule:
            return [Refused(lever, _DECLARED) for lever in _THRESHOLDS]
        return [self._raise(), self._lower(), self._trade()]

    # ------------------------------------------------------------------------------------- higher

    def _raise(self) -> Moved | Refused:
        lifting = self._lifting()
        if lifting is None:
            return Refused(Lever.RAISE, self._no_lift())
        would = self._would(lifting)
        number = self._number
        if number and would is not None and would < (number.promised or 0):
            return Refused(
                Lever.RAISE,
                f"From {_points(lifting)} points on those that stay are worth clearly more, but "
                f"{words.rough(would, 'leads')} of {words.rough(number.promised or 0, 'leads')} "
                f"promised would be left of “{number.title}”.",
            )
        return self._moved(Lever.RAISE, lifting, [f"{THRESHOLD}={_points(lifting)}"])

    def _lifting(self) -> float | None:
        """The least raise by which those that stay convert clearly more often than the dropped."""
        places = [p for p in self._above if self.sweep.tried[p].dropped.leads]
        level = 1 - (1 - LEVEL) / max(1, len(places))
        return next((p for p in places if self._lifts(p, level)), None)

    def _lifts(self, points: float, level: float = LEVEL) -> bool:
        """Whether those that a place drops are worth less: they convert clearly less often, and
        were not won as often all the same."""
        return self._gain(points, level) is Word.HIGHER and not self._is_won_alike(points)

    def _gain(self, points: float, level: float) -> Word:
        """How those that stay convert beside those that are dropped."""
        found = self.sweep.tried[points]
        kept, dropped = (
            estimate_of(group, level, to_sql=self.to_sql) for group in (found.kept, found.dropped)
        )
        return difference(kept, dropped).word if kept and dropped else Word.FEW

    def _is_won_alike(self, points: float) -> bool:
        """Whether those that a place drops were won as often as those that stay, or more often."""
        found = self.sweep.tried[points]
        kept, dropped = found.kept.conversion, found.dropped.conversion
        return kept.value is not None and dropped.value is not None and dropped.value >= kept.value

    def _no_lift(self) -> str:
        alike = [p for p in self._above if self._gain(p, LEVEL) is Word.HIGHER]
        if alike:
            found = self.sweep.tried[alike[0]]
            return (
                f"Those that {_points(alike[0])} points would drop became SQLs less often "
                f"({self._rate(found.dropped)}, of those that stay {self._rate(found.kept)}), but "
                f"were won as often ({_rate(found.dropped.conversion)}, of those that stay "
                f"{_rate(found.kept.conversion)}): "
                f"{words.plural(len(found.missed_deals), 'won deal')} would be missed."
            )
        known = [p for p in self._above if self._gain(p, LEVEL) is not Word.FEW]
        if not known:
            return (
                f"A higher threshold would drop fewer than {ENOUGH} leads whose end is known, or "
                "leave fewer: too few to tell."
            )
        found = self.sweep.tried[known[-1]]
        return (
            f"Those that it would drop are not clearly worth less: at {_points(known[-1])} points "
            f"{self._rate(found.dropped)} of them {self._became}, of those that stay "
            f"{self._rate(found.kept)}; the difference may be chance."
        )

    # -------------------------------------------------------------------------------------- lower

    def _lower(self) -> Moved | Refused:
        number = self._number
        if self.diagnosis.volume is not State.BAD or number is None:
            why = (
                f"Volume is not short: “{number.title}” {words.rough(_now(number), 'leads')} of "
                f"{words.rough(number.promised or 0, 'leads')} promised."
                if number
                else "No goal says how many MQLs are wanted."
            )
            return Refused(Lever.LOWER, why)
        below = [p for p in self._below if self.sweep.tried[p].gained.leads]
        if not below:
            return Refused(Lever.LOWER, "No lower threshold that was tried adds an MQL.")
        margin = self._margin(below[0])
        if margin is not None and self._lifts(margin):
            return Refused(
                Lever.LOWER,
                "Volume is short, but those just above today’s threshold are worth clearly less "
                f"already: {self._rate(self.sweep.tried[margin].dropped)} {self._became}, of the "
                f"others {self._rate(self.sweep.tried[margin].kept)}.",
            )
        fitting = [p for p in below if not self._is_poor(self.sweep.tried[p])]
        if not fitting:
            return Refused(
                Lever.LOWER,
                "Volume is short, but those that a lower threshold would add are known to be "
                "worth clearly less.",
            )
        enough = [p for p in fitting if (self._would(p) or 0) >= (number.promised or 0)]
        points = enough[0] if enough else fitting[-1]
        return self._moved(
            Lever.LOWER, points, [f"{THRESHOLD}={_points(points)}"], self._margin(points)
        )

    def _is_poor(self, found: WhatIf) -> bool:
        """Whether those that are added are known to convert clearly less often."""
        gained = estimate_of(found.gained, LEVEL, to_sql=self.to_sql)
        kept = estimate_of(found.kept, LEVEL, to_sql=self.to_sql)
        if found.gained.observed * 2 < found.gained.leads:
            return False
        clearly = bool(gained and kept and difference(gained, kept).word is Word.LOWER)
        won, others = found.gained.conversion.value, found.kept.conversion.value
        return clearly and won is not None and others is not None and won < others

    def _margin(self, points: float) -> float | None:
        """The place as far above today's threshold as `points` are below it."""
        today = self.sweep.threshold.points
        wanted = today + (today - points)
        return min(self._above, key=lambda place: abs(place - wanted), default=None)

    # -------------------------------------------------------------------------------------- trade

    def _worthier(self) -> float | None:
        """The least raise by which those that stay brought clearly more each than the dropped.

        Where amounts are not known, by which they were clearly won more often.
        """
        level = 1 - (1 - LEVEL) / max(1, len(self._above))
        for points in self._above:
            found = self.sweep.tried[points]
            by_amount = bool(found.kept.sales)
            kept, dropped = (
                value_of(group, level, by_amount=by_amount) for group in (found.kept, found.dropped)
            )
            if kept and dropped and difference(kept, dropped).word is Word.HIGHER:
                return points
        return None

    def _trade(self) -> Moved | Refused:
        lifting = self._worthier()
        number = self._number
        goal = next((g for g in self.agreement.goals if number and g.name == number.promise), None)
        if lifting is None or self.sweep.tried[lifting].then.mqls == 0:
            return Refused(Lever.TRADE, self._no_worth())
        if number is None or goal is None or goal.relative_to:
            return Refused(Lever.TRADE, "No goal for MQLs would have to give way.")
        would = self._would(lifting) or 0.0
        if would >= (number.promised or 0):
            return Refused(Lever.TRADE, "A higher threshold is enough: no goal has to give way.")
        tried = self.sweep.tried[lifting]
        part = tried.then.mqls / tried.now.mqls
        hurdles = {name: round(amount(value) * part) for name, value in goal.hurdles.items()}
        if len(set(hurdles.values())) < len(hurdles) or not all(hurdles.values()):
            return Refused(Lever.TRADE, "Too few MQLs would be left for a goal with its hurdles.")
        path = f"goals.{quoted(goal.name)}.hurdles"
        settings = [f"{THRESHOLD}={_points(lifting)}"]
        settings += [f"{path}.{name}={value}" for name, value in hurdles.items()]
        return self._moved(Lever.TRADE, lifting, settings)

    def _no_worth(self) -> str:
        return (
            "No threshold that was tried leaves MQLs that bring clearly more each than those that "
            "it drops."
        )

    # --------------------------------------------------------------------------------- in common

    def _moved(
        self, lever: Lever, points: float, settings: Sequence[str], margin: float | None = None
    ) -> Moved:
        return Moved(
            lever,
            settings,
            points,
            self.sweep.threshold.points,
            self.sweep.tried[points],
            self._number,
            self._would(points),
            self.sweep.tried[margin].dropped if margin is not None else None,
            margin,
            self._late if lever is Lever.LOWER else None,
            self._capacity,
        )

    @property
    def _late(self) -> Link | None:
        """The promise of follow-up that sales is furthest from, where it is short of one."""
        is_short = self.diagnosis.follow_up is State.BAD
        return self.diagnosis.of_follow_up[0] if is_short else None

    @property
    def _capacity(self) -> int | None:
        """Leads a month that the teams of sales can answer, where each says so."""
        teams = [t for t in self.agreement.routing.teams if str(t.side) == "sales" and t.people]
        known = [team.capacity for team in teams if team.capacity is not None]
        return sum(known) if known and len(known) == len(teams) else None

    @property
    def _above(self) -> list[float]:
        today = self.sweep.threshold.points
        return sorted(p for p in self.sweep.tried if p > today)

    @property
    def _below(self) -> list[float]:
        """Lower places, the nearest first."""
        today = self.sweep.threshold.points
        return sorted((p for p in self.sweep.tried if p < today), reverse=True)

    @property
    def _number(self) -> Link | None:
        """Marketing's goal for a number, the furthest from its target."""
        own = [e for e in self.diagnosis.of_marketing if e.kind is Kind.VOLUME]
        return own[0] if own else None

    def _would(self, points: float) -> float | None:
        """What the number would have been with as many MQLs more or fewer in proportion."""
        found = self.sweep.tried[points]
        if self._number is None or not found.now.mqls:
            return None
        return _now(self._number) * found.then.mqls / found.now.mqls

    def _rate(self, group: Group) -> str:
        return _rate(Share(*converted(group, to_sql=self.to_sql)))

    @property
    def _became(self) -> str:
        return "became SQLs" if self.to_sql else "were won"


def _rate(share: Share) -> str:
    if not share.n:
        return "none"
    return f"{words.percent(share.met / share.n)} ({words.out_of(share.met, share.n)})"


def _now(link: Link) -> float:
    return link.now.value if link.now else 0.0


def _points(points: float) -> str:
    return f"{points:g}"
