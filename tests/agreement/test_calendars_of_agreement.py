"""From the calendars in an agreement to calendars that answer, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.calendars import (
    WEEKDAYS,
    calendar_from,
    calendars_of,
    holiday_years,
    weekdays,
    weekly_hours,
)
from leadpact.agreement.loading import load_text
from leadpact.agreement.organisation import CalendarSpec, Period
from leadpact.agreement.spec import Agreement
from leadpact.calendars import CalendarError

TEXT = """\
leadpact: 1
name: Test
term: {from: 2026-01-01}
calendar:
  timezone: Europe/Berlin
  hours:
    mon-thu: ["09:00-12:30", "13:30-18:00"]
    fri: "9:00-15:00"
  holidays:
    country: DE
    region: BY
    also: [2026-12-24]
    not_on: [2026-01-06]
  exceptions:
    2026-12-26: ["10:00-12:00"]
calendars:
  nights: {timezone: UTC, hours: {"sat,sun": ["22:00-06:00"]}}
stages: [{name: Lead, side: marketing}]
handoff: {stage: Lead}
"""


def agreement() -> Agreement:
    loaded = load_text(TEXT, "a.yaml")
    assert loaded.agreement is not None, loaded.problems
    return loaded.agreement


def told(old: str, new: str) -> list[str]:
    assert old in TEXT
    return [
        f"{p.line}:{p.column} {p.message}" + (f" | {p.hint}" if p.hint else "")
        for p in load_text(TEXT.replace(old, new), "a.yaml").problems
    ]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_calendar_has_its_name() -> None:
    assert list(calendars_of(agreement())) == ["organisation", "nights"]


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-03-05T08:30", True),  # Thursday, 09:30 in Berlin
        ("2026-03-05T12:00", False),  # the lunch break
        ("2026-03-06T13:59", True),  # Friday, before 15:00
        ("2026-03-06T14:00", False),
        ("2026-03-07T10:00", False),  # Saturday
        ("2026-06-04T08:30", False),  # Corpus Christi, a holiday in Bavaria
        ("2026-12-24T09:00", False),  # closed by `also`
        ("2026-01-06T09:00", True),  # Epiphany, worked by `not_on`
        ("2026-12-26T10:30", True),  # the exception opens a holiday on a Saturday
        ("2004-12-25T09:00", False),
        ("2040-10-03T08:30", False),
    ],
)
def test_hours_holidays_and_exceptions(instant: str, is_open: bool) -> None:
    assert calendars_of(agreement())["organisation"].is_open(at(instant)) is is_open


def test_hours_over_midnight() -> None:
    nights = calendars_of(agreement())["nights"]
    assert nights.is_open(at("2026-03-09T05:59"))
    assert not nights.is_open(at("2026-03-09T06:00"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", "mon"),
        ("mon-wed", "mon tue wed"),
        ("sat-mon", "sat sun mon"),
        ("mon, wed ,fri", "mon wed fri"),
        ("Mon-Tue,Sun", "mon tue sun"),
        ("tue-tue", "tue"),
    ],
)
def test_weekdays(text: str, days: str) -> None:
    assert weekdays(text) == days.split()


@pytest.mark.parametrize("text", ["", "mo", "monday", "mon-", "-fri", "mon-fri-sat", "mon,"])
def test_what_is_no_weekday(text: str) -> None:
    with pytest.raises(CalendarError, match="is not a weekday"):
        weekdays(text)


@given(st.sampled_from(WEEKDAYS), st.sampled_from(WEEKDAYS))
def test_a_range_begins_and_ends_with_its_days(first: str, last: str) -> None:
    days = weekdays(f"{first}-{last}")
    assert (days[0], days[-1]) == (first, last)
    assert len(days) == len(set(days)) <= 7


def test_hours_of_a_day_named_twice_are_joined() -> None:
    week = weekly_hours({"mon-tue": ["09:00-12:00"], "tue": ["13:00-17:00"]})
    assert week["tue"] == [("09:00", "12:00"), ("13:00", "17:00")]
    assert week["mon"] == [("09:00", "12:00")]


def test_holiday_years_are_generous_around_the_term() -> None:
    term = Period(starts=date(2026, 1, 1), until=date(2027, 12, 31))
    years = holiday_years(term)
    assert (years[0], years[-1]) == (1980, 2080)
    far = holiday_years(Period(starts=date(2001, 1, 1), until=date(2090, 12, 31)))
    assert (far[0], far[-1]) == (1971, 2110)
    assert 2010 in holiday_years(None)


def test_an_unknown_zone_cannot_be_made_into_a_calendar() -> None:
    spec = CalendarSpec(timezone="Mars/Base", hours={"mon": ["09:00-17:00"]})
    with pytest.raises(CalendarError, match="Mars/Base"):
        calendar_from(spec)


HOURS = "write such as 09:00-17:00, between 00:00 and 24:00"
DAYS = "write days as mon, mon-fri or mon,wed"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Europe/Berlin",
            "europe/berlin_",
            "5:13 “europe/berlin_” is not a time zone | did you mean “Europe/Berlin”?",
        ),
        (
            "Europe/Berlin",
            "Berlin",
            "5:13 “Berlin” is not a time zone | did you mean “Europe/Berlin”?",
        ),
        (
            "Europe/Berlin",
            "../etc",
            "5:13 “../etc” is not a time zone | write it as in Europe/Berlin",
        ),
        (
            "timezone: UTC",
            "timezone: America/New York",
            "17:22 “America/New York” is not a time zone | did you mean “America/New_York”?",
        ),
        ("fri:", "monday:", f"8:5 “monday” is not a weekday | {DAYS}"),
        ("sat,sun", "sat+sun", f"17:35 “sat+sun” is not a weekday | {DAYS}"),
        ("9:00-15:00", "9-15", f"8:10 “9-15” are no hours | {HOURS}"),
        ("13:30-18:00", "13:30-24:30", f"7:30 “13:30-24:30” are no hours | {HOURS}"),
        ("13:30-18:00", "24:00-18:00", f"7:30 “24:00-18:00” are no hours | {HOURS}"),
        ("10:00-12:00", "noon", f"15:18 “noon” are no hours | {HOURS}"),
        (
            '{"sat,sun": ["22:00-06:00"]}',
            "{mon: []}",
            '17:34 the calendar has no working time | write such as mon-fri: ["09:00-17:00"]',
        ),
        (
            "country: DE",
            "country: Germany",
            "10:14 no public holidays are known for the country “Germany” | did you mean “DE”?",
        ),
        (
            "country: DE",
            "country: XX",
            "10:14 no public holidays are known for the country “XX” | write two letters, such as "
            "US or DE",
        ),
        (
            "region: BY",
            "region: by",
            "11:13 “by” is not a region of DE with holidays of its own | did you mean “BY”?",
        ),
        (
            "nights:",
            "person:",
            "17:3 “person” cannot be the name of a further calendar; it has a meaning already | "
            "choose another name",
        ),
        (
            "2026-12-26:",
            "26.12.2026:",
            "15:5 “26.12.2026”: “26.12.2026” is not a date | write it as 2026-12-31",
        ),
    ],
)
def test_what_is_wrong_with_a_calendar_is_one_problem(old: str, new: str, expected: str) -> None:
    assert told(old, new) == [expected]


def test_problems_of_all_calendars_come_together() -> None:
    problems = load_text(
        TEXT.replace("Europe/Berlin", "Nowhere").replace("22:00", "2200"), "a.yaml"
    ).problems
    assert [(p.line, p.path[0]) for p in problems] == [(5, "calendar"), (17, "calendars")]


@pytest.mark.parametrize("starts", ["1990-01-01", "2005-01-01", "2026-01-01", "2036-01-01"])
def test_an_open_term_keeps_its_holidays_whenever_it_began(starts: str) -> None:
    text = (
        f"leadpact: 1\nname: x\nterm: {{from: {starts}}}\ncalendar:\n"
        "  timezone: America/New_York\n  hours: {mon-sun: ['09:00-17:00']}\n"
        "  holidays: {country: US}\nstages: [{name: Lead, side: marketing}]\n"
        "handoff: {stage: Lead}\n"
    )
    agreement = load_text(text, "x.yaml").agreement
    assert agreement
    calendar = calendars_of(agreement)["organisation"]
    for year in (1985, 1999, 2014, 2026, 2050):
        assert not calendar.is_business_day(date(year, 12, 25)), year
        assert calendar.is_business_day(date(year, 12, 22)), year
