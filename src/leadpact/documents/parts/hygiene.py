"""What was left out of every figure, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook, of_rows
from leadpact.documents.parts.shared import MOST_ROWS, cut
from leadpact.documents.pools import Pool, Row
from leadpact.engine.log import LOG_SCHEMA, History

_Named = TypeVar("_Named")
_SET_ASIDE = "Rows of history that count nowhere; the lead itself may count."


def hygiene(book: CaseBook) -> Section:
    """Leads excluded by reason, and rows set aside by kind."""
    tables = (_excluded(book), _set_aside(book))
    return Section(
        "hygiene",
        "Hygiene",
        text=[
            "Nothing is deleted: what is left out has a reason and can be taken back.",
            *_rates(book),
        ],
        tables=[table for table in tables if table.rows],
    )


def _rates(book: CaseBook) -> list[list[Said]]:
    found = {name: book.measures.of(name) for name in ("exclusion_rate", "duplicate_rate")}
    (left_out, *_), (duplicates, *_) = ([*figures, None] for figures in found.values())
    if left_out is None or duplicates is None:
        return []
    if not left_out.numerator:
        return [["No contact was left out."]]
    said = [
        opened(
            words.rate(figure.numerator, figure.n), book.of_metric(name, f"{title}, over all time")
        )
        for name, title, figure in (
            ("exclusion_rate", "Leads excluded", left_out),
            ("duplicate_rate", "Duplicates", duplicates),
        )
    ]
    return [["Of all contacts ", said[0], " were left out, ", said[1], " as duplicates."]]


def _excluded(book: CaseBook) -> Table:
    pool = Pool("lead_states.parquet", _left_out(book), "at")
    tally = pool.tally("reason", pool.pick({"status": ["excluded"]}))
    rows: list[list[Said]] = []
    for reason, n in _ranked(tally):
        name = reason or "not stated"
        behind = of_rows(
            pool,
            f"Excluded: {name}",
            "Leads that hygiene or a person left out and nobody took back.",
            lambda lead: lead["detail"] or "excluded",
            {"status": "excluded", "reason": reason},
        )
        rows.append([name, opened(f"{n:,}", behind)])
    return Table("Leads excluded" + cut(len(tally)), ["Reason", "Leads"], rows)


def _left_out(book: CaseBook) -> pa.Table:
    """States of excluded leads, with when and on what grounds they were excluded."""
    states, excluded = book.measures.result.lead_states, book.measures.result.exclusions
    standing = excluded.filter(pc.invert(pc.fill_null(excluded["restored"], False)))
    latest = standing.sort_by([("at", "ascending"), ("reason", "ascending")])
    grounds = latest.group_by("lead_id", use_threads=False).aggregate(
        [("at", "last"), ("detail", "last")]
    )
    left_out = states.filter(pc.equal(states["status"], "excluded"))
    joined = left_out.select(["lead_id", "status", "reason"]).join(grounds, "lead_id")
    return joined.rename_columns({"at_last": "at", "detail_last": "detail"})


def _set_aside(book: CaseBook) -> Table:
    aside = book.measures.result.set_aside
    pool = Pool("set_aside.parquet", _timed(aside, book.measures.history), "happened_at")
    groups = aside.group_by(["why", "kind"]).aggregate([([], "count_all")]).to_pylist()
    rows: list[list[Said]] = []
    for group in _ranked({(each["why"], each["kind"]): each["count_all"] for each in groups}):
        (why, kind), n = group
        title = f"Set aside: {kind or 'rows'}, {why or 'not stated'}"
        behind = of_rows(pool, title, _SET_ASIDE, _kind, {"why": why, "kind": kind})
        rows.append([why or "not stated", kind or words.NOTHING, opened(f"{n:,}", behind)])
    return Table("Rows set aside" + cut(len(groups)), ["Why", "Kind", "Rows"], rows, words=2)


def _timed(aside: pa.Table, history: History) -> pa.Table:
    """The rows set aside with the times that their first delivery states."""
    of_aside = pc.field("event_id").isin(aside["event_id"].combine_chunks())
    columns = ["source", "event_id", "happened_at"]
    parts = list(history.scan(columns, of_aside))
    # A file may say of a column that it lacks no value, which the log does not.
    shape = pa.schema([LOG_SCHEMA.field(name) for name in columns])
    named = pa.Table.from_batches(parts, parts[0].schema if parts else shape)
    times = named.group_by(["source", "event_id"]).aggregate([("happened_at", "min")])
    timed = aside.join(times, ["source", "event_id"])
    return timed.rename_columns({"happened_at_min": "happened_at"})


def _kind(row: Row) -> str:
    return row["kind"] or ""


def _ranked(tally: Mapping[_Named, int]) -> list[tuple[_Named, int]]:
    return sorted(tally.items(), key=lambda pair: (-pair[1], str(pair[0])))[:MOST_ROWS]
