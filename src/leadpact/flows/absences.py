"""Absences as people state them: by days of the organisation's calendar, or by instants."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadpact.ledger.models import Absence, Person
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import absences
from leadpact.ledger.services.absences import AbsenceError

#: Nobody says so early, or so late, that they are away: a slip of the pen.
_MOST_YEARS = 20


def add_absence(
    person: str, begins: str, ends: str, reason: str, *, actor: str, now: datetime
) -> Absence:
    """Somebody named is away from a day or instant until another; raises AbsenceError.

    A day begins and ends in the zone of the agreement in force; the last day is away as a whole.
    """
    row = Person.objects.filter(name=person.strip()).first()
    if row is None:
        raise AbsenceError(f"The agreement names nobody “{person}” on a team.")
    version = agreements.in_force(now)
    zone = ZoneInfo(version.agreement.calendar.timezone if version else "UTC")
    first, last = _instant(begins, zone, last=False), _instant(ends, zone, last=True)
    for told, at in ((begins, first), (ends, last)):
        if abs(at.year - now.year) > _MOST_YEARS:
            raise AbsenceError(f"“{told}” is too long ago, or too far ahead.")
    return absences.add(row, first, last, reason, actor=actor, now=now)


def _instant(text: str, zone: ZoneInfo, *, last: bool) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return _stated(text)
    if last and day < date.max:
        day += timedelta(days=1)
    return datetime.combine(day, time(), zone)


def _stated(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise AbsenceError(
            f"“{text}” is neither a day, such as 2026-04-01, nor an instant with its zone."
        )
    return found
