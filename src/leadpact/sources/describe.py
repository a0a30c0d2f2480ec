"""What a history is made of, told at the head of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.log import History
from leadpact.sources.rows import Reject


@dataclass(frozen=True)
class SourceFacts:
    """One table: how many log rows it gave, and how many rows and values were left out."""

    name: str
    log_rows: int
    rows_left_out: int
    values_left_out: int


@dataclass(frozen=True)
class Description:
    """The size and span of a history; `first` and `last` are None when it has no rows."""

    sources: list[SourceFacts]
    leads: int
    deals: int
    log_rows: int
    first: datetime | None
    last: datetime | None
    attributes_as_exported: bool
    notes: list[str]


def describe(history: History, rejects: Sequence[Reject] = ()) -> Description:
    """Count what a history holds, and what was left out on the way."""
    log = history.log
    span = pc.min_max(log["happened_at"]).as_py()
    return Description(
        sources=_sources(log, rejects),
        leads=pc.count_distinct(log["lead_id"]).as_py(),
        deals=history.deals.num_rows,
        log_rows=log.num_rows,
        first=span["min"],
        last=span["max"],
        attributes_as_exported=history.attributes_as_exported,
        notes=list(history.notes),
    )


def _sources(log: pa.Table, rejects: Sequence[Reject]) -> list[SourceFacts]:
    counts = {each["values"]: each["counts"] for each in pc.value_counts(log["source"]).to_pylist()}
    rows = Counter(reject.file for reject in rejects if reject.whole_row)
    values = Counter(reject.file for reject in rejects if not reject.whole_row)
    names = dict.fromkeys([*counts, *rows, *values])
    return [SourceFacts(name, counts.get(name, 0), rows[name], values[name]) for name in names]
