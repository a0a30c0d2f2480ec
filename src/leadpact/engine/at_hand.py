"""A short log at hand: its rows within the cut, their columns made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: Names under which the statement that cuts a log hands out what it reckons of every row.
RECKONED = ("decided", "moment", "recorded")


def spelt(name: str) -> str:
    """Under what name the column of a property is handed out, spelt."""
    return f"{name}, spelt"


class AtHand:
    """The rows of a short log within the cut, in their order.

    `given` is the log, `found` what a statement told of the rows within the cut: their numbers,
    RECKONED, the members `said` of their properties (as many as `names`), and columns spelt.
    """

    def __init__(self, given: pa.Table, found: pa.Table, names: Sequence[str]) -> None:
        self.rows: NDArray[np.int32] = found["row"].to_numpy()
        whole = len(self.rows) == given.num_rows
        self._given = given if whole else given.take(pa.array(self.rows))
        self._found = found
        self._place = {name: place for place, name in enumerate(names)}
        self._made: dict[tuple[str, str], pa.Array] = {}

    def column(self, name: str) -> pa.Array:
        """A column of the log, in one piece."""
        return self._once("column", name, self._column)

    def text(self, name: str) -> pa.Array:
        """The raw text of a property."""
        return self._once("text", name, self._text)

    def beside(self, name: str) -> pa.Array:
        """The raw text of a property that its column does not hold."""
        return self._once("beside", name, self._beside)

    def _once(self, kind: str, name: str, make: Callable[[str], pa.Array]) -> pa.Array:
        if (kind, name) not in self._made:
            self._made[kind, name] = make(name)
        return self._made[kind, name]

    def _column(self, name: str) -> pa.Array:
        table = self._found if name in RECKONED else self._given
        return _flat(table[name])

    def _text(self, name: str) -> pa.Array:
        typed = f"p_{name}"
        if typed not in self._given.column_names:
            return self.beside(name)
        table, column = (
            (self._found, spelt(typed))
            if spelt(typed) in self._found.column_names
            else (self._given, typed)
        )
        texts, others = _flat(table[column]).cast(pa.string()), self.beside(name)
        return texts if others.null_count == len(others) else pc.coalesce(texts, others)

    def _beside(self, name: str) -> pa.Array:
        said = _flat(self._found["said"])
        if said.null_count == len(said):
            return pa.nulls(len(said), pa.string())
        return pc.list_element(said, self._place[name])

    def figure(self, name: str) -> pa.Array:
        """The column of a property that holds numbers; NULL where one is none."""
        numbers = self.column(f"p_{name}").cast(pa.float64())
        return pc.if_else(pc.is_finite(numbers), numbers, None)

    def take(self, column: pa.Array, rows: NDArray[Any]) -> pa.Array:
        """A column at some rows."""
        if len(rows) == len(self.rows) and np.array_equal(rows, self.rows):
            return column
        return column.take(pa.array(np.searchsorted(self.rows, rows)))

    def of_kinds(self, kinds: Sequence[str]) -> pa.Array:
        """Which rows are of some kinds."""
        return pc.is_in(self.column("kind"), pa.array(kinds, pa.string()))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, plain."""
    one = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return one.dictionary_decode() if pa.types.is_dictionary(one.type) else one
