"""Result tables as files for other tools."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from leadpact.engine.result import Result


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
