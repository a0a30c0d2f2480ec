"""Obligations and leads in numbers, straight from the clocks and states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.metrics.aggregate import interval, percentile
from leadpact.engine.metrics.tables import clocks_of, microseconds
from leadpact.engine.result import Result

_CLOCKS = """
select obligation as name, side,
       count(*) filter (where outcome = 'met') as met,
       count(*) filter (where outcome = 'missed') as missed,
       count(*) filter (where outcome = 'running') as running,
       count(*) filter (where outcome = 'overdue') as overdue,
       count(*) filter (where outcome = 'cancelled') as cancelled,
       count(*) filter (where outcome = 'waived') as waived,
       count(*) filter (where outcome = 'rejected') as rejected,
       count(*) filter (where outcome = 'not observed') as not_observed,
       count(*) filter (where already_in_contact) as already_in_contact,
       max(protocol_step) as protocol_step,
       list(working_seconds) filter (where timed) as times,
       list(answered) filter (where timed) as answered
from promises
where $starts is null or epoch_us(due_at) >= $starts and epoch_us(due_at) < $ends
group by obligation, side
order by protocol_step nulls first, name, side
"""


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
    starts, ends = (microseconds(instant) for instant in due) if due else (None, None)
    clocks = clocks_of(result).sql(_CLOCKS, params={"starts": starts, "ends": ends})
    for row in clocks.to_arrow_table().to_pylist():
        times, answered = row.pop("times") or [], row.pop("answered") or []
        decided = row["met"] + row["missed"] + row["overdue"]
        low, high = interval(row["met"], decided) if decided else (None, None)
        yield ObligationFigure(
            **row,
            rate=row["met"] / decided if decided else None,
            p50_seconds=percentile(times, answered, 0.5),
            p90_seconds=percentile(times, answered, 0.9),
            low=low,
            high=high,
        )


def _tally(column: pa.ChunkedArray) -> dict[str, int]:
    pairs = pc.value_counts(column.combine_chunks()).to_pylist()
    return {pair["values"] or "not stated": pair["counts"] for pair in pairs}
