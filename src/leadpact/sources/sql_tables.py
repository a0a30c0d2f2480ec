"""Queries over the other tables, run by DuckDB with nothing from outside within reach."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from leadpact.sources.arrow_tables import open_arrow
from leadpact.sources.rows import OpenTable, TableError

_CAST = (
    'what comes from CSV, Excel and JSON is text: write such as try_cast("Created" as timestamp) '
    'or try_cast("Amount" as double)'
)


def open_sql(query: str, tables: Mapping[str, pa.Table]) -> OpenTable:
    """Run a query over tables, named as in the mapping; instants have no zone but UTC in it."""
    connection = duckdb.connect()
    try:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        for name, table in tables.items():
            connection.register(name, table)
        return open_arrow(connection.sql(query).to_arrow_table())
    except (duckdb.Error, AttributeError) as error:
        first_line = str(error).strip().splitlines()[0]
        hint = _CAST if "VARCHAR" in str(error) else ""
        raise TableError(f"the query fails: {first_line}", hint, ("sql",)) from None
    finally:
        connection.close()
