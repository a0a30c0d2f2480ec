"""A period under way: how much of it has passed by the company's own days, and what may still come.

Working days are the calendar's. How busy each is, is learned from the company's own record: its
weekdays and holidays here, its months and their last days in `counts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadpact.calendars import Calendar
from leadpact.engine.metrics.periods import Period
from leadpact.insight.counts import Cells, Level, learn
from leadpact.insight.days import HOLIDAY, Days, days_between, elapsed_of_day
from leadpact.insight.posterior import WEEKS

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Least record from which a pattern is learned and a forecast made: eight weeks and ten cases.
ENOUGH_DAYS = 56
ENOUGH_CASES = 10
#: Days of record that are looked at: five years.
LONGEST = 5 * 366
#: How many cases' worth the calendar weighs against what a weekday itself has shown.
_SHRINK = 15.0
_LEAST = 0.01


@dataclass(frozen=True)
class Course:
    """The days of a record and of the period at whose end it aims, and the moment in between.

    `counts` has an entry for each day of the record, of whose last day a part (`today`) has passed;
    `days` go on to the period's end. `begins` is the place of the period's first day, `ends` that
    after its last; a period that is over has no days to come.
    """

    days: Days
    counts: Array
    today: float
    begins: int
    ends: int

    @property
    def last(self) -> int:
        """Place of the day of the moment."""
        return len(self.counts) - 1

    @property
    def today_number(self) -> int:
        """The day of the moment, 1970-01-01 is 0."""
        return self.days.first.toordinal() + self.last - _EPOCH

    @cached_property
    def is_enough(self) -> bool:
        """Whether the record tells a pattern."""
        return self.last >= ENOUGH_DAYS and float(self.counts.sum()) >= ENOUGH_CASES

    @cached_property
    def passed(self) -> Array:
        """How much of each day has passed, from 0 to 1."""
        passed = np.zeros(len(self.days))
        passed[: self.last] = 1
        passed[self.last] = self.today
        return passed

    @cached_property
    def weekly(self) -> Array:
        """How busy each day is by its weekday; a usual working day is 1, a holiday is by itself.

        Little record is drawn towards the calendar: 1 for a day that is worked, else 0.
        """
        known = slice(0, len(self.counts))
        classes, passed = self.days.classes[known], self.passed[known]
        working = float(self.days.worked[known] @ passed)
        level = max(float(self.counts.sum()), 1.0) / max(working, 1.0)
        had = np.bincount(classes, self.counts, HOLIDAY + 1)
        due = np.bincount(classes, passed * level, HOLIDAY + 1)
        usual = np.zeros(HOLIDAY + 1)
        np.maximum.at(usual, self.days.classes, self.days.worked.astype(float))
        usual[HOLIDAY] = 0
        weights = (had + _SHRINK * usual) / (due + _SHRINK)
        return np.maximum(weights[self.days.classes], _LEAST)

    @cached_property
    def level(self) -> Level:
        """What the record says about counts to come; needs `is_enough`."""
        cells, place = self._cells(slice(0, len(self.counts)), self.passed)
        counts = np.bincount(place, self.counts, len(cells.week)).astype(float)
        return learn(cells, counts, self.scatter)

    @cached_property
    def scatter(self) -> float:
        """The variance of weekly counts as a multiple of their mean, 1 for pure chance.

        Each week is set beside the four weeks it lies in, so that a level that moves is no scatter.
        """
        known = slice(0, len(self.counts))
        week = (self.last - np.arange(len(self.counts))) // 7
        came = np.bincount(week, self.counts)
        busy = np.bincount(week, (self.weekly * self.passed)[known])
        block = np.arange(len(came)) // WEEKS
        level = np.bincount(block, came) / np.bincount(block, busy)
        due = level[block] * busy
        apart = np.divide((came - due) ** 2, due, out=np.zeros(len(due)), where=due > 0)
        free = int((due > 0).sum()) - int((level > 0).sum())
        return max(1.0, float(apart.sum()) / free) if free > 0 else 1.0

    @cached_property
    def busyness(self) -> Array:
        """How busy each day is expected to be, up to a common factor."""
        if not self.is_enough:
            return self.days.worked.astype(float)
        cells, place = self._cells(slice(0, len(self.days)), np.ones(len(self.days)))
        return self.weekly * self.level.habits(cells)[place]

    @property
    def share_passed(self) -> float:
        """The part of the period that has passed, by how busy its days are."""
        own = slice(self.begins, self.ends)
        busy, passed = self.busyness[own], self.passed[own]
        if not busy.any():
            busy = np.ones(len(busy))
        return float(busy @ passed / busy.sum())

    @property
    def working_days_left(self) -> float:
        """Working days until the period's end, the rest of today as a part of one."""
        own = slice(self.begins, self.ends)
        return float(self.days.worked[own] @ (1 - self.passed[own]))

    def coming(self, draws: int, dice: np.random.Generator) -> tuple[Whole, Whole]:
        """Weeks to come, −1 the next seven days, and draws of the cases in each: (draws, weeks)."""
        if self.ends <= self.last:
            return np.zeros(0, np.int64), np.zeros((draws, 0), np.int64)
        cells, _ = self._cells(slice(self.last, self.ends), 1 - self.passed)
        counts = self.level.coming(cells, draws, dice)
        weeks, place = np.unique(cells.week, return_inverse=True)
        summed = np.zeros((draws, len(weeks)), np.int64)
        for cell, week in enumerate(place):
            summed[:, week] += counts[:, cell]
        return weeks, summed

    def _cells(self, kept: slice, share: Array) -> tuple[Cells, NDArray[np.intp]]:
        """The kept days as cells, and the cell of each; `share` of every day's busyness counts."""
        index = np.arange(len(self.days))[kept]
        ahead = kept.start == self.last or index > self.last
        week = np.where(ahead, -1 - (index - self.last) // 7, (self.last - index) // 7)
        days = self.days
        marks = [week, days.month[kept], days.month_end[kept], days.quarter_end[kept]]
        unique, place = np.unique(np.stack(marks), axis=1, return_inverse=True)
        place = place.reshape(-1)
        exposure = np.bincount(place, (self.weekly * share)[kept], unique.shape[1])
        week, month, month_end, quarter_end = unique
        ends = (month_end.astype(bool), quarter_end.astype(bool))
        return Cells(week, month, *ends, np.maximum(exposure, 1e-6)), place


def course(placed: Whole, as_of: datetime, period: Period, calendar: Calendar) -> Course:
    """The course of a period that has begun; `placed` are days of cases, 1970-01-01 is 0.

    The record begins with the first case, at most five years back, and with the period at the
    latest.
    """
    zone = calendar.zone
    now = as_of.astimezone(zone).date()
    starts = period.starts.astimezone(zone).date()
    last = (period.ends - timedelta(hours=12)).astimezone(zone).date()
    earliest = (now - timedelta(days=LONGEST)).toordinal() - _EPOCH
    seen = placed[(placed >= earliest) & (placed <= now.toordinal() - _EPOCH)]
    first = date.fromordinal(int(seen.min()) + _EPOCH) if len(seen) else starts
    first = min(first, starts)
    length = (now - first).days + 1
    counts = np.bincount(seen - (first.toordinal() - _EPOCH), minlength=length)
    return Course(
        days=days_between(first, max(last, now), calendar),
        counts=counts.astype(float),
        today=elapsed_of_day(as_of, calendar),
        begins=(starts - first).days,
        ends=(last - first).days + 1,
    )


_EPOCH = date(1970, 1, 1).toordinal()
