"""Figures of an evaluation: from the registry's cases, through the one aggregator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadpact.engine.log import History
from leadpact.engine.metrics.adding import Group, added
from leadpact.engine.metrics.aggregate import Figure, figure
from leadpact.engine.metrics.cells import Asked, Cells
from leadpact.engine.metrics.credit import credit
from leadpact.engine.metrics.ends import closed_deals
from leadpact.engine.metrics.metric import Metric, Split
from leadpact.engine.metrics.periods import Period, Unit
from leadpact.engine.metrics.populations import population, population_in_parts
from leadpact.engine.metrics.records import Records
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.metrics.relations import begins, periods, words_of_part
from leadpact.engine.metrics.threshold import thresholds
from leadpact.engine.result import Result

__all__ = ["Kept", "Measures", "Span", "Split", "figures"]

#: "all" is all time; else calendar periods in the agreement's zone.
Span = Literal["all"] | Unit
#: Values of dimensions, or of `part`, whose cases are kept. `holder` is another word for person.
Kept = Mapping[str, Sequence[str]]


@dataclass
class Measures:
    """Figures of one evaluation. What they are counted from is made once, when it is asked for."""

    result: Result
    history: History

    def __post_init__(self) -> None:
        self._records = Records(self.result, self.history)
        self._known: dict[tuple[Any, ...], list[Figure]] = {}
        self._populations: dict[tuple[str, tuple[str, ...] | None], pa.Table] = {}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The agreement's zone, in which periods begin and end."""
        return self._records.zone

    @cached_property
    def metrics(self) -> list[Metric]:
        """The metrics that mean something under this agreement."""
        agreement = self.result.agreement
        there = {row["role"] for row in self._records.stages.to_pylist()}
        if thresholds(agreement) is not None:
            there.add("threshold")
        if agreement.contact_protocol is not None:
            there.add("protocol")
        if agreement.nurture:
            there.add("nurture")
        return [m for m in REGISTRY.values() if there.issuperset(m.needs)]

    @cached_property
    def begins(self) -> datetime:
        """When the first lead was created or the first deal closed; else the as-of moment."""
        return begins(self._records)

    def population(
        self, name: str, columns: tuple[str, ...] | None = None, *, keep: bool = True
    ) -> pa.Table:
        """The cases behind a metric, one a row, with the lead and the dimensions of each.

        Only some `columns` cost less: to look up who held a lead is most of the work. `keep` it for
        those who ask again: it takes some hundred bytes a case.
        """
        key = (name, columns)
        if key in self._populations:
            return self._populations[key]
        made = population(self._records, self._cells, REGISTRY[name], columns)
        if keep:
            self._populations[key] = made
        return made

    def population_in_parts(self, name: str, at_once: int) -> Iterator[pa.Table]:
        """As `population`, so many cases at a time: a million leads have three million to tell."""
        return population_in_parts(self._records, self._cells, REGISTRY[name], at_once)

    def credit(self, by: str) -> pa.Table:
        """Won deals shared out among what brought their leads, as `credit.SCHEMA` has it."""
        return credit(self._records, by)

    def closed_deals(self) -> pa.Table:
        """Every deal won or lost with its lead, as `ends.closed_deals` has it."""
        return closed_deals(self._records)

    def figures(
        self, period: Span = "all", by: Split | None = None, wide: bool = False
    ) -> list[Figure]:
        """Every metric that applies, by period and split, in the order of the registry.

        Figures for every pair of stages are left out unless `wide`.
        """
        asked = [m for m in self.metrics if wide or not m.wide]
        self._learn(asked, period, by, {})
        return [f for metric in asked for f in self.of(metric.name, period, by)]

    def of(
        self,
        name: str,
        period: Span = "all",
        by: Split | None = None,
        where: Kept | None = None,
    ) -> list[Figure]:
        """The figures of one metric; `where` keeps the cases with one of the values of a dimension.

        A count or sum of a period without a case is zero; any other figure is then left out. A
        metric that means nothing for single values of a dimension has no figures by it.
        """
        key = _key(name, period, by, where or {})
        if key not in self._known:
            self._learn([REGISTRY[name]], period, by, where or {})
        return list(self._known[key])

    def _learn(
        self, metrics: Iterable[Metric], period: Span, by: Split | None, where: Kept
    ) -> None:
        new = [m for m in metrics if _key(m.name, period, by, where) not in self._known]
        asked = _asked(period, by, where)
        dimensions = [name for name in (by, *(name for name, _ in asked.kept)) if name]
        fitting = [m for m in new if all(map(m.can_be_split, dimensions))]
        found = self._figures(fitting, asked) if fitting else {}
        for metric in new:
            made = found.get(metric.name, [])
            if metric in fitting and by is None and metric.measure in ("count", "sum"):
                made += self._zeros(metric, period, made)
            self._known[_key(metric.name, period, by, where)] = made

    def _figures(self, metrics: list[Metric], asked: Asked) -> dict[str, list[Figure]]:
        """Figures by metric: totals first, then by period, part and split."""
        groups: list[list[Group]] = [[] for _ in metrics]
        for group in added(self._records, self._cells, metrics, asked):
            groups[group.metric].append(group)
        labels = ["all"] if asked.unit is None else [p.label for p in self.periods(asked.unit)]
        texts = self._texts(asked.by)
        found = {}
        for metric, own in zip(metrics, groups, strict=True):
            words = words_of_part(self._records, metric)
            own.sort(key=lambda g: (g.part > 0, g.period, g.part, texts[g.split] or ""))
            made = [
                figure(
                    metric,
                    _label(metric, labels[g.period], words.texts[g.part], asked.by, texts[g.split]),
                    g.cases,
                )
                for g in own
            ]
            found[metric.name] = [f for f in made if f.n or metric.measure in ("count", "sum")]
        return found

    def _texts(self, by: str | None) -> list[str | None]:
        return self._records.words(by).texts if by else [None]

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self._records)

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
        return periods(self._records, unit)


def _key(name: str, period: Span, by: str | None, where: Kept) -> tuple[Any, ...]:
    return (name, period, by, tuple((k, *v) for k, v in where.items()))


def _asked(period: Span, by: str | None, where: Kept) -> Asked:
    kept = {
        "person" if name == "holder" else name: tuple(values)
        for name, values in where.items()
        if name != "part"
    }
    return Asked(
        unit=None if period == "all" else period,
        by=by,
        kept=tuple(sorted(kept.items())),
        parts=tuple(where["part"]) if "part" in where else None,
    )


def _label(
    metric: Metric, period: str, part: str | None, by: str | None, group: str | None
) -> Figure:
    return Figure(
        name=f"{metric.name}: {part}" if part else metric.name,
        period=period,
        segment=group if by == "segment" else None,
        source=group if by == "source" else None,
        value=None,
        unit=metric.unit,
        n=0,
        by=by,
        group=group,
    )


def figures(
    result: Result, history: History, period: Span = "all", by: Split | None = None
) -> list[Figure]:
    """Every figure of the registry; for several questions keep one `Measures` instead."""
    return Measures(result, history).figures(period, by)
