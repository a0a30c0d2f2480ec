"""When both sides meet: the meetings of an agreement on days and at times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadpact.agreement.calendars import WEEKDAYS, calendar_from
from leadpact.agreement.spec import Agreement, Meeting
from leadpact.calendars import Calendar
from leadpact.engine.metrics.periods import Period, periods_between

_WEEK, _YEAR = timedelta(days=7), timedelta(days=366)


@dataclass(frozen=True)
class Held:
    """A meeting on one day, from when until when, in UTC."""

    meeting: Meeting
    begins: datetime
    ends: datetime


def held(agreement: Agreement, first: datetime, last: datetime) -> list[Held]:
    """The meetings that begin from `first` to `last` and within the term, in order.

    A meeting is held once in each of its periods, on the first day that is the weekday it names;
    where that is no working day of the organisation, on the next one.
    """
    calendar = calendar_from(agreement.calendar, range(first.year, last.year + 2))
    found = [
        one
        for meeting in agreement.meetings
        for one in _of(meeting, agreement, calendar, first, last)
        if first <= one.begins <= last and _within(agreement, one.begins, calendar)
    ]
    return sorted(found, key=lambda one: one.begins)


def next_meetings(agreement: Agreement, now: datetime) -> list[Held]:
    """The next time of each meeting within a year, in order."""
    found: dict[str, Held] = {}
    for each in held(agreement, now, now + _YEAR):
        found.setdefault(each.meeting.name, each)
    return list(found.values())


def _of(
    meeting: Meeting, agreement: Agreement, calendar: Calendar, first: datetime, last: datetime
) -> Iterator[Held]:
    for period in _periods(meeting, agreement, calendar, first, last):
        day = _day(meeting, period, calendar)
        begins = _begins(meeting, day, calendar) if day else None
        if begins:
            length = timedelta(microseconds=meeting.lasts.microseconds)
            yield Held(meeting, begins, begins + length)


def _periods(
    meeting: Meeting, agreement: Agreement, calendar: Calendar, first: datetime, last: datetime
) -> list[Period]:
    zone = ZoneInfo(calendar.timezone)
    if meeting.every != "two weeks":
        return periods_between(first, last, meeting.every, zone)
    starts = agreement.term.starts if agreement.term else date(2001, 1, 1)
    since = starts - timedelta(days=starts.weekday())
    weeks = periods_between(first, last, "week", zone)
    return [each for each in weeks if (calendar.local_date(each.starts) - since) // _WEEK % 2 == 0]


def _day(meeting: Meeting, period: Period, calendar: Calendar) -> date | None:
    """The day of a period's meeting; None where no working day is left in it."""
    day = calendar.local_date(period.starts)
    end = calendar.local_date(period.ends)
    if meeting.on:
        day += timedelta(days=(WEEKDAYS.index(meeting.on) - day.weekday()) % 7)
    while day < end and not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day if day < end else None


def _begins(meeting: Meeting, day: date, calendar: Calendar) -> datetime | None:
    if meeting.at is None:
        return calendar.opening_of(day)
    local = datetime.combine(day, time.fromisoformat(meeting.at), ZoneInfo(calendar.timezone))
    return local.astimezone(UTC)


def _within(agreement: Agreement, begins: datetime, calendar: Calendar) -> bool:
    term, day = agreement.term, calendar.local_date(begins)
    return not term or (term.starts <= day and (term.until is None or day <= term.until))
