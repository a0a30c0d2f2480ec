"""Absences as people state them: whole days of the organisation's calendar are told as days, the
same for every reader, and not as the midnights between which they lie.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from leadpact.ledger.models import Absence
from leadpact.ledger.selectors.agreements import Published

#: The first and the last day.
Days = tuple[date, date]


def zone_of_days(version: Published | None) -> ZoneInfo:
    """In which zone a day of an absence begins and ends: that of the agreement in force."""
    return ZoneInfo(version.agreement.calendar.timezone if version else "UTC")


def days_of(row: Absence, zone: ZoneInfo) -> Days | None:
    """The days on which somebody is away; None where it is no whole days."""
    begins, ends = row.begins.astimezone(zone), row.ends.astimezone(zone)
    if begins.time() != time() or ends.time() != time():
        return None
    return begins.date(), ends.date() - timedelta(days=1)


def with_days(rows: Iterable[Absence], zone: ZoneInfo) -> list[tuple[Absence, Days | None]]:
    """Absences, each with its days."""
    return [(row, days_of(row, zone)) for row in rows]
