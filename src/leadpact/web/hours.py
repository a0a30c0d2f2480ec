"""Working hours as people say them: the days, the hours, and where the clock hangs."""

from __future__ import annotations

from collections.abc import Mapping

from leadpact.agreement.organisation import CalendarSpec
from leadpact.agreement.spec import Agreement
from leadpact.ledger.models import Person


def hours_of(person: Person, agreement: Agreement | None) -> str:
    """When somebody works: by their own calendar, else the team's, else the organisation's."""
    if agreement is None:
        return ""
    team = next(
        (each for each in agreement.routing.teams if person.team and each.name == person.team.name),
        None,
    )
    name = person.calendar or (team.calendar if team else None) or ""
    return in_words(agreement.calendars.get(name, agreement.calendar))


def in_words(calendar: CalendarSpec) -> str:
    """A week of a calendar, such as `Mon-Fri 09:00-18:00, New York`."""
    place = calendar.timezone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{_week(calendar.hours)}, {place}"


def _week(hours: Mapping[str, list[str]]) -> str:
    days = [
        f"{'-'.join(part.strip().capitalize() for part in days.split('-'))} {' and '.join(spans)}"
        for days, spans in hours.items()
        if spans
    ]
    return "; ".join(days)
