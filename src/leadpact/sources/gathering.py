"""What the tables have given so far: log rows, leads, deals, links, refused rows, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from leadpact.engine.log import INSTANT, LOG_SCHEMA
from leadpact.sources.rows import Batch, Reject


@dataclass
class Gathering:
    """Filled table by table; tables of leads come first, so that every other row finds its lead.

    `leads` has the fingerprint of the row of each lead, `emails` the lead of each address,
    `known_only` says that some table lists the leads, so that no other row may invent one.
    """

    known_only: bool
    parts: list[pa.RecordBatch] = field(default_factory=list)
    leads: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    deals: dict[str, dict[str, Any]] = field(default_factory=dict)
    deal_prints: dict[str, str] = field(default_factory=dict)
    links: dict[str, dict[str, None]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    rows_read: Counter[str] = field(default_factory=Counter)

    def note(self, text: str) -> None:
        """Keep a remark for the reader of the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def reject(
        self,
        title: str,
        batch: Batch,
        failures: Iterable[tuple[int, str]],
        *,
        whole_row: bool,
    ) -> set[int]:
        """Keep refused rows or values of a batch; the rows they are in."""
        rows = set()
        for row, reason in failures:
            rows.add(row)
            self.rejects.append(Reject(title, batch.lines[row], reason, batch.raws(row), whole_row))
        return rows

    def add_rows(
        self,
        source: str,
        event_ids: pa.Array,
        lead_ids: pa.Array,
        happened_at: pa.Array,
        kinds: pa.Array | str,
        properties: pa.Array | None,
        recorded_at: pa.Array | None = None,
        actors: pa.Array | None = None,
    ) -> None:
        """Add rows to the log; an absent column is null."""
        count = len(event_ids)

        def text(value: str) -> pa.Array:
            return pa.array([value] * count, pa.string())

        columns = [
            event_ids,
            text(source),
            lead_ids,
            happened_at.cast(INSTANT),
            pa.nulls(count, INSTANT) if recorded_at is None else recorded_at.cast(INSTANT),
            text(kinds) if isinstance(kinds, str) else kinds,
            pa.nulls(count, pa.string()) if actors is None else actors,
            pa.nulls(count, pa.bool_()),
            text(source),
            pa.nulls(count, pa.string()) if properties is None else properties,
        ]
        self.parts.append(pa.RecordBatch.from_arrays(columns, schema=LOG_SCHEMA))

    def find_leads(
        self, texts: Sequence[str | None], separator: str
    ) -> tuple[list[int], list[str], list[tuple[int, str]]]:
        """Rows and the leads they name, a row once for each lead; with names that are no lead's."""
        rows: list[int] = []
        leads: list[str] = []
        failures = []
        for row, text in enumerate(texts):
            for name in dict.fromkeys(_names(text, separator)):
                lead = self._lead_named(name)
                if lead is None:
                    failures.append((row, f"names the lead “{name}”, which no table of leads has"))
                else:
                    rows.append(row)
                    leads.append(lead)
        return rows, leads, failures

    def _lead_named(self, name: str) -> str | None:
        if not self.known_only or name in self.leads:
            return name
        return self.emails.get(name.lower())

    def log(self) -> pa.Table:
        """All rows, in the order in which they were read."""
        return pa.Table.from_batches(self.parts, schema=LOG_SCHEMA)


def _names(text: str | None, separator: str) -> list[str]:
    if not text:
        return []
    return [name for part in text.split(separator) if (name := part.strip())]
