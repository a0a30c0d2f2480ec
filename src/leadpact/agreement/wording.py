"""What is wrong with a document's values, in plain words and with a hint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from leadpact.agreement.problems import Problem, did_you_mean, nearest, one_of
from leadpact.agreement.shapes import Spot, keys_of, spot, title
from leadpact.agreement.tree import Node, Tree

#: Problems shown of one document; who has more starts with these.
MOST_PROBLEMS = 500

_WORD = re.compile(r"`(\w+)`")
_EMPTY_HINT = "write what belongs there, or remove the line"
_CONDITION_WORDS = ("field", "event", "score", "all", "any", "none")
#: The words by which each form of a value is told, of values that have several.
_FORMS: Mapping[str, Sequence[str]] = {
    "condition": _CONDITION_WORDS,
    "start": ("handoff", "stage", *_CONDITION_WORDS),
    "escalation": ("after", "to"),
}


class Said(NamedTuple):
    """A problem in words."""

    message: str
    hint: str | None = None


def problems_of(
    error: ValidationError, model: type[BaseModel], tree: Tree, file: str
) -> list[Problem]:
    """Every error of a validation as a problem with its place."""
    details = error.errors(include_url=False)
    shown = _without_consequences(details[:MOST_PROBLEMS], model)
    found = [_problem(each, model, tree, file) for each in shown]
    return found + more_than(MOST_PROBLEMS, len(details), file)


def more_than(shown: int, found: int, file: str) -> list[Problem]:
    """A line that counts the problems that are not shown, if there are any."""
    if found <= shown:
        return []
    return [Problem(file, 0, 0, (), f"there are {found - shown:,} more problems after these")]


def _without_consequences(
    details: list[ErrorDetails], model: type[BaseModel]
) -> list[ErrorDetails]:
    """Leave out a missing key where a key beside it is just that key misspelt."""
    spots = [spot(model, detail["loc"]) for detail in details]
    meant = {
        (*where.path[:-1], near)
        for detail, where in zip(details, spots, strict=True)
        if detail["type"] == "extra_forbidden" and (near := meant_key(where))
    }
    return [
        detail
        for detail, where in zip(details, spots, strict=True)
        if detail["type"] != "missing" or where.path not in meant
    ]


def _problem(detail: ErrorDetails, model: type[BaseModel], tree: Tree, file: str) -> Problem:
    where = spot(model, detail["loc"])
    message, hint = _said(detail, where, tree)
    at_key = where.about_key or detail["type"] == "extra_forbidden"
    missing = detail["type"] == "missing"
    path = where.path[:-1] if missing else where.path
    place = tree.key_place(path) if at_key else tree.value_place(path)
    return Problem(file, *place, where.path, message, hint)


def _said(detail: ErrorDetails, where: Spot, tree: Tree) -> Said:
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return _missing(where, tree)
    if kind == "extra_forbidden":
        return _unknown_key(where)
    subject = _subject(where)
    if where.about_key:
        return _wrong_key(subject, detail)
    if value is None:
        return Said(f"{subject} is empty", _EMPTY_HINT)
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "value_error":
        return _own_words(subject, str(context["error"]))
    if kind in ("literal_error", "enum"):
        return _wrong_choice(subject, value, _choices(context["expected"]))
    if kind in _FORMS:
        words = _FORMS[kind]
        return Said(f"{subject} {detail['msg']}, not {told(value)}", _near_word(value, words))
    if kind == "says":
        return Said(
            f"{subject} {detail['msg']}, not {told(value)}",
            _near_word(value, _WORD.findall(detail["msg"])),
        )
    return _by_kind(kind, subject, value, context, detail["msg"])


def _by_kind(
    kind: str, subject: str, value: Any, context: Mapping[str, Any], otherwise: str
) -> Said:
    if expected := next((what for sign, what in _EXPECTED.items() if re.match(sign, kind)), None):
        hint = _SAID_OF.get(subject) or _HINTS.get(expected, lambda _: None)(value)
        return Said(f"{subject} must be {expected}, not {told(value)}", hint)
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return Said(f"{subject} {words.format(_count(context[key]))}")
    return Said(f"{subject}: {otherwise[0].lower()}{otherwise[1:]}")


def _quoted(value: Any) -> str | None:
    if isinstance(value, str | list | dict):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'put it in quotes: "{text}"'


_EXPECTED = {
    "string_type|string_sub_type|string_unicode": "a text",
    "list_type": "a list",
    "dict_type|model_type|model_attributes_type|dataclass_type": "a mapping of keys",
    "bool_": "yes or no (true or false)",
    "int_": "a whole number",
    "float_|finite_number": "a number",
    "date_|datetime_": "a date such as 2026-12-31",
}
_HINTS: dict[str, Callable[[Any], str | None]] = {
    "a text": _quoted,
    "a list": lambda _: "begin each item with “- ” on its own line, or write [one, two]",
    "a mapping of keys": lambda _: "write “key: value” on lines of their own, indented",
}
_SAID_OF = {"“timezone”": "write it as in Europe/Berlin"}
_BOUNDS = {
    "greater_than": ("must be more than {}", "gt"),
    "greater_than_equal": ("must be {} or more", "ge"),
    "less_than": ("must be less than {}", "lt"),
    "less_than_equal": ("must be {} or less", "le"),
    "too_short": ("must have at least {} in its list", "min_length"),
    "too_long": ("must have at most {} in its list", "max_length"),
    "string_too_short": ("is too short; the fewest characters are {}", "min_length"),
    "string_too_long": ("is too long; the most characters are {}", "max_length"),
}


def _missing(where: Spot, tree: Tree) -> Said:
    key = str(where.path[-1])
    fields = where.models[-1].model_fields
    named = next((f for name, f in fields.items() if key in (name, f.alias)), None)
    owner = _named(where, tree.node(where.path[:-1]))
    described = named.description if named else None
    return Said(f"{owner} has no “{key}”", described and f"{key}: {_lower(described.rstrip('.'))}")


def _unknown_key(where: Spot) -> Said:
    key = str(where.path[-1])
    model = where.models[-1]
    message = f"“{key}” is not known in {_a(title(model))}"
    known = keys_of(model)
    if near := meant_key(where):
        return Said(message, f"did you mean “{near}”?")
    if home := _home(where):
        return Said(message, f"it belongs in {_a(title(home))}: check how the line is indented")
    return Said(message, f"known here: {', '.join(dict.fromkeys(known.values()))}")


def _home(where: Spot) -> type[BaseModel] | None:
    """The nearest outer part of the document that has a key of this very name."""
    return next((m for m in where.models[-2::-1] if where.path[-1] in keys_of(m)), None)


def meant_key(where: Spot) -> str | None:
    """The known key that an unknown one is most likely misspelt from, or None."""
    if _home(where):
        return None
    known = keys_of(where.models[-1])
    near = nearest(str(where.path[-1]), known)
    return known[near] if near else None


def _wrong_key(subject: str, detail: ErrorDetails) -> Said:
    context: Mapping[str, Any] = detail.get("ctx", {})
    if detail["type"] in ("literal_error", "enum"):
        choices = _choices(context["expected"])
        return Said(f"{subject} is not a key here", did_you_mean(str(detail["input"]), choices))
    if detail["type"] == "value_error":
        return _own_words(subject, str(context["error"]))
    return Said(f"{subject} cannot be a key: {detail['msg'].lower()}")


def _own_words(subject: str, text: str) -> Said:
    """The words of our own validators: what is wrong, then after a semicolon what to do."""
    what, _, hint = text.partition("; ")
    joint = " " if what.startswith(("says ", "names ", "must ")) else ": "
    return Said(f"{subject}{joint}{what}", hint or None)


def _wrong_choice(subject: str, value: Any, choices: list[str]) -> Said:
    message = f"{subject} cannot be {told(value)}"
    if isinstance(value, str) and (near := nearest(value, choices)):
        others = f" The choices are {one_of(choices)}" if len(choices) > 1 else ""
        return Said(message, f"did you mean “{near}”?{others}")
    return Said(message, f"write {one_of(choices)}")


def _near_word(value: Any, words: Sequence[str]) -> str | None:
    candidates = value if isinstance(value, dict) else [value]
    for word in candidates:
        if isinstance(word, str) and (near := nearest(word, words)):
            return f"did you mean “{near}”?"
    return None


def _subject(where: Spot) -> str:
    if not where.path:
        return "the document"
    *before, last = where.path
    if isinstance(last, str):
        return f"“{last}”"
    key = next((step for step in reversed(before) if isinstance(step, str)), None)
    return f"item {last + 1} of “{key}”" if key else f"item {last + 1}"


def _named(where: Spot, node: Node | None) -> str:
    """A mapping as a person would call it: its kind, and its name where it has one."""
    kind = title(where.models[-1])
    name = node.child("name") if node else None
    if len(where.path) > 1 and name is not None and isinstance(name.scalar, str):
        return f"the {kind} “{name.scalar[:60]}”"
    return f"the {kind}"


def _a(words: str) -> str:
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text[1:2].islower() else text


def _choices(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected) or [expected]


def _count(bound: Any) -> str:
    return f"{bound:,.15g}" if isinstance(bound, int | float) else str(bound)


def told(value: Any) -> str:
    """A value as a message shows it, cut where it is long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"the number {value}"
        case date():
            return f"the date {value}"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            text = " ".join(str(value).split())
            return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
