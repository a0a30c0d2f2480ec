"""When the people of the demo company are at their desks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday (Monday is 0) of a month; n = -1 is the last one."""
    if n < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - DAY
        return last - ((last.weekday() - weekday) % 7) * DAY
    first = date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (n - 1)) * DAY


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss's rule as corrected by Butcher."""
    golden, century, rest = year % 19, year // 100, year % 100
    skipped, lunar = century // 4, (8 * century + 13) // 25
    epact = (19 * golden + century - skipped - lunar + 15) % 30
    shift = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * shift) // 451
    days = epact + shift - 7 * late + 114
    return date(year, days // 31, days % 31 + 1)


@cache
def holidays(zone: str, year: int) -> frozenset[date]:
    """Days on which the office of a zone is closed."""
    shared = {date(year, 1, 1), date(year, 12, 25)}
    if zone == "America/New_York":
        thanksgiving = nth_weekday(year, 11, 3, 4)
        own = {
            nth_weekday(year, 1, 0, 3),
            nth_weekday(year, 5, 0, -1),
            date(year, 6, 19),
            _observed(date(year, 7, 4)),
            nth_weekday(year, 9, 0, 1),
            thanksgiving,
            thanksgiving + DAY,
        }
    else:
        own = {
            easter(year) - 2 * DAY,
            easter(year) + DAY,
            nth_weekday(year, 5, 0, 1),
            nth_weekday(year, 5, 0, -1),
            nth_weekday(year, 8, 0, -1),
            date(year, 12, 26),
        }
    return frozenset(shared | own)


def _observed(day: date) -> date:
    """The weekday on which a holiday that falls on a weekend is taken."""
    return day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day


@dataclass(frozen=True)
class Desk:
    """A person's working time: Monday to Friday in one zone, without holidays and absences."""

    zone: str
    opens: time
    closes: time
    closed: frozenset[date] = frozenset()

    def next_open(self, at: datetime) -> datetime:
        """The first instant from `at` on at which the person works."""
        return max(at, next(self._shifts(at))[0])

    def after(self, at: datetime, minutes: float) -> datetime:
        """The instant by which the person has worked that many minutes since `at`."""
        left = timedelta(seconds=round(minutes * 60))
        for opens, closes in self._shifts(at):
            begins = max(at, opens)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        raise AssertionError("shifts never end")

    def evening(self, at: datetime, hours: float) -> datetime:
        """The instant that many hours after the person's next closing."""
        return next(self._shifts(at))[1] + timedelta(seconds=round(hours * 3600))

    def local(self, at: datetime) -> datetime:
        """The instant as this person's clock on the wall shows it."""
        return at.astimezone(ZoneInfo(self.zone))

    def _shifts(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = at.astimezone(ZoneInfo(self.zone)).date()
        while True:
            if self._works_on(day):
                opens, closes = self._shift(day)
                if closes > at:
                    yield opens, closes
            day += DAY

    def _works_on(self, day: date) -> bool:
        return (
            day.weekday() < 5
            and day not in self.closed
            and day not in holidays(self.zone, day.year)
        )

    def _shift(self, day: date) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        return (
            datetime.combine(day, self.opens, zone).astimezone(UTC),
            datetime.combine(day, self.closes, zone).astimezone(UTC),
        )
