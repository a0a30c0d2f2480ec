"""The reference of the agreement file, made from the models that read it."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from leadpact.agreement.conditions import EventCondition, FieldCondition, ScoreCondition
from leadpact.agreement.conditions import Test as ValueTest
from leadpact.agreement.durations import Span, Term
from leadpact.agreement.example import example_sections
from leadpact.agreement.shapes import bare, is_condition, is_model, title
from leadpact.agreement.spec import Agreement
from leadpact.agreement.values import Scalar, Share
from leadpact.agreement.vocabulary import BUILT_IN_FIELDS, BUILT_IN_PROPERTIES, FIXED_KINDS

_INTRODUCTION = """\
# The agreement file

An agreement is one YAML file. This page lists every key that it may have, in the order in which
people read it; it is made from the code that reads the file (`make docs`). Only `leadpact`, `name`,
`calendar`, `stages` and `handoff` are needed; what is left out has the default that stands here.

- A key that is not listed is a problem, and so is one that is given twice. `leadpact check` tells
  all problems of a file at once, each with its line and column.
- Words need no quotes, save those that begin with a special character or have a “: ” in them.
  `true` and `false` say yes and no. A date is written as 2026-12-31.
- Parts may be named with `&name` and used again with `*name`, as always in YAML.
- `leadpact schema` writes the JSON Schema by which editors complete and check the file. With the
  schema beside it, the first line `# yaml-language-server: $schema=agreement.schema.json` does it.

What all of it means, down to the second, is told in [Semantics](../semantics.md).
"""
_CONDITIONS = """\
## Conditions

A condition is a question about a lead. It has exactly one of the keys below. An unknown value makes
a comparison unknown, and its negation too; only `known` and `unknown` ask about it.

| written | holds when |
|---|---|
| `{field: employees, at_least: 200}` | the attribute of the lead passes every test |
| `{event: form_submitted, where: {form: demo}}` | it happened, with such properties |
| `{score: total, at_least: 50}` | the score, or a group's, is in these bounds |
| `all: [...]` | every condition in the list holds |
| `any: [...]` | one condition in the list holds |
| `none: [...]` | every condition in the list is known not to hold |

In scoring rules and in whatever starts, stops, pauses or cancels a clock, an event condition means
*this row*. In stages, disqualification, recycling and ideal customers it means *has happened in
this episode*.
"""
_LENGTHS = """\
## Lengths of time

A length says which time it means.

| written | means |
|---|---|
| `2 business hours`, `30 business minutes` | time that runs in working hours only |
| `1 business day` | the same local time on the next working day |
| `end of the business day` | the last closing of that working day |
| `end of the next business day`, `end of the 3rd business day` | the last closing of a later one |
| `24 clock hours`, `14 days`, `2 weeks` | time that runs always |

A bare `2 hours` for an obligation is a problem, for nobody can say which hours are meant. Windows,
ageing and cool-downs always run in clock time, so that `24 hours` is enough there.
"""


def reference_markdown() -> str:
    """The page, ending with a line break."""
    examples = example_sections()
    told: set[type[BaseModel]] = set()
    parts = [_INTRODUCTION, _overview()]
    for key, field in Agreement.model_fields.items():
        parts.append(_section(key, field, examples.get(key), told))
    parts += [_CONDITIONS, *_condition_tables(), _LENGTHS, *_words()]
    return "\n".join(parts).rstrip() + "\n"


def _overview() -> str:
    lines = ["| section | what it says | |", "|---|---|---|"]
    for key, field in Agreement.model_fields.items():
        needed = "needed" if field.is_required() else ""
        lines.append(f"| [`{key}`](#{_anchor(key)}) | {field.description} | {needed} |")
    return "\n".join(lines) + "\n"


def _section(key: str, field: FieldInfo, example: str | None, told: set[type[BaseModel]]) -> str:
    parts = [f"## {key}", "", field.description or "", ""]
    own = bare(field.annotation)
    if not is_model(own):
        parts += [_form(own), ""]
    if example:
        parts += ["```yaml", example, "```", ""]
    for model in _models(field.annotation):
        if model not in told:
            told.add(model)
            heading = [] if model is own else [f"### {_heading(model)}", ""]
            parts += [*heading, _table(model), ""]
    return "\n".join(parts)


def _form(annotation: Any) -> str:
    """How a section that is no mapping of keys is written."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is list:
        return f"A list; each item is: {_kind(arguments[0])}."
    if origin is dict:
        return f"Names of your own, each with: {_kind(arguments[1])}."
    return f"Written as: {_kind(annotation)}."


