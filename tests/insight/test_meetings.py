"""Meetings of an agreement fall on working days, once in each period, within the term."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from icalendar import Calendar

from leadpact.agreement.example import example_values
from leadpact.agreement.spec import Agreement
from leadpact.documents.paper.invitations import as_calendar
from leadpact.insight.meetings import Held, held

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
NEW_YORK = {
    "timezone": "America/New_York",
    "hours": {"mon-fri": ["09:00-17:00"]},
    "holidays": {"country": "US"},
}


def meeting(**said: object) -> list[Held]:
    """The times in 2026 of one meeting on New York's calendar."""
    return held(agreement(**said), FIRST, LAST)


def agreement(**said: object) -> Agreement:
    term = said.pop("term", {"from": "2025-01-01"})
    one = {"name": "Review", "attendees": ["Maya Lindqvist", "Robert Adeyemi"], **said}
    values = {"term": term, "calendar": NEW_YORK, "meetings": [one]}
    return Agreement.model_validate(example_values() | values)


def days(found: list[Held]) -> list[str]:
    return [f"{each.begins:%a %m-%d %H:%M}" for each in found]


def test_by_default_it_begins_with_the_first_working_day() -> None:
    assert days(meeting(every="quarter")) == [
        "Fri 01-02 14:00", "Wed 04-01 13:00", "Wed 07-01 13:00", "Thu 10-01 13:00",
    ]  # fmt: skip


def test_a_weekday_that_is_a_holiday_gives_the_next_working_day() -> None:
    found = meeting(every="month", on="mon", at="10:30", lasts="90 minutes")
    assert days(found)[8:10] == ["Tue 09-08 14:30", "Mon 10-05 14:30"], "7 September is Labor Day"
    assert len(found) == 12
    assert {each.ends - each.begins for each in found} == {timedelta(minutes=90)}


def test_every_second_week_counts_from_the_term() -> None:
    found = meeting(every="two weeks", on="wed", at="09:00", term={"from": "2026-01-05"})
    assert days(found)[:3] == ["Wed 01-07 14:00", "Wed 01-21 14:00", "Wed 02-04 14:00"]
    assert {later.begins - each.begins for each, later in pairwise(found[:4])} == {
        timedelta(days=14)
    }


def test_none_is_held_outside_the_term() -> None:
    term = {"from": "2026-02-10", "until": "2026-05-03"}
    found = days(meeting(every="month", term=term))
    assert found == ["Mon 03-02 14:00", "Wed 04-01 13:00", "Fri 05-01 13:00"]


@pytest.mark.parametrize("at", ["10", "24:00", "10:60", 600])
def test_a_time_of_day_is_written_as_one(at: object) -> None:
    with pytest.raises(ValueError, match="must be a time of day in quotes"):
        meeting(every="month", at=at)


def test_a_calendar_takes_them_with_who_what_and_why() -> None:
    terms = agreement(every="quarter", goal="Agree; on, one", agenda=["Promises\nBEGIN:VALARM"])
    found = held(terms, FIRST, LAST)
    mailboxes = {"Maya Lindqvist": "maya@brightfield.example"}
    written = as_calendar(terms.name, found, mailboxes, "https://x.example/agreement/", FIRST)
    events = Calendar.from_ical(written).walk("VEVENT")
    assert [each["dtstart"].dt for each in events] == [each.begins for each in found]
    first = events[0]
    assert first["summary"] == "Review"
    assert first["attendee"] == "mailto:maya@brightfield.example"
    assert first["description"].split("\n")[0] == "Agree; on, one"
    assert "https://x.example/agreement/" in first["description"]
    assert not Calendar.from_ical(written).walk("VALARM")
    assert len({str(each["uid"]) for each in events}) == 4
    again = as_calendar(terms.name, found, {}, "", LAST)
    assert [e["uid"] for e in Calendar.from_ical(again).walk("VEVENT")] == [
        e["uid"] for e in events
    ]
