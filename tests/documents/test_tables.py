"""Result tables on disk: all of them or none."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadpact.documents import tables
from tests.engine.metrics import tiny


def test_every_table_is_written_and_reads_back(tmp_path: Path) -> None:
    result = tiny.result(lead_states=[{"lead_id": "a"}], stage_entries=[tiny.entry("a", "MQL")])
    written = tables.write_tables(result, tmp_path / "new" / "folder")
    assert sorted(path.stem for path in written) == sorted(result.tables())
    for path in written:
        assert pq.read_table(path).equals(result.tables()[path.stem])


def test_a_second_run_replaces_tables_and_keeps_other_files(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine", encoding="utf-8")
    tables.write_tables(tiny.result(), tmp_path)
    tables.write_tables(tiny.result(lead_states=[{"lead_id": "a"}]), tmp_path)
    assert pq.read_table(tmp_path / "leads.parquet").num_rows == 1
    assert (tmp_path / "own.txt").exists()
    assert not list(tmp_path.glob(".leadpact-*"))


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def fail_at_the_third(table: object, path: Path, **options: object) -> None:
        if len(written) == 2:
            raise OSError("no space left on device")
        written.append(path)
        path.touch()

    monkeypatch.setattr(tables.pq, "write_table", fail_at_the_third)
    with pytest.raises(OSError, match="no space"):
        tables.write_tables(tiny.result(), tmp_path)
    assert list(tmp_path.iterdir()) == []
