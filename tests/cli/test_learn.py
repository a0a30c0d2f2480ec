"""`leadpact learn` and what follows: the files that it writes are agreements, and can be tried."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadpact.agreement.loading import load
from tests.cli.helpers import answer
from tests.insight.learning.made import TEXT, company


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "agreement.yaml").write_text(f"# Signed by both.\n{TEXT}", encoding="utf-8")
    history = company(1500)
    pq.write_table(history.log, folder / "log.parquet")
    pq.write_table(history.deals, folder / "deals.parquet")
    return folder


def test_what_is_learned_is_written_and_tried(folder: Path) -> None:
    agreement, log, out = (folder / name for name in ("agreement.yaml", "log.parquet", "new.yaml"))
    told = answer("learn", agreement, "--sources", log, "-o", out)
    assert told.code == 0, told.err
    assert "What sets customers apart\nOf 1,429 leads with a known end, 225 became" in told.out
    assert f"leadpact what-if {agreement} --to {out} --sources {log}" in told.out
    found = load(str(out))
    assert found.agreement is not None
    assert found.text.startswith("# Signed by both.\n")
    assert found.agreement.scoring is not None
    assert "demo requested" in {rule.name for rule in found.agreement.scoring.rules}
    tried = answer("what-if", agreement, "--to", out, "--sources", log)
    assert tried.code == 0, tried.err
    assert "leads would have become MQLs" in tried.out


def test_too_few_customers_write_nothing_and_say_why(folder: Path, tmp_path: Path) -> None:
    sources, out = ("--sources", folder / "log.parquet"), tmp_path / "new.yaml"
    asked = ("learn", folder / "agreement.yaml", *sources, "--as-of", "2025-03-01", "-o", out)
    told = answer(*asked)
    assert told.code == 1
    assert "is not written." in told.err
    assert not out.exists()
    found = json.loads(answer(*asked[:-2], "--json").out)
    assert "it takes 50" in found["scorecard"]["why_not"]
    assert found["customers"] < 50


def test_something_and_one_thing_is_to_be_tried(folder: Path) -> None:
    agreement, log = folder / "agreement.yaml", folder / "log.parquet"
    told = answer("what-if", agreement, "--sources", log)
    assert told.code == 2
    assert "What is to be tried?" in told.err
    both = ("--to", agreement, "--set", "threshold=3")
    assert answer("what-if", agreement, "--sources", log, *both).code == 2
