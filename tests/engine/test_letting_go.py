"""Nothing of a log outlives its evaluation: a worker evaluates for months."""

import gc
from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pytest

from leadpact.agreement.spec import Agreement
from leadpact.engine.arranged import Log
from leadpact.engine.delivered import Delivered
from leadpact.engine.evaluate import evaluate
from leadpact.engine.explain import explain
from leadpact.engine.log import LOG_SCHEMA, History

BASIC = {
    "leadpact": 1,
    "name": "Basic",
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "fields": {"size": "number"},
    "stages": [{"name": "Lead"}, {"name": "MQL", "when": {"field": "size", "at_least": 10}}],
    "handoff": {"stage": "MQL"},
}
CREATED = {
    "event_id": "1",
    "source": "crm",
    "lead_id": "a",
    "happened_at": datetime.fromisoformat("2026-03-02T09:00:00+00:00"),
    "kind": "lead.created",
    "decided": False,
    "properties": '{"size": 12, "email": "ada@acme.example.org"}',
}


def evaluated(history: History) -> None:
    result = evaluate([Agreement.model_validate(BASIC)], history)
    assert result.lead_states["stage"].to_pylist() == ["MQL"]


def explained(history: History) -> None:
    told = explain([Agreement.model_validate(BASIC)], history, "a").as_json()
    assert told["passages"]


@pytest.mark.parametrize("kind", [Log, Delivered])
@pytest.mark.parametrize("work", [evaluated, explained])
def test_a_log_is_let_go_with_what_was_made_of_it(
    kind: type[object], work: Callable[[History], None]
) -> None:
    history = History(pa.Table.from_pylist([CREATED], schema=LOG_SCHEMA))

    def alive() -> int:
        gc.collect()
        return sum(type(each) is kind for each in gc.get_objects())

    before = alive()
    work(history)
    assert alive() == before
