"""Every metric, worked by hand on ten leads; the registry's examples tell the same story."""

from __future__ import annotations

import pytest

from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.result import VOIDED
from tests.engine.metrics import tiny

LEADS = [f"L{n}" for n in range(1, 11)]


def ten_leads() -> Measures:
    entries = [tiny.entry(lead, "Lead", 0) for lead in LEADS[:9]]
    entries.append(tiny.entry("L4", "Lead", 6, episode=2))
    tiers = {"L1": "high", "L2": "high", "L3": "high", "L4": "low"}
    entries += [tiny.entry(lead, "MQL", quality=tiers[lead]) for lead in LEADS[:4]]
    entries += [
        tiny.entry("L4", "MQL", 7, episode=2, quality="low"),
        tiny.entry("L5", "MQL", implied=True, quality="low"),
        tiny.entry("L6", "MQL", disputed=True, quality="low"),
        tiny.entry("L8", "MQL", quality="high"),
    ]
    entries += [tiny.entry(lead, "SAL", 2) for lead in ("L1", "L2", "L3")]
    entries += [tiny.entry(lead, "SQL", 3) for lead in ("L1", "L2")]
    entries += [tiny.entry("L5", stage, 1, implied=True) for stage in ("SAL", "SQL")]
    entries += [tiny.entry(lead, "Opportunity", 4) for lead in ("L1", "L2", "L5")]
    entries += [tiny.entry(lead, "Customer", 5) for lead in ("L1", "L2")]
    endings = {"L1": "won", "L2": "won", "L5": "lost", "L10": "merged"}
    episodes = [tiny.episode(lead, ending=endings.get(lead, "open")) for lead in LEADS]
    episodes[3] |= {"ending": "recycled", "ended_at": tiny.day(6), "reason": "no budget"}
    episodes.append(tiny.episode("L4", 2, started_at=tiny.day(6)))
    states = [{"lead_id": lead} for lead in LEADS[:7]]
    states += [
        {"lead_id": "L8", "status": "excluded", "reason": "bot"},
        {"lead_id": "L9", "status": "excluded", "reason": "duplicate"},
        {"lead_id": "L10", "status": "merged"},
    ]
    route = {"obligation": "Route", "side": "marketing"}
    clocks = [
        tiny.clock("L1", "met"),
        tiny.clock("L2", "missed"),
        tiny.clock("L3", "overdue"),
        tiny.clock("L4", "running", episode=2),
        tiny.clock("L1", "met", **route),
        tiny.clock("L1", "missed", obligation="contact protocol: call", protocol_step=0),
    ]
    facts = [{"lead_id": "L1", "kind": "sales.attempted"}] * 4
    facts += [{"lead_id": "L2", "kind": "sales.attempted"}] * 3
    facts += [{"lead_id": "L4", "kind": "sales.attempted", "happened_at": tiny.day(5)}] * 2
    facts += [{"lead_id": "L4", "kind": "sales.attempted", "happened_at": tiny.day(8)}]
    facts += [
        {"lead_id": "L1", "kind": "sales.accepted", "properties": {"rating": 5}},
        {"lead_id": "L2", "kind": "sales.rated", "properties": {"rating": 4}},
        {
            "lead_id": "L4",
            "kind": "sales.rejected",
            "happened_at": tiny.day(6),
            "properties": {"rating": 3, "reason": "no budget"},
        },
        {"lead_id": "L8", "kind": "sales.rated", "properties": {"rating": 1}},
    ]
    deals = [
        {"deal_id": "D1", "outcome": "won", "amount": 1000.0, "lead_ids": ["L1", "L2"]},
        {"deal_id": "D2", "outcome": "won", "amount": 500.0, "lead_ids": []},
        {"deal_id": "D3", "outcome": "lost", "amount": 900.0, "lead_ids": ["L5"]},
        {"deal_id": "D4", "outcome": "open", "amount": 700.0, "lead_ids": ["L3"]},
    ]
    deals = [deal | {"closed_at": tiny.day(5)} for deal in deals]
    leads = [{"lead_id": lead, "source": "referral"} for lead in LEADS[:5]]
    return Measures(
        tiny.result(
            leads=leads,
            lead_states=states,
            stage_entries=entries,
            episodes=episodes,
            clocks=clocks,
        ),
        tiny.history(facts, deals),
    )


