"""The company's year moved in time, so that it ends at any moment and weekdays stay weekdays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.demo.company import Company, generate

#: A year of the company is told best from its third week of November: nothing is thin yet, and no
#: holiday stands before its end.
_LAST_DAY = (11, 20)
_ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Move:
    """How a year is moved: a `moment` of it becomes another, `weeks` later."""

    moment: datetime
    weeks: int

    @classmethod
    def to(cls, until: datetime) -> Move:
        """The fewest weeks that bring a moment of a third week of November to `until` (UTC)."""
        until = until.astimezone(UTC)
        year = until.year if until >= _end(until.year) else until.year - 1
        weeks = (until - _end(year)) // timedelta(weeks=1)
        while (moment := cls(until, -weeks).of(until)) > _end(year):
            weeks += 1
        return cls(moment, weeks)

    def of(self, at: datetime) -> datetime:
        """An instant of the year where it is moved to: the same time of day in New York.

        Summer time begins and ends on other weeks, so that hours elsewhere may differ by one.
        """
        local = at.astimezone(_ZONE) + timedelta(weeks=self.weeks)
        return local.astimezone(UTC)


def generate_until(until: datetime, seed: int = 7, leads: int = 4000) -> Company:
    """The company whose year of log and deals ends at `until`; the truth about it is not moved."""
    move = Move.to(until)
    company = generate(seed, leads, move.moment.year, move.moment)
    return company.moved(move.of) if move.weeks else company


def _end(year: int) -> datetime:
    return datetime(year, *_LAST_DAY, 17, tzinfo=UTC)
