"""From a log to the arrays of the fold: cut, deduplicated, voided, typed, in patterns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import FIXED_KINDS, rank_of
from leadpact.engine import sql
from leadpact.engine.classes import Classes, Property, classify
from leadpact.engine.patterns import AttributePatterns, Keys, RowPatterns, decode, dense, row_keys
from leadpact.engine.questions import DECIDED, DELAY, Questions
from leadpact.engine.values import normal

if TYPE_CHECKING:
    import duckdb

#: Rows that concern the organisation, never a lead.
ORGANISATION_KINDS = ("fact.voided", "calendar.closed", "roster.changed")


@dataclass(frozen=True)
class Log:
    """The rows that count, in one DuckDB table `log` ordered by instant, rank, source and event id.

    Columns: place (their order), lead (number of the lead that wrote it), moment (microseconds),
    delay, kind, decided, source, event_id, properties (JSON text) and typed columns.
    """

    connection: duckdb.DuckDBPyConnection
    leads: list[str]
    typed: frozenset[str]
    organisation: list[dict[str, Any]]  # rows of ORGANISATION_KINDS
    merges: list[dict[str, Any]]
    voided: pa.Table
    last: int  # the moment of evaluation, microseconds

    def text_of(self, name: str) -> str:
        """SQL for the raw text of a property of a row."""
        if name == DECIDED:
            return "decided::varchar"
        from_json = sql.json_text("properties", name)
        column = f"p_{name}"
        if column in self.typed:
            return f"coalesce({sql.identifier(column)}::varchar, {from_json})"
        return from_json


def micros(instant: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    since = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds


def instant(ticks: int) -> datetime:
    """Microseconds since 1970 as an aware instant."""
    return datetime.fromtimestamp(ticks // 10**6, UTC).replace(microsecond=ticks % 10**6)


def read_log(
    table: pa.Table,
    as_of: datetime | None,
    known_at: datetime | None,
    simulate: bool,
) -> Log:
    """Cuts the log, keeps one of each delivery, and leaves out what was voided."""
    import duckdb

    con = duckdb.connect(config={"threads": 2})
    con.execute("set timezone = 'UTC'")
    con.register("delivered", table)
    typed = frozenset(name for name in table.column_names if name.startswith("p_"))
    con.execute(sql.cut(typed, _ticks(as_of), _ticks(known_at)))
    con.execute(sql.deduplicated(typed))
    con.execute(sql.ranked({kind: rank_of(kind) for kind in FIXED_KINDS}, rank_of("")))
    organisation = _dictionaries(con, sql.organisation_rows(ORGANISATION_KINDS))
    merge_rows = _dictionaries(con, sql.MERGE_ROWS)
    withdrawn = withdrawn_by(organisation, merge_rows)
    con.register("voids", withdrawn.table())
    con.execute(sql.counting(typed, ORGANISATION_KINDS, simulate))
    leads = [row[0] for row in con.execute(sql.LEADS).fetchall()]
    ((latest,),) = con.execute("select max(moment) from log").fetchall()
    return Log(
        connection=con,
        leads=leads,
        typed=typed,
        organisation=_counting(organisation, withdrawn, simulate),
        merges=_counting(merge_rows, withdrawn, simulate),
        voided=con.sql(sql.VOIDED).to_arrow_table(),
        last=_ticks(as_of) if as_of is not None else int(latest or 0),
    )


def _counting(
    rows: Iterable[dict[str, Any]], withdrawn: Withdrawn, simulate: bool
) -> list[dict[str, Any]]:
    """Rows that nobody withdrew; in a simulation, of those only what was observed."""
    return [row for row in rows if not withdrawn.has(row) and not (simulate and row["decided"])]


def _ticks(moment: datetime | None) -> Any:
    return None if moment is None else micros(moment)


def _dictionaries(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = con.sql(query).to_arrow_table().to_pylist()
    for row in rows:
        stated = json.loads(row.pop("properties") or "{}")
        row["stated"] = stated if isinstance(stated, dict) else {}
    return rows


@dataclass
class Withdrawn:
    """What voids name: rows, each by its source and event id, and imports."""

    rows: set[tuple[str, str]] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the log is named, or belongs to an import that is."""
        return (row["source"], row["event_id"]) in self.rows or row["batch"] in self.batches

    def table(self) -> pa.Table:
        """The rows (source, event_id) and the imports (batch), for a join."""
        named = [{"source": source, "event_id": event} for source, event in sorted(self.rows)]
        schema = pa.schema({"source": pa.string(), "event_id": pa.string(), "batch": pa.string()})
        batches = [{"batch": batch} for batch in sorted(self.batches)]
        return pa.Table.from_pylist([*named, *batches], schema=schema)


