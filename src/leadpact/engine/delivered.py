"""The log as it was delivered, put to DuckDB: scanned once, then asked for texts of some rows."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine import sql, threads

if TYPE_CHECKING:
    import duckdb

#: A log of no more rows is read whole, in one statement; of a longer one texts are fetched by row.
FEW_ROWS = 250_000

#: Columns of a row besides its properties: the name under which they are fetched, and their SQL.
COLUMNS = {
    "source": "source",
    "event_id": "event_id",
    "lead_id": "lead_id",
    "batch": "batch",
    "kind": "kind",
    "actor": "actor",
    "properties": "properties",
    "decided": "decided",
    "moment": "moment",
    "recorded": "recorded",
}
_NUMERIC = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)


def text(name: str) -> str:
    """Under what name the raw text of a property is fetched."""
    return f"text of {name}"


def figure(name: str) -> str:
    """Under what name the column of a property is fetched that holds numbers."""
    return f"number of {name}"


def beside(name: str) -> str:
    """Under what name the raw text of a property is fetched that its column does not hold."""
    return f"text beside {name}"


class Delivered:
    """Every row that was delivered, within the cut, by its number.

    `names` are the properties that may be asked for. `as_of` and `known_at` are microseconds.
    """

    def __init__(
        self,
        log: Any,
        names: Sequence[str],
        as_of: int | None = None,
        known_at: int | None = None,
    ) -> None:
        self.names = list(names)
        self._cursor = _cursor()
        if hasattr(log, "files"):
            self._schema, rows = log.schema, sql.rows_of_files(log.files)
            self.most_rows = log.count_rows()
        else:
            self._schema, rows = log.schema, "select * from given"
            self.most_rows = log.num_rows
            numbers = pa.array(np.arange(log.num_rows, dtype=np.int32))
            self._cursor.register("given", log.append_column("row", numbers))
        self.typed = frozenset(name for name in self._schema.names if name.startswith("p_"))
        self._rows = sql.delivered(rows, self.names)
        self._cut = sql.cut(as_of, known_at)
        self._whole: pa.Table | None = None

    @functools.cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Where views `delivered` and `seen`, those within the cut, are put questions."""
        self._cursor.execute(sql.views(self._rows, self._cut))
        return self._cursor

    # ------------------------------------------------------------------------------------------ SQL

    def text_of(self, name: str) -> str:
        """SQL for the raw text of a property of a row."""
        column = f"p_{name}"
        if column in self.typed:
            return f"coalesce({sql.identifier(column)}::varchar, {self._member(name)})"
        return self._member(name)

    def number_of(self, name: str, kind: str | None) -> str:
        """SQL for a property as a number, or as the number of a day."""
        if kind == "number" and self.holds_numbers(name):
            beside = sql.number(self._member(name), kind)
            return f"coalesce({sql.finite(sql.identifier(f'p_{name}'))}, {beside})"
        return sql.number(self.text_of(name), kind)

    def _member(self, name: str) -> str:
        return f"said[{self.names.index(name) + 1}]"

    def holds_numbers(self, name: str) -> bool:
        """Whether a property has a column of numbers."""
        column = f"p_{name}"
        if column not in self.typed:
            return False
        kind = self._schema.field(column).type
        return any(test(kind) for test in _NUMERIC)

    def _column(self, name: str) -> str:
        if name in COLUMNS:
            return COLUMNS[name]
        if name in self.typed:
            return sql.identifier(name)
        for wanted in self.names:
            if name == text(wanted):
                return self.text_of(wanted)
            if name == beside(wanted):
                return self._member(wanted)
            if name == figure(wanted):
                return sql.finite(sql.identifier(f"p_{wanted}"))
        raise KeyError(name)

    # ------------------------------------------------------------------------------------- reading

    def scan(
        self, prints: tuple[Mapping[str, str], str], batch: int = 1 << 20
    ) -> Iterator[pa.RecordBatch]:
        """Every row once: row, hashes of event and lead, moment, and the hash `prints` asks for."""
        whole = {name: self._column(name) for name in self._everything()}
        columns, hashed = prints
        others = whole if self.most_rows <= FEW_ROWS else {}
        found = self._cursor.sql(sql.scan(self._rows, self._cut, columns, hashed, others))
        if not others:
            yield from found.to_arrow_reader(batch)
            return
        table = found.to_arrow_table().sort_by("row")
        self._whole = table
        yield from table.select(["row", "event", "lead", "at", "print"]).to_batches()

    def _everything(self) -> list[str]:
        numeric = [name for name in self.names if self.holds_numbers(name)]
        return [*COLUMNS, *map(text, self.names), *map(figure, numeric), *map(beside, numeric)]

    def fetch(
        self, rows: NDArray[Any], names: Sequence[str], kinds: Sequence[str] = ()
    ) -> pa.Table:
        """Columns of some rows, each once, in their order; `kinds`: all are of one of these."""
        if self._whole is not None and set(names) <= set(self._whole.column_names):
            places = np.searchsorted(self._whole["row"].to_numpy(), rows)
            return self._whole.select(list(names)).take(pa.array(places))
        self.connection.register("wanted", pa.table({"row": rows.astype(np.int64)}))
        columns = {name: self._column(name) for name in names}
        found = self.connection.sql(sql.fetched(columns, kinds)).to_arrow_table()
        told = found["row"].to_numpy()
        found = found.select(list(names))
        if np.array_equal(told, rows):
            return found
        return found.take(pa.array(_aligned(np.argsort(told, kind="stable"), rows)))

    def rows_found(self, statement: str) -> NDArray[np.int32]:
        """The rows that a statement finds, in order."""
        found = self.connection.sql(statement).to_arrow_table()["row"].to_numpy()
        return np.sort(found).astype(np.int32)

    def distinct(self, name: str, kinds: Sequence[str]) -> list[str]:
        """The different texts of a property in rows of some kinds."""
        if self._whole is not None:
            of_kinds = self._whole.filter(pc.is_in(self._whole["kind"], pa.array(kinds)))
            texts = of_kinds[text(name)].unique()
        else:
            statement = sql.distinct_texts(self.text_of(name), kinds)
            texts = self.connection.sql(statement).to_arrow_table()["text"]
        return [each for each in texts.to_pylist() if each is not None]

    def rows_saying(
        self, name: str, kinds: Sequence[str], texts: Sequence[str]
    ) -> NDArray[np.int32]:
        """The rows of some kinds of which a property is one of some texts."""
        wanted = pa.array(texts, pa.string())
        if not kinds or not texts:
            return np.zeros(0, np.int32)
        if self._whole is None:
            self.connection.register("texts", pa.table({"text": wanted}))
            return self.rows_found(sql.rows_saying(self.text_of(name), kinds))
        of_kinds = pc.is_in(self._whole["kind"], pa.array(kinds))
        said = pc.is_in(self._whole[text(name)], wanted)
        found: NDArray[np.int32] = self._whole.filter(pc.and_(of_kinds, said))["row"].to_numpy()
        return found


def _aligned(order: NDArray[np.int64], rows: NDArray[Any]) -> NDArray[np.int64]:
    """Where each row stands in a table that `order` would sort by row."""
    rank = np.empty(len(rows), np.int64)
    rank[np.argsort(rows, kind="stable")] = np.arange(len(rows))
    return order[rank]


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": threads.count()})


def _cursor() -> duckdb.DuckDBPyConnection:
    """A connection of its own to the one database of the process, with nothing in it."""
    cursor = _database().cursor()
    cursor.execute("set timezone = 'UTC'")
    return cursor


def micros(instant: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    since = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds


def instant(ticks: int) -> datetime:
    """Microseconds since 1970 as an aware instant."""
    return datetime.fromtimestamp(ticks // 10**6, UTC).replace(microsecond=ticks % 10**6)
