"""What a page is made of: figures that open, tables, charts with their numbers, and sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Case:
    """One case behind a figure: its lead, when it counted, and why.

    `at` is in microseconds since 1970 in UTC; None where the case has no time.
    """

    lead: str | None
    at: int | None
    why: str


class Source(Protocol):
    """Cases of many figures in one order, in which what came earlier seldom moves.

    `key` tells it apart from other sources.
    """

    key: str

    def __len__(self) -> int: ...

    def told(self, begin: int, end: int) -> Sequence[Case]:
        """The cases at these places."""

    def digest(self, begin: int, end: int) -> str:
        """A text that changes whenever one of the cases at these places does."""

    def leads(self, begin: int, end: int) -> Sequence[str | None]:
        """The leads of the cases at these places."""


@dataclass(frozen=True, eq=False)
class Whole:
    """Every case of a group: the source, and its `places` there in the order of the group."""

    source: Source
    places: NDArray[np.int32]


@dataclass(frozen=True)
class Group:
    """Cases that count in the same way: how many they are, the first of them, and where all are.

    A group without `whole` is short, and all of it is in `first`.
    """

    name: str
    total: int
    first: Sequence[Case]
    whole: Whole | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Behind:
    """What a figure was counted from.

    `counted` says in words what counts, `query` is SQL that finds every case in the result tables,
    `when` names the time of a case. `doubt` says how its interval or its chance was reached.
    """

    title: str
    groups: Sequence[Group]
    counted: str
    query: str
    when: str = "When"
    doubt: str = ""

    @property
    def total(self) -> int:
        """How many cases there are in all groups."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True)
class Opened:
    """A figure as text that opens to what it was counted from."""

    text: str
    behind: Behind

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Kept:
    """A figure as text that opens to a list which was stored before, under a key."""

    text: str
    key: str

    def __str__(self) -> str:
        return self.text


#: Text in which some figures may open.
Said = str | Opened | Kept
Text = Said | Sequence[Said]


def opened(text: str, behind: Behind) -> Said:
    """The figure, which opens where there is anything behind it."""
    return Opened(text, behind) if behind.total else text


def pieces_of(text: Text) -> Sequence[Said]:
    """The pieces of a text, those that open and those that do not."""
    return [text] if isinstance(text, Said) else text


def plain(text: Text) -> str:
    """The text alone."""
    return "".join(map(str, pieces_of(text)))


@dataclass(frozen=True)
class Table:
    """A table of texts. The first `words` columns read as words, the others as numbers.

    Raises ValueError for a row that has not a text for each title.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Text]]
    words: int = 1

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"the table “{self.caption}” has rows that do not fit its header")


@dataclass(frozen=True)
class Chart:
    """A chart, what it says in a sentence, and the numbers it is drawn from.

    A row of the chart's data may name in `opens` the row and column of the table whose figure a
    click on it opens. `verdict` says in two or three words how what is drawn goes.
    """

    key: str
    title: str
    summary: Text
    spec: dict[str, Any]
    table: Table
    verdict: str = ""


@dataclass(frozen=True)
class Slider:
    """A number that the reader moves, and what each of its places would mean.

    `places` has for each value the texts beside `figures`, and a sentence. `now` is the place at
    which the slider stands first.
    """

    key: str
    label: str
    figures: Sequence[str]
    places: Sequence[Place]
    now: int


@dataclass(frozen=True)
class Place:
    """One place of a slider: its value as text, its figures, and what it means in a sentence."""

    value: str
    figures: Sequence[Said]
    sentence: Text


@dataclass(frozen=True)
class TryOut:
    """A change of the agreement: the lines that differ, after `- ` and `+ `, and how to try it.

    `points` is the place of the slider that shows it, empty where none does.
    """

    lines: Sequence[str]
    command: str
    points: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading.

    `answer` is what it says in one sentence; `text` then tells how that is counted, and is shown
    only when asked for, as are the tables `aside`. `code` is what can be copied into a file.
    """

    key: str
    title: str
    text: Sequence[Text] = ()
    slider: Slider | None = None
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    aside: Sequence[Table] = field(default_factory=tuple)
    answer: Text = ""
    code: str = ""
    try_out: TryOut | None = None
