"""Result tables as files for other tools."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from leadpact.engine.result import Result
from leadpact.sources.rows import BATCH_ROWS, inert


def as_csv(table: pa.Table) -> str:
    """The table as CSV with a header; instants in ISO 8601, and no text that runs as a formula."""
    text = io.StringIO()
    _write(table, text)
    return text.getvalue()


def write_csv(table: pa.Table, file: Path) -> None:
    """The same into a file, in pieces; half of a sign is written as its number."""
    with file.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        _write(table, stream)


def _write(table: pa.Table, stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([inert(name) for name in table.column_names])
    for batch in table.to_batches(BATCH_ROWS):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def write_tables(result: Result, folder: Path) -> list[Path]:
    """Write every table of the result into the folder as `<name>.parquet`; the files written.

    All tables are complete before the first appears, and each appears whole. Other files in the
    folder stay. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".leadpact-", dir=folder))
    try:
        names = [f"{name}.parquet" for name in result.tables()]
        for name, table in zip(names, result.tables().values(), strict=True):
            pq.write_table(table, made / name, compression="zstd")
        return [(made / name).replace(folder / name) for name in names]
    finally:
        shutil.rmtree(made, ignore_errors=True)
