"""What an address asks of a list; what it cannot mean is passed over, never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, QuerySet

from leadpact.web.lists.declared import Choice, Listing
from leadpact.web.numbers import whole
from leadpact.web.registry import PageRequest

#: Beyond this many rows a list is narrowed, not leafed through: a page costs what lies before it.
MOST_ROWS = 10_000
_LONGEST_SEARCH = 100


def choices_of(request: PageRequest, listing: Listing[Any]) -> dict[str, Sequence[Choice]]:
    """By filter, what its reader may choose."""
    return {each.key: tuple(each.choices(request)) for each in listing.filters}


@dataclass(frozen=True)
class Asked:
    """A search, chosen filters, an order and a page."""

    text: str
    chosen: Mapping[str, str]
    order: str
    page: int
    standard_order: str

    @property
    def query(self) -> str:
        """All of it as the query of an address, without what goes without saying."""
        told: dict[str, Any] = {"q": self.text, **self.chosen}
        told["sort"] = self.order if self.order != self.standard_order else ""
        told["page"] = self.page if self.page > 1 else ""
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether not everything is shown."""
        return bool(self.text or self.chosen)

    def sorted_by(self, key: str) -> Asked:
        """The same list sorted by a column: the other way round where it is already."""
        other = f"-{key}" if self.order == key else key
        return replace(self, order=other, page=1)

    def at_page(self, page: int) -> Asked:
        """Another page of the same list."""
        return replace(self, page=page)

    def without(self, key: str) -> Asked:
        """The same list without one filter, or without the search (`q`)."""
        kept = {name: value for name, value in self.chosen.items() if name != key}
        return replace(self, chosen=kept, text="" if key == "q" else self.text, page=1)


def asked(
    request: PageRequest, listing: Listing[Any], choices: Mapping[str, Sequence[Choice]]
) -> Asked:
    """What the address of this request asks of the list, given the choices of its filters."""
    given = request.GET
    chosen = {
        key: value
        for key, known in choices.items()
        if (value := given.get(key, "")) and value in {each for each, _ in known}
    }
    order = given.get("sort", "")
    if listing.column(order.removeprefix("-")) is None:
        order = listing.order
    most = MOST_ROWS // listing.page_size
    number = min(whole(given.get("page", "")) or 1, most)
    text = given.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    return Asked(text, chosen, order, number, listing.order)


def rows_for(request: PageRequest, listing: Listing[Any], what: Asked) -> QuerySet[Any]:
    """All rows that are asked for, in order."""
    found = searched(narrowed(request, listing, what), listing, what)
    return order_of(found, listing, what).whole(found)


def narrowed(request: PageRequest, listing: Listing[Any], what: Asked) -> QuerySet[Any]:
    """The rows that the reader may see and the filters leave, in no order."""
    found = listing.rows(request)
    for each in listing.filters:
        if each.key in what.chosen:
            found = each.narrow(found, what.chosen[each.key])
    return found.order_by()


def searched(rows: QuerySet[Any], listing: Listing[Any], what: Asked) -> QuerySet[Any]:
    """Of these rows those that the search finds."""
    return listing.search(rows, what.text) if what.text and listing.search else rows


@dataclass(frozen=True)
class Order:
    """By what a list is sorted; rows without a value come last, whichever way round.

    Rows of one value follow each other by their keys, the other way round as well: an index of
    both serves either way.
    """

    path: str
    largest_first: bool
    may_lack: bool

    def whole(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All rows in this order."""
        # False is not how Django is told that nothing can be lacking.
        last = self.may_lack or None
        by = F(self.path)
        if self.largest_first:
            return rows.order_by(by.desc(nulls_last=last), "-pk")
        return rows.order_by(by.asc(nulls_last=last), "pk")

    @property
    def by_index_alone_if_told(self) -> bool:
        """Whether rows without a value keep an index from giving the others in this order."""
        return self.may_lack and (self.largest_first or "__" in self.path)

    def told(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those rows that have a value, in this order: an index gives them as they are wanted."""
        sign = "-" if self.largest_first else ""
        return rows.filter(**{f"{self.path}__isnull": False}).order_by(
            sign + self.path, f"{sign}pk"
        )


def order_of(rows: QuerySet[Any], listing: Listing[Any], what: Asked) -> Order:
    """The order that is asked for."""
    column = listing.column(what.order.removeprefix("-"))
    path = column.order if column else "pk"
    return Order(
        path, what.order.startswith("-"), column is not None and _may_lack(rows.model, path)
    )


def _may_lack(model: type[Model], path: str) -> bool:
    """Whether rows may have no value there; an index in order serves only where none may."""
    of: Any = model
    for name in path.split("__"):
        try:
            field = of._meta.get_field(name)
        except FieldDoesNotExist:  # worked out by the query
            return True
        if field.null or field.auto_created:
            return True
        of = field.related_model
    return False
