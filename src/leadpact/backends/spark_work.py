"""What workers of a Spark cluster do: read stretches of a log, deal them, evaluate a part.

Rows of a log travel between workers as they are, many of them in one value that Spark need not
understand: so none changes its type, and their order is kept beside them.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from leadpact.backends.binding import (
    EVENT,
    UNIT,
    Bonds,
    pairs_of_merges,
    write_mailboxes,
)
from leadpact.backends.dealing import NAMED, by_bucket, rows_of
from leadpact.backends.parted import Question
from leadpact.engine import threads

#: What workers take and hand on, as Spark has it written and as Arrow has it.
STRETCHES = "file string, group int, first long, number int"
TIES = "by byte, tie long, unit long"
PIECES = "part int, first long, rows binary"
ANSWERS = "piece int, bytes binary"
_TIES = pa.schema({"by": pa.int8(), "tie": pa.int64(), "unit": pa.int64()})
_PIECES = pa.schema({"part": pa.int32(), "first": pa.int64(), "rows": pa.binary()})
_ANSWERS = pa.schema({"piece": pa.int32(), "bytes": pa.binary()})

#: By what units are tied to each other.
BY_ROW, BY_MAILBOX, BY_MERGE = range(3)

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
_BYTES_OF_A_PIECE = 2**24
#: A tie of a pair of units: the one times this, and the other. Two that meet by chance do no harm.
_ODD = np.uint64(0x9E3779B97F4A7C15)

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Work:
    """How a log is read on a worker: its columns, and how many threads a task may use."""

    schema: pa.Schema
    threads: int

    def ties(self, stretches: Batches) -> Batches:
        """What ties units to each other, of stretches of the log: every tie of each unit once."""
        for _, rows in self._rows(stretches):
            with duckdb.connect() as database:
                yield _ties(rows, database)

    def dealt(self, bound: Bonds, parts: int, stretches: Batches) -> Batches:
        """The rows of stretches of the log by the part to which they belong."""
        for first, rows in self._rows(stretches):
            with duckdb.connect() as database:
                order, ends = by_bucket(rows, bound, database, parts)
            taken = rows.take(pa.array(order))
            for part, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
                if end > begin:
                    yield _batch(_PIECES, part, first, _written(taken.slice(begin, end - begin)))

    def answer(self, question: Question, pieces: Batches) -> Batches:
        """The answer to a question of the part of which all pieces are given, in pieces."""
        self._begin()
        kept = [row for batch in pieces for row in batch.select(["first", "rows"]).to_pylist()]
        kept.sort(key=lambda row: int(row["first"]))
        tables = [_read(row["rows"]) for row in kept]
        whole = pa.concat_tables(tables) if tables else self.schema.empty_table()
        del kept, tables
        said = pickle.dumps(question.of(whole), protocol=pickle.HIGHEST_PROTOCOL)
        for number, begin in enumerate(range(0, len(said), _BYTES_OF_A_PIECE)):
            yield _batch(_ANSWERS, number, said[begin : begin + _BYTES_OF_A_PIECE])

    def _begin(self) -> None:
        threads.at_most(self.threads)
        pa.set_cpu_count(self.threads)

    def _rows(self, stretches: Batches) -> Iterator[tuple[int, pa.Table]]:
        """The rows of stretches, a bounded number at once, with the number of the first."""
        self._begin()
        for stretch in (row for batch in stretches for row in batch.to_pylist()):
            first = stretch["first"]
            for rows in rows_of(stretch["file"], self.schema, [stretch["group"]]):
                yield first, rows
                first += rows.num_rows


def answered(pieces: Iterator[Any]) -> Iterator[Any]:
    """The answers whose pieces, rows of ANSWERS, come one after the other."""
    said = bytearray()
    for piece in pieces:
        if piece["piece"] == 0 and said:
            yield pickle.loads(said)
            said = bytearray()
        said += piece["bytes"]
    if said:
        yield pickle.loads(said)


def _ties(rows: pa.Table, database: duckdb.DuckDBPyConnection) -> pa.RecordBatch:
    database.register("rows", rows.select(NAMED))
    write_mailboxes(rows, database)
    by_row, by_mailbox = (
        database.sql(f"select distinct {tie} as tie, {unit} as unit from {table}").to_arrow_table()
        for tie, unit, table in ((EVENT, UNIT, "rows"), ("mailbox", "unit", "mailboxes"))
    )
    merged = np.concatenate([np.zeros((0, 2), np.uint64), *pairs_of_merges(rows)])
    both = merged[:, 0] * _ODD + merged[:, 1]
    by_merge = pa.table({"tie": np.repeat(both, 2), "unit": merged.ravel()})
    tables = [by_row, by_mailbox, by_merge]
    found = pa.concat_tables(tables)
    by = np.repeat([BY_ROW, BY_MAILBOX, BY_MERGE], [table.num_rows for table in tables])
    # Spark knows no numbers without a sign; as keys those with one do as well.
    signed = [found[name].cast(pa.int64(), safe=False) for name in ("tie", "unit")]
    told = pa.table([pa.array(by, pa.int8()), *signed], schema=_TIES).combine_chunks()
    return pa.RecordBatch.from_arrays([column.chunk(0) for column in told.columns], schema=_TIES)


def _batch(schema: pa.Schema, *values: Any) -> pa.RecordBatch:
    """One row."""
    return pa.RecordBatch.from_arrays(
        [pa.array([value], kind) for value, kind in zip(values, schema.types, strict=True)],
        schema=schema,
    )


def _written(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_COMPRESSED) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def _read(written: bytes) -> pa.Table:
    with pa.ipc.open_stream(written) as reader:
        return reader.read_all()
