"""What the results tell of the log, against the rows as the oracle counts them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.engine.result import Result
from tests.engine.metrics.worlds import facts_of, logs_with_reasons
from tests.engine.test_agrees_with_oracle import fewer_examples
from tests.oracle.facts import read, visible
from tests.strategies import START, Document, LogRow, as_delivered, moments, versions


def told(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime,
    known_at: datetime | None = None,
    simulate: bool = False,
) -> Result:
    return evaluate(
        [Agreement.model_validate(document) for document in documents],
        History(pa.Table.from_pylist(as_delivered(log), schema=LOG_SCHEMA)),
        as_of=as_of,
        known_at=known_at,
        simulate=simulate,
        with_hygiene=False,
    )


@pytest.mark.scenario
@fewer_examples
@given(versions(), logs_with_reasons(), moments, st.one_of(st.none(), moments), st.booleans())
def test_facts_are_the_rows_that_count(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime,
    known_at: datetime | None,
    simulate: bool,
) -> None:
    result = told(documents, log, as_of, known_at, simulate)
    seen = visible([read(row) for row in as_delivered(log)], as_of, known_at)
    expected = list(facts_of(row for row in seen if not (simulate and row.decided)))
    assert sorted(result.facts.to_pylist(), key=str) == sorted(expected, key=str)


@fewer_examples
@given(versions(), logs_with_reasons(), moments)
def test_leads_stand_where_the_result_says(
    documents: list[Document], log: list[LogRow], as_of: datetime
) -> None:
    result = told(documents, log, as_of)
    ids = result.leads["lead_id"].to_pylist()
    assert set(result.lead_places) == {"stage_entries", "episodes", "clocks", "facts", "nurture"}
    for name, places in result.lead_places.items():
        named = [ids[place] for place in places]
        assert result.tables()[name]["lead_id"].to_pylist() == named, name


def row(number: int, kind: str, **changes: Any) -> LogRow:
    return {
        "event_id": str(number),
        "source": "crm",
        "lead_id": "a",
        "happened_at": START + timedelta(hours=number),
        "recorded_at": None,
        "kind": kind,
        "actor": None,
        "decided": False,
        "batch": None,
        "properties": {},
    } | changes


def test_voided_rows_and_second_deliveries_are_none_of_them() -> None:
    basic = {
        "leadpact": 1,
        "name": "Basic",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
        "stages": [{"name": "Lead"}, {"name": "MQL"}],
        "handoff": {"stage": "MQL"},
    }
    log = [
        row(1, "sales.attempted"),
        row(1, "sales.attempted"),
        row(2, "sales.attempted"),
        row(3, "fact.voided", lead_id=None, properties={"event_id": "2"}),
        row(4, "calendar.closed", lead_id=None, properties={"date": "2026-04-01"}),
        row(5, "sales.rated", properties={"rating": "4"}),
        row(900, "sales.attempted"),
    ]
    result = told([basic], log, START + timedelta(days=9))
    found = [(fact["kind"], fact["rating"]) for fact in result.facts.to_pylist()]
    assert found == [("sales.attempted", None), ("sales.rated", 4)]
    assert [str(day) for day in result.closed_days] == ["2026-04-01"]
