"""Every metric, worked by hand on ten leads; the registry's examples tell the same story."""

from __future__ import annotations

from typing import Any

import pytest

from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.registry import REGISTRY
from tests.engine.metrics import tiny

PROGRAMS = [{"name": "Not ready", "owner": "Mia"}, {"name": "Second chance", "owner": "Mia"}]
LEADS = [f"L{n}" for n in range(1, 11)]
HOUR = 1 / 24


def ten_leads() -> Measures:
    """L8 is a bot, L9 a duplicate, L10 was merged into L1; the others count."""
    return Measures(
        tiny.result(
            under=tiny.agreement(nurture=PROGRAMS),
            leads=[{"lead_id": lead, "source": "referral"} for lead in LEADS[:5]],
            lead_states=states(),
            stage_entries=entries(),
            episodes=episodes(),
            clocks=clocks(),
            facts=facts(),
            nurture=programs(),
        ),
        tiny.history(deals=deals()),
    )


def states() -> list[dict[str, Any]]:
    scores = {"L1": 0, "L2": 55, "L3": 20, "L4": 0, "L5": 70, "L6": 0, "L7": 10}
    found = [{"lead_id": lead, "score": float(score)} for lead, score in scores.items()]
    found[3] |= {"episode": 2, "holder": "Ana"}
    return [
        *found,
        {"lead_id": "L8", "status": "excluded", "reason": "bot"},
        {"lead_id": "L9", "status": "excluded", "reason": "duplicate"},
        {"lead_id": "L10", "status": "merged", "merged_into": "L1"},
    ]


def entries() -> list[dict[str, Any]]:
    found = [tiny.entry(lead, "Lead", 0) for lead in LEADS[:9]]
    found.append(tiny.entry("L4", "Lead", 6, episode=2))
    tiers = {"L1": ("high", 60), "L2": ("high", 40), "L3": ("high", 20), "L4": ("low", 45)}
    found += [
        tiny.entry(lead, "MQL", quality=tier, score=float(score))
        for lead, (tier, score) in tiers.items()
    ]
    found += [
        tiny.entry("L4", "MQL", 7, episode=2, quality="low", score=52.0),
        tiny.entry("L5", "MQL", implied=True, quality="low"),
        tiny.entry("L6", "MQL", disputed=True, quality="low", score=50.0),
        tiny.entry("L8", "MQL", quality="high"),
    ]
    found += [tiny.entry(lead, "SAL", 2) for lead in ("L1", "L2", "L3")]
    found += [tiny.entry(lead, "SQL", 3) for lead in ("L1", "L2")]
    found += [tiny.entry("L5", stage, 1, implied=True) for stage in ("SAL", "SQL")]
    found += [tiny.entry(lead, "Opportunity", 4) for lead in ("L1", "L2", "L5")]
    return found + [tiny.entry(lead, "Customer", 5) for lead in ("L1", "L2")]


def episodes() -> list[dict[str, Any]]:
    handed = {"qualified_at": tiny.day(1), "handed_off_at": tiny.day(1)}
    assigned = {"L1": 0.5, "L2": 1, "L3": 3, "L6": 0.5}
    endings = {"L1": "won", "L2": "won", "L5": "lost", "L10": "merged"}
    found = [tiny.episode(lead, ending=endings.get(lead, "open")) for lead in LEADS]
    for row in found:
        if row["lead_id"] in ("L1", "L2", "L3", "L4", "L6"):
            row |= handed
        if row["lead_id"] in assigned:
            row["assigned_at"] = tiny.day(1 + assigned[row["lead_id"]] * HOUR)
        if row["ending"] in ("won", "lost"):
            row["ended_at"] = tiny.day(5)
    found[3] |= {"ending": "recycled", "ended_at": tiny.day(6), "reason": "no budget"}
    again = {"qualified_at": tiny.day(7), "handed_off_at": tiny.day(7)}
    second = tiny.episode("L4", 2, started_at=tiny.day(6), assigned_at=tiny.day(6.5))
    return [*found, second | again]


def clocks() -> list[dict[str, Any]]:
    again = {"episode": 2, "started_at": tiny.day(7), "due_at": tiny.day(7.1)}
    route = {"obligation": "Route", "side": "marketing"}
    call = {"obligation": "contact protocol: call", "protocol_step": 0}
    mail = {"obligation": "contact protocol: mail", "protocol_step": 1}
    return [
        tiny.clock("L1", "met", 3600, stopped_at=tiny.day(1 + HOUR)),
        tiny.clock("L2", "missed", 9000, stopped_at=tiny.day(1 + 2.5 * HOUR)),
        tiny.clock("L3", "missed", 14_400, stopped_at=tiny.day(1 + 4 * HOUR)),
        tiny.clock("L4", "cancelled", 90_000, closed_at=tiny.day(6)),
        tiny.clock("L4", "running", 2_000_000, **again),
        tiny.clock("L6", "overdue", 2_000_000),
        tiny.clock("L1", "met", **route),
        tiny.clock("L1", "missed", **call),
        tiny.clock("L1", "met", **mail),
        tiny.clock("L2", "met", **call),
        tiny.clock("L2", "cancelled", closed_at=tiny.day(3), **mail),
        tiny.clock("L4", "cancelled", closed_at=tiny.day(6), **call),
        tiny.clock("L4", "running", **again, **call),
        tiny.clock("L3", "overdue", **call),
        tiny.clock("L6", "overdue", **call),
    ]


