"""The one way in which a population becomes a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, binomtest, ecdf

from leadpact.engine.metrics.metric import Measure, Metric

Times = Sequence[float] | NDArray[np.float64]
Observed = Sequence[bool] | NDArray[np.bool_]

#: With fewer cases a share says more than it knows: counts are given instead.
ENOUGH = 20


@dataclass(frozen=True)
class Figure:
    """One value of a metric for a period, segment and source; None there means all of them.

    `n` is the number of cases, `low` and `high` the 95 % Wilson interval of a share. A share of
    fewer than 20 cases has the number of cases that count as its value and `cases` as its unit.
    `value` is None when the cases do not tell.
    """

    name: str
    period: str
    segment: str | None
    source: str | None
    value: float | None
    unit: str
    n: int
    low: float | None = None
    high: float | None = None

    @property
    def numerator(self) -> int:
        """How many of the n cases count; meaningful for shares only."""
        if self.unit == "cases":
            return int(self.value or 0)
        return round((self.value or 0.0) * self.n)


@dataclass(frozen=True)
class Cases:
    """Sums over the cases of one group, and their values where a percentile needs them."""

    numerator: float
    denominator: float
    rows: int
    values: Times = ()
    observed: Observed = ()


def figure(metric: Metric, label: Figure, cases: Cases) -> Figure:
    """The figure of one group of cases; `label` carries its name, period, segment and source."""
    if metric.measure in ("count", "sum"):
        return replace(label, value=cases.numerator, unit=metric.unit, n=cases.rows)
    if metric.measure == "share":
        return _share(label, round(cases.numerator), round(cases.denominator))
    if metric.measure == "mean":
        mean = cases.numerator / cases.denominator if cases.denominator else None
        return replace(label, value=mean, unit=metric.unit, n=round(cases.denominator))
    value = percentile(cases.values, cases.observed, _LEVELS[metric.measure])
    return replace(label, value=value, unit=metric.unit, n=cases.rows)


_LEVELS: dict[Measure, float] = {"p50": 0.5, "p90": 0.9}


def _share(label: Figure, met: int, n: int) -> Figure:
    if n < ENOUGH:
        return replace(label, value=float(met), unit="cases", n=n)
    low, high = interval(met, n)
    return replace(label, value=met / n, unit="share", n=n, low=low, high=high)


def interval(met: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of `met` out of `n`, n at least 1."""
    # The interval does not depend on p; with this p the test's own search has nothing to do.
    bounds = binomtest(met, n, p=met / n).proportion_ci(level, method="wilson")
    return float(bounds.low), float(bounds.high)


def percentile(seconds: Times, observed: Observed, level: float) -> float | None:
    """The time within which a share `level` is answered, by Kaplan-Meier.

    Times that are not `observed` are known only to be longer. None when the level is not reached.
    """
    times = np.asarray(seconds, dtype=float)
    seen = np.asarray(observed, dtype=bool)
    if not seen.any():
        return None
    unanswered = ecdf(CensoredData(uncensored=times[seen], right=times[~seen])).sf
    reached = np.flatnonzero(unanswered.probabilities <= 1 - level + 1e-9)
    if not len(reached):
        return None
    found = float(unanswered.quantiles[reached[0]])
    return found if math.isfinite(found) else None
