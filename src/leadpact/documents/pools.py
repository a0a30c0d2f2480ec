"""Cases that can be picked by what a figure is about, the latest first, and the same as SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact import __version__
from leadpact.documents.blocks import Case, Whole
from leadpact.engine.metrics.tables import microseconds

#: From an instant up to, not including, another.
Bounds = tuple[datetime, datetime]
#: For each column the values of which one must hold; None is no value.
Where = Mapping[str, Sequence[Any]]
#: A column, and bounds of which the upper one belongs to the stretch and may be absent.
Between = tuple[str, float, float | None]
Rows = NDArray[np.int64]
Row = Mapping[str, Any]

_NO_VALUE, _UNHEARD_OF = -1, -2
_NEVER = -np.iinfo(np.int64).max


class Pool:
    """Rows of one result table, placed in time by the column `placed`; `file` is where it lies.

    Rows without a time come last. `about` tells apart pools of one file.
    `derived` has SQL for columns that the file lacks.
    """

    def __init__(
        self,
        file: str,
        table: pa.Table,
        placed: str,
        derived: Mapping[str, str] | None = None,
        about: str = "",
    ) -> None:
        self._file, self._placed, self._derived = file, placed, derived or {}
        self.key = f"{file} {about}".strip()
        self._table = table.sort_by([(placed, "descending"), ("lead_id", "ascending")])
        times = self._table[placed].cast(pa.int64()).fill_null(_NEVER)
        self._before = -times.to_numpy()
        self._told = self._table.select(
            [field.name for field in self._table.schema if not pa.types.is_timestamp(field.type)]
        )
        self._coded: dict[str, tuple[NDArray[np.int32], dict[Any, int]]] = {}

    def pick(
        self, where: Where, bounds: Bounds | None = None, between: Between | None = None
    ) -> Rows:
        """The rows that fit, the latest first."""
        first, last = self._stretch(bounds)
        fits = np.ones(last - first, dtype=bool)
        for column, values in where.items():
            codes, known = self._codes(column)
            wanted = [known.get(value, _UNHEARD_OF) for value in values]
            fits &= np.isin(codes[first:last], wanted)
        if between:
            column, low, high = between
            numbers = self.numbers(column)[first:last]
            fits &= (numbers > low) & (numbers <= (np.inf if high is None else high))
        return first + np.flatnonzero(fits)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column of numbers; absent ones are NaN."""
        return np.asarray(self._table[column].cast(pa.float64()).to_numpy())

    def instants(self, rows: Rows) -> NDArray[np.int64]:
        """When rows with a time are placed, in microseconds since 1970 in UTC."""
        return np.asarray(-self._before[rows])

    def cases(self, rows: Rows, why: Callable[[Row], str]) -> list[Case]:
        """The rows in words; `why` is told each row, its times left out."""
        times = -self._before[rows]
        told = self._told.take(pa.array(rows)).to_pylist()
        return [
            Case(row["lead_id"], None if at == _NEVER else int(at), why(row))
            for row, at in zip(told, times, strict=True)
        ]

    def leads(self, rows: Rows) -> list[str | None]:
        """The leads of rows."""
        found: list[str | None] = self._table["lead_id"].take(pa.array(rows)).to_pylist()
        return found

    def whole(self, rows: Rows, why: Callable[[Row], str]) -> Whole:
        """Rows as all cases of a group."""
        places = len(self._before) - 1 - rows
        return Whole(_InWords(self, why), places.astype(np.int32))

    def __len__(self) -> int:
        return len(self._before)

    def digest(self, rows: Rows) -> str:
        """A text that changes whenever something told of one of these rows does."""
        first, last = int(rows.min()), int(rows.max()) + 1
        plain = [_plain(column) for column in self._table.slice(first, last - first).columns]
        batch = pa.record_batch(plain, names=self._table.column_names)
        return hashlib.sha256(batch.serialize()).hexdigest()

    def known(self, column: str) -> list[Any]:
        """Every value that stands in a column."""
        _, known = self._codes(column)
        return [value for value in known if value is not None]

    def tally(self, column: str, rows: Rows) -> dict[Any, int]:
        """How many of these rows have each value of a column."""
        codes, known = self._codes(column)
        counts = np.bincount(codes[rows] - _NO_VALUE, minlength=len(known))
        pairs = ((value, int(counts[code - _NO_VALUE])) for value, code in known.items())
        return {value: count for value, count in pairs if count}

    def query(self, where: Where, bounds: Bounds | None, between: Between | None = None) -> str:
        """SQL that finds the rows which `pick` finds."""
        tests = [
            _among(column, self._derived.get(column), values) for column, values in where.items()
        ]
        if bounds:
            starts, ends = (f"timestamptz '{each.astimezone(UTC).isoformat()}'" for each in bounds)
            tests.append(f"{self._placed} >= {starts} and {self._placed} < {ends}")
        if between:
            column, low, high = between
            tests.append(f"{column} > {low!r}")
            tests += [] if high is None else [f"{column} <= {high!r}"]
        return f"select * from '{self._file}'" + (f" where {' and '.join(tests)}" if tests else "")

    def _stretch(self, bounds: Bounds | None) -> tuple[int, int]:
        if bounds is None:
            return 0, len(self._before)
        starts, ends = map(microseconds, bounds)
        first, last = np.searchsorted(self._before, [-ends, -starts], side="right")
        return int(first), int(last)

    def _codes(self, column: str) -> tuple[NDArray[np.int32], dict[Any, int]]:
        if column not in self._coded:
            encoded = self._table[column].combine_chunks().dictionary_encode()
            codes = encoded.indices.fill_null(_NO_VALUE).to_numpy()
            known = {value: place for place, value in enumerate(encoded.dictionary.to_pylist())}
            self._coded[column] = codes, {None: _NO_VALUE} | known
        return self._coded[column]


class _InWords:
    """A pool as the source of long lists: the earliest row has the first place."""

    def __init__(self, pool: Pool, why: Callable[[Row], str]) -> None:
        self.key, self._pool, self._why = pool.key, pool, why

    def __len__(self) -> int:
        return len(self._pool)

    def told(self, begin: int, end: int) -> list[Case]:
        return self._pool.cases(self._rows(begin, end), self._why)

    def leads(self, begin: int, end: int) -> list[str | None]:
        return self._pool.leads(self._rows(begin, end))

    def digest(self, begin: int, end: int) -> str:
        return f"{__version__} {self._pool.digest(self._rows(begin, end))}"

    def _rows(self, begin: int, end: int) -> Rows:
        return len(self._pool) - 1 - np.arange(begin, end)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """A column in which equal texts lie alike, in memory of its own."""
    plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    return pc.take(plain, pa.array(np.arange(len(plain)))).combine_chunks()


def _among(column: str, derived: str | None, values: Sequence[Any]) -> str:
    name = derived or column
    if list(values) == [None]:
        return f"{column} is null"
    if len(values) == 1:
        return f"{name} = {_literal(values[0])}"
    return f"{name} in ({', '.join(map(_literal, values))})"


def _literal(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
