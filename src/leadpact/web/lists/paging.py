"""The rows of one page of a list, whose keys are found first: whatever is joined to a row to show
it is read for the rows of the page alone, however long the list is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from leadpact.web.lists.asked import MOST_ROWS, Asked, Order, searched
from leadpact.web.lists.declared import Listing

#: A search reads every text; up to so many rows are found by it once, and not again to be sorted.
_KEPT = 1_000


@dataclass(frozen=True)
class Found:
    """What a list holds: so many rows, or more where it is longer than a list is leafed through."""

    rows: QuerySet[Any]
    total: int

    def some(self, order: Order, first: int, many: int) -> list[Any]:
        """Some rows in order: those from a place on."""
        if not self.total:
            return []
        keys = self._keys(order, first, many)
        there = self.rows.in_bulk(keys)
        return [there[key] for key in keys if key in there]

    def _keys(self, order: Order, first: int, many: int) -> list[Any]:
        some = slice(first, first + many)
        if order.by_index_alone_if_told and self.total > MOST_ROWS:
            told = list(order.told(self.rows).values_list("pk", flat=True)[some])
            if len(told) == many:
                return told
        return list(order.whole(self.rows).values_list("pk", flat=True)[some])


def found_in(rows: QuerySet[Any], listing: Listing[Any], what: Asked) -> Found:
    """Of rows in no order what a search finds among them, all where nothing is searched."""
    found = searched(rows, listing, what)
    if what.text:
        keys = list(found.values_list("pk", flat=True)[: _KEPT + 1])
        if len(keys) <= _KEPT:
            return Found(rows.filter(pk__in=keys), len(keys))
    return Found(found, found[: MOST_ROWS + 1].count())
