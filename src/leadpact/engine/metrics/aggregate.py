"""The one way in which cases become a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from leadpact.engine.metrics.metric import Measure, Metric

Times = Sequence[float] | NDArray[np.float64]
Observed = Sequence[bool] | NDArray[np.bool_]

#: With fewer cases a share says more than it knows: counts are given instead.
ENOUGH = 20
#: What is published of a figure. With `by` and no `group` it is that of cases without a value.
PUBLISHED = (
    *("name", "period", "by", "group", "segment", "source"),
    *("value", "unit", "n", "low", "high"),
)
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Figure:
    """One value of a metric for a period, of everything or of one value of a dimension.

    `n` is the number of cases, `low` and `high` the 95 % interval of a share. A share of fewer than
    20 cases has the number of cases that count as its value and `cases` as its unit. `value` is
    None when the cases do not tell. `by` names the dimension that figures are split by, `group`
    the value in it, None where it is not stated; `segment` and `source` are the same value.
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
    by: str | None = None
    group: str | None = None

    @property
    def numerator(self) -> int:
        """How many of the n cases count; meaningful for shares only."""
        if self.unit == "cases":
            return int(self.value or 0)
        return round((self.value or 0.0) * self.n)

    def as_json(self) -> dict[str, Any]:
        """The published keys, from `name` to `high`."""
        return {name: getattr(self, name) for name in PUBLISHED}


@dataclass(frozen=True)
class Cases:
    """Sums over the cases of one group, and their values where a percentile needs them."""

    numerator: float
    denominator: float
    rows: int
    values: Times = ()
    observed: Observed = ()


def figure(metric: Metric, label: Figure, cases: Cases) -> Figure:
    """The figure of one group of cases; `label` carries its name, period and group."""
    if metric.measure in ("count", "sum"):
        return replace(label, value=cases.numerator, unit=metric.unit, n=cases.rows)
    if metric.measure == "share":
        return _share(label, round(cases.numerator), round(cases.denominator))
    if metric.measure == "flow":
        return _flow(label, round(cases.numerator), round(cases.denominator))
    value: float | None
    if metric.measure in ("mean", "part"):
        value = cases.numerator / cases.denominator if cases.denominator else None
        n = round(cases.denominator) if metric.measure == "mean" else cases.rows
        return replace(label, value=value, unit=metric.unit, n=n)
    value = percentile(cases.values, cases.observed, LEVELS[metric.measure])
    return replace(label, value=value, unit=metric.unit, n=cases.rows)


#: Measures that are percentiles of times, and which.
LEVELS: dict[Measure, float] = {"p50": 0.5, "p90": 0.9}


def _share(label: Figure, met: int, n: int) -> Figure:
    if n < ENOUGH:
        return replace(label, value=float(met), unit="cases", n=n)
    low, high = interval(met, n)
    return replace(label, value=met / n, unit="share", n=n, low=low, high=high)


def _flow(label: Figure, arrived: int, there: int) -> Figure:
    if there < ENOUGH:
        return replace(label, value=float(arrived), unit="cases", n=there)
    low, high = ratio_interval(arrived, there)
    return replace(label, value=arrived / there, unit="share", n=there, low=low, high=high)


def interval(met: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of `met` out of `n`, n at least 1."""
    z = float(ndtri(0.5 + level / 2))
    share, spread = met / n, z * z / n
    middle = share + spread / 2
    reach = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low = (middle - reach) / (1 + spread) if met else 0.0
    high = (middle + reach) / (1 + spread) if met < n else 1.0
    return low, high


def ratio_interval(arrived: int, there: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of the ratio of two counts that come by chance, `there` at least 1.

    Of all of them, the part that `arrived` has a Wilson interval.
    """
    low, high = interval(arrived, arrived + there, level)
    return low / (1 - low), high / (1 - high)


def percentile(seconds: Times, observed: Observed, level: float) -> float | None:
    """The time within which a share `level` is answered, by Kaplan-Meier.

    Times that are not `observed` are known only to be longer. None when the level is not reached.
    """
    times, seen = np.asarray(seconds, dtype=float), np.asarray(observed, dtype=bool)
    order = np.lexsort((~seen, times))
    return percentiles_in_order(times[order], seen[order], [level])[0]


def percentiles_in_order(
    times: NDArray[np.float64], seen: NDArray[np.bool_], levels: Sequence[float]
) -> list[float | None]:
    """As `percentile`, of times in order; of equal ones those that were observed come first."""
    at_risk = np.arange(len(times), 0, -1)
    unanswered = np.cumprod(1 - seen / at_risk)
    places = [int(np.searchsorted(-unanswered, level - 1 - _TOLERANCE)) for level in levels]
    return [float(times[place]) if place < len(times) else None for place in places]
