"""A list as a page or as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadpact.ledger.selectors.saved_views import views_of
from leadpact.web.lists.asked import (
    MOST_ROWS,
    Asked,
    asked,
    choices_of,
    narrowed,
    order_of,
    rows_for,
)
from leadpact.web.lists.cells import Drawn
from leadpact.web.lists.declared import Column, Listing
from leadpact.web.lists.paging import found_in
from leadpact.web.lists.spreadsheet import spreadsheet
from leadpact.web.registry import PageRequest


@dataclass(frozen=True)
class Heading:
    """The head of a column: where a click leads, and how it is sorted now."""

    title: str
    query: str
    direction: str
    numeric: bool


@dataclass(frozen=True)
class Cell:
    """A cell, and the template or the function that shows it."""

    title: str
    drawn: str | Drawn
    numeric: bool
    row: Any
    value: Any


@dataclass(frozen=True)
class Chip:
    """A filter in force; `query` is the list without it."""

    label: str
    query: str


@dataclass(frozen=True)
class Choices:
    """A filter with its choices, one of them chosen."""

    key: str
    title: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Shown:
    """A page of a list, ready for its template."""

    listing: Listing[Any]
    asked: Asked
    rows: list[Any]
    total: int
    filters: list[Choices]
    path: str

    @property
    def address(self) -> str:
        """Where it is shown as it is now, without empty words."""
        query = self.asked.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def headings(self) -> list[Heading]:
        """The heads of the columns."""
        return [self._heading(each) for each in self.listing.on_page]

    def _heading(self, column: Column[Any]) -> Heading:
        key = self.asked.order.removeprefix("-")
        now = "" if key != column.key else "descending" if key != self.asked.order else "ascending"
        query = self.asked.sorted_by(column.key).query if column.order else ""
        return Heading(column.title, f"?{query}" if column.order else "", now, column.numeric)

    @property
    def orders(self) -> list[tuple[str, str]]:
        """What it can be sorted by, as values of the address and in words; empty as it goes
        without saying."""
        found = []
        for column in self.listing.columns:
            if column.order:
                for sign, way in (("", "ascending"), ("-", "descending")):
                    key = f"{sign}{column.key}"
                    value = "" if key == self.listing.order else key
                    found.append((value, f"Sort by: {column.title}, {way}"))
        return sorted(found, key=lambda each: each[0] != "")

    @property
    def order(self) -> str:
        """How it is sorted, as a value of the address."""
        return self.asked.order if self.asked.order != self.listing.order else ""

    @property
    def lines(self) -> Iterator[list[Cell]]:
        """The rows as cells."""
        for row in self.rows:
            yield [
                Cell(each.title, each.cell, each.numeric, row, each.value(row))
                for each in self.listing.on_page
            ]

    @property
    def chips(self) -> list[Chip]:
        """What narrows the list."""
        found = [Chip(f"“{self.asked.text}”", self.asked.without("q").query)] if (
            self.asked.text
        ) else []  # fmt: skip
        for each in self.filters:
            if each.chosen:
                label = dict(each.choices)[each.chosen]
                query = self.asked.without(each.key).query
                found.append(Chip(f"{each.title}: {label}", query))
        return found

    @property
    def span(self) -> str:
        """Which rows these are, of how many."""
        first = (self.asked.page - 1) * self.listing.page_size + 1
        last = first + len(self.rows) - 1
        whole = f"more than {MOST_ROWS:,}" if self.total > MOST_ROWS else f"{self.total:,}"
        return f"{first:,}–{last:,} of {whole}"

    @property
    def previous(self) -> str | None:
        """The query of the page before."""
        return self.asked.at_page(self.asked.page - 1).query if self.asked.page > 1 else None

    @property
    def next(self) -> str | None:
        """The query of the page after."""
        shown = self.asked.page * self.listing.page_size
        more = shown < min(self.total, MOST_ROWS)
        return self.asked.at_page(self.asked.page + 1).query if more else None


def page_of(request: PageRequest, listing: Listing[Any]) -> Shown:
    """The page of a list that a request asks for; its queries do not grow with its rows."""
    choices = choices_of(request, listing)
    what = asked(request, listing, choices)
    found = found_in(narrowed(request, listing, what), listing, what)
    last = max(1, -(-min(found.total, MOST_ROWS) // listing.page_size))
    what = what.at_page(min(what.page, last))
    first = (what.page - 1) * listing.page_size
    rows = found.some(order_of(found.rows, listing, what), first, listing.page_size)
    filters = [
        Choices(each.key, each.title, choices[each.key], what.chosen.get(each.key, ""))
        for each in listing.filters
    ]
    return Shown(listing, what, rows, found.total, filters, request.path)


def answer(
    request: PageRequest,
    listing: Listing[Any],
    template: str = "lists/page.html",
    beside: Callable[[Shown], Mapping[str, Any]] | None = None,
) -> HttpResponseBase:
    """A list as it was asked for: as a page, or with `as=csv` as a spreadsheet of all its rows.

    `beside` gives the template more, once the rows of the page are known.
    """
    if request.GET.get("as") == "csv":
        what = asked(request, listing, choices_of(request, listing))
        return spreadsheet(listing, rows_for(request, listing, what), request.zone)
    shown = page_of(request, listing)
    saved = views_of(request.user, listing.name)
    told = {"list": shown, "saved": saved, **(beside(shown) if beside else {})}
    return _with_clean_address(request, shown, render(request, template, told))


def _with_clean_address(request: PageRequest, shown: Shown, response: HttpResponse) -> HttpResponse:
    """The address that the browser shows after a change of filters has no empty words in it."""
    if request.htmx:
        response["HX-Push-Url"] = shown.address
    return response