def withdrawn_by(
    organisation: Iterable[Mapping[str, Any]], merges: Sequence[Mapping[str, Any]]
) -> Withdrawn:
    """What the voids of a log withdraw; the latest void is judged first.

    `lead.unmerged` voids the merges of the same two leads that happened no later.
    """
    found = Withdrawn()
    voids = [row for row in organisation if row["kind"] == "fact.voided"]
    standing = []
    for void in sorted(
        voids, key=lambda r: (r["moment"], r["source"], r["event_id"]), reverse=True
    ):
        if found.has(void):
            continue
        standing.append((void["source"], void["event_id"]))
        stated = void["stated"]
        if stated.get("batch"):
            found.batches.add(str(stated["batch"]))
        elif stated.get("event_id"):
            source = str(stated.get("source") or void["source"])
            found.rows.add((source, str(stated["event_id"])))
    # A void may have come with the import that it withdraws; the others of that import fall too.
    fallen = {(r["source"], r["event_id"]) for r in voids if r["batch"] in found.batches}
    found.rows |= fallen.difference(standing)
    undone: dict[tuple[Any, Any], int] = {}
    for row in merges:
        if row["kind"] == "lead.unmerged" and not found.has(row):
            undone[_pair(row)] = max(row["moment"], undone.get(_pair(row), row["moment"]))
    found.rows |= {
        (row["source"], row["event_id"])
        for row in merges
        if row["kind"] == "lead.merged" and row["moment"] <= undone.get(_pair(row), -1)
    }
    return found


def _pair(merge: Mapping[str, Any]) -> tuple[Any, Any]:
    return merge["lead_id"], str(merge["stated"].get("absorbed"))


def handed_over_in_reality(log: Log, versions: Sequence[Agreement]) -> NDArray[np.bool_]:
    """[lead] whether the log, with what the system had decided, tells of a handoff."""
    stages = {normal(version.handoff.stage) for version in versions}
    rows = log.connection.execute(sql.handoffs(log.text_of("stage"))).fetchall()
    numbers = {lead: number for number, lead in enumerate(log.leads)}
    handed = np.zeros(len(log.leads), np.bool_)
    for lead, stage in rows:
        if lead in numbers and (stage is None or normal(stage) in stages):
            handed[numbers[lead]] = True
    return handed


# ----------------------------------------------------------------------------------------- patterns


@dataclass(frozen=True)
class ShapedRows:
    """Every row of every lead with its pattern, in order of instant and rank."""

    lead: NDArray[np.int64]
    at: NDArray[np.int64]
    pattern: NDArray[np.int32]
    patterns: RowPatterns


def shape_rows(log: Log, questions: Questions) -> ShapedRows:
    """One small integer for each row: its kind and the class of every value that is asked for."""
    con = log.connection
    kinds = [
        row[0] for row in con.execute("select distinct kind from log order by kind").fetchall()
    ]
    asked = dict.fromkeys(key for kind in kinds for key in questions.properties_of(kind))
    for team in (t.name for v in questions.versions for t in v.routing.teams):
        questions.teams.number(team)
    classes = {key: _classes(log, questions.properties[key], kinds, questions) for key in asked}
    keys = row_keys(kinds, questions, classes)
    _register_keys(con, keys)
    values = [_column(log, questions.properties[key], classes[key]) for key in keys.names]
    columns = con.execute(sql.keyed(values)).fetchnumpy()
    distinct, pattern = dense(np.asarray(columns["key"], np.int64))
    return ShapedRows(
        lead=np.asarray(columns["lead"], np.int64),
        at=np.asarray(columns["moment"], np.int64),
        pattern=pattern,
        patterns=decode(keys, classes, distinct.tolist()),
    )


