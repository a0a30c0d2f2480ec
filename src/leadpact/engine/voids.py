"""Rows about other rows: corrections, merges and what is declared for the whole organisation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.delivered import Delivered

#: Rows that concern the organisation, never a lead.
ORGANISATION_KINDS = ("fact.voided", "calendar.closed", "roster.changed")
MERGE_KINDS = ("lead.merged", "lead.unmerged")

_COLUMNS = ("kind", "source", "event_id", "batch", "lead_id", "moment", "decided", "properties")


def special_rows(delivered: Delivered, rows: NDArray[np.int32]) -> list[dict[str, Any]]:
    """Some rows whole, in order of instant, source and event id; `stated` is what they say."""
    if not len(rows):
        return []
    typed = sorted(delivered.typed)
    table = delivered.fetch(rows, [*_COLUMNS, *typed]).append_column("row", pa.array(rows))
    found: list[dict[str, Any]] = table.to_pylist()
    for row in found:
        told = json.loads(row.pop("properties") or "{}")
        columns = {name: row.pop(name) for name in typed}
        row["stated"] = {n.removeprefix("p_"): v for n, v in columns.items() if v is not None}
        row["stated"] |= told if isinstance(told, dict) else {}
    return sorted(found, key=lambda row: (row["moment"], row["source"], row["event_id"]))


@dataclass
class Withdrawn:
    """What voids name: rows, each by its source and event id, and imports."""

    rows: set[tuple[str, str]] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the log is named, or belongs to an import that is."""
        return (row["source"], row["event_id"]) in self.rows or row["batch"] in self.batches

    def __bool__(self) -> bool:
        return bool(self.rows or self.batches)

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
