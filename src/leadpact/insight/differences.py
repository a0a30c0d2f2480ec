"""Two figures side by side: how far apart they are, and whether that may be chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.statistics import Estimate


class Word(StrEnum):
    """What a difference tells."""

    HIGHER = "clearly higher"
    LOWER = "clearly lower"
    NOISE = "may be chance"
    FEW = "too few to compare"


@dataclass(frozen=True)
class Difference:
    """How much higher one figure is than another, with its interval and the word for it."""

    value: float
    low: float | None
    high: float | None
    word: Word


def difference(one: Estimate, other: Estimate, enough: int = ENOUGH) -> Difference:
    """`one` minus `other`, its interval recovered from theirs (MOVER; for shares Newcombe's).

    Source: R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10; G. Y. Zou and
    A. Donner, Statistics in Medicine 27 (2008), 1693-1702. With fewer than `enough` cases on
    either side nothing is compared.
    """
    value = one.value - other.value
    low = _end(value, -1, one.value, one.low, other.value, other.high)
    high = _end(value, +1, one.value, one.high, other.value, other.low)
    if min(one.n, other.n) < enough:
        return Difference(value, low, high, Word.FEW)
    if low is not None and low > 0:
        return Difference(value, low, high, Word.HIGHER)
    if high is not None and high < 0:
        return Difference(value, low, high, Word.LOWER)
    return Difference(value, low, high, Word.NOISE)


def _end(
    value: float, side: int, one: float, one_end: float | None, other: float, end: float | None
) -> float | None:
    if one_end is None or end is None:
        return None
    return value + side * math.hypot(one - one_end, other - end)
