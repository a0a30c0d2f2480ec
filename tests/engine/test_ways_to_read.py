"""However a log comes, as JSON or in typed columns, short or long, in memory or in files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.engine import delivered, reading
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from tests.engine.metrics.worlds import logs_with_reasons
from tests.engine.test_agrees_with_oracle import fewer_examples
from tests.strategies import Document, LogRow, as_delivered, moments, versions

#: Properties of rows about other rows; the engine reads them where they stand.
ABOUT_ROWS = ("absorbed", "event_id", "source", "batch", "calendar", "date")


def told(documents: list[Document], log: Any, as_of: datetime) -> dict[str, list[str]]:
    agreements = [Agreement.model_validate(document) for document in documents]
    tables = evaluate(agreements, History(log), as_of=as_of).tables()
    return {name: sorted(map(str, table.to_pylist())) for name, table in tables.items()}


def untyped(log: list[LogRow]) -> pa.Table:
    return pa.Table.from_pylist(as_delivered(log), schema=LOG_SCHEMA)


def typed(log: list[LogRow], names: set[str], kind: type[Any]) -> pa.Table:
    """The log with columns for properties of some names and of one type."""
    rows = [row | {"properties": json.loads(row["properties"])} for row in as_delivered(log)]
    columns = {}
    for name in sorted(names.difference(ABOUT_ROWS)):
        values = [row["properties"].get(name) for row in rows]
        values = [value if type(value) is kind else None for value in values]
        for row, value in zip(rows, values, strict=True):
            if value is not None:
                del row["properties"][name]
        columns[f"p_{name}"] = pa.array(values, {str: pa.string(), bool: pa.bool_()}.get(kind))
    table = pa.Table.from_pylist(
        [row | {"properties": json.dumps(row["properties"])} for row in rows], schema=LOG_SCHEMA
    )
    for name, column in columns.items():
        table = table.append_column(
            name, column if column.type != pa.null() else pa.nulls(len(rows), pa.int64())
        )
    return table


def names_in(log: list[LogRow]) -> set[str]:
    return {name for row in as_delivered(log) for name in json.loads(row["properties"])}


@fewer_examples
@given(versions(), logs_with_reasons(), moments, st.sampled_from([str, int, bool]))
def test_a_typed_column_says_what_json_says(
    documents: list[Document], log: list[LogRow], as_of: datetime, kind: type[Any]
) -> None:
    in_columns = typed(log, names_in(log), kind)
    assert told(documents, in_columns, as_of) == told(documents, untyped(log), as_of)


@fewer_examples
@given(versions(), logs_with_reasons(), moments, st.sampled_from([str, int, bool]))
def test_a_long_log_is_read_as_a_short_one(
    documents: list[Document], log: list[LogRow], as_of: datetime, kind: type[Any]
) -> None:
    table = typed(log, names_in(log), kind)
    short = told(documents, table, as_of)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "VERY_FEW_ROWS", -1)
        assert told(documents, table, as_of) == short
        patch.setattr(delivered, "FEW_ROWS", -1)
        assert told(documents, table, as_of) == short


SMALL: Document = {
    "leadpact": 1,
    "name": "Small",
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "fields": {"size": "number"},
    "stages": [{"name": "Lead"}, {"name": "MQL", "when": {"field": "size", "at_least": 10}}],
    "handoff": {"stage": "MQL"},
}


def visits(count: int, first: datetime, **columns: Any) -> pa.Table:
    table = pa.table(
        {
            "event_id": [str(number) for number in range(count)],
            "source": ["web"] * count,
            "lead_id": [str(number % 3) for number in range(count)],
            "happened_at": [first] * count,
            "recorded_at": [None] * count,
            "kind": ["visit"] * count,
            "actor": [None] * count,
            "decided": [False] * count,
            "batch": [None] * count,
            "properties": [None] * count,
        },
        schema=LOG_SCHEMA,
    )
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


FIRST = datetime.fromisoformat("2026-03-02T09:00:00+00:00")


def test_nobody_states_anything_of_a_column_of_numbers() -> None:
    log = visits(2, FIRST, p_size=pa.array([12.0, None]))
    found = evaluate([Agreement.model_validate(SMALL)], History(log))
    assert found.leads["size"].to_pylist() == [None, None]
    assert found.lead_states["stage"].to_pylist() == ["Lead", "Lead"]


def test_why_a_lead_was_left_out_is_read_from_a_column_too() -> None:
    log = visits(1, FIRST, p_reason=pa.array(["duplicate"]), p_duplicate_of=pa.array(["Ada"]))
    kind = LOG_SCHEMA.get_field_index("kind")
    log = log.set_column(kind, "kind", pa.array(["lead.excluded"]))
    (found,) = evaluate([Agreement.model_validate(SMALL)], History(log)).exclusions.to_pylist()
    assert (found["reason"], found["duplicate_of"]) == ("duplicate", "Ada")


@pytest.mark.parametrize("few", [250_000, -1])
def test_files_are_read_as_a_table_is(tmp_path: Path, monkeypatch, few) -> None:
    monkeypatch.setattr(delivered, "FEW_ROWS", few)
    monkeypatch.setattr(reading, "VERY_FEW_ROWS", few)
    table = visits(7, FIRST, p_size=pa.array([1.0, 5.0, 10.0, 12.5, None, 3.0, 11.0]))
    created = pa.array(["lead.created" if number % 2 else "visit" for number in range(7)])
    table = table.set_column(
        table.schema.get_field_index("kind"), LOG_SCHEMA.field("kind"), created
    )
    for part, (begin, size) in enumerate([(0, 4), (4, 3)]):
        pq.write_table(table.slice(begin, size), tmp_path / f"{part}.parquet")
    files = ds.dataset(sorted(tmp_path.glob("*.parquet")))
    assert told([SMALL], files, FIRST) == told([SMALL], table, FIRST)
