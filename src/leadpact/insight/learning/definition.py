"""A suggested definition of the sales-ready lead: a few conditions, one of which is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import ENOUGH, interval
from leadpact.insight.differences import Difference, Word, difference
from leadpact.insight.learning.apart import Compared, compare
from leadpact.insight.learning.cases import Cases, TooLittleError
from leadpact.insight.learning.held_back import Halves, still_comes
from leadpact.insight.learning.traits import Trait
from leadpact.insight.statistics import Estimate, share

Flags = NDArray[np.bool_]
#: A definition has so many alternatives at most, each of two conditions at most.
_MOST_ALTERNATIVES = 4
#: So many of the clearest traits are tried alone and in pairs.
_TRIED = 12
#: A trait is worth a condition when its leads become customers so many times as often.
_WORTH = 1.3
#: What a lead more may cost, in times the share of customers among all: the dearer, the fewer.
_PRICES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
#: A definition may pick so many times the leads that are MQLs today, the widest first.
_ROOMS = (1.05, 0.75, 0.5, 0.3)
#: Where nearly all leads or none are MQLs today, it may pick this part of all.
_PART_OF_ALL, _NEARLY_ALL = 0.3, 0.8
_FEWEST_NEW_CUSTOMERS = 5


@dataclass(frozen=True)
class Picked:
    """Leads that a definition picks, and the customers among them, of all `customers`."""

    n: int
    won: int
    customers: int

    @property
    def share(self) -> Estimate | None:
        """The share of them that became customers."""
        return share(self.won, self.n) if self.n else None

    @property
    def missed(self) -> int:
        """Customers that it does not pick."""
        return self.customers - self.won


@dataclass(frozen=True, eq=False)
class Definition:
    """A suggested condition, in words and in the language of agreements.

    `then` and `today` are what it and the present definition pick of the leads held back.
    """

    alternatives: Sequence[Sequence[Trait]]
    then: Picked
    today: Picked
    of: int

    @property
    def when(self) -> dict[str, Any]:
        """The condition."""
        parts = [_all(each) for each in self.alternatives]
        return parts[0] if len(parts) == 1 else {"any": parts}

    @property
    def picks(self) -> Flags:
        """[lead] whether it picks the lead."""
        each = [np.logical_and.reduce([t.has for t in traits]) for traits in self.alternatives]
        found: Flags = np.logical_or.reduce(each)
        return found

    @property
    def words(self) -> list[str]:
        """Each alternative in words."""
        return [" and ".join(trait.name for trait in each) for each in self.alternatives]

    @property
    def difference(self) -> Difference | None:
        """How much more of its leads become customers than of today's MQLs."""
        own, other = self.then.share, self.today.share
        return difference(own, other) if own and other else None

    @property
    def is_worth_it(self) -> bool:
        """Whether it is clearly better: a higher share, and no fewer customers to speak of."""
        found = self.difference
        return bool(found and found.word is Word.HIGHER and self.then.won >= 0.9 * self.today.won)


def _all(traits: Sequence[Trait]) -> dict[str, Any]:
    conditions = [dict(each.when) for each in traits]
    return conditions[0] if len(conditions) == 1 else {"all": conditions}


def define(cases: Cases, traits: Sequence[Trait], split: Halves) -> list[Definition]:
    """Definitions that pick as many of the earlier leads as are MQLs today, or fewer.

    Each has the alternatives that pick most customers within its room, the widest first. Raises
    TooLittleError where nothing clearly sets customers apart.
    """
    learned = split.learned
    coming = [each for each in traits if still_comes(each, split)]
    cuts = [_cut(each, learned) for each in coming]
    whole = {id(cut): each for cut, each in zip(cuts, coming, strict=True)}
    won = cases.won[learned]
    clear = [
        each
        for each in compare(cuts, won)
        if each.word is Word.HIGHER and (each.times is None or each.times.value >= _WORTH)
    ][:_TRIED]
    if not clear:
        raise TooLittleError(
            "Nothing that was known of the earlier leads clearly sets their customers apart, so no "
            "definition is suggested."
        )
    candidates = [*_alone(clear), *_pairs(clear, won)]
    today = cases.qualified[learned]
    most = today.sum() if 0 < today.mean() < _NEARLY_ALL else _PART_OF_ALL * len(won)
    found: dict[tuple[int, ...], list[Candidate]] = {}
    for part in _ROOMS:
        chosen = _best(candidates, won, part * most)
        if chosen:
            found.setdefault(tuple(sorted(id(t) for each, _ in chosen for t in each)), chosen)
    if not found:
        raise TooLittleError(
            "No condition picks more customers without picking more leads than are MQLs today."
        )
    return [
        _definition([[whole[id(t)] for t in each] for each, _ in chosen], cases, split)
        for chosen in found.values()
    ]


def _best(candidates: Sequence[Candidate], won: Flags, room: float) -> list[Candidate]:
    return max(
        (_chosen(candidates, won, room, price * won.mean()) for price in _PRICES),
        key=lambda chosen: (_won(chosen, won), -len(chosen)),
    )


def _definition(alternatives: Sequence[Sequence[Trait]], cases: Cases, split: Halves) -> Definition:
    held, won = split.held, cases.won[split.held]
    today = _picked(cases.qualified[held], won)
    found = Definition(alternatives, today, today, int(held.sum()))
    return replace(found, then=_picked(found.picks[held], won))


def _picked(picks: Flags, won: Flags) -> Picked:
    return Picked(int(picks.sum()), int((picks & won).sum()), int(won.sum()))


def _cut(trait: Trait, part: Flags) -> Trait:
    counts: Mapping[str, Any] = {
        name: None if value is None else value[part]
        for name, value in (("times", trait.times), ("lately", trait.lately))
    }
    return Trait(trait.name, trait.of, trait.when, trait.has[part], trait.known[part], **counts)


Candidate = tuple[tuple[Trait, ...], Flags]


def _alone(clear: Sequence[Compared]) -> list[Candidate]:
    return [((each.trait,), each.trait.has) for each in clear]


def _pairs(clear: Sequence[Compared], won: Flags) -> list[Candidate]:
    """Two traits of different things whose leads do better than those of either."""
    found: list[Candidate] = []
    for place, one in enumerate(clear):
        for other in clear[place + 1 :]:
            both = one.trait.has & other.trait.has
            n, customers = int(both.sum()), int((both & won).sum())
            if one.trait.of == other.trait.of or n < ENOUGH:
                continue
            if interval(customers, n)[0] > max(one.share.value, other.share.value):
                found.append(((one.trait, other.trait), both))
    return found


def _chosen(
    candidates: Sequence[Candidate], won: Flags, room: float, price: float
) -> list[Candidate]:
    """Alternatives taken one by one, each the one that adds most customers less what leads cost."""
    chosen: list[Candidate] = []
    picks = np.zeros(len(won), np.bool_)
    while len(chosen) < _MOST_ALTERNATIVES:
        best, most = None, 0.0
        for each in candidates:
            new = each[1] & ~picks
            n, customers = int(new.sum()), int((new & won).sum())
            gain = customers - price * n
            fits = picks.sum() + n <= room and customers >= _FEWEST_NEW_CUSTOMERS
            if fits and gain > most:
                best, most = each, gain
        if best is None:
            break
        chosen.append(best)
        picks |= best[1]
    return chosen


def _won(chosen: Sequence[Candidate], won: Flags) -> int:
    picks = np.zeros(len(won), np.bool_)
    for _, own in chosen:
        picks |= own
    return int((picks & won).sum())
