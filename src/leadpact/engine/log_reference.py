"""The page about the log as a file, made from the shape that the engine reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from leadpact.agreement.vocabulary import FIXED_KINDS
from leadpact.engine.log import DEALS_SCHEMA, INSTANT, LOG_SCHEMA

_INTRODUCTION = """\
# The log

Everything that happened to leads, a row each, as Parquet: what `--sources` takes instead of a
mapping. Write it from your warehouse where exports are too long to be mapped; `leadpact demo`
writes one to look at. What rows mean and which of them count stands in
[Semantics](../semantics.md); this page is made from the code that reads them (`make docs`).

- The log is one file whose name ends in `.parquet`, or a folder of that name with any number of
  such files, as Spark, DuckDB and warehouses write it. The order of rows never matters. What lies
  beneath a name that begins with `_` or `.` is passed over; a table of Delta Lake or Iceberg, of
  whose files some count no more, must be written out as plain Parquet first.
- **Instants** are timestamps in UTC, in microseconds: in Spark with
  `spark.sql.parquet.outputTimestampType` set to `TIMESTAMP_MICROS`. Of a log of other types, up to
  what memory holds, the columns are converted.
- The same `source` and `event_id` twice is one row.
- Other columns are passed over, but for those named `p_…`.
"""
_PROPERTIES = """\
What is known besides is JSON in `properties`, such as `{"form": "demo", "seconds_to_fill": 40}`. A
property with many values is read faster from a column of its own, `p_form` for `form`; where that
is empty, `properties` counts.
"""
_KINDS = """\
These mean the same in every log. Every other kind is an activity that you name, such as
`form_submitted`. Words in code are properties.
"""
_DEALS = """\
A file `deals.parquet` beside the log; without it there is no revenue, and deals are those of the
log's rows. Revenue is counted of distinct deals, never of leads.
"""
_LOG_COLUMNS = {
    "event_id": "Its key in its source.",
    "source": "Which system or file tells of it.",
    "lead_id": "The lead; empty for a row that concerns everybody.",
    "happened_at": "When it happened.",
    "recorded_at": "When it became known; empty: when it happened.",
    "kind": "What happened.",
    "actor": "Who did it.",
    "decided": "Whether Leadpact decided it; empty or false for all that was observed.",
    "batch": "The import it came with, so that all of that can be withdrawn.",
    "properties": "What else is known of it, as JSON.",
}
_DEAL_COLUMNS = {
    "deal_id": "Its key.",
    "company_id": "The company.",
    "amount": "What it is worth.",
    "currency": "In which currency.",
    "opened_at": "When it was opened.",
    "closed_at": "When it was won or lost.",
    "outcome": "`open`, `won` or `lost`.",
    "reason": "Why it was lost.",
    "owner": "Who sells it.",
    "product": "What is sold.",
    "lead_ids": "The leads with a role in it.",
}
_TYPES = {
    pa.string(): "text",
    pa.float64(): "number",
    pa.bool_(): "yes or no",
    INSTANT: "instant",
    pa.list_(pa.string()): "list of texts",
}


def reference() -> str:
    """The whole page, as Markdown."""
    kinds = [f"| `{kind}` | {says} |" for kind, says in FIXED_KINDS.items() if kind != "ACTIVITY"]
    return "\n".join(
        [
            _INTRODUCTION,
            "## Columns\n",
            *_columns(LOG_SCHEMA, _LOG_COLUMNS),
            "",
            _PROPERTIES,
            "## Kinds\n",
            _KINDS,
            "| kind | says that |",
            "|---|---|",
            *kinds,
            "",
            "## Deals\n",
            _DEALS,
            *_columns(DEALS_SCHEMA, _DEAL_COLUMNS),
            "",
        ]
    )


def _columns(schema: pa.Schema, told: Mapping[str, str]) -> Iterator[str]:
    yield "| column | type | needed | |"
    yield "|---|---|---|---|"
    for field in schema:
        needed = "" if field.nullable else "yes"
        yield f"| `{field.name}` | {_TYPES[field.type]} | {needed} | {told[field.name]} |"
