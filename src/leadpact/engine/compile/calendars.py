"""The calendars of all versions in one table, with every closure that was declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from leadpact.agreement.calendars import calendars_of
from leadpact.agreement.spec import Agreement
from leadpact.calendars import Calendar
from leadpact.calendars.kernels import CalendarTable

ORGANISATION = "organisation"
ALWAYS = 0


@dataclass(frozen=True)
class Closure:
    """A day declared closed at some moment, on one named calendar."""

    declared_at: int
    day: date
    calendar: str


@dataclass
class Almanac:
    """Every calendar that a clock may run on; place 0 runs round the clock."""

    places: list[dict[str, int]]  # [version] name → place
    names: list[set[str]]  # [place]
    calendars: list[Calendar]

    @classmethod
    def of(cls, versions: Sequence[Agreement]) -> Almanac:
        """The calendars of these versions; equal ones of a name are one."""
        almanac = cls([], [set()], [Calendar.around_the_clock()])
        for version in versions:
            almanac.places.append(
                {name: almanac._place(name, own) for name, own in calendars_of(version).items()}
            )
        return almanac

    def _place(self, name: str, calendar: Calendar) -> int:
        for place, known in enumerate(self.calendars):
            if known == calendar and name in self.names[place]:
                return place
        self.calendars.append(calendar)
        self.names.append({name})
        return len(self.calendars) - 1

    def table(
        self, closures: Sequence[Closure], first: datetime, last: datetime
    ) -> tuple[CalendarTable, Any]:
        """The kernels' table, and [closures so far, place] → index in it."""
        from leadpact.calendars.packing import pack_calendars

        all_calendars = list(self.calendars)
        now = list(range(len(all_calendars)))
        then = [list(now)]
        for closure in closures:
            for place in range(1, len(self.calendars)):
                if closure.calendar in self.names[place]:
                    all_calendars.append(all_calendars[now[place]].closed_on(closure.day))
                    now[place] = len(all_calendars) - 1
            then.append(list(now))
        table = pack_calendars(all_calendars, first.date(), last.date())
        return table, np.array(then, np.int32)


def horizon(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """What the table must cover: the log, and due times well beyond it, in whole years.

    Whole, so that the tables of a log that goes on are those made before.
    """
    begins, ends = first - timedelta(days=400), last + timedelta(days=365 * 12)
    return begins.replace(month=1, day=1), ends.replace(month=12, day=31)


def start_of(version: Agreement, timezone: str) -> int | None:
    """When a version comes into force, in microseconds: the start of that day in its zone."""
    from zoneinfo import ZoneInfo

    if version.term is None:
        return None
    begins = version.term.starts
    local = datetime(begins.year, begins.month, begins.day, tzinfo=ZoneInfo(timezone))
    return int((local.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**6
