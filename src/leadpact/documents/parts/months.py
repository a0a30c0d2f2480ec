"""The funnel by period: what came in each month, and each step as cohort and as flow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import between
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.insight.maturity import ripening

_COUNTED = ("leads", "mqls", "sals", "sqls", "opportunities", "won_deals")
_MOST_MONTHS, _MOST_QUARTERS = 13, 5
_DAY = 86_400_000_000


def months(book: CaseBook) -> Section:
    """Counts by month; conversion by quarter, with how old a cohort must be to be trusted."""
    quarters = book.measures.periods("quarter")[-_MOST_QUARTERS:][::-1]
    ripe = _ripe(book)
    tables = [table for each in quarters if (table := _steps(book, each, ripe)).rows]
    counts = _counts(book)
    if not counts.rows:
        return Section("months", "By month and quarter", text=["Nothing has come yet."])
    return Section(
        "months",
        "By month and quarter",
        text=[
            "As a cohort: of those who entered a stage in the quarter, how many have moved on, "
            "whenever that was. As a flow: entries into the next stage in the quarter for each one "
            "into this one, whoever they were. A cohort is mature at the age by which nine of ten "
            "past conversions had happened; before that its share will still rise.",
        ],
        tables=[counts, *tables[:2]],
        aside=tables[2:],
    )


def _counts(book: CaseBook) -> Table:
    applies = {metric.name for metric in book.measures.metrics}
    names = [name for name in _COUNTED if name in applies]
    rows = [
        [period.title, *(_count(book, name, period) for name in names)]
        for period in book.measures.periods("month")[-_MOST_MONTHS:][::-1]
    ]
    return Table("Month by month", ["Month", *(REGISTRY[name].title for name in names)], rows)


def _count(book: CaseBook, name: str, period: Period) -> Said:
    title = f"{REGISTRY[name].title} in {period.title}"
    found = book.of_metric(name, title, bounds=(period.starts, period.ends))
    return opened(words.number(found.total), found)


def _steps(book: CaseBook, period: Period, ripe: dict[str, float]) -> Table:
    cohort, flow = (
        {step: f for f in book.measures.of(name, "quarter") if f.period == period.label
         if (step := f.name.partition(": ")[2])}
        for name in ("conversion", "conversion_flow")
    )  # fmt: skip
    rows = [_step(book, step, period, cohort[step], flow.get(step), ripe) for step in cohort]
    header = ["Step", "Entered", "Cohort", "95 % interval", "Flow", "95 % interval", "Mature"]
    return Table(f"Each step in {period.title}", header, rows)


def _step(
    book: CaseBook,
    step: str,
    period: Period,
    cohort: Figure,
    flow: Figure | None,
    ripe: dict[str, float],
) -> list[Said]:
    bounds = (period.starts, period.ends)
    title = f"{step}, entered in {period.title}"
    everybody = book.of_metric("conversion", title, {"part": step}, bounds)
    about = {"part": step, "numerator": 1.0}
    moved = book.of_metric("conversion", f"{title}: moved on", about, bounds)
    flows = book.of_flow(f"{step} as a flow in {period.title}", {"part": step}, bounds)
    return [
        step,
        opened(f"{cohort.n:,}", everybody),
        opened(words.value(cohort), moved),
        between(cohort, everybody),
        opened(words.value(flow) if flow else words.NOTHING, flows),
        between(flow, flows),
        _maturity(book, period, ripe.get(step)),
    ]


def _maturity(book: CaseBook, period: Period, days: float | None) -> str:
    if days is None:
        return words.NOTHING
    age = (book.measures.result.as_of - period.ends).total_seconds() / 86_400
    told = f"{round(days):,} day{'' if round(days) == 1 else 's'}"
    return f"yes ({told})" if age >= days else f"not yet ({told})"


def _ripe(book: CaseBook) -> dict[str, float]:
    """By step, the age in days at which a cohort is mature; steps with too few cases have none."""
    cases = book.measures.population("conversion")
    as_of = pa.scalar(book.measures.result.as_of).cast(pa.timestamp("us", tz="UTC"))
    found: dict[str, float] = {}
    for step in _steps_of(cases):
        own = cases.filter(pc.equal(cases["part"], step))
        placed = own["placed_at"].cast(pa.int64()).to_numpy()
        reached = own["reached_at"].cast(pa.int64()).cast(pa.float64()).to_numpy()
        ripened = ripening((as_of.value - placed) / _DAY, np.asarray(reached - placed) / _DAY)
        if ripened:
            found[step] = ripened.mature
    return found


def _steps_of(cases: pa.Table) -> Iterator[str]:
    return (step for step in cases["part"].unique().to_pylist() if step)
