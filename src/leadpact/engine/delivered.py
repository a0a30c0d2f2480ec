"""The log as it was delivered, put to DuckDB: scanned once, then asked for texts of some rows."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine import heap, sql
from leadpact.engine.at_hand import RECKONED, AtHand, spelt
from leadpact.engine.database import cursor

if TYPE_CHECKING:
    import duckdb

#: A log of no more rows is kept at hand; of a longer one texts are fetched by row.
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
#: So many stay in the processor's cache, and in memory that is used again for those after them.
_ROWS_AT_ONCE = 1 << 16
_TOLD = ["row", "event", "lead", "at", "print"]
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
        heap.share()
        self.names = list(names)
        self._cursor = cursor()
        self._given = _table(log)
        if self._given is None:
            self._schema, rows = log.schema, sql.rows_of_files(log.files)
            self.most_rows = log.count_rows()
            heap.give_back()
        else:
            self._schema, rows = self._given.schema, "select * from given"
            self.most_rows = self._given.num_rows
            numbers = pa.array(np.arange(self.most_rows, dtype=np.int32))
            self._cursor.register("given", self._given.append_column("row", numbers))
        self.typed = frozenset(name for name in self._schema.names if name.startswith("p_"))
        self._rows = sql.delivered(rows, self.names)
        self._cut = sql.cut(as_of, known_at)
        self.at_hand: AtHand | None = None
        # What is asked stands in tables of the connection, so threads take turns.
        self._asking = threading.RLock()

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
        of, made = self._asked_under[name]
        if made is text:
            return self.text_of(of)
        return self._member(of) if made is beside else sql.finite(sql.identifier(f"p_{of}"))

    # ------------------------------------------------------------------------------------- reading

    def scan(self, prints: tuple[Mapping[str, str], str]) -> Iterator[pa.RecordBatch]:
        """Every row once: row, hashes of event and lead, moment, and the hash `prints` asks for."""
        if self._given is None or self.most_rows > FEW_ROWS:
            found = self._cursor.sql(sql.scan(self._rows, self._cut, *prints))
            yield from found.to_arrow_reader(_ROWS_AT_ONCE)
        else:
            yield from self._keep_at_hand(*prints).select(_TOLD).to_batches()

    def scan_few(self, prints: Callable[[AtHand], NDArray[Any]]) -> Iterator[pa.RecordBatch]:
        """As `scan`, of a log so short that the prints are told row by row."""
        found = self._keep_at_hand({}, "")
        assert self.at_hand is not None
        told = found.append_column("print", pa.array(prints(self.at_hand)))
        yield from told.select(_TOLD).to_batches()

    def _keep_at_hand(self, columns: Mapping[str, str], prints: str) -> pa.Table:
        whole = {name: COLUMNS[name] for name in RECKONED} | {"said": "said"}
        for name in sorted(self.typed):
            if not _is_text(self._schema.field(name).type):
                whole[spelt(name)] = f"{sql.identifier(name)}::varchar"
        found = self._cursor.sql(sql.scan(self._rows, self._cut, columns, prints, whole))
        told = found.to_arrow_table()
        rows = told["row"].to_numpy()
        if (rows[1:] < rows[:-1]).any():
            told = told.sort_by("row")
        assert self._given is not None
        self.at_hand = AtHand(self._given, told, self.names)
        return told

    def fetch(
        self, rows: NDArray[Any], names: Sequence[str], kinds: Sequence[str] = ()
    ) -> pa.Table:
        """Columns of some rows, each once, in their order; `kinds`: all are of one of these."""
        if self.at_hand is not None:
            taken = [self.at_hand.take(self._at_hand(name), rows) for name in names]
            return pa.table(dict(zip(names, taken, strict=True)))
        columns = {name: self._column(name) for name in names}
        with self._asking:
            self.connection.register("wanted", pa.table({"row": rows.astype(np.int64)}))
            found = self.connection.sql(sql.fetched(columns, kinds, len(rows))).to_arrow_table()
        told = found["row"].to_numpy()
        found = found.select(list(names))
        if np.array_equal(told, rows):
            return found
        return found.take(pa.array(_aligned(np.argsort(told, kind="stable"), rows)))

    def _at_hand(self, name: str) -> pa.Array:
        assert self.at_hand is not None
        if name in COLUMNS or name in self.typed:
            return self.at_hand.column(name)
        of, made = self._asked_under[name]
        if made is text:
            return self.at_hand.text(of)
        return self.at_hand.beside(of) if made is beside else self.at_hand.figure(of)

    @functools.cached_property
    def _asked_under(self) -> dict[str, tuple[str, Callable[[str], str]]]:
        """For every name under which a property is fetched: the property, and what is fetched."""
        return {made(name): (name, made) for name in self.names for made in (text, beside, figure)}

    def rows_found(self, statement: str) -> NDArray[np.int32]:
        """The rows that a statement finds, in order."""
        with self._asking:
            found = self.connection.sql(statement).to_arrow_table()["row"].to_numpy()
        return np.sort(found).astype(np.int32)

    def distinct(self, name: str, kinds: Sequence[str]) -> list[str]:
        """The different texts of a property in rows of some kinds."""
        if self.at_hand is not None:
            texts = self.at_hand.text(name).filter(self.at_hand.of_kinds(kinds)).unique()
        else:
            statement = sql.distinct_texts(self.text_of(name), kinds)
            with self._asking:
                texts = self.connection.sql(statement).to_arrow_table()["text"]
        return [each for each in texts.to_pylist() if each is not None]

    def rows_saying(
        self, name: str, kinds: Sequence[str], texts: Sequence[str]
    ) -> tuple[NDArray[np.int32], pa.Array]:
        """The rows of some kinds of which a property is one of some texts, in order; and which."""
        wanted = pa.array(texts, pa.string())
        if not kinds or not texts:
            return np.zeros(0, np.int32), wanted
        if self.at_hand is None:
            with self._asking:
                self.connection.register("texts", pa.table({"text": wanted}))
                statement = sql.rows_saying(self.text_of(name), kinds)
                found = self.connection.sql(statement).to_arrow_table().sort_by("row")
            return found["row"].to_numpy().astype(np.int32), found["text"].combine_chunks()
        said = self.at_hand.text(name)
        chosen = pc.and_(self.at_hand.of_kinds(kinds), pc.is_in(said, wanted))
        return self.at_hand.rows[chosen.to_numpy(zero_copy_only=False)], said.filter(chosen)


def _table(log: Any) -> pa.Table | None:
    """The log as a table; None for files with many rows, which are not read at once."""
    if not hasattr(log, "files"):
        return log
    return log.to_table() if log.count_rows() <= FEW_ROWS else None


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _aligned(order: NDArray[np.int64], rows: NDArray[Any]) -> NDArray[np.int64]:
    """Where each row stands in a table that `order` would sort by row."""
    rank = np.empty(len(rows), np.int64)
    rank[np.argsort(rows, kind="stable")] = np.arange(len(rows))
    return order[rank]


def micros(instant: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    since = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds


def instant(ticks: int) -> datetime:
    """Microseconds since 1970 as an aware instant."""
    return datetime.fromtimestamp(ticks // 10**6, UTC).replace(microsecond=ticks % 10**6)