def _classes(log: Log, prop: Property, kinds: list[str], questions: Questions) -> Classes:
    if prop.cuts is not None:
        return classify(prop, [])
    concerned = [kind for kind in kinds if prop.key in questions.properties_of(kind)]
    query = sql.distinct_texts("log", log.text_of(prop.name), concerned)
    values = [row[0] for row in log.connection.execute(query).fetchall()]
    table = classify(prop, values)
    _register_map(log.connection, f"class of {prop.key}", table.of_value)
    return table


def _column(log: Log, prop: Property, classes: Classes) -> sql.Column:
    text = log.text_of(prop.name)
    if classes.cuts is None:
        return sql.Column(text, f"class of {prop.key}", ())
    if prop.name == DELAY:
        return sql.Column("delay", None, classes.cuts)
    return sql.Column(sql.number(text, prop.numeric_kind), None, classes.cuts)


def _register_map(con: duckdb.DuckDBPyConnection, name: str, of_value: dict[str, int]) -> None:
    con.register(
        name,
        pa.table(
            {
                "value": pa.array(list(of_value), pa.string()),
                "class": pa.array(list(of_value.values()), pa.int64()),
            }
        ),
    )


def _register_keys(con: duckdb.DuckDBPyConnection, keys: Keys) -> None:
    columns: dict[str, Any] = {
        "kind": pa.array(keys.kinds, pa.string()),
        "base": pa.array(keys.base, pa.int64()),
    }
    for number, name in enumerate(keys.names):
        strides = [stride.get(name, 0) for stride in keys.stride]
        columns[f"stride_{number}"] = pa.array(strides, pa.int64())
    con.register("key numbers", pa.table(columns))


# --------------------------------------------------------------------------------------- attributes


@dataclass(frozen=True)
class Statements:
    """What every lead had stated of itself, from when on: one row for each change."""

    lead: NDArray[np.int64]
    at: NDArray[np.int64]
    pattern: NDArray[np.int32]
    patterns: AttributePatterns


def shape_attributes(
    log: Log, questions: Questions, owners: pa.Table, types: dict[str, str]
) -> Statements:
    """Attributes as known at each moment, filled forward, as patterns.

    `owners` says in whose lists a statement is: (place, list). A list is a lead's, or a lead's
    after a merge.
    """
    con = log.connection
    con.register("owners", owners)
    named = dict.fromkeys(prop.name for prop in questions.fields.values())
    texts = {name: log.text_of(name) for name in {**types, **named}}
    con.execute(sql.stated(texts))
    con.execute(sql.filled_forward(list(texts)))
    classes = {key: _field_classes(con, prop) for key, prop in questions.fields.items()}
    asked = [_field_column(prop, classes[key]) for key, prop in questions.fields.items()]
    columns = con.execute(sql.attribute_classes(asked)).fetchnumpy()
    return _statements(columns, list(questions.fields), classes)


def _field_classes(con: duckdb.DuckDBPyConnection, prop: Property) -> Classes:
    if prop.cuts is not None:
        return classify(prop, [])
    query = sql.distinct_texts("known", sql.identifier(f"f_{prop.name}"), None)
    table = classify(prop, [row[0] for row in con.execute(query).fetchall()])
    _register_map(con, f"class of field {prop.key}", table.of_value)
    return table


def _field_column(prop: Property, classes: Classes) -> sql.Column:
    text = sql.identifier(f"f_{prop.name}")
    if classes.cuts is None:
        return sql.Column(text, f"class of field {prop.key}", ())
    return sql.Column(sql.number(text, prop.numeric_kind), None, classes.cuts)


def _statements(
    columns: dict[str, Any], names: list[str], classes: dict[str, Classes]
) -> Statements:
    n = len(columns["list"])
    code = np.zeros(n, np.int64)
    per_field = [np.asarray(columns[f"c{i}"], np.int64) for i in range(len(names))]
    for name, values in zip(names, per_field, strict=True):
        code = code * classes[name].count + values
        if classes[name].count > 1:
            _, code = np.unique(code, return_inverse=True)
    distinct, pattern = dense(code)
    of = np.zeros((len(distinct), len(names)), np.int32)
    for place, values in enumerate(per_field):
        of[pattern, place] = values
    return Statements(
        lead=np.asarray(columns["list"], np.int64),
        at=np.asarray(columns["moment"], np.int64),
        pattern=pattern,
        patterns=AttributePatterns(names, classes, of),
    )
