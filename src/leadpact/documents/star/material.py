"""One evaluation as tables that the star schema is selected from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.documents.star.schema import DAY, StarTable
from leadpact.engine.log import History
from leadpact.engine.metrics.case_tables import CaseTable, as_instants
from leadpact.engine.metrics.records import NEVER, Records, instants, whole
from leadpact.engine.metrics.tables import EPOCH, stages
from leadpact.engine.metrics.words import Codes
from leadpact.engine.result import Result

_QUARTER_HOUR = 15 * 60 * 1_000_000
#: Ends of the names of an instant and of its day.
_AT, _DATE = "_at", "_date"
_KEY_BYTES = 8


@dataclass(frozen=True)
class Versioned:
    """A version of the agreement with the checksum of its file."""

    agreement: Agreement
    sha256: str


class Material:
    """What the builders of tables select from; `versions` know the checksums of their files."""

    def __init__(self, result: Result, history: History, versions: Sequence[Versioned]) -> None:
        self.result = result
        self.history = history
        self.versions = versions
        self.records = Records(result, history)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin and end."""
        return self.records.zone

    def select(self, table: StarTable, sql: str, **tables: pa.Table) -> pa.Table:
        """What SQL makes of these tables, with the days of its instants and columns in order."""
        database = self.records.database
        for name, given in {"leads": self.leads, **tables}.items():
            database.register(name, given)
        return self.shaped(table, database.sql(sql).to_arrow_table())

    def shaped(self, table: StarTable, found: pa.Table) -> pa.Table:
        """The columns of a table in order and typed; a missing day is told of its instant."""
        columns = {name: found[name] for name in found.column_names}
        for field in table.schema:
            at = _instant_of(field.name, columns)
            if field.type == DAY and field.name not in columns and at is not None:
                columns[field.name] = days(columns[at], self.zone)
        return pa.table({n: columns[n] for n in table.schema.names}).cast(table.schema)

    @cached_property
    def leads(self) -> pa.Table:
        """Every lead: number, key, the lead that has its rows, campaign, whether it counts."""
        records = self.records
        return pa.table(
            {
                "lead": np.arange(len(records.ids)),
                "lead_id": records.ids,
                "survivor": records.ids.take(pa.array(records.survivor)),
                "campaign_key": self.campaigns["campaign_key"].take(self._campaign),
                "counts": records.counted,
            }
        )

    @cached_property
    def campaigns(self) -> pa.Table:
        """Every pair of source and campaign, with a key that depends on nothing else."""
        pairs = sorted(self._pairs, key=self._pairs.__getitem__)
        return pa.table(
            {
                "campaign_key": pa.array([_key(pair) for pair in pairs], pa.string()),
                "source": pa.array([source for source, _ in pairs], pa.string()),
                "campaign": pa.array([campaign for _, campaign in pairs], pa.string()),
            }
        )

    @cached_property
    def _pairs(self) -> Mapping[tuple[str | None, str | None], int]:
        known: dict[tuple[str | None, str | None], int] = {(None, None): 0}
        for pair in self._pair_of_lead:
            known.setdefault(pair, len(known))
        return known

    @property
    def _pair_of_lead(self) -> list[tuple[str | None, str | None]]:
        leads = self.result.leads
        columns = leads["source"].to_pylist(), leads["campaign"].to_pylist()
        return list(zip(*columns, strict=True))

    @property
    def _campaign(self) -> pa.Array:
        return pa.array([self._pairs[pair] for pair in self._pair_of_lead], pa.int64())

    def people(self, codes: Codes) -> pa.Array:
        """Names of people by their numbers."""
        return self.records.persons.column(codes)

    def cases(self, table: CaseTable, **more: Any) -> pa.Table:
        """A table of cases for SQL: instants as such, people and segments by name."""
        columns: dict[str, Any] = {}
        for name, values in table.columns.items():
            if name == "at" or name.endswith(_AT):
                columns[name] = as_instants(values)
            elif name == "person":
                columns[name] = self.people(values)
            elif name == "segment":
                columns[name] = self.records.segments.column(values)
            elif name in table.words:
                columns[name] = table.words[name].column(values)
            else:
                columns[name] = values
        return pa.table(columns | dict(table.told) | more)

    @cached_property
    def all_stages(self) -> list[dict[str, Any]]:
        """Stages of the agreement in force by place, then those of other versions alone."""
        rows: dict[str, dict[str, Any]] = {}
        in_force = self.result.agreement
        for agreement in (in_force, *self.result.versions):
            told = {stage.name: stage for stage in agreement.stages}
            for row in stages(agreement).to_pylist():
                stage = told[row["stage"]]
                place = row["place"] + 1 if agreement is in_force else None
                rows.setdefault(
                    row["stage"],
                    row | {"place": place, "side": stage.side, "definition": stage.definition},
                )
        return list(rows.values())


def _instant_of(day: str, columns: Mapping[str, Any]) -> str | None:
    """The instant of which a column holds the day."""
    name = day.removesuffix(_DATE)
    return next((each for each in (name + _AT, name) if each in columns), None)


def _key(pair: tuple[str | None, str | None]) -> str:
    return hashlib.blake2b(json.dumps(pair).encode(), digest_size=_KEY_BYTES).hexdigest()


def days(column: pa.ChunkedArray, zone: ZoneInfo) -> pa.Array:
    """The local day of each instant; NULL for none."""
    ticks = instants(column.cast(pa.timestamp("us", tz="UTC")))
    unknown = ticks == NEVER
    # Every zone's offset is a multiple of a quarter of an hour, so few instants need converting.
    quarters, places = np.unique(np.where(unknown, 0, ticks) // _QUARTER_HOUR, return_inverse=True)
    local = np.array([_day(int(quarter), zone) for quarter in quarters], "datetime64[D]")
    return pa.array(local[places], DAY, mask=unknown)


def _day(quarter: int, zone: ZoneInfo) -> date:
    at: datetime = EPOCH + timedelta(microseconds=quarter * _QUARTER_HOUR)
    return at.astimezone(zone).date()


def first_and_last(tables: Mapping[str, pa.Table]) -> tuple[date, date] | None:
    """The first and the last day that any column of days holds; None for none."""
    found = [
        bound
        for table in tables.values()
        for field in table.schema
        if field.type == DAY and table.num_rows
        for bound in pc.min_max(whole(table[field.name])).as_py().values()
        if bound is not None
    ]
    return (min(found), max(found)) if found else None
