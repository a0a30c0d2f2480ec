"""Ten leads under another threshold, worked by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import main_threshold, with_points
from leadpact.documents.what_if import conclusions, group_rows
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.insight.sweep import places, sweep
from leadpact.insight.what_if import Past, WhatIf

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
AGREEMENT = Agreement.model_validate(
    {
        "leadpact": 1,
        "name": "Ten leads",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
        "fields": {"size": "number"},
        "scoring": {
            "rules": [
                {"name": f"{n} points", "when": {"field": "size", "is": n}, "points": n}
                for n in (10, 20, 30)
            ]
        },
        "stages": [
            {"name": "Lead", "side": "marketing"},
            {"name": "MQL", "side": "marketing", "when": {"score": "total", "at_least": 20}},
            {"name": "Customer", "side": "sales", "outcome": "won", "when": {"event": "deal.won"}},
        ],
        "handoff": {
            "stage": "MQL",
            "rejections": [{"reason": "no need", "then": "recycle"}],
        },
        "obligations": [
            {
                "name": "Answer",
                "side": "sales",
                "starts_on": "handoff",
                "stops_on": {"event": "sales.connected"},
                "within": "2 business hours",
            }
        ],
    }
)

#: Points of each lead, and what became of it.
LEADS = {
    "A": (30, "won"),
    "B": (30, "lost"),
    "C": (30, "given back"),
    "D": (30, "open"),
    "E": (20, "won"),
    "F": (20, "given back"),
    "G": (20, "not observed"),
    "H": (10, "won"),
    "I": (10, "not observed"),
    "J": (10, "not observed"),
}


def history() -> History:
    rows: list[dict[str, Any]] = []
    for lead, (points, fate) in LEADS.items():
        rows.append(row(lead, "lead.created", 0, size=points, owner="Ana"))
        if fate != "not observed":
            rows.append(row(lead, "lead.assigned", 1, to="Ana"))
            rows.append(row(lead, "sales.connected", 3))
        if fate == "given back":
            rows.append(row(lead, "sales.rejected", 5, reason="no need"))
    deals = [
        deal("1", "won", ["A", "E"]),
        deal("2", "won", ["E"]),
        deal("3", "lost", ["B"]),
        deal("4", "won", ["H"]),
    ]
    return History(
        pa.Table.from_pylist(rows, schema=LOG_SCHEMA),
        pa.Table.from_pylist(deals, schema=DEALS_SCHEMA),
    )


def row(lead: str, kind: str, hours: int, **properties: Any) -> dict[str, Any]:
    return {
        "event_id": f"{lead} {kind}",
        "source": "test",
        "lead_id": lead,
        "happened_at": MONDAY + timedelta(hours=hours),
        "kind": kind,
        "properties": json.dumps(properties),
    }


def deal(key: str, outcome: str, leads: list[str]) -> dict[str, Any]:
    closed = MONDAY + timedelta(days=3)
    return {
        "deal_id": key,
        "amount": 1000.0 * int(key),
        "currency": "EUR",
        "opened_at": MONDAY,
        "closed_at": closed,
        "outcome": outcome,
        "lead_ids": leads,
    }


AS_OF = MONDAY + timedelta(days=10)


@pytest.fixture(scope="module")
def past() -> Past:
    actual = evaluate([AGREEMENT], history(), as_of=AS_OF)
    return Past(actual, simulated(AGREEMENT), history())


def simulated(agreement: Agreement):
    return evaluate([agreement], history(), as_of=AS_OF, simulate=True)


def at(past: Past, points: float) -> WhatIf:
    threshold = main_threshold(AGREEMENT)
    assert threshold
    return past.against(simulated(with_points(AGREEMENT, threshold, points)))


def test_a_higher_threshold_keeps_four_of_seven(past: Past) -> None:
    found = at(past, 30)
    assert (found.now.mqls, found.then.mqls) == (7, 4)
    assert dict(found.kept.by_outcome) == {
        "won": 1, "lost": 1, "given back": 1, "open": 1, "not observed": 0
    }  # fmt: skip
    assert (found.kept.conversion.met, found.kept.conversion.n) == (1, 3)
    assert (found.kept.win_rate.met, found.kept.win_rate.n) == (1, 2)
    assert dict(found.dropped.by_outcome) == {
        "won": 1, "lost": 0, "given back": 1, "open": 0, "not observed": 1
    }  # fmt: skip
    assert found.gained.leads == 0


def test_a_won_deal_is_missed_when_none_of_its_leads_would_qualify(past: Past) -> None:
    found = at(past, 30)
    assert [(d.deal_id, d.amount) for d in found.missed_deals] == [("2", 2000.0)]


def test_a_lower_threshold_gains_the_rest(past: Past) -> None:
    found = at(past, 10)
    assert found.gained.leads == 3
    assert found.gained.by_outcome["not observed"] == 2
    assert found.missed_deals == []
    said = " ".join(conclusions(found))
    assert "the end of 1 is known: too few to conclude" in said


def test_the_same_threshold_changes_nothing(past: Past) -> None:
    found = at(past, 20)
    assert found.gained.leads == found.dropped.leads == 0
    assert conclusions(found)[-1] == "The same leads become MQLs."


def test_lead_by_lead(past: Past) -> None:
    rows = {row["lead_id"]: row for row in at(past, 30).leads.to_pylist()}
    assert {lead: row["group"] for lead, row in rows.items()} == {
        **dict.fromkeys("ABCD", "kept"),
        **dict.fromkeys("EFG", "lost"),
    }
    assert rows["E"]["holder"] == "Ana"
    assert {lead: row["outcome"] for lead, row in rows.items()} == {
        lead: fate for lead, (points, fate) in LEADS.items() if points >= 20
    }


def test_load_is_told_by_who_holds_the_leads(past: Past) -> None:
    found = at(past, 30)
    assert found.now.load == {"Ana": 6, "": 1}
    assert found.then.load == {"Ana": 4}


def test_a_shorter_term_breaks_more_promises(past: Past) -> None:
    document = AGREEMENT.model_dump(by_alias=True, mode="json")
    document["obligations"][0]["within"] = "4 business hours"
    found = past.against(simulated(Agreement.model_validate(document)))
    (promise,) = found.promises
    # Six leads were answered after three working hours; the seventh was never handed over.
    assert (promise.clocks, promise.broken, promise.broken_then) == (6, 6, 0)
    assert any("“Answer” would have been broken 0 times instead of 6" in s
               for s in conclusions(found))  # fmt: skip


def test_few_cases_are_counted_not_rated(past: Past) -> None:
    assert group_rows(at(past, 30))[0] == [
        "Still MQLs", "4", "1", "1", "1", "1", "0", "1\u00a0of\u00a03", "1\u00a0of\u00a02"
    ]  # fmt: skip


def test_a_sweep_tries_round_places_and_today(past: Past) -> None:
    threshold = main_threshold(AGREEMENT)
    assert threshold
    found = sweep(AGREEMENT, threshold, past, simulated)
    assert list(found.tried) == places(20)
    assert found.tried[20].then.mqls == found.tried[20].now.mqls == 7
    mqls = [found.tried[points].then.mqls for points in sorted(found.tried)]
    assert mqls == sorted(mqls, reverse=True)


@pytest.mark.parametrize(("points", "step"), [(55, 2), (20, 1), (100, 5), (0, 0.05), (1000, 50)])
def test_steps_are_round(points: float, step: float) -> None:
    tried = places(points)
    assert len(tried) == 21
    assert tried[10] == points
    assert tried[11] - points == pytest.approx(step)
