"""Values with what chance leaves open: where the truth lies, nineteen times in twenty.

Every interval's coverage is shown by simulation in the tests.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import CensoredData, ecdf, norm, t

from leadpact.engine.metrics import aggregate

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value from `n` cases, and its interval; an end is None when the cases do not tell it."""

    value: float
    low: float | None
    high: float | None
    n: int

    def per(self, length: float) -> Estimate:
        """The same for one of so many days, leads or the like."""
        low, high = (None if end is None else end / length for end in (self.low, self.high))
        return replace(self, value=self.value / length, low=low, high=high)


def share(met: int, n: int, level: float = LEVEL) -> Estimate:
    """`met` out of `n` cases, by Wilson's interval; n at least 1."""
    return Estimate(met / n, *aggregate.interval(met, n, level), n)


def count(number: float, scatter: float = 1.0, level: float = LEVEL) -> Estimate:
    """A count of things that come by chance, by the score interval of a Poisson count.

    `scatter` is the variance of such counts as a multiple of their mean, 1 for pure chance.
    """
    z = norm.ppf(0.5 + level / 2)
    seen = number / scatter
    middle, half = seen + z * z / 2, z * math.sqrt(seen + z * z / 4)
    return Estimate(number, (middle - half) * scatter, (middle + half) * scatter, round(number))


def total(amounts: ArrayLike, scatter: float = 1.0, level: float = LEVEL) -> Estimate:
    """The sum of amounts above zero whose number comes by chance too; `scatter` as for `count`.

    The interval is symmetric in the logarithm, since few large amounts make most of such a sum.
    """
    values = np.asarray(amounts, dtype=float)
    summed, n = float(values.sum()), len(values)
    if n < 2 or summed <= 0:
        return Estimate(summed, None, None, n)
    spread = math.sqrt(scatter * float(values @ values)) / summed
    factor = math.exp(float(t.ppf(0.5 + level / 2, n - 1)) * spread)
    return Estimate(summed, summed / factor, summed * factor, n)


def mean(numerators: ArrayLike, denominators: ArrayLike, level: float = LEVEL) -> Estimate:
    """A sum per a sum, such as an average when every denominator is 1, by Student's t.

    The denominators add up to more than nothing.
    """
    parts, wholes = np.asarray(numerators, float), np.asarray(denominators, float)
    n = len(parts)
    value = float(parts.sum() / wholes.sum())
    if n < 2:
        return Estimate(value, None, None, n)
    spread = np.sqrt(n / (n - 1) * np.sum((parts - value * wholes) ** 2)) / wholes.sum()
    half = float(t.ppf(0.5 + level / 2, n - 1) * spread)
    return Estimate(value, value - half, value + half, n)


def percentile(
    times: ArrayLike, observed: ArrayLike, share: float, level: float = LEVEL
) -> Estimate | None:
    """The time within which a `share` is done, by Kaplan-Meier, with its log-log interval.

    Times that are not `observed` are known only to be longer. None when it is not reached.
    """
    values, seen = np.asarray(times, float), np.asarray(observed, bool)
    value = aggregate.percentile(values, seen, share)
    if value is None:
        return None
    undone = ecdf(CensoredData(uncensored=values[seen], right=values[~seen])).sf
    with warnings.catch_warnings():
        # Where all or none are done the interval is undefined, which is dealt with below.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = undone.confidence_interval(level, method="log-log")
    lower = np.nan_to_num(bounds.low.probabilities, nan=1.0)
    lower[undone.probabilities <= 0] = 0.0
    upper = np.fmin.accumulate(np.nan_to_num(bounds.high.probabilities, nan=1.0))
    low = _first(undone.quantiles, lower <= 1 - share + 1e-9)
    high = _first(undone.quantiles, upper <= 1 - share + 1e-9)
    return Estimate(value, low, high, len(values))


def _first(times: np.ndarray, reached: np.ndarray) -> float | None:
    places = np.flatnonzero(reached)
    return float(times[places[0]]) if len(places) else None
