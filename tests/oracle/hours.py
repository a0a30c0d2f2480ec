"""Working time the slow way: a list of open intervals, walked one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from leadpact.agreement.spec import CalendarSpec

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)


class Hours:
    """The open intervals of one calendar, with further dates closed."""

    def __init__(self, spec: CalendarSpec, closed: frozenset[date] = frozenset()) -> None:
        self.zone = ZoneInfo(spec.timezone)
        self.weekly = _weekly(spec.hours)
        self.exceptions = {day: _spans(spans) for day, spans in spec.exceptions.items()}
        self.exceptions |= {day: [] for day in closed}
        self.holidays = spec.holidays
        self.open_on = lru_cache(maxsize=None)(self._open_on)

    def add(self, start: datetime, length: timedelta) -> datetime:
        """The earliest instant by which so much working time has passed."""
        if not length:
            return self._opened(start)
        for opening, closing in self.from_instant(start):
            begin = max(opening, start)
            if length <= closing - begin:
                return begin + length
            length -= closing - begin
        raise AssertionError("the calendar ended")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; nothing when the end is not after the start."""
        total = timedelta()
        for opening, closing in self.from_instant(start):
            if opening >= end:
                break
            total += max(timedelta(), min(closing, end) - max(opening, start))
        return total

    def business_days(self, start: datetime, count: int) -> datetime:
        """The same local time `count` working days on, moved into the hours of that day."""
        start = self._opened(start)
        home, local = self._day_of(start), start.astimezone(self.zone)
        day = self._later(home, count)
        spans = self.open_on(day)
        offset = local.date() - home
        wanted = _instant(datetime.combine(day + offset, local.time()), self.zone)
        return min(max(wanted, spans[0][0]), spans[-1][1])

    def end_of_day(self, start: datetime, count: int) -> datetime:
        """The last closing of the `count`-th working day after the start's own."""
        day = self._later(self._day_of(self._opened(start)), count)
        return self.open_on(day)[-1][1]

    def from_instant(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals that end after the start, in order, without overlaps."""
        reached = start
        day = start.astimezone(self.zone).date() - 2 * DAY
        for number in range(366 * 110):
            for opening, closing in self.open_on(day + number * DAY):
                if closing > reached:
                    yield max(opening, reached) if opening < reached else opening, closing
                    reached = closing

    def _opened(self, start: datetime) -> datetime:
        opening, _ = next(self.from_instant(start))
        return max(opening, start)

    def _day_of(self, instant: datetime) -> date:
        today = instant.astimezone(self.zone).date()
        for day in (today, today - DAY):
            if any(begin <= instant < end for begin, end in self.open_on(day)):
                return day
        raise AssertionError("the instant lies outside working hours")

    def _later(self, day: date, count: int) -> date:
        while count:
            day += DAY
            count -= bool(self.open_on(day))
        return day

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.exceptions:
            spans = self.exceptions[day]
        elif self._is_holiday(day):
            spans = []
        else:
            spans = self.weekly.get(day.weekday(), [])
        midnight = datetime.combine(day, time())
        edges = [
            (_instant(midnight + begin, self.zone), _instant(midnight + end, self.zone))
            for begin, end in sorted(spans)
        ]
        return [(begin, end) for begin, end in edges if begin < end]

    def _is_holiday(self, day: date) -> bool:
        if not self.holidays or day in self.holidays.not_on:
            return False
        return day in self.holidays.also or day in _public(
            self.holidays.country, self.holidays.region, day.year
        )


@cache
def _public(country: str, region: str | None, year: int) -> Any:
    return holidays.country_holidays(country, subdiv=region, years=year)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _weekly(hours: dict[str, list[str]]) -> dict[int, list[tuple[timedelta, timedelta]]]:
    weekly = {}
    for key, spans in hours.items():
        for part in key.replace(" ", "").split(","):
            first, _, last = part.partition("-")
            begin, end = DAYS.index(first), DAYS.index(last or first)
            for number in range(begin, (end if end >= begin else end + 7) + 1):
                weekly[number % 7] = _spans(spans)
    return weekly


def _spans(spans: list[str]) -> list[tuple[timedelta, timedelta]]:
    return [_span(text) for text in spans]


def _span(text: str) -> tuple[timedelta, timedelta]:
    begin, end = (_since_midnight(part) for part in text.replace(" ", "").split("-"))
    return begin, end if end > begin else end + DAY


def _since_midnight(text: str) -> timedelta:
    hour, minute = text.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))
