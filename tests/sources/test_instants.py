"""Dates and times as people and exports write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.sources.instants import (
    EPOCH,
    DateOrder,
    InstantError,
    OrderUnclearError,
    ZoneMissingError,
    needs_order,
    order_evidence,
    read_moment,
)

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, zone=NEW_YORK, order=None, **how) -> datetime:
    return EPOCH + timedelta(microseconds=read_moment(text, zone, order, **how).microseconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-14", "2025-03-14T04:00:00+00:00"),
        ("2025-03-14 09:05", "2025-03-14T13:05:00+00:00"),
        ("2025/03/14 09:05:06", "2025-03-14T13:05:06+00:00"),
        ("2025-03-14T09:05:06.789Z", "2025-03-14T09:05:06.789000+00:00"),
        ("2025-03-14 09:05 UTC", "2025-03-14T09:05:00+00:00"),
        ("2025-03-14 09:05:06.123456789 +0100", "2025-03-14T08:05:06.123456+00:00"),
        ("2025-03-14T09:05:00-05:30", "2025-03-14T14:35:00+00:00"),
        ("3/14/2025, 9:05 AM", "2025-03-14T13:05:00+00:00"),
        ("3/14/2025 12:05 AM", "2025-03-14T04:05:00+00:00"),
        ("3/14/2025 12:05 p.m.", "2025-03-14T16:05:00+00:00"),
        ("14.3.2025 09:05", "2025-03-14T13:05:00+00:00"),
        ("14 Mar 2025", "2025-03-14T04:00:00+00:00"),
        ("March 14th, 2025 at 9:05 PM", "2025-03-15T01:05:00+00:00"),
        ("5/5/2025", "2025-05-05T04:00:00+00:00"),
        ("1741943100000", "2025-03-14T09:05:00+00:00"),
    ],
)
def test_is_read(text: str, expected: str) -> None:
    assert at(text).isoformat() == expected


def test_order_decides_between_march_and_april() -> None:
    assert at("3/4/2025", UTC, DateOrder.MONTH_FIRST).month == 3
    assert at("3/4/2025", UTC, DateOrder.DAY_FIRST).month == 4
    with pytest.raises(OrderUnclearError):
        at("3/4/2025")


def test_dots_always_put_the_day_first() -> None:
    assert at("3.4.2025", UTC, DateOrder.MONTH_FIRST).month == 4
    assert not needs_order("3.4.2025")


def test_values_show_the_order() -> None:
    assert order_evidence("3/14/2025") is DateOrder.MONTH_FIRST
    assert order_evidence("14/3/2025 9:05") is DateOrder.DAY_FIRST
    assert order_evidence("3/4/2025") is None
    assert needs_order("3/4/2025")
    assert not needs_order("3/3/2025")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "no date or time"),
        ("2025-02-30", "no such day"),
        ("2025-03-14 25:00", "no such day"),
        ("2025-03-14 13:00 PM", "no such day"),
        ("14/13/2025", "unclear"),
        ("3/14/25", "two digits"),
        ("1969-12-31", "before 1970"),
        ("2201-01-01", "after 2200"),
        ("2025-03-14 09:05 EST", "no date or time"),
        ("2025-03-14T09:05+99:00", "no such offset"),
    ],
)
def test_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InstantError, match=reason):
        at(text)


def test_the_declared_order_is_kept_to() -> None:
    with pytest.raises(InstantError, match="no date with the month first"):
        at("14/3/2025", UTC, DateOrder.MONTH_FIRST)


def test_without_a_zone_only_an_offset_will_do() -> None:
    assert at("2025-03-14T09:05Z", None).hour == 9
    with pytest.raises(ZoneMissingError):
        at("2025-03-14 09:05", None)


def test_a_day_can_end() -> None:
    assert at("2025-03-14", UTC, end_of_day=True).isoformat() == "2025-03-14T23:59:59+00:00"
    assert at("2025-03-14 09:05", UTC, end_of_day=True).hour == 9


def test_clock_changes() -> None:
    assert at("2025-03-09 02:30") == at("2025-03-09 03:30")
    assert at("2025-11-02 01:30") == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)), st.sampled_from(DateOrder))
def test_what_is_written_is_read(moment: datetime, order: DateOrder) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=UTC)
    form = "%m/%d/%Y %I:%M:%S %p" if order is DateOrder.MONTH_FIRST else "%d/%m/%Y %H:%M:%S"
    assert at(moment.isoformat(), UTC) == expected
    assert at(moment.strftime(form), UTC, order) == expected
