"""When somebody may be told: in the working hours of their calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.agreement.calendars import ORGANISATION
from leadpact.agreement.spec import Agreement
from leadpact.calendars import Calendar
from leadpact.engine.values import normal
from leadpact.engine.warnings import Warned

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class QuietHours:
    """The calendar of each team and each person on one; of everybody else the organisation's."""

    receivers: Mapping[str, Calendar]
    organisation: Calendar

    @classmethod
    def of(cls, agreement: Agreement, closed: Sequence[tuple[date, str]] = ()) -> QuietHours:
        """The calendars of a version after these closures: each a day and a calendar's name."""
        known = Warned.of(agreement, closed).calendars
        named: dict[str, str] = {}
        for team in agreement.routing.teams:
            theirs = team.calendar or ORGANISATION
            named[normal(team.name)] = theirs
            named |= {normal(each.name): each.calendar or theirs for each in team.people}
        receivers = {who: known[name] for who, name in named.items() if name in known}
        return cls(receivers, known[ORGANISATION])

    def calendar_of(self, receiver: str) -> Calendar:
        """The calendar by which somebody works."""
        return self.receivers.get(normal(receiver), self.organisation)

    def next_moment(self, receiver: str, now: datetime) -> datetime:
        """Now where the receiver is at work, else when they next begin."""
        return self.calendar_of(receiver).add(now, timedelta())


def zone_of(receiver: str, agreement: Agreement | None) -> ZoneInfo:
    """The zone by whose wall clock somebody reads a time."""
    if agreement is None:
        return _UTC
    return ZoneInfo(QuietHours.of(agreement).calendar_of(receiver).timezone)
