"""The shape of what the engine reads: the log of events and the table of deals."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    DEALS_SCHEMA. To the engine alone `log` may also be a data set of Parquet files, which is never
    read whole. `attributes_as_exported` says that attributes are known only as of an export, so
    that every historical figure that uses them is marked.
    """

    log: pa.Table
    deals: pa.Table = field(default_factory=DEALS_SCHEMA.empty_table)
    attributes_as_exported: bool = False
    notes: list[str] = field(default_factory=list)