COUNTS = {
    "contacts_added": 9,
    "leads": 7,
    "mqls": 4,
    "repeat_mqls": 1,
    "sals": 3,
    "sqls": 2,
    "opportunities": 3,
    "customers": 2,
    "stage_entries: Lead": 8,
    "stage_entries: MQL": 5,
    "stage_entries: SAL": 3,
    "won_deals": 2,
    "lost_deals": 1,
    "revenue": 1500,
}
SHARES = {
    "conversion": (2, 8),
    "conversion: Lead → MQL": (6, 8),
    "conversion: MQL → SAL": (4, 6),
    "conversion: SAL → SQL": (3, 4),
    "conversion: SQL → Opportunity": (3, 3),
    "conversion: Opportunity → Customer": (2, 3),
    "mql_to_close": (2, 5),
    "high_quality_share": (3, 5),
    "acceptance_rate": (3, 5),
    "rejection_rate": (1, 5),
    "recycle_rate": (1, 5),
    "exclusion_rate": (2, 9),
    "duplicate_rate": (1, 9),
    "win_rate": (2, 3),
    "attainment": (2, 4),
    "attainment: Answer": (1, 3),
    "attainment: Route": (1, 1),
    "attainment_marketing": (1, 1),
    "attainment_sales": (1, 3),
}
MEANS = {"average_sale": (750, 2), "attempts_per_lead": (2, 5), "quality_rating": (4, 3)}


@pytest.fixture(scope="module")
def measures() -> Measures:
    return ten_leads()


def test_every_metric_has_an_example_here() -> None:
    shown = {name.partition(":")[0] for name in [*COUNTS, *SHARES, *MEANS]}
    assert shown | {"response_p50", "response_p90"} == set(REGISTRY)


def test_every_metric_is_worked_by_hand(measures: Measures) -> None:
    found = {figure.name: figure for figure in measures.figures()}
    assert {name: found[name].value for name in COUNTS} == COUNTS
    assert {name: (found[name].value, found[name].n) for name in SHARES} == SHARES
    assert {found[name].unit for name in SHARES} == {"cases"}
    assert {name: (found[name].value, found[name].n) for name in MEANS} == MEANS


def test_population_names_the_leads_behind_a_figure(measures: Measures) -> None:
    cases = measures.population("mqls").sort_by("lead_id")
    assert cases["lead_id"].to_pylist() == ["L1", "L2", "L3", "L4"]
    assert sum(cases["numerator"].to_pylist()) == 4


def test_every_population_has_the_agreed_columns(measures: Measures) -> None:
    agreed = ["lead_id", "placed_at", "numerator", "denominator", "part"]
    for metric in measures.metrics:
        names = measures.population(metric.name).column_names
        assert names[:9] == [*agreed, "segment", "source", "origin", "holder"], metric.name


def test_sources_add_up(measures: Measures) -> None:
    by_source = {f.source: f.value for f in measures.of("leads", by="source")}
    assert by_source == {"referral": 5, "unknown": 2}
    sold = {f.source: f.value for f in measures.of("revenue", by="source")}
    assert sold == {"referral": 1000, "unknown": 500}


def test_figures_can_be_kept_to_some_cases(measures: Measures) -> None:
    (kept,) = measures.of("mqls", where={"source": ["referral"]})
    assert kept.value == 4
    (none,) = measures.of("mqls", where={"source": ["fair"]})
    assert (none.value, none.n) == (0, 0)


def test_figures_belong_to_the_period_of_their_date(measures: Measures) -> None:
    quarters = {f.period: f.value for f in measures.of("customers", "quarter")}
    assert quarters == {"2025-Q3": 2, "2025-Q4": 0}
    months = {f.period: f.value for f in measures.of("won_deals", "month")}
    assert months == {"2025-07": 2, "2025-08": 0, "2025-09": 0, "2025-10": 0}


