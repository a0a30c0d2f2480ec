"""Laws of working time over random calendars, and agreement with watching the clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from leadpact.calendars import Calendar
from tests.calendars.naive import MINUTE, WEEKDAYS, NaiveCalendar

# A zone and a day on or next to which its clock does something unusual.
MOMENTS = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that was not
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # the last hour of the day twice
    ("America/St_Johns", date(2006, 10, 29)),  # midnight shown twice
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Asia/Kolkata", date(2026, 6, 1)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("UTC", date(2026, 1, 1)),
]


@st.composite
def clock_times(draw: st.DrawFn) -> str:
    hour = draw(st.integers(0, 23))
    minute = draw(st.sampled_from([0, 0, 0, 15, 30, 45]))
    return f"{hour:02d}:{minute:02d}"


day_times = st.lists(st.tuples(clock_times(), clock_times() | st.just("24:00")), max_size=3)


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """What makes a calendar, and an instant within days of a moment that is hard for it."""
    zone, day = draw(st.sampled_from(MOMENTS))
    nearby = st.integers(-4, 4).map(lambda n: day + timedelta(days=n))
    content = {
        "timezone": zone,
        "hours": draw(st.dictionaries(st.sampled_from(WEEKDAYS), day_times, min_size=1)),
        "holidays": draw(st.lists(nearby, max_size=2)),
        "exceptions": draw(st.dictionaries(nearby, day_times, max_size=2)),
    }
    assume(any(content["hours"].values()))
    minutes = draw(st.integers(-2 * 1440, 2 * 1440))
    return content, datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + minutes * MINUTE


# A quarter of an hour a week is the least a random calendar works: this takes it 37 years.
durations = st.timedeltas(timedelta(0), timedelta(days=20))
gaps = st.timedeltas(timedelta(-90), timedelta(90))
seconds = st.timedeltas(timedelta(0), timedelta(minutes=1))


@given(situations(), seconds, durations)
def test_what_was_added_has_elapsed(situation: Any, offset: timedelta, d: timedelta) -> None:
    content, start = situation
    calendar, start = Calendar(**content), start + offset
    assert calendar.elapsed(start, calendar.add(start, d)) == d
    assert calendar.elapsed(calendar.subtract(start, d), start) == d


@given(situations(), seconds, durations)
def test_what_is_open_between_is_what_elapses(
    situation: Any, offset: timedelta, d: timedelta
) -> None:
    content, start = situation
    calendar, start = Calendar(**content), start + offset
    end = start + d
    found = calendar.open_between(start, end)
    assert sum((closes - opens for opens, closes in found), timedelta()) == calendar.elapsed(
        start, end
    )
    edges = [each for stretch in found for each in stretch]
    assert edges == sorted(edges)
    assert all(start <= each <= end for each in edges)
    assert all(calendar.is_open(opens) for opens, _ in found)
    assert calendar.open_between(end, start) == []


@given(situations(), seconds, durations.filter(bool))
def test_the_answer_is_the_earliest_and_the_latest(
    situation: Any, offset: timedelta, d: timedelta
) -> None:
    content, start = situation
    calendar, start = Calendar(**content), start + offset
    tick = timedelta(microseconds=1)
    assert calendar.elapsed(start, calendar.add(start, d) - tick) == d - tick
    assert calendar.elapsed(calendar.subtract(start, d) + tick, start) == d - tick


@given(situations(), gaps, durations, durations)
def test_adding_more_or_later_never_ends_earlier(
    situation: Any, gap: timedelta, d: timedelta, more: timedelta
) -> None:
    content, start = situation
    calendar = Calendar(**content)
    end = calendar.add(start, d)
    assert calendar.add(start, d + more) >= end
    assert calendar.add(start + abs(gap), d) >= end


@given(situations(), gaps, gaps)
def test_elapsed_adds_up(situation: Any, one: timedelta, two: timedelta) -> None:
    content, start = situation
    calendar = Calendar(**content)
    middle, end = start + one, start + one + two
    whole = calendar.elapsed(start, middle) + calendar.elapsed(middle, end)
    assert calendar.elapsed(start, end) == whole
    assert calendar.elapsed(end, start) == -whole


@given(situations(), st.lists(st.tuples(gaps, durations), min_size=1, max_size=8))
def test_arrays_answer_as_scalars_do(situation: Any, pairs: Any) -> None:
    content, start = situation
    calendar = Calendar(**content)
    instants = [start + gap for gap, _ in pairs]
    amounts = np.array([d for _, d in pairs], "timedelta64[us]")
    as_array = np.array([t.replace(tzinfo=None) for t in instants], "datetime64[us]")
    last = np.full_like(as_array, as_array[-1])

    def told(answers: Any) -> list[datetime]:
        return [t.replace(tzinfo=UTC) for t in answers.tolist()]

    assert calendar.is_open_array(as_array).tolist() == [calendar.is_open(t) for t in instants]
    assert told(calendar.add_array(as_array, amounts)) == [
        calendar.add(t, d) for t, (_, d) in zip(instants, pairs, strict=True)
    ]
    assert told(calendar.subtract_array(as_array, amounts)) == [
        calendar.subtract(t, d) for t, (_, d) in zip(instants, pairs, strict=True)
    ]
    days = np.arange(len(instants)) % 7 - 3
    for each, single in (
        (calendar.add_business_days_array, calendar.add_business_days),
        (calendar.end_of_business_day_array, calendar.end_of_business_day),
    ):
        assert told(each(as_array, days)) == [
            single(t, int(n)) for t, n in zip(instants, days, strict=True)
        ]
    assert calendar.elapsed_array(as_array, last).tolist() == [
        calendar.elapsed(t, instants[-1]) for t in instants
    ]


@given(situations(), st.integers(0, 1440), st.integers(1, 900))
@settings(max_examples=100)
def test_a_watched_clock_agrees(situation: Any, length: int, worked: int) -> None:
    content, start = situation
    calendar, naive = Calendar(**content), NaiveCalendar(**content)
    end, d = start + length * MINUTE, worked * MINUTE
    assert calendar.is_open(start) == naive.is_open(start)
    assert calendar.elapsed(start, end) == naive.elapsed(start, end)
    within = timedelta(days=2)
    due = naive.add(start, d, within)
    assert due is None or calendar.add(start, d) == due
    since = naive.subtract(start, d, within)
    assert since is None or calendar.subtract(start, d) == since


@given(situations(), st.integers(-6, 6))
@settings(max_examples=40)
def test_business_days_agree_with_a_walk_through_the_days(situation: Any, n: int) -> None:
    content, start = situation
    calendar, naive = Calendar(**content), NaiveCalendar(**content)
    forward = n >= 0
    moment = (
        calendar.add(start, timedelta(0)) if forward else calendar.subtract(start, timedelta(0))
    )
    assume(abs(moment - start) < timedelta(days=6))
    day = moment.astimezone(naive.zone).date()
    openings = {day: naive.opening(day)}
    if openings[day] is None or openings[day] > moment:
        day -= timedelta(days=1)
    clock = moment.astimezone(naive.zone).replace(tzinfo=None)
    time_of_day = clock - datetime(day.year, day.month, day.day)
    step, left = timedelta(days=1 if forward else -1), abs(n)
    while left:
        day += step
        left -= naive.opening(day) is not None
    opening, closing = naive.opening(day), naive.closing(day)
    assert opening is not None
    assert closing is not None
    assert calendar.end_of_business_day(start, n) == closing
    if n == 0:
        assert calendar.add_business_days(start, n) == moment
    else:
        same_time = naive.first_showing(datetime(day.year, day.month, day.day) + time_of_day)
        wanted = max(opening, min(same_time, closing))
        assert calendar.add_business_days(start, n) == wanted


@pytest.mark.parametrize("year", [1971, 2150, 2200])
@given(day=st.integers(1, 360), d=durations)
@example(day=200, d=timedelta(hours=8))
@settings(max_examples=10)
def test_distant_years_are_answered(year: int, day: int, d: timedelta) -> None:
    calendar = Calendar("America/New_York", {"mon": [("09:00", "17:00")]})
    start = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day)
    assert calendar.elapsed(start, calendar.add(start, d)) == d
