"""What was backed up is there again: every row, the secret, and keys that still let in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ledger.installation import Installation, database_for_tests, installed


def told(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    tables = ("ledger_apikey", "ledger_agreementversion", "ledger_auditentry", "ledger_person")
    return {table: sorted(installation.rows(f"select * from {table}"), key=str) for table in tables}


def test_a_backup_goes_back_into_an_empty_installation(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    folder = tmp_path / "backup"
    with installed(tmp_path / "one") as one, database_for_tests() as database:
        one.does("key", "create", "site", "--scope", "read")
        one.does("backup", str(folder))
        other = Installation(tmp_path / "other", database)
        other.does("restore", str(folder))
        assert told(other) == told(one)
        assert (other.home / "secret.key").read_text() == (one.home / "secret.key").read_text()
        # New rows go on counting where the old ones ended.
        other.does("key", "create", "next", "--scope", "read")
        other.does("audit", "verify")
        assert "no whole backup" in other.is_refused("restore", str(tmp_path / "none"))
        assert "already" in other.is_refused("restore", str(folder))
        assert "not empty" in one.is_refused("backup", str(folder))


@pytest.mark.parametrize("missing", ["backup.json"])
def test_half_a_backup_is_none(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "backup"
    with installed(tmp_path) as one:
        one.does("backup", str(folder))
        assert json.loads((folder / missing).read_text())["database"]
        (folder / missing).unlink()
        assert "no whole backup" in one.is_refused("restore", str(folder))
