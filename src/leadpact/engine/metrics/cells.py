"""Alike cases counted once, so that every question about them is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadpact.engine.metrics.case_tables import Column
from leadpact.engine.metrics.dimensions import codes_of, kept_of
from leadpact.engine.metrics.metric import OF_HOLDERS
from leadpact.engine.metrics.periods import MONTHS, Period, Unit
from leadpact.engine.metrics.records import Numbers, Records
from leadpact.engine.metrics.relations import RELATIONS, case_table, pairs, periods
from leadpact.engine.metrics.tables import microseconds

#: Where no period holds a case.
OUTSIDE = -1
Kept = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Asked:
    """A question put to metrics: over which periods, split by what, keeping which values."""

    unit: Unit | None
    by: str | None
    kept: Kept = ()
    parts: tuple[str, ...] | None = None

    @property
    def grain(self) -> Unit | None:
        """The periods by which cells are told apart; months make quarters and years."""
        if self.unit is None and (self.by or self.kept):
            return None
        return "week" if self.unit == "week" else "month"

    @property
    def of_holders(self) -> bool:
        """Whether it matters who holds a lead."""
        return any(name in OF_HOLDERS for name in (self.by, *(name for name, _ in self.kept)))


class Cells:
    """Cells of the tables of cases, by what was asked; each is made once and kept."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._made: dict[tuple[object, ...], str] = {}
        records.database.register("stages", records.stages)
        records.database.register("pairs", pairs(records).table)

    def relation(self, name: str, asked: Asked) -> str:
        """A relation over cells: their keys and sums, `n`, and if asked `period` and `split`."""
        relation = RELATIONS[name]
        cells = self._in_periods(self._cells(relation.table, asked), asked)
        return relation.sql.format(cells=cells, handoff=self._records.handoff_place)

    def rows(self, name: str) -> str:
        """A relation over the single cases: all their columns, `row`, and `n`, which is 1."""
        relation = RELATIONS[name]
        cases, table = case_table(self._records, relation.table), f"rows_{relation.table}"
        if (table,) not in self._made:
            count = len(cases)
            numbers = {"row": np.arange(count), "n": np.ones(count, np.int8)}
            self._records.database.register(table, pa.table({**cases.columns, **numbers}))
            self._made[table,] = table
        return relation.sql.format(cells=table, handoff=self._records.handoff_place)

    def place_in_time(self, table: str, unit: Unit) -> Numbers:
        """[case] the number of its period; OUTSIDE for one beyond them all, or without a date."""
        return self._records.once(f"{unit} of {table}", lambda: self._place(table, unit))

    def _place(self, table: str, unit: Unit) -> Numbers:
        at = np.asarray(case_table(self._records, table).columns["at"], np.int64)
        known = periods(self._records, unit)
        found = np.searchsorted(_starts(known), at, side="right") - 1
        return np.where(at < microseconds(known[-1].ends), found, OUTSIDE)

    def _cells(self, table: str, asked: Asked) -> str:
        key = (table, asked.grain, asked.by, asked.kept)
        if key not in self._made:
            self._made[key] = self._add_up(table, asked, f"cells_{len(self._made)}")
        return self._made[key]

    def _add_up(self, table: str, asked: Asked, name: str) -> str:
        cases = case_table(self._records, table)
        columns: dict[str, Column] = {key: cases.columns[key] for key in cases.keys}
        if asked.grain:
            columns["grain"] = self.place_in_time(table, asked.grain)
        if asked.by:
            columns["split"] = codes_of(self._records, cases, asked.by)
        alike = list(columns)
        columns |= {key: cases.columns[key] for key in cases.sums} or {"at": cases.columns["at"]}
        chosen = kept_of(self._records, cases, asked.kept)
        if chosen is not None:
            columns = {key: column[chosen] for key, column in columns.items()}
        sums = [f"sum({key}) as {key}" for key in cases.sums]
        database = self._records.database
        database.register("alike", pa.table(columns))
        told = ", ".join([*alike, *sums, "count(*) as n"])
        database.execute(f"create temp table {name} as select {told} from alike group by all")
        database.unregister("alike")
        return name

    def _in_periods(self, cells: str, asked: Asked) -> str:
        if asked.unit is None:
            return cells
        spans = f"spans_{asked.unit.replace('-', '_')}"
        if (spans,) not in self._made:
            self._records.database.register(spans, self._spans(asked.unit))
            self._made[spans,] = spans
        return f"(select c.*, s.period from {cells} as c join {spans} as s using (grain))"

    def _spans(self, unit: Unit) -> pa.Table:
        """In which period of a unit each month, or each week, lies."""
        own = _starts(periods(self._records, unit))
        grains = _starts(periods(self._records, "month")) if unit in MONTHS else own
        period = np.searchsorted(own, grains, side="right") - 1
        return pa.table({"grain": np.arange(len(grains)), "period": period})


def _starts(known: list[Period]) -> Numbers:
    return np.array([microseconds(each.starts) for each in known], np.int64)
