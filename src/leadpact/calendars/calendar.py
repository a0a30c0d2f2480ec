"""A working-time calendar: zone, hours, holidays, and the questions it answers."""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from leadpact.calendars import hours as written
from leadpact.calendars.hours import CalendarError, Shift
from leadpact.calendars.public_holidays import YEARS, public_holidays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from leadpact.calendars.reckoning import Reckoner

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NO_EXCEPTIONS: Mapping[date, list[tuple[str, str]]] = MappingProxyType({})

_Hours = Mapping[str, list[tuple[str, str]]]
_Exceptions = Mapping[date, list[tuple[str, str]]]


class Calendar:
    """When work is done: an instant is working time if its local clock lies in the hours.

    `hours` maps ``mon`` … ``sun`` to intervals of ``HH:MM``; an end at or before its start is on
    the next day, and the shift belongs to the day it begins on. Nothing begins on a holiday; an
    exception replaces its date's intervals, also a holiday's (an empty list: closed). Intervals
    that overlap count once.

    Instants are aware datetimes; results come in the zone of the instant asked about. Answers are
    exact for the years 1902 to 2498. Raises CalendarError, here for what cannot be read and when
    asked for what lies beyond those years or after the last opening.
    """

    def __init__(
        self,
        timezone: str,
        hours: _Hours,
        holidays: Iterable[date] = (),
        exceptions: _Exceptions = _NO_EXCEPTIONS,
    ) -> None:
        self.timezone = timezone
        self.zone = _zone(timezone)
        self.week = written.weekly_shifts(hours)
        self.holidays = tuple(sorted({_date(day, "holiday") for day in holidays}))
        self.exceptions: Mapping[date, tuple[Shift, ...]] = MappingProxyType(
            {
                _date(day, "exception"): written.shifts(intervals, where=str(day))
                for day, intervals in sorted(exceptions.items())
            }
        )
        if not any(self.week) and not any(self.exceptions.values()):
            raise CalendarError("The calendar has no working time: give hours for some weekday.")

    @classmethod
    def for_country(
        cls,
        timezone: str,
        hours: _Hours,
        country: str,
        region: str | None = None,
        exceptions: _Exceptions = _NO_EXCEPTIONS,
        extra_holidays: Iterable[date] = (),
        years: Iterable[int] = YEARS,
    ) -> Calendar:
        """A calendar with the public holidays of a country or region, resolved to dates now."""
        resolved = public_holidays(country, region, years)
        return cls(timezone, hours, [*resolved, *extra_holidays], exceptions)

    @classmethod
    def around_the_clock(cls, timezone: str = "UTC") -> Calendar:
        """The calendar of clock hours, always open."""
        return cls(timezone, {day: [("00:00", "24:00")] for day in written.WEEKDAYS})

    # What it is.

    @property
    def special_days(self) -> dict[date, tuple[Shift, ...]]:
        """The shifts of every date that departs from the week."""
        return {**dict.fromkeys(self.holidays, ()), **self.exceptions}

    @property
    def always_open(self) -> bool:
        """Whether every instant is working time."""
        whole_day = ((0, written.MINUTES_A_DAY),)
        return all(day == whole_day for day in self.week) and not self.special_days

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the resolved content: zone, week, holiday dates and exceptions."""
        content = {
            "timezone": self.timezone,
            "week": self.week,
            "special_days": {str(day): each for day, each in sorted(self.special_days.items())},
        }
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def describe(self) -> str:
        """One line for people: “Monday to Friday 09:00–17:00, America/New_York, …”."""
        if self.always_open:
            return f"Around the clock, {self.timezone}"
        openings = sum(1 for each in self.exceptions.values() if each)
        parts = [
            written.sentence(self.week) or f"Open on {_count(openings, 'date')} only",
            self.timezone,
        ]
        if self.holidays:
            parts.append(self._holidays_a_year())
        if self.exceptions and any(self.week):
            parts.append(_count(len(self.exceptions), "dated exception"))
        return ", ".join(parts)

    def _holidays_a_year(self) -> str:
        """Counts those that fall on a weekday with hours, for only they are felt."""
        felt = Counter({day.year: 0 for day in self.holidays})
        felt.update(day.year for day in self.holidays if self.week[day.weekday()])
        if len(felt) == 1:
            year, number = felt.popitem()
            return f"{_count(number, 'holiday')} in {year}"
        return f"{_count(round(median(felt.values())), 'public holiday')} a year"

    def closed_on(self, day: date) -> Calendar:
        """The same calendar with a day on which nothing begins."""
        twin = copy.copy(self)
        twin.exceptions = MappingProxyType({**self.exceptions, day: ()})
        return twin

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"<Calendar: {self.describe()}>"

    def __getstate__(self) -> dict[str, object]:
        kept = {**self.__dict__, "exceptions": dict(self.exceptions)}
        for found in ("_reckoner", "fingerprint"):
            kept.pop(found, None)
        return kept

    @cached_property
    def _reckoner(self) -> Reckoner:
        # Imported at the first question: checking an agreement asks none and starts fast.
        from leadpact.calendars.reckoning import Reckoner

        return Reckoner(self)

    # Questions about one instant.

    def is_open(self, instant: datetime) -> bool:
        """Whether the instant is working time; the closing instant is not."""
        return self._reckoner.is_open(_ticks(instant))

    def add(self, instant: datetime, duration: timedelta) -> datetime:
        """The earliest instant by which `duration` has been worked.

        Zero gives the instant itself or, outside hours, the next opening; a negative duration is
        subtracted.
        """
        return _datetime(self._reckoner.add(_ticks(instant), duration // _TICK), instant)

    def subtract(self, instant: datetime, duration: timedelta) -> datetime:
        """The latest instant since which `duration` has been worked until `instant`.

        Zero gives the instant itself or, outside hours, the previous closing; a negative duration
        is added.
        """
        return _datetime(self._reckoner.subtract(_ticks(instant), duration // _TICK), instant)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time from start to end, in real seconds; negative when end is earlier."""
        return timedelta(microseconds=self._reckoner.elapsed(_ticks(start), _ticks(end)))

    def open_between(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches of working time from start to end, in order; none where end is earlier."""
        found = self._reckoner.open_between(_ticks(start), _ticks(end))
        return [(_datetime(opens, start), _datetime(closes, start)) for opens, closes in found]

    def add_business_days(self, instant: datetime, n: int) -> datetime:
        """The same local time on the n-th following working day, moved into that day's hours.

        Outside hours it counts from the next opening; with a negative `n`, backwards from the
        previous closing. Zero gives the instant itself, or the next opening.
        """
        return _datetime(self._reckoner.add_business_days(_ticks(instant), n), instant)

    def end_of_business_day(self, instant: datetime, n: int) -> datetime:
        """The last closing of the n-th following working day; for zero of the current one.

        Outside hours the current working day is the next one (with a negative `n`, the previous).
        """
        return _datetime(self._reckoner.end_of_business_day(_ticks(instant), n), instant)

    def is_business_day(self, day: date) -> bool:
        """Whether a shift begins on this local date."""
        return self._reckoner.is_business_day(_date(day, "date"))

    def local_date(self, instant: datetime) -> date:
        """The date on the calendar's wall at an instant."""
        return instant.astimezone(_zone(self.timezone)).date()

    def opening_of(self, day: date) -> datetime | None:
        """When the working day of this local date begins, in UTC; None where no shift begins."""
        day = _date(day, "date")
        begins = self.special_days.get(day, self.week[day.weekday()])
        if not begins or not self.is_business_day(day):
            return None
        midnight = datetime.combine(day, time(), _zone(self.timezone))
        local = midnight + timedelta(minutes=begins[0][0])
        # The earlier of two readings: of an hour that comes twice, and of one that is left out.
        earliest = min(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return self.add(earliest, timedelta())

    # The same of many instants: datetime64 (UTC), or int64 microseconds since 1970; broadcast.

    def is_open_array(self, instants: ArrayLike) -> NDArray[np.bool_]:
        """`is_open` of each instant."""
        return self._reckoner.is_open_each(instants)

    def add_array(self, instants: ArrayLike, durations: ArrayLike | timedelta) -> NDArray[Any]:
        """`add` to each instant, in their type; durations as int64 are microseconds."""
        return self._reckoner.add_each(instants, durations)

    def subtract_array(self, instants: ArrayLike, durations: ArrayLike | timedelta) -> NDArray[Any]:
        """`subtract` from each instant, in their type; durations as int64 are microseconds."""
        return self._reckoner.subtract_each(instants, durations)

    def add_business_days_array(self, instants: ArrayLike, n: ArrayLike) -> NDArray[Any]:
        """`add_business_days` to each instant, in their type; `n` are whole numbers."""
        return self._reckoner.add_business_days_each(instants, n)

    def end_of_business_day_array(self, instants: ArrayLike, n: ArrayLike) -> NDArray[Any]:
        """`end_of_business_day` of each instant, in their type; `n` are whole numbers."""
        return self._reckoner.end_of_business_day_each(instants, n)

    def elapsed_array(self, starts: ArrayLike, ends: ArrayLike) -> NDArray[Any]:
        """`elapsed` of each pair: timedelta64 for datetime64, else int64 microseconds."""
        return self._reckoner.elapsed_each(starts, ends)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError) as problem:
        raise CalendarError(
            f"{name!r} is no known time zone; write its IANA name, such as Europe/Berlin."
        ) from problem


def _date(day: object, what: str) -> date:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise CalendarError(f"The {what} {day!r} is not a date.")
    return day


def _ticks(instant: object) -> int:
    if not isinstance(instant, datetime):
        raise CalendarError(
            f"A {type(instant).__name__} is no single instant; arrays have functions of their own, "
            "such as add_array."
        )
    if instant.utcoffset() is None:
        raise CalendarError(f"{instant} has no time zone, so it is not an instant; give it one.")
    return (instant - _EPOCH) // _TICK


def _datetime(ticks: int, like: datetime) -> datetime:
    try:
        return (_EPOCH + timedelta(microseconds=ticks)).astimezone(like.tzinfo)
    except OverflowError as problem:
        raise CalendarError("The answer lies after the year 9999.") from problem


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
