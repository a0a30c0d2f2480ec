"""Many calendars in one table, and what lies beyond its horizon."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from leadpact.calendars import Calendar, kernels
from leadpact.calendars.kernels import FAR
from leadpact.calendars.packing import pack_calendars
from leadpact.calendars.zones import offsets

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CALENDARS = [
    Calendar("America/New_York", {"mon": [("09:00", "17:00")], "fri": [("22:00", "06:00")]}),
    Calendar.around_the_clock("Europe/Berlin"),
    Calendar("Asia/Kolkata", {}, exceptions={date(2026, 7, 1): [("09:00", "12:00")]}),
    Calendar("UTC", {}, exceptions={date(2030, 7, 1): [("09:00", "12:00")]}),
    Calendar("Pacific/Apia", {day: [("08:00", "20:00")] for day in ("tue", "wed", "sun")}),
]
HOUR = 3_600_000_000


def ticks(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("index", range(len(CALENDARS)))
def test_a_calendar_answers_in_company_as_it_does_alone(index: int) -> None:
    together, alone = (
        pack_calendars(CALENDARS, FIRST, LAST),
        pack_calendars([CALENDARS[index]], FIRST, LAST),
    )
    moments = np.random.default_rng(7).integers(ticks("2026-01-03"), ticks("2026-12-29"), 40)
    for a, b in moments.reshape(-1, 2).tolist():
        for ask, more in (
            (kernels.working_between, b),
            (kernels.add_working, 30 * HOUR),
            (kernels.subtract_working, 30 * HOUR),
            (kernels.add_business_days_at, 2),
            (kernels.add_business_days_at, -2),
            (kernels.end_of_business_day_at, 1),
        ):
            assert ask(together, index, a, more) == ask(alone, 0, a, more)
        assert kernels.is_open_at(together, index, a) == CALENDARS[index].is_open(
            datetime.fromtimestamp(a / 1e6, UTC)
        )


def test_beyond_the_horizon_the_answer_is_far() -> None:
    table = pack_calendars(CALENDARS, FIRST, LAST)
    inside, before, after = ticks("2026-06-01"), ticks("2025-06-01"), ticks("2027-06-01")
    office = 0
    assert kernels.working_between(table, office, inside, after) == FAR
    assert kernels.working_between(table, office, before, inside) == FAR
    assert kernels.add_working(table, office, after, HOUR) == FAR
    assert kernels.add_working(table, office, inside, 10_000 * HOUR) == FAR
    assert kernels.subtract_working(table, office, inside, 10_000 * HOUR) == -FAR
    assert kernels.add_business_days_at(table, office, inside, 10_000) == FAR
    assert kernels.add_business_days_at(table, office, inside, -10_000) == -FAR
    assert kernels.end_of_business_day_at(table, office, before, 0) == FAR
    assert not kernels.is_open_at(table, office, after)


def test_a_calendar_without_openings_in_the_horizon_is_far_away() -> None:
    table = pack_calendars(CALENDARS, FIRST, LAST)
    inside, nowhere = ticks("2026-06-01"), 3
    assert kernels.working_between(table, nowhere, inside, inside + 900 * HOUR) == 0
    for duration in (0, HOUR):
        assert kernels.add_working(table, nowhere, inside, duration) == FAR
        assert kernels.subtract_working(table, nowhere, inside, duration) == -FAR
    assert kernels.end_of_business_day_at(table, nowhere, inside, 0) == FAR


def test_the_first_local_day_is_whole() -> None:
    """A night shift from the day before reaches into the horizon."""
    nights = Calendar("America/New_York", {"wed": [("22:00", "06:00")]})
    table = pack_calendars([nights], date(2026, 1, 1), date(2026, 1, 31))
    midnight = ticks("2026-01-01T05:00")
    assert kernels.is_open_at(table, 0, midnight)
    assert not kernels.is_open_at(table, 0, midnight - 1)
    assert kernels.end_of_business_day_at(table, 0, midnight, 0) == midnight + 6 * HOUR


def test_offsets_know_both_changes_of_a_year() -> None:
    berlin = offsets(Calendar("Europe/Berlin", {"mon": [("09:00", "17:00")]}).zone, 2026, 2026)
    assert [(datetime.fromtimestamp(since, UTC).isoformat(), shift) for since, shift in berlin] == [
        ("2026-01-01T00:00:00+00:00", 3600),
        ("2026-03-29T01:00:00+00:00", 7200),
        ("2026-10-25T01:00:00+00:00", 3600),
    ]
