"""Working time by looking at the clock minute by minute: slow, obvious, and kernel-free.

Hours are whole minutes and so are all offsets since 1973, so that a minute is open as a whole.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Times = list[tuple[str, str]]


class NaiveCalendar:
    def __init__(
        self,
        timezone: str,
        hours: dict[str, Times],
        holidays: list[date],
        exceptions: dict[date, Times],
    ) -> None:
        self.zone = ZoneInfo(timezone)
        self.hours, self.holidays, self.exceptions = hours, holidays, exceptions

    def times(self, day: date) -> Times:
        if day in self.exceptions:
            return self.exceptions[day]
        return [] if day in self.holidays else self.hours.get(WEEKDAYS[day.weekday()], [])

    def shifts(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's shifts on the local clock."""
        return [on_the_clock(day, start, end) for start, end in self.times(day)]

    def is_open(self, instant: datetime) -> bool:
        clock = instant.astimezone(self.zone).replace(tzinfo=None)
        days = (clock.date(), clock.date() - DAY)
        return any(start <= clock < end for day in days for start, end in self.shifts(day))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        minutes = (end - start) // MINUTE
        return sum(self.is_open(start + i * MINUTE) for i in range(minutes)) * MINUTE

    def add(self, start: datetime, duration: timedelta, within: timedelta) -> datetime | None:
        """The first minute by which the duration has been worked; None when not within."""
        moment, worked = start.astimezone(UTC), timedelta(0)
        for _ in range(within // MINUTE):
            if worked >= duration:
                return moment
            worked += MINUTE if self.is_open(moment) else timedelta(0)
            moment += MINUTE
        return None

    def subtract(self, end: datetime, duration: timedelta, within: timedelta) -> datetime | None:
        moment, worked = end.astimezone(UTC), timedelta(0)
        for _ in range(within // MINUTE):
            if worked >= duration:
                return moment
            moment -= MINUTE
            worked += MINUTE if self.is_open(moment) else timedelta(0)
        return None

    def first_showing(self, clock: datetime) -> datetime:
        """The first minute at which the local clock shows this time or a later one."""
        moment = clock.replace(tzinfo=UTC) - timedelta(hours=26)
        while moment.astimezone(self.zone).replace(tzinfo=None) < clock:
            moment += MINUTE
        return moment

    def opening(self, day: date) -> datetime | None:
        """The first open minute of the shifts that begin on the day."""
        minutes = self._minutes_of(day)
        return minutes[0] if minutes else None

    def closing(self, day: date) -> datetime | None:
        minutes = self._minutes_of(day)
        return minutes[-1] + MINUTE if minutes else None

    def _minutes_of(self, day: date) -> list[datetime]:
        shifts = self.shifts(day)
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
        found = []
        for i in range(100 * 60):
            moment = begin + i * MINUTE
            clock = moment.astimezone(self.zone).replace(tzinfo=None)
            if any(start <= clock < end for start, end in shifts):
                found.append(moment)
        return found


def on_the_clock(day: date, start: str, end: str) -> tuple[datetime, datetime]:
    midnight = datetime(day.year, day.month, day.day)
    opens, closes = midnight + since_midnight(start), midnight + since_midnight(end)
    return opens, closes if closes > opens else closes + DAY


def since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
