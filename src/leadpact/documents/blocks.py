"""What a page is made of: tables, charts with their numbers, and sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table of texts. The first `words` columns read as words, the others as numbers."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


@dataclass(frozen=True)
class Chart:
    """A chart, what it says in a sentence, and the numbers it is drawn from."""

    key: str
    title: str
    summary: str
    spec: dict[str, Any]
    table: Table


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading. `aside` are tables shown only when asked for."""

    key: str
    title: str
    text: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    aside: Sequence[Table] = field(default_factory=tuple)
