"""Queries over the other tables, run by DuckDB with nothing from outside within reach."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from leadpact.sources.arrow_tables import open_arrow
from leadpact.sources.rows import OpenTable, TableError


def open_sql(query: str, tables: Mapping[str, pa.Table]) -> OpenTable:
    """Run a query over tables of text columns, named as in the mapping."""
    connection = duckdb.connect()
    try:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        for name, table in tables.items():
            connection.register(name, table)
        return open_arrow(connection.sql(query).to_arrow_table())
    except (duckdb.Error, AttributeError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise TableError(f"the query fails: {first_line}", "", ("sql",)) from None
    finally:
        connection.close()
