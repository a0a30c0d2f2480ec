"""A YAML text as a tree that knows the line and column of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from leadpact.agreement.problems import Path

#: Bounds of the work that one document may cause, far above what people write.
MOST_VALUES = 20_000
DEEPEST = 64
LARGEST_NUMBER = 1e15

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(eq=False)
class Node:
    """A value of the document: a scalar, a list (`items`) or a mapping (`entries`).

    `size` counts the values within it, those behind aliases as often as they are used. A block of
    lines, and nothing at all, are best shown at their key.
    """

    place: Place
    scalar: Any = None
    items: list[Node] | None = None
    entries: dict[str, Entry] | None = None
    stands_at_key: bool = False
    size: int = 1

    def child(self, step: str | int) -> Node | None:
        """The value one step further, or None when there is none."""
        if isinstance(step, int):
            inside = self.items is not None and 0 <= step < len(self.items)
            return self.items[step] if inside and self.items else None
        entry = (self.entries or {}).get(step)
        return entry.value if entry else None

    def keys(self) -> list[str]:
        """The keys of a mapping; empty for anything else."""
        return list(self.entries or ())

    def plain(self) -> Any:
        """The value as Python data; what an alias repeats is shared, not copied."""
        return self._plain({})

    def _plain(self, known: dict[int, Any]) -> Any:
        if self.entries is None and self.items is None:
            return self.scalar
        if id(self) not in known:
            known[id(self)] = (
                [item._plain(known) for item in self.items]
                if self.items is not None
                else {key: entry.value._plain(known) for key, entry in self.pairs()}
            )
        return known[id(self)]

    def pairs(self) -> Iterator[tuple[str, Entry]]:
        """The entries of a mapping, in the order of the document."""
        return iter((self.entries or {}).items())


class Entry(NamedTuple):
    """A value of a mapping, with the place of its key."""

    key_place: Place
    value: Node


@dataclass(frozen=True)
class Fault:
    """What the tree's builder objects to, before the document's meaning is looked at.

    Where it `spoils` the value, whatever else is said of the value follows from it.
    """

    place: Place
    path: Path
    message: str
    hint: str | None = None
    spoils: bool = False


@dataclass
class Tree:
    """What could be read of a text: its root, None when nothing could, and all that is wrong."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)

    def value_place(self, path: Path) -> Place:
        """Where the value at a path stands; a block of lines stands at its key.

        A path that leads nowhere gives the place of the last step that exists.
        """
        return self._places(path)[1]

    def key_place(self, path: Path) -> Place:
        """Where the key at the end of a path stands; a list item stands at its value."""
        return self._places(path)[0]

    def node(self, path: Path) -> Node | None:
        """The value at a path, or None."""
        node = self.root
        for step in path:
            node = node.child(step) if node else None
        return node

    def _places(self, path: Path) -> tuple[Place, Place]:
        node = self.root
        key = value = node.place if node else Place(1, 1)
        for step in path:
            inner = node.child(step) if node else None
            if node is None or inner is None:
                break
            entry = (node.entries or {}).get(str(step)) if isinstance(step, str) else None
            key = entry.key_place if entry else inner.place
            value = key if inner.stands_at_key and entry else inner.place
            node = inner
        return key, value


def scalar_of(text: str) -> Any:
    """What an unquoted word means: nothing, yes or no, a number, a day, else itself.

    The rules are those of YAML 1.2, so `no`, `on` and `09:30` are words. Raises ValueError for
    numbers that nobody can mean.
    """
    if _NULL.fullmatch(text):
        return None
    if _BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"“{text}” is not a number that can be counted with")
    if _WHOLE.fullmatch(text) or _NUMBER.fullmatch(text):
        return _number(text)
    if _DATE.fullmatch(text):
        return _date_or_text(text)
    return text


def _number(text: str) -> int | float:
    number = float(text)
    if abs(number) > LARGEST_NUMBER:
        raise ValueError(f"the number {_short(text)} is too large; the largest is 10¹⁵")
    return int(text) if _WHOLE.fullmatch(text) else number


def _date_or_text(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:12]}… ({len(text)} digits)"
