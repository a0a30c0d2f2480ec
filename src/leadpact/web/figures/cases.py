"""The cases of a list that was published: by their places in a group, and those of some leads."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from leadpact.documents.long_lists import (
    Places,
    cases_at,
    key_of_prints,
    of_leads,
    pieces_with,
    unpacked,
)
from leadpact.documents.stored import MOST_CASES
from leadpact.ledger.models import PublishedList
from leadpact.ledger.selectors import figures

Cases = Sequence[Sequence[Any]]
#: Of the cases of some leads so many of a group are found at most.
MOST_FOUND = 200


class StoredList:
    """A published list; `told` is what it tells of itself, and the first cases of each group."""

    def __init__(self, row: PublishedList) -> None:
        self._row, self.told = row, json.loads(row.value)
        self._prints: dict[str, dict[int, str]] = {}

    @property
    def groups(self) -> list[tuple[str, int, Cases]]:
        """The groups: name, how many cases, and the first of them."""
        return [tuple(each) for each in self.told["groups"]]

    def pages(self, group: int) -> int:
        """How many pages a group has; one whose cases are not kept has one."""
        kept = str(group) in self.told["sources"]
        return -(-self.groups[group][1] // MOST_CASES) if kept else 1

    def between(self, group: int, begin: int, end: int) -> Cases:
        """Cases of a group by their places in it."""
        first, source = self.groups[group][2], self._source(group)
        if source is None or end <= len(first):
            return list(first[begin:end])
        wanted = self._places[group][begin:end]
        return cases_at(wanted, figures.pieces(source, pieces_with(wanted)))

    def of(self, group: int, leads: Collection[str]) -> Cases:
        """The cases of a group that are of these leads, MOST_FOUND at most."""
        first, source = self.groups[group][2], self._source(group)
        if source is None:
            return [each for each in first if each[0] in leads][:MOST_FOUND]
        wanted = of_leads(self._places[group], leads, self._prints_of(source))[:MOST_FOUND]
        cases = cases_at(wanted, figures.pieces(source, pieces_with(wanted)))
        return [each for each in cases if each[0] in leads]

    def _source(self, group: int) -> str | None:
        source: str | None = self.told["sources"].get(str(group))
        return source

    def _prints_of(self, source: str) -> dict[int, str]:
        if source not in self._prints:
            self._prints[source] = figures.pieces(key_of_prints(source))
        return self._prints[source]

    @cached_property
    def _places(self) -> dict[int, Places]:
        """Where the cases of long groups lie in their sources."""
        long = [int(place) for place in self.told["sources"]]
        totals = [self.groups[place][1] for place in long]
        return dict(zip(long, unpacked(bytes(self._row.places or b""), totals), strict=True))
