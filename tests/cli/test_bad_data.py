"""What a user gets for data that cannot be read: one message, its place, nothing written."""

import os
import re
from pathlib import Path

import pytest

from leadpact.cli.exits import Code
from tests.cli.bad_input import AGREEMENT, HEADER, MAPPING, ROW, said, write

TABLES: dict[str, tuple[str, str | bytes, str]] = {
    "a time without a zone": (
        "p.csv",
        HEADER + "1,2025-03-01 10:00,,a@example.org\n",
        r"s.yaml:3:5: error: “2025-03-01 10:00” in p.csv, column created does not say its",
    ),
    "a date of two meanings": (
        "p.csv",
        HEADER + "1,03/04/2025 10:00,,a@example.org\n",
        r"s.yaml:3:5: error: “03/04/2025 10:00” in p.csv can be read in two ways",
    ),
    "empty": ("p.csv", "", r"s.yaml:3:5: error: p.csv is empty"),
    "a header alone": ("p.csv", HEADER, r"leadpact: s.yaml: its tables have no rows\."),
    "no row that makes sense": (
        "p.csv",
        HEADER + "1,yesterday,soon,a\n,,,\n",
        r"leadpact: s.yaml: .* no row .* line 2 of p.csv: created: “yesterday” is",
    ),
    "a column too few": (
        "p.csv",
        "id,created,email\n1,2025-03-01T10:00:00Z,a\n",
        r"s.yaml:4:53: error: p.csv has no column “mql”",
    ),
    "a column twice": (
        "p.csv",
        HEADER.replace("email", "email,mql") + "1,2025-03-01T10:00:00Z,,a@example.org,\n",
        r"s.yaml:4:53: error: p.csv has the column “mql” 2 times \(as columns 3, 5\)",
    ),
    "binary": ("p.csv", bytes(range(256)) * 9, r"s.yaml:3:5: error: p.csv is not a text file"),
    "another encoding": (
        "p.csv",
        (HEADER + ROW).replace("a@", "ä@").encode("cp1252"),
        r"s.yaml:3:5: error: p.csv is not UTF-8 text",
    ),
    "a workbook that is none": (
        "p.xlsx", HEADER + ROW, r"s.yaml:3:5: error: p.xlsx cannot be read as an Excel workbook",
    ),
    "a Parquet that is none": (
        "p.parquet", HEADER + ROW, r"s.yaml:3:5: error: p.parquet is not a Parquet file",
    ),
    "JSON lines that are none": (
        "p.jsonl", HEADER + ROW, r"s.yaml:3:5: error: p.jsonl has no line that is a JSON object",
    ),
    "an ending that nobody knows": (
        "p.docx", "x", r"s.yaml:3:11: error: “p.docx” has no ending that is known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_that_is_none(leadpact, tmp_path: Path, kind: str) -> None:
    name, content, complaint = TABLES[kind]
    write(tmp_path / name, content)
    write(tmp_path / "a.yaml", AGREEMENT)
    write(tmp_path / "s.yaml", MAPPING.format(file=name))
    before = sorted(tmp_path.iterdir())
    done = leadpact("run", "a.yaml", "--sources", "s.yaml", "--out", "report")
    assert re.search("^" + complaint, said(done, Code.PROBLEMS), re.M), done.err
    assert done.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_tables_that_are_no_file(leadpact, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    write(tmp_path / "a.yaml", AGREEMENT)
    for name, complaint in {
        "folder.csv": "folder.csv is a folder, not a file",
        "pipe.csv": "pipe.csv is no ordinary file",
        "people.csv": "people.csv is not there",
    }.items():
        write(tmp_path / "s.yaml", MAPPING.format(file=name))
        done = leadpact("run", "a.yaml", "--sources", "s.yaml")
        assert f"s.yaml:3:11: error: {complaint}" in said(done, Code.PROBLEMS)
        done = leadpact("init", "--from", name, "--out", "new")
        assert f"{name}: error: {complaint.removeprefix(name + ' ')}" in said(done, Code.FILES)
        assert not (tmp_path / "new").exists()


def test_sources_that_are_no_mapping(leadpact, tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", AGREEMENT)
    write(tmp_path / "people.csv", HEADER + ROW)
    write(tmp_path / "log.parquet", "PAR1 and no more")
    for name, code, complaint in [
        ("people.csv", Code.USAGE, "leadpact init --from people.csv"),
        ("log.parquet", Code.PROBLEMS, "log.parquet: error: is no Parquet file, or a damaged one"),
        ("lost.parquet", Code.FILES, "lost.parquet: error: there is no such file"),
        ("lost.yaml", Code.FILES, "lost.yaml: error: there is no such file"),
        (".", Code.FILES, "is a folder, not a file"),
        ("a.yaml", Code.PROBLEMS, "a.yaml:12:1: error: this is an agreement, not a mapping"),
    ]:
        done = leadpact("run", "a.yaml", "--sources", name)
        assert complaint in said(done, code)
        assert done.out == ""


def test_a_file_that_goes_away_while_it_is_read(leadpact, tmp_path: Path, monkeypatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory", "people.csv")

    write(tmp_path / "a.yaml", AGREEMENT)
    monkeypatch.setattr("leadpact.flows.reading.read_history", gone)
    done = leadpact("run", "a.yaml", "--sources", "s.yaml")
    assert "leadpact: people.csv: no such file or directory." in said(done, Code.FILES)
