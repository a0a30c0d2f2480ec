"""First, last and linear credit of won deals, on the example of the semantics and its edges."""

from __future__ import annotations

from typing import Any

import pytest

from leadpact.engine.metrics.credit import MODELS, SCHEMA
from leadpact.engine.metrics.measures import Measures
from tests.engine.metrics import tiny
from tests.engine.metrics.tiny import day

LEADS = [
    {"lead_id": "A", "created_at": day(0), "source": "organic"},
    {"lead_id": "B", "created_at": day(30), "source": "webinar"},
    {"lead_id": "C", "created_at": day(60), "source": "webinar"},
    {"lead_id": "D", "created_at": day(100), "source": "event"},
    {"lead_id": "E", "created_at": day(1)},
]


def deal(number: int, *leads: str, outcome: str = "won", **changes: Any) -> dict[str, Any]:
    row = {"deal_id": f"D{number}", "lead_ids": list(leads), "outcome": outcome, "amount": 900.0}
    return row | {"opened_at": day(70), "closed_at": day(90)} | changes


def shares(*deals: dict[str, Any]) -> dict[str | None, tuple[float, ...]]:
    measures = Measures(tiny.result(leads=LEADS), tiny.history(deals=deals))
    table = measures.credit("source")
    assert table.schema == SCHEMA
    found: dict[str | None, list[float]] = {}
    for row in table.to_pylist():
        own = found.setdefault(row["group"], [0.0] * len(MODELS))
        for place, model in enumerate(MODELS):
            own[place] += row[model] * row["amount"]
    return {group: tuple(round(each, 6) for each in own) for group, own in found.items()}


def test_the_example_of_the_semantics() -> None:
    assert shares(deal(1, "C", "A", "B", "D")) == {
        "organic": (900, 0, 300),
        "webinar": (0, 900, 600),
    }


@pytest.mark.parametrize("leads", [(), ("D",), ("nobody",)], ids=["none", "later", "unknown"])
def test_a_deal_that_nobody_brought_is_credited_to_what_is_not_stated(leads: tuple[str]) -> None:
    assert shares(deal(1, *leads)) == {None: (900, 900, 900)}


def test_a_lead_without_a_source_is_a_touch_too() -> None:
    assert shares(deal(1, "A", "E")) == {"organic": (900, 0, 450), None: (0, 900, 450)}


def test_only_won_deals_count_each_once() -> None:
    lost = deal(2, "A", outcome="lost")
    still_open = deal(3, "A", outcome="open", closed_at=None)
    later = deal(4, "A", closed_at=day(200))
    assert shares(deal(1, "A", "A"), lost, still_open, later) == {"organic": (900, 900, 900)}
    assert shares(lost) == {}


def test_every_way_adds_up_to_all_won_deals() -> None:
    deals = [deal(1, "A", "B"), deal(2, "B", "C", "E"), deal(3), deal(4, "C", amount=100.0)]
    found = shares(*deals)
    for place in range(len(MODELS)):
        assert sum(each[place] for each in found.values()) == pytest.approx(2800)


def test_a_touch_has_the_segment_that_its_lead_is_in() -> None:
    states = [{"lead_id": "A", "segment": "Enterprise"}, {"lead_id": "B", "segment": None}]
    result = tiny.result(leads=LEADS, lead_states=states)
    table = Measures(result, tiny.history(deals=[deal(1, "A", "B")])).credit("segment")
    assert {row["group"]: row["linear"] for row in table.to_pylist()} == {
        "Enterprise": 0.5,
        None: 0.5,
    }
