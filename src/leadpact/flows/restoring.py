"""A backup goes into an installation that is still empty; its secret first, then what it seals."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from leadpact.flows.opening import LedgerError, open_ledger
from leadpact.ledger.home import home

#: Files of a backup: what it says of itself, the secret, SQLite's database.
ABOUT, SECRET, DATABASE = "backup.json", "secret.key", "leadpact.sqlite3"


def restore(folder: Path) -> None:
    """Put a backup in place. Raises LedgerError for none, or where there is something already."""
    about = _about(folder)
    if about["database"] == "sqlite" and (home() / DATABASE).exists():
        raise LedgerError(f"{home() / DATABASE} is there already; restore into an empty folder.")
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    _put_secret(folder)
    if about["database"] == "sqlite":
        _put_database(folder)
    open_ledger()
    if about["database"] == "postgresql":
        from leadpact.flows.backing_up import copy_in

        copy_in(folder)


def _about(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise LedgerError(f"{folder} holds no whole backup.") from None
    if found.get("database") == "sqlite" and os.environ.get("DATABASE_URL"):
        raise LedgerError("This backup is of SQLite, and DATABASE_URL names a PostgreSQL.")
    if found.get("database") == "postgresql" and not os.environ.get("DATABASE_URL"):
        raise LedgerError("This backup is of a PostgreSQL; DATABASE_URL names none.")
    return found


def _put_secret(folder: Path) -> None:
    text = (folder / SECRET).read_text(encoding="ascii")
    if named := os.environ.get("LEADPACT_SECRET"):
        if named != text:
            raise LedgerError("LEADPACT_SECRET is not the secret of this backup.")
        return
    place = home() / SECRET
    if place.exists() and place.read_text(encoding="ascii").strip() != text:
        raise LedgerError(f"{home()} has a secret of its own; restore into an empty folder.")
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as opened:
        opened.write(text)


def _put_database(folder: Path) -> None:
    """Beside its place first, so that it is there whole or not at all."""
    aside = home() / f"{DATABASE}.arriving"
    shutil.copyfile(folder / DATABASE, aside)
    aside.chmod(0o600)
    aside.rename(home() / DATABASE)