def programs() -> list[dict[str, Any]]:
    """L6 qualified against an upheld dispute; L10 is merged; L2 was qualified when it entered."""
    ends = dict.fromkeys(("L1", "L3", "L4", "L6"), (1, "qualified"))
    ends |= {"L7": (4, "asked to"), "L10": (2, "merged")}
    first = [
        tiny.nurtured(lead, "Not ready", *ends.get(lead, (None, None)))
        for lead in ("L1", "L3", "L4", "L5", "L6", "L7", "L10")
    ]
    return [*first, tiny.nurtured("L4", "Second chance", 7, "exit", entered=6, episode=2)]


def facts() -> list[dict[str, Any]]:
    attempts = {"L1": [1] * 4, "L2": [1] * 3, "L4": [5, 5, 8], "L6": [1, 1]}
    found = [
        tiny.fact(lead, "sales.attempted", at) for lead, days in attempts.items() for at in days
    ]
    return [
        *found,
        tiny.fact("L2", "sales.connected", 3),
        tiny.fact("L1", "sales.accepted", rating=5.0),
        tiny.fact("L2", "sales.rated", rating=4.0),
        tiny.fact("L4", "sales.rejected", 6, rating=3.0),
        tiny.fact("L4", "lead.assigned", 6.5, holder="Ana"),
        tiny.fact("L8", "sales.rated", rating=1.0),
    ]


def deals() -> list[dict[str, Any]]:
    found = [
        {"deal_id": "D1", "outcome": "won", "amount": 1000.0, "lead_ids": ["L1", "L2"]},
        {"deal_id": "D2", "outcome": "won", "amount": 500.0, "lead_ids": []},
        {"deal_id": "D3", "outcome": "lost", "amount": 900.0, "lead_ids": ["L5"]},
        {"deal_id": "D4", "outcome": "open", "amount": 700.0, "lead_ids": ["L3"]},
    ]
    return [deal | {"closed_at": tiny.day(5)} for deal in found]


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
    "nurture_entries": 7,
    "nurture_entries: Not ready": 6,
    "nurture_entries: Second chance": 1,
    "nurture_exits: Not ready → qualified": 4,
    "nurture_exits: Not ready → asked to": 1,
    "nurture_exits: Second chance → exit": 1,
    "won_deals": 2,
    "lost_deals": 1,
    "revenue": 1500,
}
#: How many of how many; fewer than 20 cases are counted.
SHARES = {
    "over_threshold": (5, 7),
    "conversion": (2, 8),
    "conversion: Lead → MQL": (6, 8),
    "conversion: MQL → SAL": (4, 6),
    "conversion: SAL → SQL": (3, 4),
    "conversion: SQL → Opportunity": (3, 3),
    "conversion: Opportunity → Customer": (2, 3),
    "conversion_between: MQL → Opportunity": (3, 6),
    "conversion_flow": (2, 8),
    "conversion_flow: Lead → MQL": (6, 8),
    "conversion_flow_between: MQL → Opportunity": (3, 6),
    "mql_to_sql": (2, 5),
    "mql_to_close": (2, 5),
    "high_quality_share": (3, 5),
    "exclusion_rate": (2, 9),
    "duplicate_rate": (1, 9),
    "bot_rate": (1, 9),
    "competitor_rate": (0, 9),
    "opt_out_rate": (0, 9),
    "nurture_qualified": (4, 7),
    "nurture_qualified: Not ready": (3, 6),
    "nurture_qualified: Second chance": (1, 1),
    "win_rate": (2, 3),
    "acceptance_rate": (3, 5),
    "rejection_rate": (1, 5),
    "rejection_rate: no budget": (1, 5),
    "recycle_rate": (1, 5),
    "recycle_rate: no budget": (1, 5),
    "protocol_completion": (2, 4),
    "attainment": (2, 5),
    "attainment: Answer": (1, 4),
    "attainment: Route": (1, 1),
    "attainment_marketing": (1, 1),
    "attainment_sales": (1, 4),
    "response_rate": (4, 5),
    "response_rate: Answer": (3, 4),
}
#: The value, and out of how many cases.
OTHERS = {
    "average_sale": (750, 2),
    "attempts_per_lead": (2, 5),
    "quality_rating": (4, 3),
    "evenness": (0.2, 5),
    "revenue_from_mqls": (1000 / 1500, 2),
    "nurture_days: Not ready": (1, 6),
    "nurture_days: Second chance": (1, 1),
    "cycle_days": (5, 1),
    "mql_cycle_days": (4, 1),
    "response_p50: Answer": (4 * 3600, 6),
    "response_p90: Answer": (None, 6),
    "speed_to_lead": (4 * 3600, 5),
    "speed_to_lead_system": (0, 5),
    "speed_to_lead_assignment": (3600, 5),
    "speed_to_lead_person": (3600, 4),
}


@pytest.fixture(scope="module")
def measures() -> Measures:
    return ten_leads()


def test_every_metric_has_an_example_here() -> None:
    shown = {name.partition(":")[0] for name in [*COUNTS, *SHARES, *OTHERS]}
    assert shown == set(REGISTRY)


def test_every_metric_is_worked_by_hand(measures: Measures) -> None:
    found = {figure.name: figure for figure in measures.figures(wide=True)}
    assert {name: found[name].value for name in COUNTS} == COUNTS
    assert {name: (found[name].value, found[name].n) for name in SHARES} == SHARES
    assert {found[name].unit for name in SHARES} == {"cases"}
    assert {name: (found[name].value, found[name].n) for name in OTHERS} == OTHERS
