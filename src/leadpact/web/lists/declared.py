"""What a list is: its rows, columns and filters, as a page declares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from leadpact.web.lists.cells import Drawn, value_alone
from leadpact.web.registry import PageRequest

Row = TypeVar("Row", bound=Model)
Choice = tuple[str, str]


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: `value` is what a spreadsheet gets, and what the page shows unless `cell` draws it
    or names a template, which has `row` and `value`. With `order`, an expression of the rows, it
    can be sorted by; rows without a value come last. What is not `on_page` is in the spreadsheet
    alone, what is not `in_file` on the page alone.
    """

    key: str
    title: str
    value: Callable[[Row], Any]
    order: str = ""
    cell: str | Drawn = value_alone
    numeric: bool = False
    on_page: bool = True
    in_file: bool = True


@dataclass(frozen=True)
class Filter:
    """A filter by one of some choices, each a value for the address and a label."""

    key: str
    title: str
    choices: Callable[[PageRequest], Sequence[Choice]]
    narrow: Callable[[Any, str], Any]


def one_of(values: Iterable[str]) -> Callable[[PageRequest], Sequence[Choice]]:
    """Choices that are called what stands in the address, the same for every reader."""
    choices = [(each, each) for each in values]
    return lambda _: choices


@dataclass(frozen=True)
class Empty:
    """What an empty list says: what would be here, and what to do about it."""

    title: str
    text: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A list of what the reader may see: `rows` asks the selectors.

    `order` is the key of a column, with `-` for the largest first. `search` narrows rows to a text
    that somebody typed; `searched` says what it looks at. `body` is the template of its rows.
    """

    name: str
    title: str
    rows: Callable[[PageRequest], QuerySet[Row]]
    columns: Sequence[Column[Row]]
    order: str
    empty: Empty
    filters: Sequence[Filter] = ()
    search: Callable[[QuerySet[Row], str], QuerySet[Row]] | None = None
    searched: str = ""
    page_size: int = 50
    body: str = "lists/table.html"

    @property
    def on_page(self) -> list[Column[Row]]:
        """The columns that the page shows."""
        return [each for each in self.columns if each.on_page]

    @property
    def in_file(self) -> list[Column[Row]]:
        """The columns that a spreadsheet gets."""
        return [each for each in self.columns if each.in_file]

    def column(self, key: str) -> Column[Row] | None:
        """The column by which one can sort under this key."""
        return next((each for each in self.columns if each.key == key and each.order), None)
