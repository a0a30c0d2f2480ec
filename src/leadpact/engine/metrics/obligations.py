"""Obligations and leads in numbers, straight from the clocks and states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import interval, percentile
from leadpact.engine.metrics.clocks import DECIDED, NO_STEP, Clocks, clocks
from leadpact.engine.metrics.records import Records
from leadpact.engine.metrics.tables import microseconds
from leadpact.engine.result import Result


@dataclass(frozen=True)
class ObligationFigure:
    """What became of an obligation's clocks, and how long answers took, in working seconds.

    `rate` is met ÷ (met + missed + overdue), None when there is none; `low` and `high` its 95 %
    Wilson interval. Leads already in contact are among the met and outside the percentiles, which
    are None when the clocks do not tell.
    """

    name: str
    side: str
    met: int = 0
    missed: int = 0
    running: int = 0
    overdue: int = 0
    cancelled: int = 0
    waived: int = 0
    rate: float | None = None
    p50_seconds: float | None = None
    p90_seconds: float | None = None
    rejected: int = 0
    not_observed: int = 0
    already_in_contact: int = 0
    low: float | None = None
    high: float | None = None
    protocol_step: int | None = None

    @property
    def decided(self) -> int:
        """Clocks that count in the rate."""
        return self.met + self.missed + self.overdue

    def as_json(self) -> dict[str, Any]:
        """The published keys, from `name` to `p90_seconds`."""
        return {f.name: getattr(self, f.name) for f in fields(self)[:11]}


def obligations(
    result: Result, due: tuple[datetime, datetime] | None = None
) -> list[ObligationFigure]:
    """Every obligation of the agreement in its order, then those only clocks know of.

    `due` keeps the clocks due in that half-open stretch. Steps of the contact protocol come last.
    """
    known = {(f.name, f.side): f for f in _of_clocks(result, due)}
    promised = [(o.name, str(o.side)) for o in result.agreement.obligations]
    listed = [known.pop(key, ObligationFigure(*key)) for key in promised]
    return [*listed, *known.values()]


def counts(result: Result) -> dict[str, Any]:
    """Leads that count, those excluded by reason, and how many stand at each stage now."""
    states = result.lead_states
    excluded = states.filter(pc.equal(states["status"], "excluded"))
    kept = states.filter(
        pc.invert(pc.is_in(states["status"], value_set=pa.array(["excluded", "merged"])))
    )
    standing = _tally(kept["stage"])
    names = [stage.name for stage in result.agreement.stages]
    return {
        "leads": kept.num_rows,
        "excluded": dict(sorted(_tally(excluded["reason"]).items())),
        "stages": {name: standing.get(name, 0) for name in names},
    }


def _of_clocks(result: Result, due: tuple[datetime, datetime] | None) -> Iterator[ObligationFigure]:
    """Every obligation that has a clock: by name and side, steps of the protocol in order last."""
    known = clocks(Records(result))
    kept = np.ones(len(known.due), bool)
    if due is not None:
        kept = (known.due >= microseconds(due[0])) & (known.due < microseconds(due[1]))
    key = known.obligation.astype(np.int64) * 2 + known.of_sales
    groups = [np.flatnonzero((key == each) & kept) for each in np.unique(key[kept])]
    groups.sort(key=lambda rows: (known.step[rows].max(), known.obligation[rows[0]]))
    for rows in groups:
        yield _figure(known, rows)


def _figure(known: Clocks, rows: NDArray[np.int64]) -> ObligationFigure:
    outcomes = np.bincount(known.outcome[rows], minlength=len(known.outcomes))
    came = {text: int(n) for text, n in zip(known.outcomes.texts, outcomes, strict=True) if text}
    met, timed = came.get("met", 0), rows[known.timed[rows]]
    decided = sum(came.get(outcome, 0) for outcome in DECIDED)
    low, high = interval(met, decided) if decided else (None, None)
    seconds, answered = known.seconds[timed], known.answered[timed]
    step = int(known.step[rows].max())
    return ObligationFigure(
        name=str(known.obligations.texts[known.obligation[rows[0]]]),
        side="sales" if known.of_sales[rows[0]] else "marketing",
        met=met,
        missed=came.get("missed", 0),
        running=came.get("running", 0),
        overdue=came.get("overdue", 0),
        cancelled=came.get("cancelled", 0),
        waived=came.get("waived", 0),
        rate=met / decided if decided else None,
        p50_seconds=percentile(seconds, answered, 0.5),
        p90_seconds=percentile(seconds, answered, 0.9),
        rejected=came.get("rejected", 0),
        not_observed=came.get("not observed", 0),
        already_in_contact=int(known.in_contact[rows].sum()),
        low=low,
        high=high,
        protocol_step=None if step == NO_STEP else step,
    )


def _tally(column: pa.ChunkedArray) -> dict[str, int]:
    pairs = pc.value_counts(column.combine_chunks()).to_pylist()
    return {pair["values"] or "not stated": pair["counts"] for pair in pairs}
