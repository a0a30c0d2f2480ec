"""What a calendar refuses, says of itself, and answers in the cases people argue about."""

import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from leadpact.calendars import Calendar, CalendarError

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = {day: [("09:00", "17:00")] for day in WEEKDAYS}
NIGHTS = {day: [("22:00", "06:00")] for day in WEEKDAYS}
HOUR = timedelta(hours=1)


def office(**changes: Any) -> Calendar:
    return Calendar(**{"timezone": "America/New_York", "hours": NINE_TO_FIVE, **changes})


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "no known time zone"),
        ({"timezone": "../etc/passwd"}, "no known time zone"),
        ({"timezone": "America"}, "no known time zone"),
        ({"timezone": ""}, "no known time zone"),
        ({"hours": {"monday": [("09:00", "17:00")]}}, "“monday” is no weekday"),
        ({"hours": {"mon": [("9:00", "17:00")]}}, "'9:00' is no time of day"),
        ({"hours": {"mon": [("09:00", "25:00")]}}, "'25:00' is no time of day"),
        ({"hours": {"mon": [("09:00", "17:60")]}}, "'17:60' is no time of day"),
        ({"hours": {"mon": [(540, 1020)]}}, "540 is no time of day"),
        ({"hours": {"mon": [("24:00", "06:00")]}}, "cannot begin at 24:00"),
        ({"hours": {"mon": ["09:00"]}}, "is not a pair"),
        ({"hours": {"mon": [("09:00", "12:00", "17:00")]}}, "is not a pair"),
        ({"hours": {}}, "no working time"),
        ({"hours": {"mon": []}, "exceptions": {date(2026, 1, 5): []}}, "no working time"),
        ({"holidays": ["2026-12-25"]}, "holiday '2026-12-25' is not a date"),
        ({"holidays": [datetime(2026, 12, 25, tzinfo=UTC)]}, "is not a date"),
        ({"exceptions": {date(2026, 12, 24): [("9", "12")]}}, "Hours of 2026-12-24: '9'"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused(changes: Any, words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        office(**changes)


def test_a_naive_time_is_refused() -> None:
    naive = datetime(2026, 1, 5, 10)
    with pytest.raises(CalendarError, match="has no time zone"):
        office().is_open(naive)
    with pytest.raises(CalendarError, match="has no time zone"):
        office().elapsed(at("2026-01-05T10:00"), naive)


def test_a_duration_that_fills_the_day_ends_at_closing() -> None:
    assert office().add(at("2026-01-05T09:00"), 8 * HOUR) == at("2026-01-05T17:00")
    assert office().subtract(at("2026-01-05T17:00"), 8 * HOUR) == at("2026-01-05T09:00")


def test_saturday_evening_counts_from_monday_opening() -> None:
    assert office().add(at("2026-01-10T20:00"), 2 * HOUR) == at("2026-01-12T11:00")


def test_zero_goes_to_the_nearest_working_moment() -> None:
    saturday = at("2026-01-10T20:00")
    assert office().add(saturday, timedelta(0)) == at("2026-01-12T09:00")
    assert office().subtract(saturday, timedelta(0)) == at("2026-01-09T17:00")
    opening = at("2026-01-12T09:00")
    assert office().add(opening, timedelta(0)) == opening
    assert office().subtract(opening, timedelta(0)) == opening


def test_negative_durations_go_the_other_way() -> None:
    noon = at("2026-01-05T12:00")
    assert office().add(noon, -4 * HOUR) == office().subtract(noon, 4 * HOUR)
    assert office().subtract(noon, -6 * HOUR) == office().add(noon, 6 * HOUR)
    assert office().elapsed(noon, at("2026-01-05T10:00")) == -2 * HOUR


def test_opening_is_open_and_closing_is_not() -> None:
    assert office().is_open(at("2026-01-05T09:00"))
    assert not office().is_open(at("2026-01-05T17:00"))


def test_answers_come_in_the_zone_of_the_question() -> None:
    asked = datetime(2026, 1, 5, 20, tzinfo=ZoneInfo("Asia/Kolkata"))
    answer = office().add(asked, HOUR)
    assert answer == at("2026-01-05T10:30")
    assert str(answer) == "2026-01-05 21:00:00+05:30"


def test_lunch_is_a_break() -> None:
    split = office(hours={"mon": [("13:00", "17:00"), ("09:00", "12:00")]})
    assert split.add(at("2026-01-05T11:00"), 2 * HOUR) == at("2026-01-05T14:00")
    assert not split.is_open(at("2026-01-05T12:30"))
    # Outside hours a business day counts from the next opening: here one o'clock.
    assert split.add_business_days(at("2026-01-05T12:30"), 1) == at("2026-01-12T13:00")


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    nights = office(hours=NIGHTS)
    assert nights.is_open(at("2026-01-10T05:00"))  # Saturday morning, the end of Friday's shift
    assert not nights.is_open(at("2026-01-12T05:00"))  # Monday morning
    assert nights.is_business_day(date(2026, 1, 9))
    assert not nights.is_business_day(date(2026, 1, 10))
    friday_night = at("2026-01-10T02:00")
    assert nights.add_business_days(friday_night, 1) == at("2026-01-13T02:00")
    assert nights.end_of_business_day(friday_night, 0) == at("2026-01-10T06:00")
    holiday = office(hours=NIGHTS, holidays=[date(2026, 1, 9)])
    assert holiday.is_open(at("2026-01-09T05:00"))
    assert not holiday.is_open(at("2026-01-10T05:00"))


def test_overlapping_shifts_count_once() -> None:
    same_day = office(hours={"mon": [("09:00", "13:00"), ("12:00", "17:00")]})
    assert same_day == office(hours={"mon": [("09:00", "17:00")]})
    overnight = office(hours={"mon": [("22:00", "08:00")], "tue": [("06:00", "12:00")]})
    assert overnight.elapsed(at("2026-01-05T00:00"), at("2026-01-07T00:00")) == 14 * HOUR


def test_an_exception_replaces_the_day_even_a_holiday() -> None:
    inventory = date(2026, 1, 10)
    changed = office(
        holidays=[date(2026, 1, 5), date(2026, 1, 6)],
        exceptions={
            inventory: [("10:00", "12:00")],
            date(2026, 1, 6): [("09:00", "10:00")],
            date(2026, 1, 7): [],
        },
    )
    assert not changed.is_business_day(date(2026, 1, 5))
    assert changed.add(at("2026-01-05T09:00"), 2 * HOUR) == at("2026-01-08T10:00")
    assert changed.is_open(at("2026-01-10T11:00"))


def test_a_day_of_23_or_25_hours_is_as_long_as_it_is() -> None:
    around = Calendar.around_the_clock("America/New_York")
    nights = office(hours={"sat": [("22:00", "06:00")]})
    spring, autumn = ("2026-03-08", "2026-03-09"), ("2026-11-01", "2026-11-02")
    assert around.elapsed(at(f"{spring[0]}T00:00"), at(f"{spring[1]}T00:00")) == 23 * HOUR
    assert nights.elapsed(at("2026-03-07T12:00"), at("2026-03-08T12:00")) == 7 * HOUR
    assert nights.elapsed(at("2026-10-31T12:00"), at("2026-11-01T12:00")) == 9 * HOUR
    assert around.elapsed(at(f"{autumn[0]}T00:00"), at(f"{autumn[1]}T00:00")) == 25 * HOUR


def test_an_hour_shown_twice_is_open_twice() -> None:
    early = office(hours={"sun": [("01:00", "01:30")]})
    assert early.elapsed(at("2026-11-01T00:00"), at("2026-11-01T06:00")) == HOUR
    assert early.is_open(at("2026-11-01T01:15", fold=0))
    assert early.is_open(at("2026-11-01T01:15", fold=1))
    assert early.end_of_business_day(at("2026-11-01T01:00"), 0) == at("2026-11-01T01:30", fold=1)


def test_an_hour_that_is_skipped_has_no_working_time() -> None:
    early = office(hours={"sun": [("02:00", "03:00")]})
    assert early.elapsed(at("2026-03-08T00:00"), at("2026-03-08T06:00")) == timedelta(0)
    assert not early.is_business_day(date(2026, 3, 8))
    every_day = office(hours={"sat": [("00:00", "06:00")], "sun": [("00:00", "06:00")]})
    # Half past two does not exist on that Sunday: the skip ends at three.
    assert every_day.add_business_days(at("2026-03-07T02:30"), 1) == at("2026-03-08T03:00")


def test_a_day_the_zone_left_out_is_no_business_day() -> None:
    samoa = Calendar("Pacific/Apia", NINE_TO_FIVE)
    thursday = datetime(2011, 12, 29, 16, tzinfo=ZoneInfo("Pacific/Apia"))
    assert not samoa.is_business_day(date(2011, 12, 30))
    assert samoa.add(thursday, 2 * HOUR) == datetime(2012, 1, 2, 10, tzinfo=samoa.zone)


def test_business_days_keep_the_time_within_the_hours_of_the_day() -> None:
    uneven = office(
        hours={
            "mon": [("09:00", "17:00")],
            "tue": [("10:00", "16:00")],
            "wed": [("06:00", "22:00")],
        }
    )
    assert uneven.add_business_days(at("2026-01-05T09:30"), 1) == at("2026-01-06T10:00")
    assert uneven.add_business_days(at("2026-01-05T16:30"), 1) == at("2026-01-06T16:00")
    assert uneven.add_business_days(at("2026-01-05T16:30"), 2) == at("2026-01-07T16:30")
    assert uneven.add_business_days(at("2026-01-05T20:00"), 1) == at("2026-01-07T10:00")
    assert uneven.end_of_business_day(at("2026-01-05T20:00"), 0) == at("2026-01-06T16:00")
    assert uneven.end_of_business_day(at("2026-01-05T12:00"), 2) == at("2026-01-07T22:00")
    assert uneven.add_business_days(at("2026-01-07T23:00"), -1) == at("2026-01-06T16:00")


def test_a_calendar_of_listed_dates_comes_to_an_end() -> None:
    fair = office(hours={}, exceptions={date(2026, 5, 9): [("10:00", "18:00")]})
    assert fair.add(at("2020-01-01T00:00"), 8 * HOUR) == at("2026-05-09T18:00")
    with pytest.raises(CalendarError, match="no working time after 2026-05-09"):
        fair.add(at("2020-01-01T00:00"), 9 * HOUR)
    with pytest.raises(CalendarError, match="no working time before 2026-05-09"):
        fair.subtract(at("2030-01-01T00:00"), 9 * HOUR)
    with pytest.raises(CalendarError, match="no working time after 2026-05-09"):
        fair.add_business_days(at("2026-05-09T12:00"), 1)
    with pytest.raises(CalendarError, match="no working time after 2026-05-09"):
        fair.add_array(np.array(["2026-05-09T12:00"], "datetime64[us]"), 9 * HOUR)


def test_absurd_questions_get_a_sentence() -> None:
    with pytest.raises(CalendarError, match="after the year 2500"):
        office().add(at("2026-01-05T12:00"), timedelta(days=200_000))
    with pytest.raises(CalendarError, match="cannot be added"):
        office().add(at("2026-01-05T12:00"), timedelta.max)
    with pytest.raises(CalendarError, match="for the years"):
        office().is_open(datetime.min.replace(tzinfo=UTC))
    with pytest.raises(CalendarError, match="after the year 9999"):
        Calendar.around_the_clock().add(at("2026-01-05T12:00"), timedelta(days=3_000_000))


def test_clock_hours_never_close() -> None:
    always = Calendar.around_the_clock()
    start = at("2026-03-07T12:00")
    assert always.always_open
    assert always.add(start, 24 * HOUR) == at("2026-03-08T13:00")
    assert always.elapsed(start + HOUR, start) == -HOUR
    assert not office().always_open


def test_an_array_in_the_place_of_an_instant_is_one_sentence() -> None:
    with pytest.raises(CalendarError, match="ndarray is no single instant; arrays have functions"):
        office().add(np.array(["2026-05-09T12:00"], "M8[us]"), HOUR)


def test_arrays_keep_shape_and_type() -> None:
    ticks = np.array([[0, 1], [2, 3]], np.int64)
    assert office().add_array(ticks, 0).dtype == np.int64
    assert office().add_array(ticks, 3_600_000_000).shape == (2, 2)
    assert office().elapsed_array(ticks.view("datetime64[us]"), ticks[0, 0]).dtype == "m8[us]"
    assert office().add_array(np.array([], "M8[us]"), HOUR).dtype == "M8[us]"
    seconds = np.array(["2026-01-05T14:00:00"], "M8[s]")
    assert office().add_array(seconds, np.timedelta64(1, "h"))[0] == np.datetime64(
        "2026-01-05T15:00"
    )


def test_missing_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="1 missing"):
        office().is_open_array(np.array(["NaT"], "M8[us]"))


def test_what_it_says_of_itself() -> None:
    split = {"mon": [("09:00", "12:00"), ("13:00", "17:00")], "sat": [("22:00", "06:00")]}
    extra = {date(2026, 1, 10): [("10:00", "12:00")]}
    assert (
        Calendar.for_country("America/New_York", NINE_TO_FIVE, "US").describe()
        == "Monday to Friday 09:00–17:00, America/New_York, 11 public holidays a year"
    )
    assert office(hours=split, holidays=[date(2026, 1, 5)], exceptions=extra).describe() == (
        "Monday 09:00–12:00 and 13:00–17:00, Saturday 22:00–06:00, America/New_York, "
        "1 holiday in 2026, 1 dated exception"
    )
    assert office(hours={}, exceptions=extra).describe() == (
        "Open on 1 date only, America/New_York"
    )
    assert Calendar.around_the_clock().describe() == "Around the clock, UTC"


def test_equal_content_is_equal_however_it_was_written() -> None:
    one = office(holidays=[date(2026, 12, 25), date(2026, 1, 1)])
    other = office(holidays={date(2026, 1, 1), date(2026, 12, 25)})
    assert one == other
    assert hash(one) == hash(other)
    assert one != office()
    assert one.fingerprint != office(timezone="America/Chicago", holidays=one.holidays).fingerprint


def test_a_copy_through_pickle_answers_the_same() -> None:
    original = office(exceptions={date(2026, 1, 5): []})
    original.is_open(at("2026-01-05T12:00"))
    copy = pickle.loads(pickle.dumps(original))
    assert copy == original
    assert not copy.is_open(at("2026-01-05T12:00"))


def test_regional_holidays_and_extra_ones() -> None:
    corpus_christi, own = date(2026, 6, 4), date(2026, 6, 5)
    bavaria = Calendar.for_country(
        "Europe/Berlin", NINE_TO_FIVE, "DE", "BY", extra_holidays=[own], years=[2026]
    )
    berlin = Calendar.for_country("Europe/Berlin", NINE_TO_FIVE, "DE", "BE", years=[2026])
    assert not bavaria.is_business_day(corpus_christi)
    assert not bavaria.is_business_day(own)
    assert berlin.is_business_day(corpus_christi)


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("US", "Bavaria")])
def test_unknown_countries_and_regions_are_refused(country: str, region: str | None) -> None:
    with pytest.raises(CalendarError, match="No public holidays are known"):
        Calendar.for_country("UTC", NINE_TO_FIVE, country, region)


