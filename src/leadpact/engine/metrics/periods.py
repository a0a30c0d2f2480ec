"""Calendar periods in the agreement's zone: weeks, months, quarters, half-years, years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["week", "month", "quarter", "half-year", "year"]
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LABEL = re.compile(r"(?P<year>\d{4})(?P<unit>-[QHW]?|)(?P<number>\d{1,2})?")
_UNITS: dict[str, Unit] = {
    "": "year",
    "-H": "half-year",
    "-Q": "quarter",
    "-": "month",
    "-W": "week",
}


@dataclass(frozen=True)
class Period:
    """A half-open stretch of calendar time: `2025-Q3` from its first midnight to the next's."""

    label: str
    title: str
    starts: datetime
    ends: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies in the period."""
        return self.starts <= instant < self.ends


def period_of(instant: datetime, unit: Unit, zone: ZoneInfo) -> Period:
    """The period in which an instant lies, by the wall clock of the zone."""
    return _period(_first_day(instant.astimezone(zone).date(), unit), unit, zone)


def periods_between(first: datetime, last: datetime, unit: Unit, zone: ZoneInfo) -> list[Period]:
    """Every period from that of `first` to that of `last`, without gaps."""
    return list(_walk(first, last, unit, zone))


def last_full(as_of: datetime, unit: Unit, zone: ZoneInfo) -> Period:
    """The latest period that had ended by `as_of`."""
    current = period_of(as_of, unit, zone)
    return period_of(current.starts - timedelta(hours=12), unit, zone)


def period_named(label: str, zone: ZoneInfo) -> Period | None:
    """The period with a label such as 2025, 2025-H2, 2025-Q4, 2025-12 or 2025-W07; else None."""
    found = _LABEL.fullmatch(label)
    if not found:
        return None
    year, part = int(found["year"]), int(found["number"] or 1)
    unit = _UNITS[found["unit"]]
    try:
        week = unit == "week"
        month = 1 if week else (part - 1) * MONTHS[unit] + 1
        first = date.fromisocalendar(year, part, 1) if week else date(year, month, 1)
    except ValueError:
        return None
    period = _period(first, unit, zone)
    return period if period.label == label else None


def _walk(first: datetime, last: datetime, unit: Unit, zone: ZoneInfo) -> Iterator[Period]:
    period = period_of(first, unit, zone)
    yield period
    while period.ends <= last:
        period = period_of(period.ends, unit, zone)
        yield period


def _first_day(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    length = MONTHS[unit]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def _period(first: date, unit: Unit, zone: ZoneInfo) -> Period:
    label, title = _named(first, unit)
    return Period(label, title, _midnight(first, zone), _midnight(_next(first, unit), zone))


def _next(first: date, unit: Unit) -> date:
    if unit == "week":
        return first + timedelta(days=7)
    months = first.month - 1 + MONTHS[unit]
    return date(first.year + months // 12, months % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _named(first: date, unit: Unit) -> tuple[str, str]:
    if unit == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}", f"week {week} of {year}"
    if unit == "month":
        return f"{first.year}-{first.month:02}", f"{_MONTH_NAMES[first.month - 1]} {first.year}"
    if unit == "year":
        return str(first.year), str(first.year)
    letter = "Q" if unit == "quarter" else "H"
    part = f"{letter}{(first.month - 1) // MONTHS[unit] + 1}"
    return f"{first.year}-{part}", f"{part} {first.year}"
