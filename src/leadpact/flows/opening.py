"""Opening the ledger: its folder and tables are made and brought up to date by themselves."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from typing import Any

_LOCK = 0x1EAD_9AC9


class LedgerError(Exception):
    """The ledger cannot be opened; the message is a sentence for the user, `hint` a way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def set_up() -> None:
    """Make Django ready; nothing is read or written but the installation's secret."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadpact.web.settings")
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if apps.ready:
        return
    from leadpact.ledger.home import SettingError

    try:
        django.setup()
    except SettingError as error:
        raise LedgerError(str(error)) from None
    except OSError as error:
        raise _no_folder(error) from None
    except (ImproperlyConfigured, ValueError) as error:
        hint = "It begins with postgresql://; without it SQLite is used."
        raise LedgerError(f"DATABASE_URL cannot be read: {error}.", hint) from None


def open_ledger() -> None:
    """Make Django ready and bring the tables up to date. Raises LedgerError."""
    from leadpact.ledger.home import home

    try:
        home().mkdir(parents=True, exist_ok=True, mode=0o700)
        set_up()
        with reaching():
            if pending():
                _migrate()
    except OSError as error:
        raise _no_folder(error) from None


def pending() -> list[str]:
    """Names of migrations that are not applied; raises OperationalError without a database."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration.name for migration, _ in plan]


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Raises LedgerError where the database cannot be reached, or is not what it should be."""
    from django.db import DatabaseError, InterfaceError, connection
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        name = connection.settings_dict
        where = name["HOST"] or name["NAME"]
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LedgerError(
            f"The database at {where} cannot be used: {reason}.",
            "Is it running, and is DATABASE_URL (or LEADPACT_HOME) right?",
        ) from error
    except InconsistentMigrationHistory:
        raise LedgerError(
            "The tables of this ledger were made by another version of Leadpact.",
            "Use the newest version, or another LEADPACT_HOME.",
        ) from None


def _migrate() -> None:
    """Apply what is missing, one process at a time."""
    from django.core.management import call_command

    with _alone():
        call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
        call_command("createcachetable", verbosity=0)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    from django.db import connection

    from leadpact.ledger.home import home

    with (home() / "migrating.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _no_folder(error: OSError) -> LedgerError:
    place: Any = error.filename or "the home folder"
    reason = (error.strerror or str(error)).lower()
    return LedgerError(f"{place}: {reason}.", "LEADPACT_HOME names the folder of the state.")
