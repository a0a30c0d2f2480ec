"""One mapped table on its way into the log: what leads, events and deals all need of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.log import INSTANT
from leadpact.sources.columns import Manner, clean, fixed_instant, instants, json_objects, texts
from leadpact.sources.gathering import Gathering
from leadpact.sources.mapping import LeadKey, LeadReference, Moment, Table, Value
from leadpact.sources.rows import Batch


@dataclass
class TableRun:
    """A table, how it is read, and what it is gathered into; `seen` has the rows read so far."""

    table: Table
    manner: Manner
    into: Gathering
    seen: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        """How the log calls this table."""
        return self.table.title

    def cleaned(self, batch: Batch, column: str) -> pa.Array:
        """A column without what means nothing."""
        return clean(batch.columns[column], self.manner.missing)

    def refuse_rows(self, batch: Batch, failures: Iterable[tuple[int, str]]) -> None:
        """Keep rows that are left out, with the reason."""
        self.into.reject(self.title, batch, failures, whole_row=True)

    def refuse_values(
        self, batch: Batch, failures: Iterable[tuple[int, str]], rows: Iterable[int]
    ) -> None:
        """Keep values that are left out of the given rows, with the reason."""
        kept = set(rows)
        self.into.reject(
            self.title, batch, [(row, why) for row, why in failures if row in kept], whole_row=False
        )

    def not_repeated(self, batch: Batch, rows: Iterable[int]) -> list[int]:
        """The rows that are no exact repetition of an earlier one."""
        fresh = []
        for row in rows:
            if batch.prints[row] in self.seen:
                self.into.repeats[self.title] += 1
            else:
                self.seen.add(batch.prints[row])
                fresh.append(row)
        return fresh

    def moments(self, batch: Batch, moment: Moment) -> tuple[pa.Array, list[tuple[int, str]]]:
        """When it happened in each row, null where the cell is empty or, as told, no time."""
        zone = self.manner.zone
        if moment.column is None:
            assert moment.value is not None
            self.into.note(
                f"{self.title} has no times: every row stands at {moment.value}, as its mapping "
                "says. Durations and trends from it mean nothing."
            )
            micros = fixed_instant(moment.value, zone)
            return pa.array([micros] * len(batch), pa.int64()).cast(INSTANT), []
        column = self.cleaned(batch, moment.column)
        where = f"{self.title}, column {moment.column}"
        read = instants(where, column, self.manner, end_of_day=moment.day == "end")
        if read.dates_only:
            self.into.note(
                f"{self.title}: dates without a time of day ({moment.column}) are placed at the "
                f"{moment.day} of their day in {zone}."
            )
        if read.zone_assumed and not read.dates_only:
            self.into.note(f"{self.title}: times without a zone are read as {zone}.")
        if moment.otherwise is not None and column.null_count:
            self.into.note(
                f"{self.title}: rows without {moment.column} stand at {moment.otherwise}, as the "
                "mapping says."
            )
            instead = pa.scalar(fixed_instant(moment.otherwise, zone), pa.int64()).cast(INSTANT)
            read.values = pc.if_else(pc.is_null(column), instead, read.values)
        return read.values, [(row, f"{moment.column}: {why}") for row, why in read.failures]

    def properties(
        self, batch: Batch, mapped: Mapping[str, Value], rows: Sequence[int]
    ) -> pa.Array | None:
        """One JSON object for each of the rows; values that cannot be read are refused."""
        taken = pa.array(rows, pa.int64())
        named = []
        for name, value in mapped.items():
            column, failures = texts(batch, value, self.manner)
            self.refuse_values(batch, failures, rows)
            named.append((name, value.json_type, column.take(taken)))
        return json_objects(named)

    def keys(self, batch: Batch, key: LeadKey) -> pa.Array:
        """The key of the lead in each row."""
        column = self.cleaned(batch, key.column)
        return pc.utf8_lower(column) if key.form == "email" else column

    def named_leads(
        self, batch: Batch, reference: LeadReference, rows: Sequence[int]
    ) -> tuple[list[int], list[str], list[tuple[int, str]]]:
        """Rows and the leads they name, a row once for each; with names that are no lead's."""
        cells = self.cleaned(batch, reference.column).to_pylist()
        mine = [cells[row] for row in rows]
        places, leads, failures = self.into.find_leads(mine, reference.separator)
        return [rows[at] for at in places], leads, [(rows[at], why) for at, why in failures]
