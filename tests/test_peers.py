"""What the benchmarks compare with answers as the engine does; it shares no code with it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import duckdb
import pytest

from benchmarks import page, results
from benchmarks.apart import Timing
from benchmarks.crowd import Crowd
from benchmarks.peers import our_way, task


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("crowd") / "log.parquet"
    Crowd(1_500).write(file)
    return file


@pytest.mark.parametrize("way", ["duckdb", "polars", "pandas"])
def test_a_peer_finds_the_same_scores_entries_and_clocks(log: Path, way: str) -> None:
    if way != "duckdb":
        pytest.importorskip(way, reason=f"{way} is installed by `make bench` alone")
    ((as_of,),) = duckdb.sql(f"select max(epoch_us(happened_at)) from '{log}'").fetchall()
    agreement, asked = task.task(as_of)
    peer = importlib.import_module(f"benchmarks.peers.{way}_way")
    found = peer.answer(asked, log, 2) if way == "duckdb" else peer.answer(asked, log)
    ours = our_way.answer(our_way.evaluated(agreement, log, as_of))
    assert ours.entries.num_rows > 100
    assert len(set(ours.clocks["outcome"].to_pylist())) >= 4
    assert ours.differences(found) == []


def test_an_answer_that_differs_is_told(log: Path) -> None:
    ((as_of,),) = duckdb.sql(f"select max(epoch_us(happened_at)) from '{log}'").fetchall()
    agreement, _ = task.task(as_of)
    ours = our_way.answer(our_way.evaluated(agreement, log, as_of))
    less = task.Answer(ours.scores.slice(1), ours.entries, ours.clocks)
    assert ours.differences(less) == ["scores: 1 lines only here, 0 only there"]


def test_the_page_tells_medians_and_ratios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "README.md")
    monkeypatch.setattr(page, "CHART", tmp_path / "peers.svg")
    run = results.Results("a machine", "", leads=1000, rounds=3)
    times = {"peer Leadpact": [1.0, 2.0, 9.0], "peer pandas": [12.0, 11.0, 13.0]}
    run.add(
        "peers",
        [Timing(name, wall, wall, 1.0, 2**30, 1_000_000, "x") for name, wall in times.items()],
    )
    run.write()
    page.write()
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| Leadpact | 2 s | 2 µs | 1.00 | 2 s | 1,024 MiB | x |" in text
    assert "| pandas | 12 s | 12 µs | 6.00 | 12 s | 1,024 MiB | x |" in text
    assert "3 rounds on a machine" in text
    assert (tmp_path / "peers.svg").exists()
    assert set(json.loads((tmp_path / "1000.json").read_text())) == {"peers"}
