"""How a value is read and tested: the only place where a test on a value is answered."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from leadpact.agreement.conditions import Test

TRUE, UNKNOWN, FALSE = 1, 0, -1

#: What counts as a blank, a number and a day, in Python and in SQL alike.
BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
DAY = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_NUMBER, _DAY = re.compile(NUMBER), re.compile(DAY)
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
COMPARISONS = ("at_least", "more_than", "at_most", "less_than")
_TEXTUAL = ("contains", "starts_with")


def normal(text: str) -> str:
    """A text as it is compared: without case, without blanks around it."""
    return text.strip().casefold()


def read(raw: object, kind: str) -> Any:
    """A raw value as text, number, boolean or date (as days); None when unknown or unreadable."""
    if raw is None:
        return None
    text = normal(str(raw))
    if not text:
        return None
    if kind == "boolean":
        return _YES_NO.get(text)
    if kind == "number":
        number = float(text) if _NUMBER.fullmatch(text) else None
        return number if number is not None and abs(number) < float("inf") else None
    return _day(text) if kind == "date" else text


def _day(text: str) -> float | None:
    day = _DAY.match(text)
    try:
        return float(date.fromisoformat(day[0]).toordinal()) if day else None
    except ValueError:
        return None


def reading(test: Test, declared: str | None) -> dict[str, str]:
    """As what each part of a test reads the value: as declared, else as what it compares with."""
    return {name: _reading(name, operand, declared) for name, operand in test.tests().items()}


def _reading(name: str, operand: Any, declared: str | None) -> str:
    if name in _TEXTUAL:
        return "text"
    if name in ("known", "unknown") or (declared and declared != "text"):
        return declared or "text"
    first = operand[0] if isinstance(operand, list) and operand else operand
    if name in COMPARISONS:
        return "date" if isinstance(first, date) else "number"
    if declared or isinstance(first, str):
        return "text"
    if isinstance(first, bool):
        return "boolean"
    return "date" if isinstance(first, date) else "number"


def answer(test: Test, raw: object, declared: str | None) -> int:
    """Whether a raw value passes every part of a test: TRUE, FALSE or UNKNOWN."""
    kinds = reading(test, declared)
    parts = [_part(name, operand, raw, kinds[name]) for name, operand in test.tests().items()]
    return min(parts, default=TRUE)


def _part(name: str, operand: Any, raw: object, kind: str) -> int:
    value = read(raw, kind)
    if name in ("known", "unknown"):
        return _truth((value is not None) == (name == "known"))
    if value is None:
        return UNKNOWN
    if name in ("in", "not_in"):
        return _truth((value in [read(one, kind) for one in operand]) == (name == "in"))
    wanted = read(operand, kind)
    if name in ("is", "not"):
        return _truth((value == wanted) == (name == "is"))
    if wanted is None:
        return UNKNOWN
    if name in _TEXTUAL:
        found = wanted in value if name == "contains" else value.startswith(wanted)
        return _truth(found)
    return _truth(_compare(name, value, wanted))


def _compare(name: str, value: float, wanted: float) -> bool:
    if name == "at_least":
        return value >= wanted
    if name == "more_than":
        return value > wanted
    return value <= wanted if name == "at_most" else value < wanted


def _truth(holds: bool) -> int:
    return TRUE if holds else FALSE


def cut_points(test: Test, declared: str | None) -> list[float] | None:
    """The numbers at which the answer of a test can change; None when it also reads texts."""
    points: list[float] = []
    for name, kind in reading(test, declared).items():
        if name in ("known", "unknown"):
            continue
        if kind not in ("number", "date"):
            return None
        operand = test.tests()[name]
        operands = operand if isinstance(operand, list) else [operand]
        points += [p for p in (read(one, kind) for one in operands) if p is not None]
    return points
