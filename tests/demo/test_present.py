from datetime import UTC, datetime, timedelta

import pytest

from leadpact.demo.present import Move, generate_until
from leadpact.demo.visitors import Visitors

MOMENTS = [
    datetime(2026, 11, 20, 17, tzinfo=UTC),
    datetime(2026, 11, 20, 17, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 26, 6, 30, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
    datetime(2027, 7, 3, 10, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
]


@pytest.mark.parametrize("until", MOMENTS, ids=str)
def test_any_moment_is_the_end_of_a_year(until: datetime) -> None:
    move = Move.to(until)
    assert move.of(move.moment) == until
    year = move.moment.year
    last = datetime(year, 11, 20, 17, tzinfo=UTC)
    assert last - timedelta(days=7, hours=2) < move.moment <= last
    assert move.weeks in range(53)


def test_a_moved_year_keeps_its_weekdays_and_ends_then() -> None:
    until = datetime(2027, 7, 3, 10, tzinfo=UTC)
    company = generate_until(until, leads=150)
    assert company.until == until
    assert max(max(row.happened_at, row.recorded_at) for row in company.rows) <= until
    assert all(row.happened_at <= row.recorded_at for row in company.rows)
    assert until - min(row.happened_at for row in company.rows) > timedelta(days=300)
    assert all(deal.opened_at <= until for deal in company.deals)
    by_people = [row for row in company.rows if row.kind == "sales.accepted"]
    weekend = [row for row in by_people if row.happened_at.weekday() > 4]
    assert len(by_people) > 5
    assert weekend == []


def test_the_same_moment_gives_the_same_year() -> None:
    until = datetime(2027, 7, 3, 10, tzinfo=UTC)
    assert generate_until(until, leads=20).rows == generate_until(until, leads=20).rows


def test_visitors_have_their_numbers() -> None:
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    first = Visitors(7).visit(1, at)
    assert Visitors(7).visit(1, at) == first
    others = {Visitors(7).visit(number, at).email for number in range(1, 40)}
    assert len(others) == 39
    assert [row.happened_at for row in first.rows] == sorted(row.happened_at for row in first.rows)
    assert first.rows[0].kind == "lead.created"
    assert first.rows[-1].happened_at >= at
    asks = [
        Visitors(7).visit(number, at).rows[-1].properties.get("form") for number in range(1, 60)
    ]
    assert {"demo", "contact", "newsletter"} <= set(asks)
