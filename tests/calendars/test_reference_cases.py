"""318 cases collected from other implementations, and public holidays two libraries agree on."""

import json
import os
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadpact.calendars import Calendar
from leadpact.calendars.public_holidays import public_holidays

DATA = Path(os.environ.get("LEADPACT_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TICK = timedelta(microseconds=1)


def load(name: str) -> Any:
    path = DATA / name
    return json.loads(path.read_text()) if path.exists() else []


CASES = load("business-hours/cases.json")
HOLIDAYS = load("holidays/public_holidays_2024_2027.json")
needs_data = pytest.mark.skipif(not CASES, reason="set LEADPACT_DATA to the reference data")
#: What is shown as skipped in the place of cases that are not here.
MISSING = [pytest.param(None, marks=needs_data, id="no reference data")]


def calendar_of(case: dict[str, Any]) -> Calendar:
    given = case["calendar"]
    hours = {day: [tuple(each) for each in times] for day, times in given.get("hours", {}).items()}
    hours |= {day: [("00:00", "24:00")] for day in given.get("business_days", ())}
    holidays = {date.fromisoformat(day) for day in given.get("holidays", ())}
    for month_day in given.get("holidays_recurring", ()):
        month, day = map(int, month_day.split("-"))
        holidays |= {date(year, month, day) for year in range(2000, 2030)}
    changed = {date.fromisoformat(day): times for day, times in given.get("shifts", {}).items()}
    for text, breaks in given.get("breaks", {}).items():
        day = date.fromisoformat(text)
        times = changed.get(day, hours.get(WEEKDAYS[day.weekday()], []))
        changed[day] = without(times, breaks)
    exceptions = {
        day: [tuple(each) for each in times]
        for day, times in changed.items()
        if day not in holidays  # in these sources a holiday closes even a day with its own shifts
    }
    return Calendar(given.get("timezone", "UTC"), hours, holidays, exceptions)


def without(times: list[Any], breaks: list[Any]) -> list[Any]:
    for start, end in breaks:
        pieces = [piece for a, b in times for piece in ((a, min(b, start)), (max(a, end), b))]
        times = [(a, b) for a, b in pieces if a < b]
    return times


def instant(case: dict[str, Any], field: str) -> datetime:
    zone = ZoneInfo(case["input"]["input_timezone"])
    return datetime.fromisoformat(case["input"][field]).replace(tzinfo=zone)


def expected(case: dict[str, Any]) -> datetime:
    zone = ZoneInfo(case["expected"]["timezone"])
    return datetime.fromisoformat(case["expected"]["end"]).replace(tzinfo=zone)


def same_moment_of_work(case: dict[str, Any], calendar: Calendar, answer: datetime) -> bool:
    """Equal or, where the source prefers the other side of a break, no work in between."""
    if case.get("boundary") == "next_opening":
        return calendar.elapsed(answer, expected(case)) == timedelta(0)
    return answer == expected(case)


def rolled(calendar: Calendar, day: date, roll: str) -> date:
    """numpy's rules for a date that is no business day."""
    step = timedelta(days=-1 if roll in {"backward", "preceding", "modifiedpreceding"} else 1)
    moved = nearest(calendar, day, step)
    if roll.startswith("modified") and moved.month != day.month:
        return nearest(calendar, day, -step)
    return moved


def nearest(calendar: Calendar, day: date, step: timedelta) -> date:
    while not calendar.is_business_day(day):
        day += step
    return day


def holds(case: dict[str, Any]) -> bool:
    calendar, given, wanted = calendar_of(case), case["input"], case["expected"]
    match case["op"]:
        case "add_working_time":
            worked = timedelta(seconds=given["working_seconds"])
            answer = calendar.add(instant(case, "start"), worked)
            return same_moment_of_work(case, calendar, answer)
        case "subtract_working_time":
            worked = timedelta(seconds=given["working_seconds"])
            answer = calendar.subtract(instant(case, "start"), worked)
            return same_moment_of_work(case, calendar, answer)
        case "working_seconds_between":
            elapsed = calendar.elapsed(instant(case, "start"), instant(case, "end"))
            # These sources count an interval that ends before it starts as empty.
            return max(elapsed, timedelta(0)) == timedelta(seconds=wanted["working_seconds"])
        case "is_working_time":
            return calendar.is_open(instant(case, "at")) == wanted["open"]
        case "is_working_time_closed_interval":
            at = instant(case, "at")
            return (calendar.is_open(at) or calendar.is_open(at - TICK)) == wanted["open"]
        case "is_business_day":
            return (
                calendar.is_business_day(date.fromisoformat(given["date"]))
                == (wanted["business_day"])
            )
        case "roll_forward":
            return calendar.add_business_days(instant(case, "start"), 0) == expected(case)
        case "add_business_days" | "subtract_business_days":
            n = given["business_days"] * (1 if case["op"].startswith("add") else -1)
            reach = (
                calendar.end_of_business_day
                if given.get("end_of_day")
                else (calendar.add_business_days)
            )
            return reach(instant(case, "start"), n) == expected(case)
        case "busday_offset":
            start = rolled(calendar, date.fromisoformat(given["date"]), given["roll"])
            noon = datetime.combine(start, time(12), calendar.zone)
            answer = calendar.add_business_days(noon, given["business_days"])
            return answer.date() == date.fromisoformat(wanted["date"])
    raise AssertionError(f"unknown operation {case['op']}")


@needs_data
def test_every_operation_is_covered() -> None:
    assert len(CASES) == 318


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES] or MISSING)
def test_case(case: dict[str, Any]) -> None:
    assert holds(case), f"{case['name']}: {case['calendar']} {case['input']} {case['expected']}"


@pytest.mark.parametrize("place", list(HOLIDAYS) or MISSING)
def test_holidays_that_two_libraries_agree_on_are_known(place: str) -> None:
    country, _, region = place.partition("-")
    known = set(public_holidays(country, region or None, years=range(2024, 2028)))
    agreed = {
        date.fromisoformat(day)
        for year in HOLIDAYS[place].values()
        for day, _name in year["agreed"]
    }
    assert agreed <= known