def _table(model: type[BaseModel]) -> str:
    lines = [" ".join((model.__doc__ or "").split()), ""]
    lines += ["| key | is | |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        lines.append(f"| `{field.alias or name}` | {_kind(field.annotation)} | {_tells(field)} |")
    return "\n".join(lines)


def _condition_tables() -> Iterator[str]:
    for model in (FieldCondition, EventCondition, ScoreCondition, ValueTest):
        yield f"### {_heading(model)}\n\n{_table(model)}\n"


def _words() -> Iterator[str]:
    """The words whose meaning is fixed: fields, kinds of rows, properties."""
    rows = [f"| `{name}` | {what} |" for name, what in BUILT_IN_FIELDS.items()]
    head = ["## Built-in fields", "", "Fields that need no declaration, all of them text.", ""]
    yield "\n".join([*head, "| field | is |", "|---|---|", *rows]) + "\n"
    rows = [f"| `{k}` | {what} |" for k, what in FIXED_KINDS.items() if k != "ACTIVITY"]
    text = "Events whose meaning is fixed. Every other name is an activity of your own."
    head = ["## Built-in events", "", text, ""]
    yield "\n".join([*head, "| event | says that |", "|---|---|", *rows]) + "\n"
    listed = ", ".join(f"`{name}` ({kind})" for name, kind in BUILT_IN_PROPERTIES.items())
    yield f"Their properties: {listed}.\n"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a section is made of, in reading order, conditions left out."""
    if is_condition(annotation):
        return
    annotation = bare(annotation)
    if is_model(annotation):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    else:
        for part in get_args(annotation):
            yield from _models(part)


def _tells(field: FieldInfo) -> str:
    """What the key says, and whether it is needed or what holds without it."""
    text = field.description or ""
    if field.is_required():
        return f"{text} **Needed.**"
    default = field.get_default(call_default_factory=True)
    if default is None or default is PydanticUndefined or default in ([], {}):
        return text
    if isinstance(default, BaseModel):
        return text
    return f"{text} Default: {_written(default)}."


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, list):
        return ", ".join(_written(each) for each in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _kind(annotation: Any) -> str:
    """What is written there, in words that link to where it is told."""
    if is_condition(annotation):
        return "[condition](#conditions)"
    if annotation == Share:
        return "share"
    annotation = bare(annotation)
    if annotation in (Term, Span):
        return "[length of time](#lengths-of-time)"
    if is_model(annotation):
        heading = _heading(annotation)
        return f"[{heading.lower()}](#{_anchor(heading)})"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " \\| ".join(_written(each) for each in arguments)
    if origin is list:
        return f"list of: {_kind(arguments[0])}"
    if origin is dict:
        return f"names, each with: {_kind(arguments[1])}"
    if annotation == bare(Scalar):
        return "value"
    if origin in (Union, types.UnionType):
        kinds = (_kind(each) for each in arguments if each is not type(None))
        return ", or ".join(dict.fromkeys(kinds))
    if issubclass(annotation, Enum):
        return " \\| ".join(f"`{each.value}`" for each in annotation)
    return _SIMPLE[annotation]


_SIMPLE = {
    str: "text",
    bool: "`true` \\| `false`",
    int: "whole number",
    float: "number",
    date: "date",
}


def _heading(model: type[BaseModel]) -> str:
    return title(model).capitalize()


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")
