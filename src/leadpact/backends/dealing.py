"""Deals a log that is larger than the memory to buckets, each of which can be evaluated alone."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from leadpact.backends import parted
from leadpact.backends.binding import UNIT, Bonds, bonds
from leadpact.backends.parted import Answer, Parted, Question
from leadpact.backends.rooms import new_room
from leadpact.engine import threads

if TYPE_CHECKING:
    import duckdb

#: Told how many rows were dealt.
Tell = Callable[[int], None]

#: So many rows of a log are dealt at once.
ROWS_AT_ONCE = 1 << 19
#: With less a database does not even begin.
_LEAST_MEMORY = 2**28
#: Columns by which rows are dealt.
NAMED = ("event_id", "source", "lead_id", "kind")


@dataclass(frozen=True, eq=False)
class Dealt(Parted):
    """The parts are buckets: data sets of files in the room, which go when nobody uses them."""

    buckets: Sequence[Any]

    def answers(self, question: Question, tell: parted.Tell) -> Iterator[Answer]:
        """Bucket by bucket, so that memory holds one at a time."""
        for number, bucket in enumerate(self.buckets, start=1):
            tell(number, len(self.buckets))
            yield question.of(bucket)


def deal(
    log: Any, buckets: int, memory: int, *, folder: Path | None = None, tell: Tell | None = None
) -> Dealt:
    """Deal a data set of Parquet files to so many buckets, using about so many bytes of memory.

    The buckets are written into a new folder in `folder`, by default that of temporary files; they
    need about one and a half times the room of the log. Raises NotApartError for a log that cannot
    be dealt, OSError where there is no room.
    """
    made = new_room(folder)
    room = made.path
    try:
        files = [room / f"{number}.parquet" for number in range(buckets)]
        # What is needed to find the bonds is let go of before the rows are read.
        with database_in(room, memory) as database:
            bound = bonds(log, database)
        with database_in(room, memory) as database:
            _write(log, bound, database, files, tell or (lambda _: None))
        found = Dealt(log, room, [ds.dataset(file) for file in files])
    except BaseException:
        made.leave()
        raise
    weakref.finalize(found, made.leave)
    return found


@contextmanager
def database_in(room: Path, memory: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that keeps on disk what does not fit in memory, gone at the end."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads.count(),
        "memory_limit": f"{max(memory, _LEAST_MEMORY) // 2**20} MiB",
        "temp_directory": str(room / "spilled"),
    }
    with duckdb.connect(config=settings) as database:
        yield database


def _write(
    log: Any,
    bound: Bonds,
    database: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    tell: Tell,
) -> None:
    with ExitStack() as opened:
        writers = [
            opened.enter_context(pq.ParquetWriter(file, log.schema, compression="lz4"))
            for file in files
        ]
        done = 0
        for rows in _batches(log):
            order, ends = by_bucket(rows, bound, database, len(files))
            taken = rows.take(pa.array(order))
            for writer, begin, end in zip(writers, [0, *ends[:-1]], ends, strict=True):
                writer.write_table(taken.slice(begin, end - begin))
            done += rows.num_rows
            tell(done)


def _batches(log: Any) -> Iterator[pa.Table]:
    for file in log.files:
        yield from rows_of(file, log.schema)


def rows_of(
    file: str, schema: pa.Schema, row_groups: Sequence[int] | None = None
) -> Iterator[pa.Table]:
    """The rows of a file in order, a bounded number at once; a column it has not is empty."""
    # Buffered ahead, the whole file would stay in memory until it is closed.
    with pq.ParquetFile(file, pre_buffer=False) as opened:
        names = [name for name in schema.names if name in opened.schema_arrow.names]
        groups = range(opened.num_row_groups) if row_groups is None else row_groups
        for batch in opened.iter_batches(ROWS_AT_ONCE, list(groups), columns=names):
            yield pa.table(
                [
                    batch[field.name].cast(field.type)
                    if field.name in names
                    else pa.nulls(batch.num_rows, field.type)
                    for field in schema
                ],
                schema=schema,
            )


def by_bucket(
    rows: pa.Table, bound: Bonds, database: duckdb.DuckDBPyConnection, buckets: int
) -> tuple[Any, Any]:
    """The places of rows by bucket, and where each bucket's end; what concerns all is in each."""
    database.register("rows", rows.select(NAMED))
    units = database.sql(f"select {UNIT} as unit from rows").to_arrow_table()["unit"]
    of_all = np.flatnonzero(units.is_null().to_numpy())
    bucket = bound.anchor(units.fill_null(0).to_numpy()) % np.uint64(buckets)
    bucket[of_all] = buckets
    order = np.argsort(bucket, kind="stable")
    counts = np.bincount(bucket.astype(np.int64), minlength=buckets + 1)
    parts = np.split(order, np.cumsum(counts)[:-1])[:buckets]
    parts = [np.concatenate([part, of_all]) for part in parts]
    return np.concatenate(parts), np.cumsum([len(part) for part in parts])
