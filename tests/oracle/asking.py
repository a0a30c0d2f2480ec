"""Conditions in three values: True, False, and None for unknown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    EventCondition,
    NoneOf,
    Test,
)
from leadpact.agreement.vocabulary import is_activity

Answer = bool | None
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def ask(condition: Any, leaf: Callable[[Any], Answer]) -> Answer:
    """The answer to a whole condition, given the answers to its leaves."""
    match condition:
        case AllOf():
            return every([ask(part, leaf) for part in condition.all])
        case AnyOf():
            return negated(every([negated(ask(part, leaf)) for part in condition.any]))
        case NoneOf():
            return every([negated(ask(part, leaf)) for part in condition.none])
        case _:
            return leaf(condition)


def every(answers: Iterable[Answer]) -> Answer:
    """True when all are, False when one is, else unknown."""
    answers = list(answers)
    if False in answers:
        return False
    return None if None in answers else True


def negated(answer: Answer) -> Answer:
    """The opposite; unknown stays unknown."""
    return None if answer is None else not answer


def row_matches(condition: EventCondition, row: Any, types: dict[str, str]) -> Answer:
    """Whether one row is such an event."""
    named = condition.kinds
    if row.kind not in named and not ("any" in named and is_activity(row.kind)):
        return False
    return every(
        test_value(test, row.properties.get(name), types.get(name))
        for name, test in condition.where_tests().items()
    )


def test_value(test: Test, raw: Any, declared: str | None) -> Answer:
    """Whether a value passes every test set."""
    return every(
        _passes(name, operand, raw, _reading(declared, name, operand))
        for name, operand in test.tests().items()
        if name != "field"
    )


def _reading(declared: str | None, name: str, operand: Any) -> str:
    first = operand[0] if isinstance(operand, list) and operand else operand
    if name in ("contains", "starts_with"):
        return "text"
    if name in ("known", "unknown"):
        return declared or "text"
    if declared and declared != "text":
        return declared
    if name in ("at_least", "more_than", "at_most", "less_than"):
        return "date" if isinstance(first, date) else "number"
    if declared:
        return declared
    match first:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case date():
            return "date"
    return "text"


def _passes(name: str, operand: Any, raw: Any, kind: str) -> Answer:
    value = as_kind(raw, kind)
    if name in ("known", "unknown"):
        return (value is not None) == (name == "known")
    if value is None:
        return None
    if name in ("in", "not_in"):
        found = value in [as_kind(one, kind) for one in operand]
        return found == (name == "in")
    wanted = as_kind(operand, kind)
    match name:
        case "is":
            return value == wanted
        case "not":
            return value != wanted
        case "at_least":
            return value >= wanted
        case "more_than":
            return value > wanted
        case "at_most":
            return value <= wanted
        case "less_than":
            return value < wanted
        case "contains":
            return wanted in value
        case "starts_with":
            return value.startswith(wanted)
    raise AssertionError(name)


def as_kind(raw: Any, kind: str) -> Any:
    """A value as it is compared; None when it is unknown or cannot be read."""
    if raw is None:
        return None
    text = str(raw)
    if isinstance(raw, list | dict):
        text = json.dumps(raw, separators=(",", ":"), ensure_ascii=False)
    text = text.strip().casefold()
    if not text:
        return None
    match kind:
        case "number":
            return _number(text)
        case "boolean":
            return TRUTHS.get(text)
        case "date":
            return _date(text)
    return text


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None


def _date(text: str) -> date | None:
    digits = text[:4] + text[5:7] + text[8:10]
    written = len(digits) == 8 and digits.isascii() and digits.isdigit() and digits[0] != "0"
    if not written or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
