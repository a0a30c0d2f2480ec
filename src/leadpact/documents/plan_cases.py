"""What the rates of a plan were counted from: the cases behind each, and behind each past month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from leadpact.documents import doubt, reasons
from leadpact.documents.blocks import Behind
from leadpact.documents.case_book import CASES, CaseBook, groups_of
from leadpact.documents.pools import Pool, Rows
from leadpact.engine.metrics.periods import period_named
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.metrics.tables import microseconds, stages
from leadpact.insight.plan_history import Known, Stretch, last_year, old_enough, part_of_money
from leadpact.insight.planning import CLOSES, LEADS, MQLS

_DAY = 86_400_000_000
_STEPS, _CYCLES = "conversion_between", "mql_cycle_days"
#: Whole months that a plan is held against.
MONTHS_TOLD = 12
#: What cases are called, of which figure they are, and which.
_Cases = tuple[str, str, Rows]
#: The figure that a phase of a plan is.
_METRICS = {LEADS: "leads", MQLS: "mqls", CLOSES: "won_deals"}
_DEALS_FOR_MQLS = (
    "Counts: deals whose first MQL came in the time looked at, for each MQL of that time. It ends "
    "so long ago that nine of ten deals take less from the MQL. Leaves out: what each of both "
    "figures leaves out. Placed by: the entry of the MQL, the closing of the deal."
)
_REACHED = (
    "Counts: episodes that became MQL long enough ago for nine of ten of their deals to be won, by "
    "whether they reached the stage, however late. Leaves out: excluded and merged leads. Placed "
    "by: the entry of the MQL."
)
_MQLS_FOR_LEADS = (
    "Counts: leads that became MQLs in the last twelve months, for each lead that came in them. "
    "Leaves out: what each of both figures leaves out. Placed by: the entry, the creation."
)


def month_of(phase: str, label: str) -> str:
    """The name of what came of a phase in a past month; `label` is that of the month."""
    return f"{phase} {label}"


def cases_of_plan(book: CaseBook, known: Known) -> dict[str, Behind]:
    """By the names of the rates, and of past months (`month_of`), the cases behind each."""
    found = dict(_History(book, known).all())
    return {name: behind for name, behind in found.items() if behind.total}


class _History:
    def __init__(self, book: CaseBook, known: Known) -> None:
        self._book, self._known = book, known
        self._as_of = book.measures.result.as_of
        self._applies = {metric.name for metric in book.measures.metrics}

    def all(self) -> Iterator[tuple[str, Behind]]:
        known, year = self._known, last_year(self._as_of)
        part = {"part": part_of_money(self._book.measures) or None}
        if known.average_sale:
            yield "average_sale", self._metric("average_sale", "Sales of twelve months", year, part)
        if known.from_mqls:
            title = "Revenue of twelve months, and what of it began as an MQL"
            yield "from_mqls", self._metric("revenue_from_mqls", title, year, part)
        if known.delays:
            yield "days", self._metric(_CYCLES, "From MQL to close")
        if known.deals_per_mql and known.mature_days is not None:
            yield "deals_per_mql", self._deals(old_enough(self._as_of, known.mature_days))
        if known.mqls_per_lead:
            yield "mqls_per_lead", self._leads(year)
        if known.reached and known.mature_days is not None:
            yield from self._reached(old_enough(self._as_of, known.mature_days))
        for phase in (each for each in _METRICS if _METRICS[each] in self._applies):
            yield from self._months(phase)

    def _metric(
        self,
        name: str,
        title: str,
        stretch: Stretch | None = None,
        about: dict[str, str | None] | None = None,
    ) -> Behind:
        return self._book.of_metric(name, title, about, stretch)

    def _deals(self, ripe: Stretch) -> Behind:
        """Deals by when their first MQL came, and the MQLs of that time."""
        deals = self._book.pool(_CYCLES)
        rows = deals.pick({})
        began = deals.instants(rows) - (deals.numbers("numerator")[rows] * _DAY).astype(np.int64)
        starts, ends = map(microseconds, ripe)
        won = rows[(began >= starts) & (began < ends)]
        mqls = self._book.pool("mqls").pick({}, ripe)
        title = "Deals won for an MQL, of MQLs old enough to tell"
        return self._both(
            title, _DEALS_FOR_MQLS, ("deals won", _CYCLES, won), ("MQLs", "mqls", mqls)
        )

    def _leads(self, year: Stretch) -> Behind:
        """The leads of a year, and the MQLs of it."""
        mqls, leads = (self._book.pool(name).pick({}, year) for name in ("mqls", "leads"))
        title = "MQLs for a lead, in twelve months"
        return self._both(title, _MQLS_FOR_LEADS, ("MQLs", "mqls", mqls), ("leads", "leads", leads))

    def _both(self, title: str, counted: str, met: _Cases, for_each: _Cases) -> Behind:
        """Two kinds of cases of which there are so many for each of the others."""
        groups = [
            group
            for name, metric, rows in (met, for_each)
            for group in groups_of(
                self._book.pool(metric), [(name, rows)], reasons.of_metric(REGISTRY[metric]).why
            )
        ]
        interval = doubt.of_share(met[0], len(met[2]), len(for_each[2]))
        return Behind(title, groups, counted, title, doubt=interval)

    def _reached(self, ripe: Stretch) -> Iterator[tuple[str, Behind]]:
        """The MQLs that came so far as each later stage, and those that did not."""
        measures = self._book.measures
        steps = measures.population(
            _STEPS, ("lead_id", "placed_at", "numerator", "part"), keep=False
        )
        wording = reasons.of_metric(REGISTRY[_STEPS])
        named = stages(measures.result.agreement).to_pylist()
        mql = next(each["stage"] for each in named if each["role"] == "mql")
        for stage in self._known.reached:
            part = f"{mql} → {stage}"
            pool = Pool(
                CASES,
                steps.filter(pc.equal(steps["part"], part)),
                "placed_at",
                about=f"{_STEPS} {part}",
            )
            rows = pool.pick({}, ripe)
            came = pool.numbers("numerator")[rows] > 0
            parts = [(wording.counted, rows[came]), (wording.rest, rows[~came])]
            title = f"MQLs that reach {stage}, of those old enough to tell"
            interval = doubt.of_share(wording.counted, int(came.sum()), len(rows))
            yield (
                stage,
                Behind(title, groups_of(pool, parts, wording.why), _REACHED, title, doubt=interval),
            )

    def _months(self, phase: str) -> Iterator[tuple[str, Behind]]:
        """What came of a phase in each past month, and in the last twelve of them together."""
        zone, name = self._book.measures.zone, _METRICS[phase]
        found = [period_named(each.label, zone) for each in self._known.months]
        months = [each for each in found if each]
        for each in months:
            title = f"{REGISTRY[name].title} in {each.title}"
            yield month_of(phase, each.label), self._metric(name, title, (each.starts, each.ends))
        if months:
            first, last = months[-MONTHS_TOLD:][0], months[-1]
            title = f"{REGISTRY[name].title} from {first.title} to {last.title}"
            yield phase, self._metric(name, title, (first.starts, last.ends))
