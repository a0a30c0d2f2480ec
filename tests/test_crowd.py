"""The log that benchmarks measure on: of any size, shuffled, with gaps, worth evaluating."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks import crowd
from benchmarks.crowd import Crowd
from leadpact.agreement import templates
from leadpact.agreement.loading import load
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History


def written(folder: Path, made: Crowd) -> pa.Table:
    folder.mkdir(exist_ok=True)
    rows = made.write(folder / "crowd.parquet")
    table = pq.read_table(folder / "crowd.parquet")
    assert table.num_rows == rows
    assert [path.name for path in folder.iterdir()] == ["crowd.parquet"]
    return table


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    return written(tmp_path_factory.mktemp("crowd"), Crowd(400))


def test_has_the_columns_of_a_log_and_typed_properties(log):
    assert log.schema.names[: len(LOG_SCHEMA)] == LOG_SCHEMA.names
    assert {field.type for field in log.schema if field.name.startswith("p_")} == {
        pa.string(),
        pa.float64(),
        pa.bool_(),
    }


def test_has_so_many_leads_with_text_keys_and_so_many_events(log):
    assert len(pc.unique(log["lead_id"])) == 400
    assert len(pc.unique(log["event_id"])) == log.num_rows
    assert 17 < log.num_rows / 400 < 25
    created = pc.equal(log["kind"], "lead.created")
    assert pc.sum(created).as_py() == 400


def test_leaves_values_out(log):
    first = log.filter(pc.equal(log["kind"], "lead.created"))
    for name in ("email", "company", "employees", "industry"):
        assert 0 < first[f"p_{name}"].null_count < 400


def test_is_in_no_order(log):
    for name in ("happened_at", "lead_id"):
        order = pc.sort_indices(log[name]).to_numpy()
        assert abs(np.corrcoef(order, np.arange(len(order)))[0, 1]) < 0.1


def test_one_seed_gives_one_log_and_another_another(log, tmp_path):
    assert written(tmp_path / "again", Crowd(400)).equals(log)
    assert not written(tmp_path / "other", Crowd(400, seed=8)).equals(log)


def test_blocks_and_parts_lose_and_repeat_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(crowd, "BLOCK", 30)
    made = Crowd(100, events=10)
    rows = pa.concat_tables(made.blocks())
    monkeypatch.setattr(crowd, "ROWS_OF_A_PART", 100)
    dealt = written(tmp_path, made)
    assert sorted(dealt["event_id"].to_pylist()) == sorted(rows["event_id"].to_pylist())
    assert len(pc.unique(dealt["lead_id"])) == 100


def test_leads_pass_through_the_funnel_of_the_template(log, tmp_path):
    (tmp_path / "agreement.yaml").write_text(templates.text("b2b-saas"), encoding="utf-8")
    agreement = load(tmp_path / "agreement.yaml").agreement
    found = evaluate([agreement], History(log))
    entered = set(pc.unique(found.stage_entries["stage"]).to_pylist())
    assert {stage.name for stage in agreement.stages} <= entered
    assert {"met", "missed"} <= set(found.clocks["outcome"].to_pylist())
    assert "duplicate" in found.exclusions["reason"].to_pylist()


@pytest.mark.parametrize(("leads", "events"), [(0, 20), (10_000_001, 20), (10, 0), (10, 1001)])
def test_says_which_sizes_there_are(leads, events):
    with pytest.raises(ValueError, match=r"ask for 1 to 10,000,000 leads"):
        Crowd(leads, events)
