"""A route's condition means what it means everywhere: by the oracle, and in an evaluation."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.engine.routing.matching import LeadConditions
from tests.oracle import asking
from tests.strategies import FIELDS

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
VALUES = {
    "size": st.sampled_from([None, "", "many", "9.99", "10", " 10 ", "20", "1e1", "-3", 5, 20.5]),
    "region": st.sampled_from([None, "", "North", " south", "EAST", "Southampton", "10"]),
    "vip": st.sampled_from([None, True, False, "yes", "No", "1", "perhaps"]),
    "since": st.sampled_from([None, "2026-01-01", "2025-12-31", date(2026, 1, 2), "soon"]),
    "origin": st.sampled_from([None, "partner", "marketing"]),
}
#: The names of the answers, as the engine numbers them.
NUMBERS = {True: 1, None: 0, False: -1}


def condition(random: Random, depth: int = 2) -> dict[str, Any]:
    if depth == 0 or random.random() < 0.4:
        return random.choice(FIELDS)
    parts = [condition(random, depth - 1) for _ in range(random.randint(1, 3))]
    return {random.choice(["all", "any", "none"]): parts}


def agreement(conditions: list[dict[str, Any]]) -> Agreement:
    return Agreement.model_validate(
        {
            "leadpact": 1,
            "name": "Conditions",
            "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
            "fields": {"size": "number", "region": "text", "vip": "boolean", "since": "date"},
            "stages": [{"name": "MQL"}],
            "handoff": {"stage": "MQL"},
            "routing": {
                "teams": [{"name": "Desk"}],
                "routes": [
                    {"name": f"R{n}", "when": when, "to": "Desk"}
                    for n, when in enumerate(conditions)
                ],
            },
            "segments": [{"name": f"R{n}", "when": when} for n, when in enumerate(conditions)],
        }
    )


def compiled(spec: Agreement) -> LeadConditions:
    return LeadConditions(spec, [route.when for route in spec.routing.routes])


@given(st.randoms(use_true_random=False), st.fixed_dictionaries(VALUES))
def test_as_the_oracle_answers(random: Random, attributes: dict[str, Any]) -> None:
    spec = agreement([condition(random) for _ in range(4)])
    types = spec.field_types()
    texts = {name: _as_logged(value) for name, value in attributes.items()}

    def leaf(asked: Any) -> asking.Answer:
        return asking.test_value(asked, texts.get(asked.field), types.get(asked.field))

    told = [NUMBERS[asking.ask(route.when, leaf)] for route in spec.routing.routes]
    assert list(compiled(spec).truths(attributes)) == told


def _as_logged(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.scenario
def test_as_an_evaluation_answers() -> None:
    """The same conditions as segments: the first that holds is the lead's, as with routes."""
    from leadpact.engine.evaluate import evaluate
    from leadpact.engine.log import LOG_SCHEMA, History

    random = Random(7)
    spec = agreement([condition(random) for _ in range(12)])
    leads = {
        f"L{n}": {name: random.choice(values.elements) for name, values in VALUES.items()}
        for n in range(200)
    }
    rows = [
        {
            "event_id": lead,
            "source": "crm",
            "lead_id": lead,
            "happened_at": AT,
            "kind": "lead.created",
            "properties": json.dumps({k: _as_logged(v) for k, v in attributes.items()}),
        }
        for lead, attributes in leads.items()
    ]
    history = History(pa.Table.from_pylist(rows, schema=LOG_SCHEMA))
    states = evaluate([spec], history, with_hygiene=False).lead_states.to_pylist()
    by_evaluation = {state["lead_id"]: state["segment"] for state in states}
    conditions = compiled(spec)
    by_routing = {
        lead: next((f"R{n}" for n, t in enumerate(conditions.truths(known)) if t == 1), None)
        for lead, known in leads.items()
    }
    assert by_routing == by_evaluation
    assert len(set(by_routing.values())) > 3


def test_what_asks_more_than_attributes_is_unknown() -> None:
    spec = agreement([{"event": "visit"}, {"none": [{"score": "total", "at_least": 5}]}])
    assert compiled(spec).truths({}) == (0, 0)


def test_no_condition_holds_for_every_lead() -> None:
    assert LeadConditions(agreement([]), [None]).truths({"size": "x"}) == (1,)


def test_a_number_and_a_yes_are_not_taken_for_each_other() -> None:
    """1, 1.0 and True are one key of a dictionary, and three values of a lead."""
    conditions = compiled(agreement([{"field": "size", "is": 1}, {"field": "vip", "is": True}]))
    assert conditions.truths({"size": 1, "vip": 1}) == (1, 1)
    assert conditions.truths({"size": True, "vip": True}) == (0, 1)
    assert conditions.truths({"size": 1.0, "vip": 1.0}) == (1, 0)
