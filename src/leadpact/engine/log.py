"""The shape of what the engine reads: the log of events and the table of deals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")

LOG_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("lead_id", pa.string()),
        pa.field("happened_at", INSTANT, nullable=False),
        pa.field("recorded_at", INSTANT),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("actor", pa.string()),
        pa.field("decided", pa.bool_()),
        pa.field("batch", pa.string()),
        pa.field("properties", pa.string()),
    ]
)

DEALS_SCHEMA = pa.schema(
    [
        pa.field("deal_id", pa.string(), nullable=False),
        pa.field("company_id", pa.string()),
        pa.field("amount", pa.float64()),
        pa.field("currency", pa.string()),
        pa.field("opened_at", INSTANT),
        pa.field("closed_at", INSTANT),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("owner", pa.string()),
        pa.field("product", pa.string()),
        pa.field("lead_ids", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class History:
    """Everything known of the leads: what sources deliver and the engine evaluates.

    `log` has the columns of LOG_SCHEMA and any typed property columns `p_<name>`; `deals` those of
    DEALS_SCHEMA. A long `log` may also be a data set of Parquet files, which is never read whole:
    then it is looked at through `rows` and `scan` only. `attributes_as_exported` says that
    attributes are known only as of an export, so that every historical figure that uses them is
    marked.
    """

    log: pa.Table
    deals: pa.Table = field(default_factory=DEALS_SCHEMA.empty_table)
    attributes_as_exported: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the log has."""
        return int(self.log.num_rows if isinstance(self.log, pa.Table) else self.log.count_rows())

    def scan(self, columns: Any, where: Any = None) -> Iterator[pa.RecordBatch]:
        """Columns of the rows for which a condition of pyarrow holds, a part at a time.

        `columns` are names, or expressions of pyarrow by name.
        """
        import pyarrow.dataset as ds

        files = ds.dataset(self.log) if isinstance(self.log, pa.Table) else self.log
        for batch in files.scanner(columns=columns, filter=where).to_batches():
            if batch.num_rows:
                yield batch

    def earliest(self, time: Any) -> datetime | None:
        """The first instant that an expression of pyarrow gives of any row."""
        import pyarrow.compute as pc

        firsts = (pc.min(batch["time"]).as_py() for batch in self.scan({"time": time}))
        return min((first for first in firsts if first is not None), default=None)
