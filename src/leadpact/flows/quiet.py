"""When somebody may be told: in the working hours of their calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.agreement.calendars import ORGANISATION, calendars_of
from leadpact.agreement.spec import Agreement
from leadpact.calendars import Calendar
from leadpact.engine.values import normal

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class QuietHours:
    """The calendar of each person on a team; of everybody else the organisation's."""

    people: Mapping[str, Calendar]
    organisation: Calendar

    @classmethod
    def of(cls, agreement: Agreement) -> QuietHours:
        """The calendars of a version."""
        known = calendars_of(agreement)
        people = {
            normal(person.name): known[name]
            for team in agreement.routing.teams
            for person in team.people
            for name in [person.calendar or team.calendar or ORGANISATION]
            if name in known
        }
        return cls(people, known[ORGANISATION])

    def calendar_of(self, receiver: str) -> Calendar:
        """The calendar by which somebody works."""
        return self.people.get(normal(receiver), self.organisation)

    def next_moment(self, receiver: str, now: datetime) -> datetime:
        """Now where the receiver is at work, else when they next begin."""
        return self.calendar_of(receiver).add(now, timedelta())


def zone_of(receiver: str, agreement: Agreement | None) -> ZoneInfo:
    """The zone by whose wall clock somebody reads a time."""
    if agreement is None:
        return _UTC
    return ZoneInfo(QuietHours.of(agreement).calendar_of(receiver).timezone)
