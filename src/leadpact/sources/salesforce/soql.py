"""Queries in Salesforce's language, and the literals in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

#: A query travels in an address, of which some 16,000 characters are taken: so many ids fit.
IDS_AT_ONCE = 400


def select(
    names: Iterable[str], of: str, where: Sequence[str] = (), order: Sequence[str] = ()
) -> str:
    """A query for these fields; `where` are conditions that all hold."""
    text = f"SELECT {', '.join(names)} FROM {of}"
    if where:
        text += f" WHERE {' AND '.join(where)}"
    if order:
        text += f" ORDER BY {', '.join(order)}"
    return text


def moment(at: datetime) -> str:
    """An instant as a literal."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def one_of(name: str, values: Iterable[str]) -> str:
    """The condition that a field has one of these values."""
    return f"{name} IN ({','.join(map(quoted, values))})"


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pieces(items: Sequence[str], size: int = IDS_AT_ONCE) -> Iterator[Sequence[str]]:
    """Some at a time."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