def test_making_a_calendar_imports_nothing_heavy() -> None:
    program = (
        "import sys; from leadpact.calendars import Calendar;"
        "Calendar('UTC', {'mon': [('09:00', '17:00')]});"
        "print(sorted({'numpy', 'numba', 'holidays', 'duckdb'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout.strip() == "[]", shown.stderr


@pytest.mark.parametrize(
    ("zone", "hours", "day", "opening"),
    [
        ("UTC", NINE_TO_FIVE, "2026-03-02", "2026-03-02 09:00"),
        ("UTC", NINE_TO_FIVE, "2026-03-01", None),
        ("America/New_York", {"mon": [("13:00", "17:00"), ("08:00", "12:00")]}, "2026-03-02",
         "2026-03-02 13:00"),
        ("UTC", {"mon": [("22:00", "06:00")]}, "2026-03-02", "2026-03-02 22:00"),
        ("UTC", {"mon": [("22:00", "06:00")]}, "2026-03-03", None),
        ("Europe/London", {"sun": [("01:30", "03:00")]}, "2026-03-29", "2026-03-29 01:00"),
        ("Europe/London", {"sun": [("01:30", "03:00")]}, "2026-10-25", "2026-10-25 00:30"),
    ],
)  # fmt: skip
def test_a_working_day_begins_with_its_first_shift(
    zone: str, hours: dict, day: str, opening: str | None
) -> None:
    expected = datetime.fromisoformat(f"{opening}+00:00") if opening else None
    assert Calendar(zone, hours).opening_of(date.fromisoformat(day)) == expected
