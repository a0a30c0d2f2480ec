"""Reading numbers as people and exports write them: `1,234.50`, `1.234,50`, `€ 99`, `(12)`."""

from __future__ import annotations

import re
from enum import StrEnum

_DRESSING = re.compile(r"[\s\u00a0\u202f'’]|[$€£¥₹]|(?<![A-Za-z])(?:USD|EUR|GBP|BRL|R)(?![A-Za-z])")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
_COMMA_PLAIN = re.compile(r"[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?")
_EITHER = re.compile(r"[+-]?\d{1,3}\.\d{3}")


class Decimal(StrEnum):
    """The mark before the fraction of a number."""

    POINT = "point"
    COMMA = "comma"


class NumberError(ValueError):
    """A text that cannot be read as a number; its message finishes “… is ”."""


def read_number(text: str, decimal: Decimal | None) -> float:
    """Read one trimmed text; currency signs, spaces and thousands marks are left out.

    Without a declared mark, a point is one. Raises NumberError.
    """
    bare, sign = _undressed(text)
    if (decimal or decimal_evidence(text)) is Decimal.COMMA:
        if _GROUPED[","].fullmatch(bare) or _COMMA_PLAIN.fullmatch(bare):
            return _finite(sign * float(bare.replace(".", "").replace(",", ".")))
    elif _GROUPED["."].fullmatch(bare) or _PLAIN.fullmatch(bare):
        return _finite(sign * float(bare.replace(",", "")))
    raise NumberError("no number")


def decimal_evidence(text: str) -> Decimal | None:
    """The mark that alone makes sense of a number such as `1.234,50`, or None."""
    bare, _ = _undressed(text)
    as_point = bool(_GROUPED["."].fullmatch(bare) or _PLAIN.fullmatch(bare))
    as_comma = bool(_GROUPED[","].fullmatch(bare) or _COMMA_PLAIN.fullmatch(bare))
    if as_point == as_comma:
        return None
    return Decimal.POINT if as_point else Decimal.COMMA


def needs_decimal(text: str) -> bool:
    """Whether a text such as `1.234` is a thousand to some and a fraction to others."""
    return bool(_EITHER.fullmatch(_undressed(text)[0]))


def _undressed(text: str) -> tuple[str, int]:
    bare = _DRESSING.sub("", text)
    if bare.startswith("(") and bare.endswith(")"):
        return bare[1:-1], -1
    return bare, 1


def _finite(number: float) -> float:
    if abs(number) >= 1e18:
        raise NumberError("a number beyond any amount")
    return number
