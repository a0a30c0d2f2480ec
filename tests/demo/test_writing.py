from __future__ import annotations

import json
from datetime import UTC

import pyarrow.parquet as pq

from leadpact.demo.company import generate
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA


def test_files_have_the_shape_of_a_history(tmp_path):
    made = generate(leads=200)
    made.write(tmp_path / "new folder")
    log = pq.read_table(tmp_path / "new folder" / "log.parquet")
    deals = pq.read_table(tmp_path / "new folder" / "deals.parquet")
    assert log.schema == LOG_SCHEMA
    assert deals.schema == DEALS_SCHEMA
    assert log.num_rows == len(made.rows)
    assert deals.num_rows == len(made.deals)
    assert not any(log["decided"].to_pylist())
    assert log["happened_at"][0].as_py() == made.rows[0].happened_at.astimezone(UTC)


def test_properties_are_json_objects(tmp_path):
    generate(leads=60).write(tmp_path)
    texts = pq.read_table(tmp_path / "log.parquet")["properties"].to_pylist()
    assert all(isinstance(json.loads(text), dict) for text in texts if text is not None)
    created = next(json.loads(text) for text in texts if text and '"email"' in text)
    assert created["origin"] in ("marketing", "sales", "partner", "customer")


def test_an_open_deal_has_no_end(tmp_path):
    generate(leads=900).write(tmp_path)
    deals = pq.read_table(tmp_path / "deals.parquet").to_pylist()
    assert {deal["outcome"] for deal in deals} == {"open", "won", "lost"}
    assert all((deal["closed_at"] is None) == (deal["outcome"] == "open") for deal in deals)
    assert all((deal["reason"] is not None) == (deal["outcome"] == "lost") for deal in deals)
    assert all(deal["lead_ids"] for deal in deals)


def test_writing_twice_gives_the_same_files(tmp_path):
    made = generate(leads=60)
    made.write(tmp_path / "a")
    made.write(tmp_path / "b")
    for name in ("log.parquet", "deals.parquet", "planted.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
