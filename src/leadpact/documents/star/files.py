"""The tables of the star schema as files: Parquet, CSV, or one DuckDB database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadpact.documents.star.schema import StarTable
from leadpact.documents.tables import write_csv
from leadpact.engine import sql
from leadpact.engine.database import cursor

DATABASE = "leadpact.duckdb"


class Format(StrEnum):
    """In which form tables are written."""

    PARQUET = "parquet"
    CSV = "csv"
    DUCKDB = "duckdb"


def write(
    tables: Mapping[str, pa.Table], told: Mapping[str, StarTable], folder: Path, form: Format
) -> list[Path]:
    """Write every table into a folder that is there; the files. Raises OSError."""
    if form is Format.DUCKDB:
        return [_database(tables, told, folder / DATABASE)]
    files = []
    for name, table in tables.items():
        file = folder / f"{name}.{form}"
        if form is Format.CSV:
            write_csv(table, file)
        else:
            pq.write_table(table, file, compression="zstd")
        files.append(file)
    return files


def _database(tables: Mapping[str, pa.Table], told: Mapping[str, StarTable], file: Path) -> Path:
    """One file with every table, and beside each table and column what it means."""
    connection = cursor()
    connection.execute(f"attach {_quoted(str(file))} as star")
    try:
        for name, table in tables.items():
            connection.register("given", table)
            connection.execute(f"create table star.{name} as select * from given")
            connection.execute(f"comment on table star.{name} is {_quoted(told[name].row)}")
            for column in told[name].columns:
                place = f"star.{name}.{sql.identifier(column.name)}"
                connection.execute(f"comment on column {place} is {_quoted(column.means)}")
    finally:
        connection.execute("detach star")
    return file


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
