"""The page about the star schema, made from the declarations that the tables are built by."""

from __future__ import annotations

from leadpact.documents.star.schema import ABOUT as EXPORT
from leadpact.documents.star.schema import (
    ATTRIBUTE,
    BRIDGE,
    DAY,
    DIMENSIONS,
    FACTS,
    VERSION,
    Column,
    StarTable,
)
from leadpact.engine.log import INSTANT
from leadpact.engine.result import COUNT, NUMBER, TEXT, YES_NO

_INTRODUCTION = """\
# The star schema

What `leadpact export` writes: facts, dimensions around them, and what is needed to join them. How
to bring it into a reporting tool stands in
[Report with your own tools](../how-to/reporting-tools.md). This page is made from the code that
makes the tables (`make docs`); it is version {version}, as the table `about` says. Names stay;
what is added raises the version.

- **Keys** are told under each table: the columns that tell its rows apart. A column that leads to
  another table has the same name as the key there, but for days: every `…_date` leads to
  `dim_date.date`.
- **Instants** end in `_at` (and `as_of`, `stage_since`): UTC, to the microsecond. Beside them
  stands their day in the agreement’s zone, by which periods are told. CSV has ISO 8601.
- **The figures** of a report come out when the flags are heeded: MQLs are the rows of
  `fact_stage_entry` with `nth = 'first'` and a stage whose role is `mql`; attainment is `met` out
  of `decided` clocks; won deals are those of `fact_deal` with the outcome `won`. What each figure
  counts stands in [metrics](metrics.md).
- **Merged leads** stay in `dim_lead` and count nowhere: their rows are those of the lead they
  were merged into. Excluded leads keep their rows; `counts` tells them apart.
- **Persons who were erased** from the ledger appear under the pseudonym that it has for them,
  without attributes. An export that was made before knows nothing of that: make a new one.
- **CSV** has no text that a spreadsheet would run: an apostrophe stands before it. Parquet and
  DuckDB have texts as they are.
- **Scores over time**: `fact_score` is the standing at one moment; the scores at each entry into
  a stage are in `fact_stage_entry`. For other moments export again with `--as-of`.
"""
_NAMES = {
    TEXT: "text",
    NUMBER: "number",
    COUNT: "whole number",
    YES_NO: "yes or no",
    INSTANT: "instant",
    DAY: "day",
}
_ATTRIBUTES = (
    f"Besides, `{ATTRIBUTE}…` for every attribute of a lead, built in or declared under `fields`, "
    "with its type: what is known of it at the moment of the export.\n"
)


def reference() -> str:
    """The page, ending with a line break."""
    parts = [_INTRODUCTION.format(version=VERSION), "## Facts\n"]
    parts += [_section(table) for table in (*FACTS, BRIDGE)]
    parts.append("## Dimensions\n")
    parts += [_section(table) for table in (*DIMENSIONS, EXPORT)]
    return "\n".join(parts)


def _section(table: StarTable) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [f"### {table.name}", "", f"One row: {table.row}. Key: {key}.", ""]
    lines += ["| column | type | | leads to |", "|---|---|---|---|"]
    lines += [
        f"| `{column.name}` | {_NAMES[column.type]} | {column.means} | {_target(column)} |"
        for column in table.columns
    ]
    if table.name == "dim_lead":
        lines += ["", _ATTRIBUTES.rstrip()]
    return "\n".join([*lines, ""])


def _target(column: Column) -> str:
    return f"[{column.to}](#{column.to})" if column.to else ""
