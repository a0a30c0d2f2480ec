"""A table of an organisation: its rows found by what they refer to, and by when they changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = dict[str, Any]
CHANGED = "SystemModstamp"


class Table(dict[str, Row]):
    """Rows by id. Whatever refers to another record, or tells of a change, goes by `change`."""

    def __init__(self) -> None:
        super().__init__()
        self._by: dict[str, dict[Any, dict[str, None]]] = {}
        self._changes: dict[str, None] = {}
        self._in_order = True

    def put(self, row: Row) -> None:
        """A new row."""
        self[row["Id"]] = row
        for name, found in self._by.items():
            found.setdefault(row.get(name), {})[row["Id"]] = None
        self._note_change(row)

    def change(self, row: Row, values: Mapping[str, Any]) -> None:
        """Other values for a row."""
        number = row["Id"]
        for name in self._by.keys() & values.keys():
            self._by[name].get(row.get(name), {}).pop(number, None)
            self._by[name].setdefault(values[name], {})[number] = None
        row.update(values)
        if CHANGED in values:
            self._note_change(row)

    def drop(self, number: str) -> None:
        """A row is there no more."""
        row = self.pop(number)
        for name, found in self._by.items():
            found.get(row.get(name), {}).pop(number, None)
        self._changes.pop(number, None)

    def among(self, name: str, values: Iterable[str]) -> Iterator[Row]:
        """Rows whose field has one of these values."""
        if name == "Id":
            yield from (self[value] for value in sorted(values) if value in self)
            return
        if name not in self._by:
            found = self._by[name] = {}
            for number, row in self.items():
                found.setdefault(row.get(name), {})[number] = None
        for value in sorted(values):
            yield from (self[number] for number in self._by[name].get(value, ()))

    def since(self, at: str) -> Iterator[Row]:
        """Rows that changed at or after an instant, the last change first."""
        for number in reversed(self._changes):
            if self[number][CHANGED] >= at:
                yield self[number]
            elif self._in_order:
                return

    def _note_change(self, row: Row) -> None:
        last = next(reversed(self._changes), row["Id"])
        # A clock that was put back leaves changes in another order than their instants.
        self._in_order = self._in_order and self[last][CHANGED] <= row[CHANGED]
        self._changes.pop(row["Id"], None)
        self._changes[row["Id"]] = None
