"""The whole state of an installation is written into one folder.

A backup is of one moment, also while everything runs. It holds the secret: guard it like the state.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, transaction

from leadpact import __version__
from leadpact.flows.opening import LedgerError
from leadpact.flows.restoring import ABOUT, DATABASE, SECRET
from leadpact.ledger.home import secret


def back_up(folder: Path, now: datetime) -> None:
    """Write everything into a folder that is not there yet, or empty. Raises LedgerError."""
    if folder.exists() and any(folder.iterdir()):
        raise LedgerError(f"{folder} is not empty; name a folder of its own for each backup.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(folder / DATABASE)) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
    else:
        _copy_out(folder)
    file = os.open(folder / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as opened:
        opened.write(secret())
    about = {"leadpact": __version__, "database": connection.vendor, "at": now.isoformat()}
    # Written last: a folder without it is no whole backup.
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _tables() -> list[str]:
    """Every table but the record of migrations, which the installation writes itself."""
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed})


def _copy_out(folder: Path) -> None:
    with _one_moment() as cursor:
        for table in _tables():
            columns = _columns(cursor, table)
            out_of = f'copy "{table}" ({columns}) to stdout'
            with (folder / f"{table}.copy").open("wb") as file, cursor.copy(out_of) as copy:
                for piece in copy:
                    file.write(piece)
            (folder / f"{table}.columns").write_text(columns, encoding="utf-8")


@contextlib.contextmanager
def _one_moment() -> Iterator[Any]:
    """A transaction in which nothing changes any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        yield cursor


def _columns(cursor: Any, table: str) -> str:
    with connection.wrap_database_errors:
        described = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{column.name}"' for column in described)


@transaction.atomic
def copy_in(folder: Path) -> None:
    """Fill an empty ledger, all or nothing; references are looked at when everything is there.

    Raises LedgerError.
    """
    ledger = apps.get_app_config("ledger").get_models()
    if any(model._default_manager.exists() for model in ledger):
        raise LedgerError("The database holds a ledger already; restore into an empty one.")
    tables = _tables()
    with connection.cursor() as cursor:
        named = ", ".join(f'"{table}"' for table in tables)
        cursor.execute(f"truncate {named} cascade")
        for table in tables:
            columns = (folder / f"{table}.columns").read_text(encoding="utf-8")
            into = f'copy "{table}" ({columns}) from stdin'
            with (folder / f"{table}.copy").open("rb") as file, cursor.copy(into) as copy:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        models = apps.get_models(include_auto_created=True)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    connections["default"].check_constraints()
