"""Figures of an evaluation: from the registry's populations, through the one aggregator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadpact.engine.log import INSTANT, History
from leadpact.engine.metrics.aggregate import Cases, Figure, figure
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.periods import Period, Unit, periods_between
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.metrics.tables import EPOCH, connect
from leadpact.engine.result import Result

#: "all" is all time; else calendar periods in the agreement's zone.
Span = Literal["all"] | Unit
Split = Literal["segment", "source"]
Kept = Mapping[str, Sequence[str]]
#: How leads without a value appear when figures are split.
NOT_STATED = {"segment": "no segment", "source": "unknown"}

_POPULATION = """
create temp table {table} as
select * from (select null::varchar as lead_id, null::timestamptz as placed_at,
    null::double as numerator, null::double as denominator, null::varchar as part,
    null::varchar as segment, null::varchar as source, null::varchar as origin,
    null::varchar as holder, null::integer as place where false)
union all by name select * from ({query})
"""

_VALUES = ", list(numerator), list(denominator > 0)"

_GROUPS = """
select {period} as period, {part} as part, {split} as split, sum(numerator), sum(denominator),
       count(*){values}
from {table} as p {periods} {where}
group by 1, 2, 3 order by 1, min(place) nulls first, 2 nulls first, 3
"""


@dataclass
class Measures:
    """Figures of one evaluation. Each population is made once, whatever is asked of it."""

    result: Result
    history: History

    def __post_init__(self) -> None:
        self._database = connect(self.result, self.history)
        self._made: dict[str, str] = {}
        self._known: dict[tuple[Any, ...], list[Figure]] = {}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The agreement's zone, in which periods begin and end."""
        return ZoneInfo(self.result.agreement.calendar.timezone)

    @cached_property
    def metrics(self) -> list[Metric]:
        """The metrics that mean something under this agreement."""
        known = "select distinct role from stages where role is not null"
        roles = {role for (role,) in self._database.execute(known).fetchall()}
        return [m for m in REGISTRY.values() if m.needs is None or m.needs in roles]

    @cached_property
    def begins(self) -> datetime:
        """When the first lead was created or the first deal closed; else the as-of moment."""
        ((first,),) = self._database.execute(
            "select min(epoch_us(begun)) from (select min(created_at) as begun from leads "
            "union all select min(placed_at) from sold)"
        ).fetchall()
        return self.result.as_of if first is None else EPOCH + timedelta(microseconds=first)

    def population(self, name: str) -> pa.Table:
        """The cases behind a metric, one a row, with the lead and the dimensions of each."""
        return self._database.sql(f"select * from {self._table(REGISTRY[name])}").to_arrow_table()

    def figures(self, period: Span = "all", by: Split | None = None) -> list[Figure]:
        """Every metric that applies, by period and split, in the order of the registry."""
        return [f for metric in self.metrics for f in self.of(metric.name, period, by)]

    def of(
        self,
        name: str,
        period: Span = "all",
        by: Split | None = None,
        where: Kept | None = None,
    ) -> list[Figure]:
        """The figures of one metric; `where` keeps the cases with one of the values of a dimension.

        A count or sum of a period without a case is zero; any other figure is then left out.
        """
        key = (name, period, by, tuple((k, *v) for k, v in (where or {}).items()))
        if key not in self._known:
            self._known[key] = self._figures(REGISTRY[name], period, by, where or {})
        return list(self._known[key])

    def _figures(self, metric: Metric, period: Span, by: Split | None, where: Kept) -> list[Figure]:
        made: list[Figure] = []
        if metric.parts != "only":
            made += self._grouped(metric, period, by, False, where)
        if metric.parts != "none":
            made += self._grouped(metric, period, by, True, where)
        if by is None and metric.measure in ("count", "sum"):
            made += self._zeros(metric, period, made)
        return made

    def _grouped(
        self, metric: Metric, period: Span, by: Split | None, parts: bool, where: Kept
    ) -> list[Figure]:
        tests = " and ".join(f"list_contains(${column}, {column})" for column in where)
        query = _GROUPS.format(
            period="w.label" if period != "all" else "'all'",
            part="part" if parts else "null::varchar",
            split=f"coalesce({by}, '{NOT_STATED[by]}')" if by else "null::varchar",
            values=_VALUES if metric.measure in ("p50", "p90") else "",
            table=self._table(metric),
            periods=self._windows(period),
            where=f"where {tests}" if tests else "",
        )
        kept = {column: list(values) for column, values in where.items()}
        groups = self._database.sql(query, params=kept).to_arrow_table()
        return [_made(metric, by, row) for row in zip(*groups.columns, strict=True)]

    def _zeros(self, metric: Metric, period: Span, made: list[Figure]) -> list[Figure]:
        present = {figure.period for figure in made}
        labels = ["all"] if period == "all" else [p.label for p in self.periods(period)]
        return [
            Figure(metric.name, label, None, None, 0.0, metric.unit, 0)
            for label in labels
            if label not in present
        ]

    def periods(self, unit: Unit) -> list[Period]:
        """Every period from the first lead to the as-of moment."""
        return periods_between(
            min(self.begins, self.result.as_of), self.result.as_of, unit, self.zone
        )

    def _windows(self, period: Span) -> str:
        if period == "all":
            return ""
        table = f"windows_{period.replace('-', '_')}"
        if table not in self._made:
            self._database.register(f"{table}_rows", self._window_rows(period))
            self._database.execute(f"create temp table {table} as select * from {table}_rows")
            self._made[table] = table
        return f"join {table} as w on p.placed_at >= w.starts and p.placed_at < w.ends"

    def _window_rows(self, unit: Unit) -> pa.Table:
        return pa.table(
            {
                "label": [p.label for p in self.periods(unit)],
                "starts": pa.array([p.starts for p in self.periods(unit)], INSTANT),
                "ends": pa.array([p.ends for p in self.periods(unit)], INSTANT),
            }
        )

    def _table(self, metric: Metric) -> str:
        if metric.query not in self._made:
            table = self._made[metric.query] = f"cases_{metric.name}"
            self._database.execute(_POPULATION.format(table=table, query=metric.query))
        return self._made[metric.query]


def _made(metric: Metric, by: Split | None, row: tuple[Any, ...]) -> Figure:
    # Lists of times stay arrays: as Python objects they would be most of the work.
    period, part, split, numerator, denominator, rows = (value.as_py() for value in row[:6])
    times = [value.values.to_numpy(zero_copy_only=False) for value in row[6:]]
    label = Figure(
        name=f"{metric.name}: {part}" if part else metric.name,
        period=period,
        segment=split if by == "segment" else None,
        source=split if by == "source" else None,
        value=None,
        unit=metric.unit,
        n=0,
    )
    return figure(metric, label, Cases(numerator or 0.0, denominator or 0.0, rows, *times))


def figures(
    result: Result, history: History, period: Span = "all", by: Split | None = None
) -> list[Figure]:
    """Every figure of the registry; for several questions keep one `Measures` instead."""
    return Measures(result, history).figures(period, by)
