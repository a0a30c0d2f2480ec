"""From delivered rows to the facts that count: cut, duplicates, voids, order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadpact.agreement.vocabulary import rank_of

#: Rows about the whole organisation, or about other rows; they are never a lead's own.
NOT_OF_A_LEAD = ("fact.voided", "calendar.closed", "roster.changed")


@dataclass(eq=False)
class Row:
    """One row of the log."""

    at: datetime
    recorded: datetime
    kind: str
    source: str
    event_id: str
    lead: str = ""
    decided: bool = False
    batch: str | None = None
    text: str = ""
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[Any, ...]:
        """Where the row stands among those of its lead."""
        return self.at, rank_of(self.kind), self.source, self.event_id

    def says(self, name: str) -> str:
        """A property as comparable text; empty when it says nothing."""
        value = self.properties.get(name)
        return "" if value is None else str(value).strip().casefold()


def read(raw: dict[str, Any]) -> Row:
    """A row as delivered."""
    properties = raw.get("properties") or {}
    text = properties if isinstance(properties, str) else json.dumps(properties, sort_keys=True)
    return Row(
        at=raw["happened_at"],
        recorded=raw.get("recorded_at") or raw["happened_at"],
        kind=raw["kind"],
        source=raw["source"],
        event_id=raw["event_id"],
        lead=raw.get("lead_id") or "",
        decided=bool(raw.get("decided")),
        batch=raw.get("batch"),
        text=text,
        properties=json.loads(text),
    )


def visible(rows: list[Row], as_of: datetime, known_at: datetime | None) -> list[Row]:
    """The rows that count, in order: cut, each once, without what is voided."""
    seen = [r for r in rows if r.at <= as_of and (known_at is None or r.recorded <= known_at)]
    return sorted(_unvoided(_once(seen)), key=lambda row: row.place)


def _once(rows: list[Row]) -> list[Row]:
    kept: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=_preferred):
        kept.setdefault((row.source, row.event_id), row)
    return list(kept.values())


def _preferred(row: Row) -> tuple[Any, ...]:
    """Of copies that differ the least counts."""
    told = (row.text, row.lead, row.batch or "", row.decided)
    return row.recorded, row.at, row.kind, *told


def _unvoided(rows: list[Row]) -> list[Row]:
    voids = sorted(
        (row for row in rows if row.kind == "fact.voided"), key=lambda row: row.place, reverse=True
    )
    dead: set[int] = set()
    # Later voids first: a void is undone only by one that came after it.
    for void in voids:
        if id(void) not in dead:
            dead |= {id(row) for row in rows if row is not void and _names(void, row)}
    return [row for row in _unmerged(rows, dead) if id(row) not in dead]


def _names(void: Row, row: Row) -> bool:
    named = void.properties
    if named.get("batch") is not None:
        return row.batch == named["batch"]
    source = named.get("source") or void.source
    return (row.source, row.event_id) == (source, named.get("event_id"))


def _unmerged(rows: list[Row], dead: set[int]) -> list[Row]:
    undone = [row for row in rows if row.kind == "lead.unmerged" and id(row) not in dead]
    return [
        row
        for row in rows
        if row.kind != "lead.merged"
        or not any(
            (other.lead, other.properties.get("absorbed"))
            == (row.lead, row.properties.get("absorbed"))
            and other.at >= row.at
            for other in undone
        )
    ]
