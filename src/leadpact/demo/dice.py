"""Draws that come out the same on every platform, Python and numpy."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from statistics import NormalDist
from typing import Generic, TypeVar

from numpy.random import PCG64, SeedSequence

T = TypeVar("T")

_BELL = NormalDist()
_BLOCK = 128


class Odds(Generic[T]):
    """Outcomes with their relative weights, ready to be drawn from."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.outcomes: tuple[T, ...] = tuple(weights)
        self.bounds = tuple(accumulate(weights.values()))

    def at(self, point: float) -> T:
        """The outcome at a point from 0 (within) to 1 (without) of the whole weight."""
        place = bisect_right(self.bounds, point * self.bounds[-1])
        return self.outcomes[min(place, len(self.outcomes) - 1)]


class Dice:
    """One independent stream of draws for each sequence of keys.

    Only the raw bits of PCG64 are used: numpy keeps those the same for ever, while the methods of
    its Generator may change from release to release.
    """

    def __init__(self, *keys: int) -> None:
        self._bits = PCG64(SeedSequence(keys))
        self._units: list[float] = []

    def unit(self) -> float:
        """Uniform from 0 (within) to 1 (without)."""
        if not self._units:
            raw = self._bits.random_raw(_BLOCK)
            self._units = ((raw >> 11) * 2.0**-53).tolist()
            self._units.reverse()
        return self._units.pop()

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.unit() < probability

    def between(self, low: float, high: float) -> float:
        """Uniform between two bounds."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both bounds within."""
        return low + int((high - low + 1) * self.unit())

    def pick(self, choices: Sequence[T]) -> T:
        """One of several, all alike."""
        return choices[int(len(choices) * self.unit())]

    def draw(self, odds: Odds[T]) -> T:
        """One of several by weight."""
        return odds.at(self.unit())

    def wait(self, mean: float) -> float:
        """An exponential waiting time, in the unit of its mean."""
        return -mean * math.log(1.0 - self.unit())

    def around(self, median: float, spread: float) -> float:
        """A log-normal quantity; `spread` is the standard deviation of its logarithm."""
        return median * math.exp(spread * _BELL.inv_cdf(min(max(self.unit(), 1e-12), 1 - 1e-12)))