def test_voided_and_twice_delivered_facts_do_not_count() -> None:
    facts = [
        {"lead_id": "a", "kind": "sales.attempted", "event_id": "e1"},
        {"lead_id": "a", "kind": "sales.attempted", "event_id": "e1"},
        {"lead_id": "a", "kind": "sales.attempted", "event_id": "e2"},
        {"lead_id": "a", "kind": "sales.attempted", "event_id": "e3", "happened_at": tiny.day(999)},
    ]
    aside = {"event_id": "e2", "source": "crm", "lead_id": "a", "kind": "sales.attempted"}
    result = tiny.result(
        stage_entries=[tiny.entry("a", "MQL")],
        lead_states=[{"lead_id": "a"}],
        episodes=[tiny.episode("a")],
        set_aside=[aside | {"why": VOIDED}],
    )
    (figure,) = Measures(result, tiny.history(facts)).of("attempts_per_lead")
    assert (figure.value, figure.n) == (1, 1)


def test_the_first_delivery_of_a_deal_is_the_only_one() -> None:
    deal = {"deal_id": "D", "outcome": "won", "amount": 10.0, "closed_at": tiny.day(1)}
    twice = tiny.history(deals=[deal, deal])
    (revenue,) = Measures(tiny.result(), twice).of("revenue")
    assert (revenue.value, revenue.n) == (10, 1)


def test_a_deal_closed_after_the_moment_is_not_yet_closed() -> None:
    deal = {"deal_id": "D", "outcome": "won", "amount": 10.0, "closed_at": tiny.day(400)}
    (revenue,) = Measures(tiny.result(), tiny.history(deals=[deal])).of("revenue")
    assert revenue.value == 0


def test_currencies_are_never_added() -> None:
    deals = [
        {"deal_id": c, "outcome": "won", "amount": 10.0, "currency": c, "closed_at": tiny.day(1)}
        for c in ("EUR", "USD")
    ]
    found = Measures(tiny.result(), tiny.history(deals=deals)).of("revenue")
    assert [(f.name, f.value) for f in found] == [("revenue: EUR", 10), ("revenue: USD", 10)]


def test_a_recorded_handoff_is_asked_for_where_the_agreement_says_so() -> None:
    stages = [tiny.entry("a", "MQL"), tiny.entry("b", "MQL")]
    by_event = tiny.agreement(handoff={"stage": "MQL", "recorded_by": "event"})
    result = tiny.result(
        under=by_event,
        stage_entries=stages,
        lead_states=[{"lead_id": "a"}, {"lead_id": "b"}],
        episodes=[tiny.episode("a"), tiny.episode("b")],
    )
    handed = tiny.history([{"lead_id": "b", "kind": "lead.handed_off", "happened_at": tiny.day(3)}])
    cases = Measures(result, handed).population("recycle_rate")
    assert cases["lead_id"].to_pylist() == ["b"]
    assert cases["placed_at"].to_pylist() == [tiny.day(3)]


def test_roles_are_guessed_where_none_is_declared() -> None:
    plain = tiny.agreement(
        stages=[{"name": "New"}, {"name": "Good"}, {"name": "Won", "outcome": "won"}],
        handoff={"stage": "Good"},
        obligations=[],
    )
    entries = [tiny.entry("a", stage) for stage in ("New", "Good", "Won")]
    measures = Measures(
        tiny.result(under=plain, stage_entries=entries, lead_states=[{"lead_id": "a"}]),
        tiny.history(),
    )
    assert measures.of("mqls")[0].value == 1
    assert measures.of("customers")[0].value == 1
    assert "sqls" not in [metric.name for metric in measures.metrics]


def test_an_empty_log_has_zeros_and_no_shares() -> None:
    figures = Measures(tiny.result(), tiny.history()).figures()
    assert {figure.value for figure in figures} == {0}
    assert not [figure for figure in figures if figure.unit in ("share", "cases")]
