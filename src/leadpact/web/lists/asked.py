"""What an address asks of a list; what it cannot mean is passed over, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Model, QuerySet

from leadpact.web.lists.declared import Listing
from leadpact.web.registry import PageRequest

#: Beyond this many rows a list is narrowed, not leafed through: a page costs what lies before it.
MOST_ROWS = 10_000
_LONGEST_SEARCH = 100


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


def asked(request: PageRequest, listing: Listing[Any]) -> Asked:
    """What the address of this request asks of the list."""
    given = request.GET
    chosen = {
        each.key: value
        for each in listing.filters
        if (value := given.get(each.key, "")) in {known for known, _ in each.choices(request)}
        and value
    }
    order = given.get("sort", "")
    if listing.column(order.removeprefix("-")) is None:
        order = listing.order
    page = given.get("page", "1")
    most = MOST_ROWS // listing.page_size
    number = min(int(page), most) if page.isascii() and page.isdecimal() else 1
    text = given.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    return Asked(text, chosen, order, max(number, 1), listing.order)


def rows_for(request: PageRequest, listing: Listing[Any], what: Asked) -> QuerySet[Any]:
    """All rows that are asked for, in order."""
    found = listing.rows(request)
    if what.text and listing.search is not None:
        found = listing.search(found, what.text)
    for each in listing.filters:
        if each.key in what.chosen:
            found = each.narrow(found, what.chosen[each.key])
    column = listing.column(what.order.removeprefix("-"))
    if column is None:
        return found.order_by("pk")
    by, last = F(column.order), _may_lack(found.model, column.order)
    largest_first = what.order.startswith("-")
    ordered = by.desc(nulls_last=last) if largest_first else by.asc(nulls_last=last)
    return found.order_by(ordered, "pk")


def _may_lack(model: type[Model], path: str) -> bool | None:
    """Whether rows may have no value there; an index in order serves only where none may.

    None is how Django is told of that.
    """
    of: Any = model
    for name in path.split("__"):
        field = of._meta.get_field(name)
        if field.null or field.auto_created:
            return True
        of = field.related_model
    return None
