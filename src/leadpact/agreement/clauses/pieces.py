"""What a form of an agreement is made of: values, parts of them, and lists of parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zlib import crc32

from leadpact.agreement.problems import Path

#: The step of a place where an item may be added.
NEW = "(new)"
#: Values by which items are told apart at a glance.
_TELLING = ("side", "within", "points", "metric", "then", "every", "to")
#: Of a text: how many characters go into a row, and how many rows are shown at once.
_WIDTH, _MOST_ROWS = 90, 14


class Kind(StrEnum):
    """How a value is typed."""

    TEXT = "text"
    LONG = "long"
    DAY = "day"
    CHOICE = "choice"
    YES_NO = "yes or no"
    LINES = "lines"
    PAIRS = "pairs"
    YAML = "yaml"


class Single(StrEnum):
    """What a single value is, if its text allows that."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """A value: where it stands, what it is called and says, and its text; empty if not stated.

    `single` says what a single value is, in a list or mapping too. `words` is what it means, of a
    condition and the like; `leaves` are the numbers and lengths of time in it, each by itself.
    """

    steps: Path
    label: str
    about: str
    kind: Kind
    text: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    needed: bool = False
    words: str = ""
    single: Single = Single.TEXT
    leaves: tuple[Field, ...] = ()

    @property
    def key(self) -> str:
        """What the value is called when it is sent."""
        return key_of(self.steps)

    @property
    def ident(self) -> str:
        """What the value is called within a page: a word without spaces."""
        return f"v{crc32(self.key.encode()):08x}"

    @property
    def rows(self) -> int:
        """How many rows it takes to type it, within bounds."""
        least = 3 if self.text or self.kind is Kind.LONG else 2
        taken = sum(1 + len(line) // _WIDTH for line in self.text.split("\n"))
        return min(max(least, taken), _MOST_ROWS)


@dataclass(frozen=True)
class Part:
    """Values that belong together: an item of a list, or a mapping of its own.

    `opened` says that somebody is at work on it.
    """

    steps: Path
    title: str
    about: str
    fields: tuple[Field, ...]
    parts: tuple[Part | Items, ...] = ()
    opened: bool = False

    @property
    def key(self) -> str:
        """What the part is called when something is sent about the whole of it."""
        return key_of(self.steps)

    @property
    def further(self) -> tuple[Field, ...]:
        """Values that are not stated and need not be."""
        return tuple(each for each in self.fields if not each.text and not each.needed)

    @property
    def brief(self) -> str:
        """What is worth knowing of it before it is opened."""
        return ", ".join(
            each.text
            for name in _TELLING
            for each in self.fields
            if each.steps[-1] == name and each.text and "\n" not in each.text
        )


@dataclass(frozen=True)
class Items:
    """A list of parts, or parts by names of their own, with a place for one more."""

    steps: Path
    title: str
    about: str
    items: tuple[Part, ...]
    blank: Part
    named: bool = False

    @property
    def thing(self) -> str:
        """What one of them is called."""
        return self.blank.title


Piece = Field | Part | Items


def key_of(steps: Path) -> str:
    """A path as it is sent; a slash within a step cannot be taken for one between two."""
    return "/".join(str(step).replace("%", "%25").replace("/", "%2F") for step in steps)


def fields_of(piece: Piece) -> Iterator[Field]:
    """All values of a form, those of new items among them."""
    match piece:
        case Field():
            yield from (*piece.leaves, piece)
        case Part():
            for field in piece.fields:
                yield from fields_of(field)
            for part in piece.parts:
                yield from fields_of(part)
        case Items():
            for each in (*piece.items, piece.blank):
                yield from fields_of(each)


def mark_of(piece: Piece) -> str:
    """What tells a form from one with other values, or with its items at other places."""
    there = "\n".join(f"{field.key}={field.text}" for field in fields_of(piece))
    return sha256(there.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def lists_of(piece: Piece) -> Iterator[Items]:
    """All lists of a form, the outer ones first."""
    match piece:
        case Part():
            for part in piece.parts:
                yield from lists_of(part)
        case Items():
            yield piece
            for each in (*piece.items, piece.blank):
                yield from lists_of(each)


def as_typed(piece: Any, said: Mapping[str, str]) -> Any:
    """A form with the texts that were sent, so that nobody types them again; open where it was."""
    match piece:
        case Field():
            leaves = tuple(as_typed(each, said) for each in piece.leaves)
            text = said.get(piece.key, piece.text).replace("\r\n", "\n")
            return replace(piece, text=text, leaves=leaves)
        case Part():
            fields, parts = (
                tuple(as_typed(each, said) for each in some) for some in (piece.fields, piece.parts)
            )
            there = dict(_texts(piece))
            typed = replace(piece, fields=fields, parts=parts)
            return replace(typed, opened=any(there[key] != text for key, text in _texts(typed)))
        case Items():
            items = tuple(as_typed(each, said) for each in piece.items)
            return replace(piece, items=items, blank=as_typed(piece.blank, said))


def _texts(piece: Piece) -> Iterator[tuple[str, str]]:
    return ((field.key, field.text.strip()) for field in fields_of(piece))


def named_at(piece: Piece, path: Path) -> str:
    """What the innermost part is called in which a path of the document lies; empty if in none."""
    match piece:
        case Part() if path[: len(piece.steps)] == piece.steps:
            return next(filter(None, (named_at(each, path) for each in piece.parts)), piece.title)
        case Items():
            return next(filter(None, (named_at(each, path) for each in piece.items)), "")
    return ""
