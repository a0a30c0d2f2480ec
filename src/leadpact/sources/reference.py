"""The reference of the mapping file, made from the models that read it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadpact.agreement.values import Scalar
from leadpact.sources.mapping import (
    Assignment,
    Deals,
    Event,
    EventKind,
    LeadKey,
    LeadReference,
    Leads,
    Links,
    Moment,
    Outcome,
    Sources,
    Table,
    Value,
)

_INTRODUCTION = """\
# The mapping file: sources.yaml

A mapping says what the columns of your exports are. `leadpact init --from contacts.csv` writes one
for exports of HubSpot and Salesforce and for others whose column names speak for themselves; this
page lists all that can stand in it. It is made from the code that reads the file (`make docs`).

```yaml
{example}```

- **Where a column is asked for, its name is enough**; where more must be said, it is written
  `{{column: Amount, type: number}}`, and what is the same for every row `{{value: won}}`.
- **Files** are looked for beside the mapping, or in the folder that `--data` names; of a file named
  as `exports/leads.csv` that may be `exports` itself or the folder above it. CSV and TSV, Excel
  (`.xlsx`, `.xls`, `.ods`), JSON lines (`.jsonl`) and Parquet are told apart by their ending. Of a
  workbook the values are read that were last saved in it; formulas are never run. In JSON lines,
  `form.name` is the `name` within `form`.
- **Nothing is dropped silently.** A row that makes no sense, such as one with too few values or
  without a key, is left out; so is a value that makes no sense, and its row is kept. Both are
  listed with file, line, reason and text, and counted in the report. A row repeated exactly is
  taken once.
- **Times.** Read are `2025-03-14 09:05`, `2025-03-14T09:05:00Z`, `3/14/2025, 9:05 AM`, `14.3.2025`,
  `14 Mar 2025` and milliseconds since 1970. A time that carries no zone needs `timezone`; without
  one the table is refused. A date without a time of day is the first second of its day in that
  zone, unless `day: end` says the last. When the values of a table do not tell whether 3/4/2025 is
  in March or in April, it is refused until `dates` says so. Dates before 1970 and after 2200 are
  left out.
- **Numbers** may have currency signs and thousands marks. `decimal: comma` is found out from
  values such as `1.234,50`; where only values such as `1.234` are there, it must be said.
- **Leads and their rows.** Rows name their lead by its key, or by its address if `fields` has an
  `email`. Once some table has `leads`, a row that names any other lead is left out. Deals count
  once, however many leads have a role in them.
- **SQL** sees the tables above it under their names, and nothing else. Columns of Parquet files and
  of other queries keep their types; those of CSV, Excel and JSON lines are text: write such as
  `try_cast("Amount" as double)`.
- **The same file read twice** gives the same events with the same keys.
"""
_EXAMPLE = """\
leadpact_sources: 1
timezone: America/New_York
missing: [Select, (not set)]
tables:
  - file: contacts.csv
    leads:
      id: Record ID
      created: Create Date
      fields:
        email: Email
        name: [First Name, Last Name]
        source: {column: Original Source, fold: lower}
        employees: {column: Number of Employees, type: number}
      stages:
        MQL: Became a Marketing Qualified Lead Date
      assigned: {to: Contact owner, at: Owner Assigned Date}
    events:
      - {kind: sales.connected, at: Date of first engagement}

  - file: activities.csv
    events:
      - kind: {column: Type, values: {Call: sales.attempted, Form: form_submitted}}
        at: Time
        lead: Email
        properties: {form: Form name}

  - file: deals.csv
    deals:
      id: Record ID
      outcome: Deal Stage
      opened: Create Date
      closed: Close Date
      amount: Amount
      leads: Associated Contact IDs
"""
_MODELS: tuple[type[BaseModel], ...] = (
    Sources, Table, Leads, Event, Deals, Links, Value, Moment, LeadKey, LeadReference, Assignment,
    EventKind, Outcome,
)  # fmt: skip
Headings = Mapping[Any, str]
_HEADINGS: Headings = {
    Sources: "The file", Table: "A table", Leads: "leads", Event: "An event", Deals: "deals",
    Links: "links", Value: "A value", Moment: "A moment", LeadKey: "A key",
    LeadReference: "A lead's name", Assignment: "assigned", EventKind: "A kind",
    Outcome: "An outcome",
}  # fmt: skip
_SIMPLE = {str: "text", bool: "yes or no", int: "number", float: "number", date: "date"}


def example() -> str:
    """The mapping that the page shows."""
    return _EXAMPLE


def reference_markdown() -> str:
    """The page, ending with a line break."""
    return page(_INTRODUCTION.format(example=_EXAMPLE), _MODELS, _HEADINGS)


def page(introduction: str, models: Iterable[type[BaseModel]], headings: Headings) -> str:
    """A page with a section for each of the models, under its heading."""
    parts = [introduction, *(_section(model, headings) for model in models)]
    return "\n".join(parts).rstrip() + "\n"


def _section(model: type[BaseModel], headings: Headings) -> str:
    lines = [f"## {headings[model]}", "", " ".join((model.__doc__ or "").split()), ""]
    lines += ["| key | is | |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        lines.append(
            f"| `{field.alias or name}` | {_kind(field.annotation, headings)} | {_tells(field)} |"
        )
    return "\n".join([*lines, ""])


def _tells(field: FieldInfo) -> str:
    text = field.description or ""
    if field.is_required():
        return f"{text} **Needed.**".strip()
    default = field.get_default(call_default_factory=True)
    if default in (None, [], {}):
        return text
    shown = ", ".join(f"`{each}`" for each in (default if isinstance(default, list) else [default]))
    return f"{text} Default: {shown}.".strip()


def _kind(annotation: Any, headings: Headings) -> str:
    if annotation == Scalar:
        return "value"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0], headings)
    if origin is Literal:
        return " \\| ".join(f"`{each}`" for each in arguments)
    if origin in (Union, types.UnionType):
        kinds = (_kind(each, headings) for each in arguments if each is not type(None))
        return " or ".join(dict.fromkeys(kinds))
    if origin is list:
        return f"list of {_kind(arguments[0], headings)}"
    if origin is dict:
        return f"names, each with {_kind(arguments[1], headings)}"
    if issubclass(annotation, Enum):
        return " \\| ".join(f"`{each.value}`" for each in annotation)
    if annotation in headings:
        heading = headings[annotation]
        anchor = heading.lower().replace(" ", "-").replace("'", "")
        return f"[{heading.lower()}](#{anchor})"
    return _SIMPLE[annotation]
