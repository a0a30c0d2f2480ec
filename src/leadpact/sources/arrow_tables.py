"""Typed tables (Parquet files, results of SQL) as text columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadpact.sources.json_lines import cell_text
from leadpact.sources.rows import BATCH_ROWS, Batch, OpenTable, TableError, as_csv, fingerprint


def open_parquet(path: Path) -> OpenTable:
    """Open a Parquet file; raises TableError when it is none."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        raise TableError(f"{path.name} is not a Parquet file", "export it again") from None

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        try:
            with pq.ParquetFile(path) as file:
                yield from _batches(file.iter_batches(BATCH_ROWS), wanted)
        except (pa.ArrowException, OSError):
            raise TableError(f"{path.name} is damaged", "export it again") from None

    def typed() -> pa.Table:
        try:
            with pq.ParquetFile(path) as file:
                return file.read()
        except (pa.ArrowException, OSError):
            raise TableError(f"{path.name} is damaged", "export it again") from None

    return OpenTable(list(schema.names), batches, typed)


def open_arrow(table: pa.Table) -> OpenTable:
    """A table that is already in memory."""

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        yield from _batches(table.to_batches(BATCH_ROWS), wanted)

    return OpenTable(list(table.column_names), batches, lambda: table)


def _batches(parts: Iterable[pa.RecordBatch], wanted: Sequence[str]) -> Iterator[Batch]:
    first = 2
    for part in parts:
        texts = [_as_text(part.column(at)) for at in range(part.num_columns)]
        names = list(part.schema.names)
        rows = list(zip(*(text.to_pylist() for text in texts), strict=True))
        cells = [[cell or "" for cell in row] for row in rows]
        columns = {name: texts[names.index(name)] for name in wanted}
        lines = list(range(first, first + part.num_rows))
        prints = [fingerprint(row) for row in cells]
        yield Batch(lines, prints, columns, lambda at, cells=cells: as_csv(cells[at]))  # type: ignore[misc]
        first += part.num_rows


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.timestamp("us", kind.tz), safe=False)
    return pa.array([cell_text(value) for value in _values(column)], pa.string())


def _values(column: pa.Array) -> list[Any]:
    """Python values; of a day or time that Python does not reach, the number that stands for it."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return scalar.value
