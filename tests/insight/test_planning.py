"""The planner: a year's revenue turned into MQLs and deals, worked by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leadpact.documents import plan as told
from leadpact.documents.blocks import Kept, plain
from leadpact.documents.case_book import CaseBook
from leadpact.documents.plan_cases import cases_of_plan
from leadpact.engine.metrics.measures import Measures
from leadpact.insight.plan_asked import PlanError, Planned, Typed, make_plan
from leadpact.insight.plan_history import Known, PastMonth, known
from leadpact.insight.planning import LONGEST
from leadpact.insight.statistics import Estimate
from tests.engine.metrics import tiny

MONTHS = [PastMonth(f"2026-{n:02}", f"month {n}", 40, 4 + n, n, 1000.0 * n) for n in range(1, 13)]
KNOWN = Known(
    currency="EUR",
    average_sale=Estimate(1000.0, 500.0, 2000.0, 40),
    from_mqls=Estimate(0.5, None, None, 40),
    deals_per_mql=Estimate(0.1, 0.05, 0.2, 400),
    mature_days=60,
    mqls_per_lead=Estimate(0.25, 0.2, 0.3, 1000),
    reached={"SQL": Estimate(0.4, 0.3, 0.5, 400)},
    delays={31: 1},
    months=MONTHS,
)
#: One deal of 1,000 a day.
DAILY = Typed(year="2027", revenue="365,000", split="even")


def planned(typed: Typed = DAILY, known: Known = KNOWN) -> Planned:
    return make_plan(typed, known, tiny.agreement())


def test_mqls_are_due_as_much_earlier_as_deals_took() -> None:
    # Half of the deals from MQLs, ten MQLs a deal: five a day, each 31 days before its deal.
    found = planned().plan
    assert [round(each.closes) for each in found.months[:2]] == [31, 28]
    assert [(each.starts.isoformat(), round(each.mqls)) for each in found.before] == [
        ("2026-12-01", 155)
    ]
    assert [round(each.mqls) for each in found.months] == [
        155, 140, 155, 150, 155, 150, 155, 155, 150, 155, 150, 155,
    ]  # fmt: skip
    assert found.months[0].leads == pytest.approx(155 * 4)
    assert found.months[0].reached["SQL"] == pytest.approx(62)
    assert found.whole.closes == pytest.approx(365)
    assert [round(each.revenue) for each in found.quarters] == [90_000, 91_000, 92_000, 92_000]


def test_each_deal_has_its_own_time() -> None:
    # Half of the deals take no time, half 31 days.
    found = planned(known=replace(KNOWN, delays={0: 3, 31: 3})).plan
    assert round(found.before[0].mqls, 1) == 77.5
    assert round(found.months[0].mqls) == 155


@given(
    delays=st.dictionaries(st.integers(0, 500), st.integers(1, 9), min_size=1, max_size=5),
    sale=st.integers(1, 100_000),
    share=st.floats(0.01, 1),
)
def test_every_deal_has_its_mqls(delays: dict[int, int], sale: int, share: float) -> None:
    known = replace(
        KNOWN,
        delays={min(days, LONGEST): n for days, n in delays.items()},
        average_sale=Estimate(sale, None, None, 40),
        from_mqls=Estimate(share, None, None, 40),
    )
    found = make_plan(replace(DAILY, days=""), known, tiny.agreement()).plan
    longest = max(known.delays)
    # On every day so far from the year's end that only its own deals count, and none before.
    january = sum(each.mqls for each in found.before) + found.whole.mqls
    deals = 365_000 / sale * share
    over = sum(n * min(days, 365) for days, n in known.delays.items()) / sum(known.delays.values())
    # What the deals after the year's end ask for comes on top: as long as deals take.
    assert january <= deals / 0.1 * (1 + over / 365) + 1
    assert january >= deals / 0.1 * (1 + over / 365) - 0.5 * (longest // 28 + 2) - 1


def test_the_year_is_split_by_working_days_or_as_the_past() -> None:
    by_days = planned(replace(DAILY, split="")).plan
    assert by_days.months[0].closes / by_days.months[1].closes == pytest.approx(21 / 20)
    as_before = planned(replace(DAILY, split="history")).plan
    assert as_before.months[11].revenue == pytest.approx(12 * as_before.months[0].revenue)
    with pytest.raises(PlanError, match="twelve whole months"):
        planned(replace(DAILY, split="history"), replace(KNOWN, months=MONTHS[1:]))


def test_what_is_owed_stands_beside_what_came() -> None:
    mqls, closes = told.feasibilities(planned(replace(DAILY, revenue="120k")))[1:]
    # Sixty MQLs... of 120 deals half from MQLs, ten MQLs each: 50 a month; past months had 5 to 16.
    assert (round(mqls.owed), mqls.reached, mqls.best) == (50, 0, ("month 12", 16))
    # Ten a month; months 10, 11 and 12 had as many.
    assert (round(closes.owed), closes.reached) == (10, 3)
    said = plain(told.section(planned(replace(DAILY, revenue="120k"))).answer)
    assert "sales owes 120 won deals and marketing 600 MQLs: 10 and 50 a month" in said
    assert "No month so far had that many MQLs: the best was 16 in month 12." in said


def test_hurdles_are_as_wide_as_the_doubt() -> None:
    # A sale between half and twice as much, MQLs likewise: the logs' doubts add up as squares.
    goals = yaml.safe_load(told.goals_yaml(planned(replace(DAILY, revenue="120k"))))["goals"]
    wide = 2 ** np.sqrt(2)
    assert goals[0]["hurdles"] == {
        "minimum": int(np.ceil(50 / wide)),
        "target": 50,
        "stretch": int(np.ceil(50 * wide)),
    }
    assert goals[1]["hurdles"] == {"minimum": 5, "target": 10, "stretch": 20}
    under = tiny.agreement(goals=goals)
    assert [goal.metric for goal in under.goals] == ["mqls", "won_deals"]


def test_what_is_typed_wins_over_the_history() -> None:
    typed = replace(
        DAILY, average_sale="2k", from_mqls="100 %", deals_per_mql="0.5", days="0", spend="36,500",
        costs={"mqls": "10", "SQL": "5"},
    )  # fmt: skip
    found = planned(typed)
    assert found.plan.whole.closes == pytest.approx(182.5)
    assert found.plan.whole.mqls == pytest.approx(365)
    assert found.plan.before == []
    assert told.cost(found, found.plan.whole) == pytest.approx(365 * 10 + 146 * 5)
    rows = {
        plain(row[0]): [plain(cell) for cell in row] for row in told.assumption_table(found).rows
    }
    assert rows["Average sale"][1:] == ["2,000 EUR", "you said"]
    assert "100 EUR for an MQL" in rows["Spend in the year"][2]
    assert "10.0 times as much is earned" in rows["Spend in the year"][2]


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        ({"revenue": ""}, "revenue", "Please say the revenue"),
        ({"revenue": "lots"}, "revenue", "“lots” is no number"),
        ({"revenue": "-5"}, "revenue", "“-5” is no number"),
        ({"revenue": "0"}, "revenue", "more than nothing"),
        ({"year": "27"}, "year", "is no year"),
        ({"from_mqls": "140%"}, "from_mqls", "more than all"),
        ({"days": "900"}, "days", "365 days are the most"),
        ({"split": "moon"}, "split", "no way to split"),
        ({"costs": {"shoes": "1"}}, "shoes", "no phase of the plan"),
    ],
)
def test_what_cannot_be_read_is_said(change: dict[str, object], about: str, said: str) -> None:
    with pytest.raises(PlanError, match=said) as caught:
        planned(replace(DAILY, **change))  # type: ignore[arg-type]
    assert caught.value.about == about


def test_without_history_everything_must_be_said() -> None:
    nothing = known(Measures(tiny.result(), tiny.history()))
    for name, value in (
        ("average_sale", "1000"),
        ("deals_per_mql", "10%"),
        ("from_mqls", "1"),
        ("days", "30"),
    ):
        with pytest.raises(PlanError, match="please say"):
            planned(DAILY, nothing)
        nothing_yet = replace(DAILY, **{name: value})
        assert nothing_yet != DAILY
    typed = replace(DAILY, average_sale="1000", deals_per_mql="10%", from_mqls="1", days="30")
    assert planned(typed, nothing).plan.whole.mqls == pytest.approx(3650)
    assert "No whole month of the past" in plain(told.section(planned(typed, nothing)).answer)


def company() -> tuple[list[dict[str, object]], ...]:
    """An MQL a day over 100 days; each fifth brings a deal of 100 after ten days, in EUR."""
    leads, entries, deals = [], [], []
    for number in range(100):
        lead, at = f"lead-{number}", float(number)
        leads.append({"lead_id": lead, "created_at": tiny.day(at)})
        entries.append(tiny.entry(lead, "MQL", at))
        if number % 2 == 0:
            entries.append(tiny.entry(lead, "SQL", at + 1))
        if number % 5 == 0 and at + 10 <= 100:
            deals.append({
                "deal_id": f"deal-{number}", "lead_ids": [lead], "outcome": "won", "amount": 100.0,
                "currency": "EUR", "closed_at": tiny.day(at + 10), "opened_at": tiny.day(at),
            })  # fmt: skip
    # Two more deals that no MQL brought.
    for number in range(5):
        deals.append({
            "deal_id": f"own-{number}", "lead_ids": [], "outcome": "won", "amount": 100.0,
            "currency": "EUR", "closed_at": tiny.day(50), "opened_at": tiny.day(40),
        })  # fmt: skip
    return leads, entries, deals


@pytest.fixture(scope="module")
def found() -> Known:
    leads, entries, deals = company()
    result = tiny.result(as_of=tiny.day(100), leads=leads, stage_entries=entries)
    return known(Measures(result, tiny.history(deals=deals)))


def test_rates_come_from_the_history(found: Known) -> None:
    # 19 deals of MQLs (day 90 is the last that had ten days), five of none.
    assert found.currency == "EUR"
    assert found.average_sale is not None
    assert (found.average_sale.value, found.average_sale.n) == (100, 24)
    assert found.from_mqls is not None
    assert found.from_mqls.value == pytest.approx(19 / 24)
    assert found.delays == {10: 19}


def test_of_few_deals_nothing_is_told(found: Known) -> None:
    # Under twenty deals from MQLs: how many MQLs a deal takes is not told.
    assert found.deals_per_mql is None
    assert found.mature_days is None
    assert found.reached == {}


def test_young_mqls_do_not_count_as_failed() -> None:
    leads, entries, deals = company()
    early = [{**deal, "deal_id": f"x-{n}"} for n, deal in enumerate(deals[:2])]
    result = tiny.result(as_of=tiny.day(100), leads=leads, stage_entries=entries)
    told_of = known(Measures(result, tiny.history(deals=[*deals, *early])))
    assert told_of.mature_days == 10
    assert told_of.deals_per_mql is not None
    # MQLs of days 0 to 89; those of days 0, 5 … 85 brought a deal, and two of them another.
    assert (told_of.deals_per_mql.value, told_of.deals_per_mql.n) == (20 / 90, 90)
    assert told_of.reached["SQL"].value == pytest.approx(45 / 90)


def test_only_whole_months_are_told(found: Known) -> None:
    # From 1 July 9:00 to 9 October: August and September are whole.
    assert [month.label for month in found.months] == ["2025-08", "2025-09"]
    august = found.months[0]
    assert (august.mqls, august.leads) == (31, 31)
    assert august.revenue == 100.0 * august.closes


def test_it_is_published_and_read_again(found: Known) -> None:
    assert Known.of_json(json.loads(json.dumps(found.as_json()))) == found
    assert Known.of_json(json.loads(json.dumps(KNOWN.as_json()))) == KNOWN


def test_the_plan_of_the_present_year_shows_what_came() -> None:
    months = [
        replace(each, title=f"{datetime(2026, n, 1):%B %Y}") for n, each in enumerate(MONTHS, 1)
    ]
    found = planned(replace(DAILY, year="2026"), replace(KNOWN, months=months))
    table = told.month_table(found)
    assert list(table.header[-2:]) == ["MQLs that came", "Deals that came"]
    assert list(table.rows[0][-2:]) == ["5", "1"]


def test_each_rate_opens_to_the_cases_that_it_was_counted_from() -> None:
    leads, entries, deals = company()
    early = [{**deal, "deal_id": f"x-{n}"} for n, deal in enumerate(deals[:2])]
    result = tiny.result(as_of=tiny.day(100), leads=leads, stage_entries=entries)
    measures = Measures(result, tiny.history(deals=[*deals, *early]))
    rates = known(measures)
    behind = cases_of_plan(CaseBook(measures), rates)
    estimates = {
        "average_sale": rates.average_sale,
        "from_mqls": rates.from_mqls,
        "deals_per_mql": rates.deals_per_mql,
        "mqls_per_lead": rates.mqls_per_lead,
        **rates.reached,
    }
    for name, told_of in estimates.items():
        assert told_of is not None
        found = behind[name]
        if found.doubt:
            met, n = round(told_of.value * told_of.n), told_of.n
            assert f"from {met:,} “" in found.doubt
            assert f"of all {n:,} " in found.doubt
        assert told_of.n in (found.total, found.groups[-1].total)
    assert behind["deals_per_mql"].groups[0].total == 20
    assert behind["days"].total == sum(rates.delays.values())
    august = rates.months[0]
    for phase, n in (("leads", august.leads), ("mqls", august.mqls), ("closes", august.closes)):
        assert behind[f"{phase} {august.label}"].total == n
        assert behind[phase].total == sum(getattr(each, phase) for each in rates.months)


def test_a_plan_opens_what_it_takes_from_the_history_and_not_what_was_said() -> None:
    opens = {"average_sale": "a", "deals_per_mql": "d", "mqls": "m", "mqls 2026-12": "best"}
    made = told.section(planned(replace(DAILY, deals_per_mql="10%")), opens)
    keys = {
        piece.key
        for table in made.tables
        for row in table.rows
        for cell in row
        for piece in ([cell] if isinstance(cell, str | Kept) else cell)
        if isinstance(piece, Kept)
    }
    assert keys == {"a", "m", "best"}
