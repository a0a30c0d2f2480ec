"""Local dates with what makes one busier than another: weekday, holiday, month, its last days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadpact.calendars import Calendar

#: Class of a day on which nobody works though its weekday is worked: a holiday.
HOLIDAY = 7
#: So many working days at the end of a month, or of a quarter, may be busier than the others.
LAST_DAYS = 5


@dataclass(frozen=True)
class Days:
    """Consecutive local dates; every array has one entry a day.

    `month` is 0 for January; `month_end` and `quarter_end` mark the last five working days of
    those, and what lies between and after them.
    """

    first: date
    worked: NDArray[np.bool_]
    weekday: NDArray[np.int64]
    month: NDArray[np.int64]
    month_end: NDArray[np.bool_]
    quarter_end: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.worked)

    def index(self, day: date) -> int:
        """Place of a date, which may lie outside."""
        return (day - self.first).days

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The weekday, Monday is 0; HOLIDAY for a closed day of a weekday that is mostly worked."""
        counts = np.bincount(self.weekday, minlength=7)
        worked = np.bincount(self.weekday, weights=self.worked, minlength=7)
        usual = worked > counts / 2
        return np.where(usual[self.weekday] & ~self.worked, HOLIDAY, self.weekday)


def days_between(first: date, last: date, calendar: Calendar) -> Days:
    """The dates from `first` to `last`, both included."""
    # Whole months, so that the last working days of the first and the last are known.
    start = first.replace(day=1)
    after = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    length = (after - start).days
    worked = np.array(
        [calendar.is_business_day(start + timedelta(days=n)) for n in range(length)], dtype=bool
    )
    dates = np.datetime64(start, "D") + np.arange(length)
    months = dates.astype("datetime64[M]").astype(np.int64)
    ending = _last_working_days(months, worked)
    quarterly = ending & (months % 3 == 2)
    kept = slice((first - start).days, (last - start).days + 1)
    return Days(
        first=first,
        worked=worked[kept],
        weekday=((dates.astype(np.int64) + 3) % 7)[kept],
        month=(months % 12)[kept],
        month_end=ending[kept],
        quarter_end=quarterly[kept],
    )


def _last_working_days(months: NDArray[np.int64], worked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    still_to_come = np.cumsum(worked[::-1])[::-1]
    starts = np.flatnonzero(np.r_[True, np.diff(months) != 0])
    after = np.r_[still_to_come[starts[1:]], 0]
    in_month = still_to_come - np.repeat(after, np.diff(np.r_[starts, len(months)]))
    return np.asarray(in_month <= LAST_DAYS)


def elapsed_of_day(moment: datetime, calendar: Calendar) -> float:
    """The part of the moment's local day that has passed, in its working time if it has any."""
    local = moment.astimezone(calendar.zone)
    begins = datetime.combine(local.date(), time(), calendar.zone)
    ends = datetime.combine(local.date() + timedelta(days=1), time(), calendar.zone)
    whole = calendar.elapsed(begins, ends)
    if whole:
        return calendar.elapsed(begins, moment) / whole
    return (local.timestamp() - begins.timestamp()) / (ends.timestamp() - begins.timestamp())
