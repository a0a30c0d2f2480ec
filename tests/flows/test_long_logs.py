"""A log that stays in its file, or is dealt to buckets, is told of as one that is read whole."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.backends.dealing import Dealt
from leadpact.demo.company import generate
from leadpact.engine import delivered
from leadpact.flows import recorded
from leadpact.flows.recorded import LOG, open_log, read_log
from leadpact.flows.run import Run, run
from leadpact.sources.loading import SourcesError

LEADS = 250


def nothing(_done: float, _what: str) -> None:
    """Nobody is told."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    generate(seed=5, leads=LEADS).write(folder)
    return folder


def said(found: Run, folder: Path) -> dict[str, object]:
    folder.mkdir()
    found.write(folder, nothing)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Rows set aside" in page
    counts = {file.name: pq.read_metadata(file).num_rows for file in folder.glob("*.parquet")}
    text = (folder / "figures.json").read_text("utf-8")
    # Sums of another order may differ in the last digit.
    figures = json.loads(text, parse_float=lambda number: float(f"{float(number):.9g}"))
    figures["metrics"].sort(key=str)  # reasons stand in the order in which leads state them
    return {"figures": figures, **counts}


@pytest.mark.parametrize(("free", "parts"), [(2**40, 1), (2**20, 3)])
def test_the_figures_of_a_long_log_are_those_of_a_short_one(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, parts: int
) -> None:
    versions = [load_text(templates.text("b2b-saas"), "agreement.yaml")]
    whole = run(versions, read_log(company / LOG), tell=nothing)
    monkeypatch.setattr(recorded, "FEW_ROWS", 10)
    monkeypatch.setattr(delivered, "FEW_ROWS", 10)
    monkeypatch.setattr(recorded, "free_memory", lambda: free)
    monkeypatch.setattr(recorded, "buckets_for", lambda *_: parts)
    told: list[str] = []
    opened = open_log(company / LOG, lambda _, what: told.append(what))
    assert isinstance(opened.history.log, Dealt) == (parts > 1)
    found = run(versions, opened, tell=lambda _, what: told.append(what))
    assert any(f"part {parts} of {parts}" in what for what in told) == (parts > 1)
    assert any(f"into {parts} parts, 100%" in what for what in told) == (parts > 1)
    assert said(found, tmp_path / "parts") == said(whole, tmp_path / "whole")


def test_a_long_log_is_refused_for_what_a_short_one_is(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "FEW_ROWS", 10)
    log = pq.read_table(company / LOG)
    without = log.drop_columns(["kind"])
    nulls = log.set_column(
        log.schema.get_field_index("kind"),
        pa.field("kind", pa.string()),
        pa.nulls(len(log), "string"),
    )
    for number, table in enumerate((without, nulls)):
        file = tmp_path / f"{number}.parquet"
        pq.write_table(table, file)
        with pytest.raises(SourcesError) as short:
            read_log(file)
        with pytest.raises(SourcesError) as long:
            open_log(file, nothing)
        assert str(long.value) == str(short.value)


def test_no_room_for_the_parts_is_said_with_a_way_out(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorded, "FEW_ROWS", 10)
    monkeypatch.setattr(recorded, "buckets_for", lambda *_: 3)
    monkeypatch.setattr(recorded, "deal", full)
    with pytest.raises(SourcesError, match="no space left on device") as refused:
        open_log(company / LOG, nothing)
    assert "TMPDIR" in str(refused.value.problems[0].hint)
