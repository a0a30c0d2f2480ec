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


def test_what_nobody_works_is_given_back_after_some_weeks() -> None:
    until = datetime(2026, 11, 20, 17, tzinfo=UTC)
    company = generate_until(until, leads=300)
    back = [row for row in company.rows if row.event_id.endswith("given-back")]
    assert len(back) > 5
    assert all(row.happened_at.weekday() == 0 for row in back)
    in_deals = {lead for deal in company.deals for lead in deal.roles}
    for row in back:
        work = [
            each
            for each in company.rows
            if each.lead_id == row.lead_id and each.kind.startswith(("sales.", "lead.assigned"))
        ]
        assert row.lead_id not in in_deals
        assert row.happened_at - max(each.happened_at for each in work) >= timedelta(weeks=3)
        assert row is [each for each in company.rows if each.lead_id == row.lead_id
                       and each.kind == "lead.recycled"][-1]  # fmt: skip
