"""Calendar periods follow the wall clock of the agreement's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from leadpact.engine.metrics.periods import last_full, period_named, period_of, periods_between

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("unit", "label", "title"),
    [
        ("week", "2025-W27", "week 27 of 2025"),
        ("month", "2025-06", "June 2025"),
        ("quarter", "2025-Q2", "Q2 2025"),
        ("half-year", "2025-H1", "H1 2025"),
        ("year", "2025", "2025"),
    ],
)
def test_an_instant_belongs_to_the_local_period(unit, label, title) -> None:
    # 03:30 UTC on 1 July is 23:30 on 30 June in New York.
    period = period_of(datetime(2025, 7, 1, 3, 30, tzinfo=UTC), unit, NEW_YORK)
    assert (period.label, period.title) == (label, title)


def test_a_period_reaches_from_midnight_to_midnight_across_a_change_of_clocks() -> None:
    march = period_of(datetime(2025, 3, 20, tzinfo=UTC), "month", NEW_YORK)
    assert march.starts == datetime(2025, 3, 1, 5, tzinfo=UTC)
    assert march.ends == datetime(2025, 4, 1, 4, tzinfo=UTC)
    assert not march.holds(march.ends)
    assert march.holds(march.starts)


def test_periods_have_no_gap() -> None:
    found = periods_between(
        datetime(2024, 11, 15, tzinfo=UTC), datetime(2025, 7, 1, 3, tzinfo=UTC), "quarter", NEW_YORK
    )
    assert [p.label for p in found] == ["2024-Q4", "2025-Q1", "2025-Q2"]
    assert all(a.ends == b.starts for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("as_of", "label"),
    [
        (datetime(2025, 7, 1, 3, 59, tzinfo=UTC), "2025-Q1"),
        (datetime(2025, 7, 1, 4, tzinfo=UTC), "2025-Q2"),
    ],
)
def test_the_last_full_quarter_had_ended_by_then(as_of, label) -> None:
    assert last_full(as_of, "quarter", NEW_YORK).label == label


@pytest.mark.parametrize(
    "label", ["2025", "2025-H2", "2025-Q4", "2025-12", "2025-W07", "2026-W53", "1999-01"]
)
def test_a_period_is_found_by_its_label(label: str) -> None:
    period = period_named(label, NEW_YORK)
    assert period is not None
    assert period.label == label


@pytest.mark.parametrize(
    "label", ["", "2025-", "2025-Q", "2025-Q5", "2025-13", "2025-1", "2025-W53", "20251", "0000"]
)
def test_what_is_no_label_names_no_period(label: str) -> None:
    assert period_named(label, NEW_YORK) is None
