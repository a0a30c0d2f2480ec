"""How well scores put leads in order: the area under the curve, and customers among the best."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from leadpact.insight.differences import Word
from leadpact.insight.statistics import LEVEL, Estimate

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: The best leads by score, as parts of all, of which customers are counted.
TOP = (0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Ranked:
    """How one score orders leads.

    `area` is the chance that a customer has more points than another lead; `top` has for each part
    of TOP how many customers are in it, where leads with equal points count in part.
    """

    area: Estimate
    top: tuple[float, ...]


@dataclass(frozen=True)
class Beside:
    """Two scores over the same leads: how much better the first orders them."""

    one: Ranked
    other: Ranked
    better_by: Estimate
    word: Word


def ranked(score: Numbers, won: Flags) -> Ranked:
    """How a score orders leads, with E. DeLong's interval (Biometrics 44 (1988), 837-845)."""
    area, customers, others = _placements(score, won)
    return Ranked(
        _estimate(area, _variance(customers, others), len(won), (0.0, 1.0)), _top(score, won)
    )


def beside(one: Numbers, other: Numbers, won: Flags) -> Beside:
    """Two scores of the same leads, their difference by DeLong's test for paired areas."""
    (area, own, rest), (area2, own2, rest2) = _placements(one, won), _placements(other, won)
    gap = _estimate(area - area2, _variance(own - own2, rest - rest2), len(won), (-1.0, 1.0))
    word = Word.NOISE
    if gap.low is not None and gap.high is not None and (gap.low > 0 or gap.high < 0):
        word = Word.HIGHER if gap.low > 0 else Word.LOWER
    return Beside(ranked(one, won), ranked(other, won), gap, word)


def _placements(score: Numbers, won: Flags) -> tuple[float, Numbers, Numbers]:
    """The area, and of each customer and each other lead the part of the others it is right of."""
    own, rest = score[won], score[~won]
    together = rankdata(np.concatenate([own, rest]))
    m, n = len(own), len(rest)
    customers = (together[:m] - rankdata(own)) / n
    others = 1 - (together[m:] - rankdata(rest)) / m
    return float(customers.mean()), customers, others


def _variance(customers: Numbers, others: Numbers) -> float:
    return float(customers.var(ddof=1) / len(customers) + others.var(ddof=1) / len(others))


def _estimate(value: float, variance: float, n: int, within: tuple[float, float]) -> Estimate:
    half = float(norm.ppf(0.5 + LEVEL / 2)) * math.sqrt(variance)
    return Estimate(value, max(value - half, within[0]), min(value + half, within[1]), n)


def _top(score: Numbers, won: Flags) -> tuple[float, ...]:
    found = []
    for part in TOP:
        room = part * len(score)
        level = np.sort(score)[::-1][min(math.ceil(room), len(score)) - 1]
        above, level_with = score > level, score == level
        left = (room - above.sum()) / level_with.sum()
        found.append(float(won[above].sum() + left * won[level_with].sum()))
    return tuple(found)
