"""Which traits set customers apart, and which differences may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact
from scipy.stats.contingency import relative_risk

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.differences import Word
from leadpact.insight.learning.traits import Trait
from leadpact.insight.statistics import Estimate, share

#: In so many histories anything is called clear that is chance alone.
_WRONG = 0.05


@dataclass(frozen=True, eq=False)
class Compared:
    """A trait's leads and their customers beside the others of whom it is known.

    `times` is how many times as often they became customers, None where no other did.
    """

    trait: Trait
    n: int
    customers: int
    others: int
    customers_of_others: int
    times: Estimate | None
    word: Word

    @property
    def share(self) -> Estimate:
        """The share of its leads that became customers."""
        return share(self.customers, self.n)

    @property
    def share_of_others(self) -> Estimate:
        """The share of the others that did."""
        return share(self.customers_of_others, self.others)

    @property
    def is_clear(self) -> bool:
        """Whether it is no chance."""
        return self.word in (Word.HIGHER, Word.LOWER)


def compare(traits: Sequence[Trait], won: NDArray[np.bool_]) -> list[Compared]:
    """Every trait beside the others, the clearest first.

    Each has Fisher's exact test, and of all tests together those are clear that S. Holm's procedure
    (Scandinavian Journal of Statistics 6 (1979), 65-70) leaves: as in other tables of differences,
    in 19 of 20 nothing is called so that is chance alone, however traits hang together. With fewer
    than ENOUGH leads on either side nothing is compared.
    """
    counted = [_counts(each, won) for each in traits]
    tested = [n for n, each in enumerate(counted) if min(each[0], each[2]) >= ENOUGH]
    chances = [_chance(*counted[n]) for n in tested]
    clear = dict(zip(tested, _holm(chances), strict=True))
    found = [
        Compared(each, *counted[n], _times(*counted[n]), _word(counted[n], clear.get(n)))
        for n, each in enumerate(traits)
    ]
    chance = dict(zip(tested, chances, strict=True))
    order = sorted(range(len(found)), key=lambda n: (chance.get(n, 2.0), found[n].trait.name))
    return [found[n] for n in order]


Counts = tuple[int, int, int, int]


def _counts(trait: Trait, won: NDArray[np.bool_]) -> Counts:
    """Leads with the trait, customers of them, the others of whom it is known, theirs."""
    others = trait.known & ~trait.has
    sums = (trait.has, trait.has & won, others, others & won)
    n, customers, rest, theirs = (int(each.sum()) for each in sums)
    return n, customers, rest, theirs


def _chance(n: int, customers: int, others: int, theirs: int) -> float:
    table = [[customers, n - customers], [theirs, others - theirs]]
    return float(fisher_exact(table).pvalue)


def _holm(chances: Sequence[float]) -> list[bool]:
    """[test] whether it is clear beside all the others."""
    found = [False] * len(chances)
    for place, n in enumerate(sorted(range(len(chances)), key=lambda n: chances[n])):
        if chances[n] * (len(chances) - place) > _WRONG:
            break
        found[n] = True
    return found


def _times(n: int, customers: int, others: int, theirs: int) -> Estimate | None:
    if not n or not others or not theirs:
        return None
    found = relative_risk(customers, n, theirs, others)
    if not customers:
        return Estimate(0.0, 0.0, None, n)
    ends = found.confidence_interval(0.95)
    return Estimate(float(found.relative_risk), float(ends.low), float(ends.high), n)


def _word(counts: Counts, clear: bool | None) -> Word:
    n, customers, others, theirs = counts
    if clear is None:
        return Word.FEW
    if not clear:
        return Word.NOISE
    return Word.HIGHER if customers * others > theirs * n else Word.LOWER
