"""Random conditions, simple and nested."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.strategies.world import GROUPS, SPANS, Document

FIELDS: list[Document] = [
    {"field": "size", "at_least": 10},
    {"field": "size", "less_than": 20},
    {"field": "size", "more_than": 5, "at_most": 20},
    {"field": "size", "unknown": True},
    {"field": "size", "is": 10},
    {"field": "size", "is": "10"},
    {"field": "region", "is": "North"},
    {"field": "region", "in": ["north", "east"]},
    {"field": "region", "not": "south"},
    {"field": "region", "not_in": ["north", "south"]},
    {"field": "region", "known": True},
    {"field": "region", "contains": "ou"},
    {"field": "region", "starts_with": "No"},
    {"field": "vip", "is": True},
    {"field": "vip", "not": True},
    {"field": "since", "at_least": "2026-01-01"},
    {"field": "origin", "is": "partner"},
]

EVENTS: list[Document] = [
    {"event": "visit"},
    {"event": "form"},
    {"event": "form", "where": {"form": "demo"}},
    {"event": "form", "where": {"form": {"not": "demo"}}},
    {"event": ["visit", "mail"]},
    {"event": "any"},
    {"event": "any", "where": {"minutes": {"at_least": 5}}},
    {"event": "visit", "where": {"minutes": {"less_than": 5}}},
    {"event": "form", "where": {"form": {"unknown": True}}},
    {"event": "visit", "where": {"pages": 3}},
    {"event": "visit", "where": {"pages": {"at_least": 3}}},
    {"event": "visit", "where": {"pages": ["2", "3"]}},
    {"event": "visit", "where": {"pages": {"contains": "3"}}},
    {"event": "visit", "where": {"read_on": {"at_least": "2026-03-27"}}},
    {"event": "sales.attempted"},
    {"event": "sales.attempted", "where": {"channel": "phone"}},
    {"event": "sales.connected"},
    {"event": "sales.accepted"},
    {"event": "sales.snoozed"},
    {"event": "sales.resumed"},
    {"event": "sales.rejected"},
    {"event": "lead.assigned"},
    {"event": "lead.updated"},
    {"event": "deal.opened"},
    {"event": "deal.won"},
    {"event": "deal.lost", "where": {"reason": "price"}},
    {"event": "stage.entered"},
]


def _field(random: Random) -> Document:
    return random.choice(FIELDS)


def _event(random: Random) -> Document:
    return random.choice(EVENTS)


def _state_leaf(random: Random) -> Document:
    match random.randrange(6):
        case 0:
            return _field(random)
        case 1:
            test = random.choice(["at_least", "at_least", "more_than", "at_most", "less_than"])
            return {
                "score": random.choice(["total", *GROUPS]),
                test: random.choice([-2, 0, 2.5, 5, 10, 20]),
            }
        case 2:
            return {**_event(random), "not_within": random.choice(SPANS)}
        case 3:
            return {
                **_event(random),
                "count": random.randint(1, 2),
                "within": random.choice(SPANS),
            }
    return {**_event(random), "count": random.randint(1, 3)}


def _row_condition(random: Random) -> Document:
    match random.randrange(6):
        case 0:
            return {"all": [_event(random), _field(random)]}
        case 1:
            return {"any": [_event(random), {"all": [_field(random), {"event": "any"}]}]}
        case 2:
            return {"all": [{"event": "any"}, {"none": [_event(random), _field(random)]}]}
    return _event(random)


def _nested(leaf: Callable[[Random], Document], random: Random, depth: int = 2) -> Document:
    if depth == 0 or random.random() < 0.5:
        return leaf(random)
    inner = [_nested(leaf, random, depth - 1) for _ in range(random.randint(1, 3))]
    return {random.choice(["all", "any", "none"]): inner}


def _pool(make: Callable[[Random], Document]) -> st.SearchStrategy[Document]:
    """Many conditions, made once and the short ones first: drawing one is a single choice."""
    random = Random(7)
    texts = {json.dumps(make(random)) for _ in range(600)}
    return st.sampled_from([json.loads(text) for text in sorted(texts, key=lambda t: (len(t), t))])


events = st.sampled_from(EVENTS)
attribute_conditions = _pool(lambda random: _nested(_field, random))
state_conditions = _pool(lambda random: _nested(_state_leaf, random))
row_conditions = _pool(_row_condition)

# What sends a lead back: never what holds from the start of an episode, or it would go on for ever.
goings_back = st.one_of(
    st.builds(lambda e, span: {**e, "not_within": span}, events, st.sampled_from(SPANS)),
    st.builds(lambda e, c: {"all": [e, c]}, events, state_conditions),
)


# What usually leads to a stage; anything else may, too.
STAGE_EVENTS: dict[str, st.SearchStrategy[Any]] = {
    "MQL": st.sampled_from([{"event": "form"}, {"event": "visit", "count": 2}]),
    "SAL": st.sampled_from([{"event": "sales.accepted"}]),
    "Deal": st.sampled_from([{"event": "deal.opened"}]),
    "Customer": st.sampled_from([{"event": "deal.won"}]),
}
