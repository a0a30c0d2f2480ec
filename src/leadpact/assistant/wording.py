"""How an answer reads: short lines with units, and what strangers wrote kept apart as data."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

_PERCENT = 100
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_LONG, _MANY = 2 * _DAY, 10
_TEXT = 300


def answer(head: str, lines: Iterable[str], *links: str) -> str:
    """An answer: what it is, the data between marks that nobody can foresee, where it is shown."""
    mark = secrets.token_hex(4)
    data = [_printable(line) for line in lines]
    shown = [f"Shown at: {link}" for link in links]
    if not data:
        return "\n".join([head, *shown])
    return "\n".join([head, f"[data {mark}]", *data, f"[end {mark}]", *shown])


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows with a bar between their cells; what is unknown is a dash."""
    return [" | ".join(map(cell, each)) for each in (header, *rows)]


def cell(value: Any) -> str:
    """A value on one line, without what would part the line."""
    text = "–" if value is None or value == "" else " ".join(str(value).split())
    return text.replace("|", "/")[:_TEXT]


def when(text: str | None) -> str:
    """An instant of the interface, to the minute."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC" if text else "–"


def ago(text: str, now: datetime) -> str:
    """How long ago an instant was, or how far ahead it is."""
    seconds = (now - datetime.fromisoformat(text)).total_seconds()
    return f"{duration(seconds)} ago" if seconds >= 0 else f"in {duration(-seconds)}"


def duration(seconds: float) -> str:
    """So much time in the two units that tell it best."""
    if seconds >= _LONG:
        days = seconds / _DAY
        return f"{days:.0f} days" if days >= _MANY else f"{days:.1f} days"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def figure(row: Any) -> str:
    """The value of a figure with its unit, its cases and its interval."""
    value, unit, cases = row["value"], row["unit"], row["n"]
    if value is None:
        return f"not known yet ({cases:,} cases)"
    if unit == "share":
        low, high = row["low"], row["high"]
        between = f", 95 % interval {_share(low)} to {_share(high)}" if low is not None else ""
        return f"{_share(value)} ({cases:,} cases{between})"
    if unit == "cases":
        return f"{value:,.0f} of {cases:,} cases (under 20, so no share is given)"
    if unit == "seconds":
        return f"{duration(value)} ({cases:,} cases)"
    if unit == "money":
        return f"{value:,.0f} in the agreement’s currency"
    return f"{number(value)} {unit}"


def number(value: float) -> str:
    """A number as people write it."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def share(value: float | None) -> str:
    """A share, or a dash."""
    return "–" if value is None else _share(value)


def _share(value: float) -> str:
    return f"{value * _PERCENT:.0f} %"


def _printable(text: str) -> str:
    """Text without characters that show nothing: in them instructions have been hidden."""
    return "".join(
        each for each in text if each == "\n" or unicodedata.category(each) not in ("Cc", "Cf")
    )
