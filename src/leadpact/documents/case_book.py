"""What every figure of the report was counted from, and the table in which all of it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadpact.documents import doubt, reasons
from leadpact.documents.blocks import Behind, Group
from leadpact.documents.pools import Between, Bounds, Pool, Rows
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.metrics.standouts import hours_of_day, times_of_week

#: What the cases have in each column: one value, or one of a list; None is no value.
About = Mapping[str, Any]
#: At most so many cases of a group are kept to be listed; a page may list fewer.
MOST_LISTED = 200
CASES = "cases.parquet"
#: Cases of a group of rows in the file, at most.
_WRITTEN_AT_ONCE = 1 << 17

DECIDED = ("met", "missed", "overdue")
_CLOCKS_COUNT = (
    "Counts: clocks. Kept is met out of met, missed and overdue. Placed by: the due time. How long "
    "and how late is told in working time of the clock’s calendar."
)
#: The part of the week in which a clock started, and the same in SQL for a zone.
TIME_OF_WEEK = "time_of_week"
_TIME_OF_WEEK = """strftime(timezone('{0}', started_at), '%A') || case
    when hour(timezone('{0}', started_at)) < 12 then ' mornings'
    when hour(timezone('{0}', started_at)) < 18 then ' afternoons' else ' evenings' end"""
#: The hour of the day in which a clock started, such as `09:00`.
HOUR_OF_DAY = "hour_of_day"
_HOUR_OF_DAY = "strftime(timezone('{0}', started_at), '%H:00')"
_METRIC, _COHORT, _FLOW = "metric", "conversion", "conversion_flow"
_INSTANT, _TEXT = pa.timestamp("us", tz="UTC"), pa.string()
#: All that is known of any case; what means nothing for a metric is NULL.
_OF_CASES = pa.schema(
    {
        _METRIC: pa.dictionary(pa.int32(), _TEXT),
        "lead_id": _TEXT,
        "placed_at": _INSTANT,
        "numerator": pa.float64(),
        "denominator": pa.float64(),
        "part": _TEXT,
        **dict.fromkeys(("segment", "source", "origin", "holder"), _TEXT),
        "place": pa.int32(),
        **dict.fromkeys(("campaign", "landing_page", "asset", "product", "team"), _TEXT),
        "episode": pa.int32(),
        "reached_at": _INSTANT,
        "due": pa.float64(),
        "came": pa.float64(),
        "deal_id": _TEXT,
        "outcome": _TEXT,
    }
)


class CaseBook:
    """Finds the cases behind figures of one evaluation; each population is looked at once."""

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        self._pools: dict[str, Pool] = {}

    def pool(self, metric: str) -> Pool:
        """The population of a metric."""
        if metric not in self._pools:
            self._pools[metric] = Pool(
                CASES, self.measures.population(metric, keep=False), "placed_at", about=metric
            )
        return self._pools[metric]

    def of_metric(
        self,
        name: str,
        title: str,
        about: About | None = None,
        bounds: Bounds | None = None,
        between: Between | None = None,
        split: tuple[str, Mapping[Any, str]] | None = None,
    ) -> Behind:
        """The cases of a metric; `about` gives columns one value each, or a list of them.

        Cases of a share are told apart by whether they count, others where `split` names a column
        and its values.

        The total of a metric that is shown by its parts has no part.
        """
        metric, pool = REGISTRY[name], self.pool(name)
        kept = _lists(about)
        if metric.parts == "only":
            kept = {"part": [None]} | kept
        wording = reasons.of_metric(metric)
        rows = pool.pick(kept, bounds, between)
        interval = ""
        if metric.measure == "share":
            counts = pool.numbers("numerator")[rows] > 0
            parts = [(wording.counted, rows[counts]), (wording.rest, rows[~counts])]
            if "numerator" not in kept:
                interval = doubt.of_share(wording.counted, int(counts.sum()), len(rows))
        elif split:
            column, names = split
            parts = [
                (name, pool.pick(kept | {column: [value]}, bounds, between))
                for value, name in names.items()
            ]
        else:
            parts = [("", rows)]
        counted = f"Counts: {metric.numerator}."
        if metric.denominator != "none":
            counted += f" Out of: {metric.denominator}."
        counted += f" Leaves out: {metric.exclusions}. Placed by: {metric.placed_by}."
        query = pool.query({_METRIC: [name]} | kept, bounds, between)
        return Behind(title, groups_of(pool, parts, wording.why), counted, query, doubt=interval)

    def of_flow(self, title: str, about: About, bounds: Bounds | None = None) -> Behind:
        """The entries into the later stage of a step, and those into the earlier one."""
        metric, kept = REGISTRY[_FLOW], _lists(about)
        there, arrived = self.pool(_COHORT), self._arrived
        before, after = there.pick(kept, bounds), arrived.pick(kept, bounds)
        # A case of a pool is told in the same words wherever it is listed.
        why = reasons.of_metric(REGISTRY[_COHORT]).why
        counted = (
            f"Counts: {metric.numerator}, for each of the {metric.denominator}. Leaves out: "
            f"{metric.exclusions}. Placed by: {metric.placed_by}."
        )
        return Behind(
            title,
            [
                *groups_of(arrived, [("entered the later stage", after)], reasons.of_arrival),
                *groups_of(there, [("entered the earlier stage", before)], why),
            ],
            counted,
            arrived.query({_METRIC: [_FLOW]} | kept, bounds),
            doubt=doubt.of_ratio(len(after), len(before)),
        )

    @cached_property
    def _arrived(self) -> Pool:
        """Entries into the later stage of each step."""
        cases = self.measures.population(_FLOW, keep=False)
        later = cases.filter(pc.greater(cases["numerator"], 0))
        return Pool(CASES, later, "placed_at", about=_FLOW)

    def of_clocks(
        self,
        title: str,
        about: About,
        outcomes: Sequence[str] = (),
        bounds: Bounds | None = None,
    ) -> Behind:
        """Clocks with one of the outcomes, or all; those that were met apart from the others."""
        kept = _lists(about) | ({"outcome": list(outcomes)} if outcomes else {})
        rows = self._clocks.pick(kept, bounds)
        parts = [("", rows)]
        interval = ""
        if set(outcomes) == set(DECIDED):
            met = self._clocks.pick(kept | {"outcome": ["met"]}, bounds)
            late = self._clocks.pick(kept | {"outcome": ["missed", "overdue"]}, bounds)
            parts = [("not kept", late), ("kept", met)]
            interval = doubt.of_share("kept", len(met), len(rows))
        query = self._clocks.query(kept, bounds)
        groups = groups_of(self._clocks, parts, reasons.of_clock)
        return Behind(title, groups, _CLOCKS_COUNT, query, "Due", interval)

    @cached_property
    def _clocks(self) -> Pool:
        clocks, zone = self.measures.result.clocks, self.measures.zone
        started = clocks["started_at"].cast(pa.int64()).fill_null(0).to_numpy()
        named = clocks.append_column(TIME_OF_WEEK, pa.array(times_of_week(started, zone), _TEXT))
        named = named.append_column(HOUR_OF_DAY, pa.array(hours_of_day(started, zone), _TEXT))
        told = {TIME_OF_WEEK: _TIME_OF_WEEK, HOUR_OF_DAY: _HOUR_OF_DAY}
        derived = {name: sql.format(zone) for name, sql in told.items()}
        return Pool("clocks.parquet", named, "due_at", derived)


def of_rows(pool: Pool, title: str, counted: str, why: reasons.Why, about: About) -> Behind:
    """Rows of any other table, with the word for one of them."""
    kept = _lists(about)
    return Behind(
        title, groups_of(pool, [("", pool.pick(kept))], why), counted, pool.query(kept, None)
    )


def write_cases(measures: Measures, folder: Path) -> Path:
    """Write the cases behind every metric into `cases.parquet`, one a row; the file."""
    file = folder / CASES
    with pq.ParquetWriter(file, _OF_CASES, compression="zstd") as writer:
        for metric in measures.metrics:
            if not metric.wide:
                # A part at a time: all of them are several times as large as the result.
                for part in measures.population_in_parts(metric.name, _WRITTEN_AT_ONCE):
                    writer.write_table(_shaped(metric.name, part))
    return file


def _shaped(name: str, table: pa.Table) -> pa.Table:
    count = table.num_rows
    if strange := set(table.column_names).difference(_OF_CASES.names):
        raise AssertionError(f"cases.parquet has no column for {', '.join(sorted(strange))}")
    columns = {
        field.name: table[field.name]
        if field.name in table.column_names
        else pa.nulls(count, field.type)
        for field in _OF_CASES
    }
    places = pa.array(np.zeros(count, np.int32))
    named = pa.DictionaryArray.from_arrays(places, pa.array([name]))
    return pa.table(columns | {_METRIC: named}, schema=_OF_CASES)


def _lists(about: About | None) -> dict[str, list[Any]]:
    return {
        key: value if isinstance(value, list) else [value] for key, value in (about or {}).items()
    }


def groups_of(pool: Pool, parts: Sequence[tuple[str, Rows]], why: reasons.Why) -> list[Group]:
    """Rows of a pool under the name that each part of them has; `why` is the word for one."""
    return [
        Group(
            name,
            len(rows),
            pool.cases(rows[:MOST_LISTED], why),
            pool.whole(rows, why) if len(rows) > MOST_LISTED else None,
        )
        for name, rows in parts
    ]
