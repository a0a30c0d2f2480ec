"""The one DuckDB of the process: statements over tables in memory and files on disk."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from leadpact.engine import threads

if TYPE_CHECKING:
    import duckdb


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    # A process that was forked must not touch the threads of the one before it.
    import duckdb

    database = duckdb.connect(config={"threads": threads.count()})
    database.execute("set global timezone = 'UTC'")
    return database


def cursor() -> duckdb.DuckDBPyConnection:
    """A connection with nothing in it; to open a database anew takes ten times as long."""
    return _database(os.getpid()).cursor()
