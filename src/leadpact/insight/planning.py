"""A year's revenue goal turned into what each side owes: closes, MQLs and leads, month by month.

A close is due when its revenue is; the MQL behind it is due as much earlier as past deals took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadpact.insight.days import Days

Array = NDArray[np.float64]
#: How a year is split over its days: by working days, by all days, or as the past fell by months.
Split = Literal["working days", "even", "history"]
#: A deal that took longer counts as having taken so many days.
LONGEST = 365
LEADS, MQLS, CLOSES = "leads", "mqls", "closes"


@dataclass(frozen=True)
class Assumptions:
    """What a plan rests on.

    `revenue` is the goal of the year; `from_mqls` the part of it that is to come from MQLs.
    `delays` has, by days from the MQL to the close, how many deals took so long. `reached` says for
    each phase after the MQL which part of MQLs comes so far. `spans` has by phase (CLOSES, MQLS)
    between how many times and how many times the number told the right one lies, as far as the
    history leaves it open.
    """

    revenue: float
    average_sale: float
    from_mqls: float
    deals_per_mql: float
    delays: Mapping[int, int]
    mqls_per_lead: float | None = None
    reached: Mapping[str, float] = field(default_factory=dict)
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Owed:
    """What a stretch of time owes; `reached` has the other phases, a part of the MQLs each."""

    starts: date
    revenue: float
    closes: float
    mqls: float
    leads: float | None
    reached: Mapping[str, float]

    def count(self, phase: str) -> float:
        """How many of a phase are owed: of LEADS, MQLS, CLOSES or one in `reached`."""
        known = {LEADS: self.leads or 0.0, MQLS: self.mqls, CLOSES: self.closes}
        return known[phase] if phase in known else self.reached[phase]


@dataclass(frozen=True)
class Plan:
    """The months of a year, and `before` it those in which MQLs for it must have come already."""

    year: int
    assumed: Assumptions
    before: Sequence[Owed]
    months: Sequence[Owed]

    @cached_property
    def whole(self) -> Owed:
        """The whole year."""
        return together(self.months)

    @cached_property
    def quarters(self) -> list[Owed]:
        """The four quarters."""
        return [together(self.months[place : place + 3]) for place in range(0, 12, 3)]


def together(parts: Sequence[Owed]) -> Owed:
    """What consecutive stretches owe in all."""
    leads = None if parts[0].leads is None else sum(each.leads or 0.0 for each in parts)
    return Owed(
        parts[0].starts,
        sum(each.revenue for each in parts),
        sum(each.closes for each in parts),
        sum(each.mqls for each in parts),
        leads,
        {name: sum(each.reached[name] for each in parts) for name in parts[0].reached},
    )


def plan(year: int, days: Days, weights: Array, assumed: Assumptions) -> Plan:
    """The plan of a year; `days` are those of it and `weights` how much of it falls on each.

    Closes after the year's end are taken to go on like those of the same days of the year.
    """
    revenue = assumed.revenue * weights / weights.sum()
    closes = revenue / assumed.average_sale
    mqls = _earlier(closes * assumed.from_mqls, assumed.delays) / assumed.deals_per_mql
    first = days.first - timedelta(days=LONGEST)
    padded = (
        np.concatenate([np.zeros(LONGEST), revenue]),
        np.concatenate([np.zeros(LONGEST), closes]),
    )
    months = _by_month(first, *padded, mqls, assumed)
    inside = [each for each in months if each.starts.year == year]
    owed_before = [each for each in months if each.starts.year < year and each.mqls >= 0.5]
    return Plan(year, assumed, owed_before, inside)


def weights_of(days: Days, split: Split, by_month: Sequence[float] = ()) -> Array:
    """How much of the year falls on each day; `by_month` has the past's twelve months."""
    if split == "even" or not days.worked.any():
        return np.ones(len(days))
    worked = days.worked.astype(float)
    if split == "working days":
        return worked
    share = np.asarray(by_month, float)
    # A month without a working day has its part on all of its days.
    lying = np.bincount(days.month, weights=worked, minlength=12)
    worked = np.where(lying[days.month] > 0, worked, 1.0)
    in_month = np.bincount(days.month, weights=worked, minlength=12)
    return np.asarray(share[days.month] * worked / in_month[days.month])


def _earlier(closes: Array, delays: Mapping[int, int]) -> Array:
    """[LONGEST days before the year, then its days] closes moved back to when their MQLs came."""
    going_on = np.concatenate([closes, np.resize(closes, LONGEST)])
    found = np.zeros(LONGEST + len(closes))
    total = sum(delays.values())
    for days, deals in delays.items():
        back = min(max(days, 0), LONGEST)
        begin = LONGEST - back
        found[begin:] += going_on[: len(found) - begin] * deals / total
    return found


def _by_month(
    first: date, revenue: Array, closes: Array, mqls: Array, assumed: Assumptions
) -> list[Owed]:
    dates = np.datetime64(first, "D") + np.arange(len(mqls))
    months = dates.astype("datetime64[M]")
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    sums = [np.add.reduceat(each, starts) for each in (revenue, closes, mqls)]
    return [
        Owed(
            month.astype(object),
            float(earned),
            float(closed),
            float(qualified),
            float(qualified / assumed.mqls_per_lead) if assumed.mqls_per_lead else None,
            {name: float(qualified * share) for name, share in assumed.reached.items()},
        )
        for month, earned, closed, qualified in zip(months[starts], *sums, strict=True)
    ]


@dataclass(frozen=True)
class Feasible:
    """What is owed in a month on average beside what came in the past months."""

    what: str
    owed: float
    past: Sequence[tuple[str, float]]

    @property
    def average(self) -> float:
        """A past month on average."""
        return sum(count for _, count in self.past) / len(self.past)

    @property
    def best(self) -> tuple[str, float]:
        """The best of the past months."""
        return max(self.past, key=lambda month: month[1])

    @property
    def reached(self) -> int:
        """How many of the past months came so far."""
        return sum(1 for _, count in self.past if count >= self.owed)
