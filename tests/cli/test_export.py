"""`leadpact export`: tables from files and from the ledger, and what is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Leadpact
from tests.cli.helpers import with_home

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "small-agency"
FILES = (EXAMPLE / "agreement.yaml", "--sources", EXAMPLE / "sources.yaml")


def test_files_become_tables(leadpact: Leadpact, tmp_path: Path) -> None:
    answer = leadpact("export", *FILES, "--out", "tables", "--format", "csv")
    assert answer.code == 0, answer.err
    assert "Exported as of " in answer.out
    assert (tmp_path / "tables" / "fact_clock.csv").is_file()
    told = json.loads(leadpact("export", *FILES, "--out", "tables", "--json").out)
    assert told["rows"]["fact_deal"] > 0
    assert all(Path(file).is_file() for file in told["files"])
    assert not list((tmp_path / "tables").glob("*.csv"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--out", "x", "--format", "xlsx"), 2, "Choose one of parquet, csv, duckdb."),
        ((EXAMPLE / "agreement.yaml", "--out", "x"), 2, "belong together"),
        (("--sources", EXAMPLE / "sources.yaml", "--out", "x"), 2, "belong together"),
        ((*FILES, "--out", EXAMPLE), 3, "has files that Leadpact did not write there"),
        ((*FILES, "--out", "x", "--as-of", "soon"), 2, "this is no date or time"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    leadpact: Leadpact, tmp_path: Path, words: tuple[object, ...], code: int, said: str
) -> None:
    answer = leadpact("export", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert not (tmp_path / "x").exists()


def test_the_ledger_is_exported_once_an_agreement_is_published(tmp_path: Path) -> None:
    home = tmp_path / "home"
    early = with_home(home, "export", "--out", tmp_path / "early")
    assert early.code == 1
    assert "no agreement is published" in early.err
    assert not (tmp_path / "early").exists()
    assert with_home(home, "publish", EXAMPLE / "agreement.yaml").code == 0
    assert with_home(home, "import", "--sources", EXAMPLE / "sources.yaml").code == 0
    done = with_home(home, "export", "--out", tmp_path / "now", "--format", "duckdb", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["rows"]["fact_event"] > 400
    assert (tmp_path / "now" / "leadpact.duckdb").is_file()
