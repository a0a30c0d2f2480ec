"""A history that is prepared once says of any agreement what evaluating it says."""

from __future__ import annotations

import copy
from datetime import datetime
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import thresholds, with_points
from leadpact.engine import evaluate as module
from leadpact.engine.evaluate import Prepared, evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.engine.result import Result
from tests.engine.metrics.worlds import logs_with_reasons
from tests.engine.test_agrees_with_oracle import fewer_examples
from tests.strategies import Document, LogRow, as_delivered, moments, versions


def history_of(log: list[LogRow]) -> History:
    return History(pa.Table.from_pylist(as_delivered(log), schema=LOG_SCHEMA))


def told(result: Result) -> dict[str, Any]:
    tables = {name: table.to_pylist() for name, table in result.tables().items()}
    places = {name: each.tolist() for name, each in result.lead_places.items()}
    return tables | {"as_of": result.as_of, "versions": result.versions, "places": places}


def with_other_numbers(part: Any, random: Random) -> Any:
    """A document with some of its points, bounds and terms changed."""
    if isinstance(part, dict):
        return {
            name: value + random.choice([-5, 0, 5])
            if name in ("points", "at_least") and type(value) in (int, float)
            else with_other_numbers(value, random)
            for name, value in part.items()
        }
    return [with_other_numbers(each, random) for each in part] if isinstance(part, list) else part


@fewer_examples
@given(versions(), versions(), logs_with_reasons(), moments, st.booleans(), st.integers(0, 99))
def test_says_what_evaluating_anew_says(
    documents: list[Document],
    others: list[Document],
    log: list[LogRow],
    as_of: datetime,
    simulate: bool,
    seed: int,
) -> None:
    history = history_of(log)
    prepared = Prepared(history, as_of=as_of, simulate=simulate)
    changed = with_other_numbers(copy.deepcopy(documents), Random(seed))
    for each in (documents, changed, others, documents):
        asked = [Agreement.model_validate(document) for document in each]
        anew = evaluate(asked, history, as_of=as_of, simulate=simulate)
        assert told(prepared.under(asked)) == told(anew)


def test_reads_the_log_once_for_other_thresholds_and_anew_for_other_questions(monkeypatch) -> None:
    document: Document = {
        "leadpact": 1,
        "name": "Small",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
        "scoring": {"rules": [{"name": "Visit", "when": {"event": "visit"}, "points": 10}]},
        "stages": [{"name": "Lead"}, {"name": "MQL", "when": {"score": "total", "at_least": 15}}],
        "handoff": {"stage": "MQL"},
    }
    visits = [
        {
            "event_id": str(number),
            "source": "web",
            "lead_id": "a",
            "happened_at": datetime.fromisoformat(f"2026-03-0{number}T09:00:00+00:00"),
            "recorded_at": None,
            "kind": "visit",
            "actor": None,
            "decided": False,
            "batch": None,
            "properties": {},
        }
        for number in (2, 3, 4)
    ]
    reads = []
    read_log = module.read_log
    monkeypatch.setattr(module, "read_log", lambda *given: reads.append(1) or read_log(*given))
    prepared = Prepared(history_of(visits))
    agreement = Agreement.model_validate(document)
    (threshold,) = thresholds(agreement)
    found = [
        prepared.under([with_points(agreement, threshold, points)]).stage_entries["entered_at"][-1]
        for points in (15, 25, 35)
    ]
    assert [instant.as_py().day for instant in found] == [3, 4, 2]
    assert len(reads) == 1
    rule = {
        "name": "Pricing",
        "when": {"event": "visit", "where": {"page": "pricing"}},
        "points": 10,
    }
    document["scoring"]["rules"].append(rule)
    prepared.under([Agreement.model_validate(document)])
    assert len(reads) == 2


@pytest.mark.parametrize("part", ["hygiene", "term"])
def test_another_way_to_judge_leads_is_another_history(part) -> None:
    documents: dict[str, Document] = {
        "hygiene": {"duplicates": False},
        "term": {"starts": "2026-01-01", "until": "2026-12-31"},
    }
    basic: Document = {
        "leadpact": 1,
        "name": "Basic",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
        "stages": [{"name": "Lead"}, {"name": "MQL"}],
        "handoff": {"stage": "MQL"},
    }
    one, other = (
        Agreement.model_validate(each) for each in (basic, basic | {part: documents[part]})
    )
    judged = module._judged([one], History(LOG_SCHEMA.empty_table()), None, None, False)
    shaped = module.shape([one], judged)
    assert shaped.serves([one])
    assert not shaped.serves([other])
    assert not shaped.serves([one, one])
