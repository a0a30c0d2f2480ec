"""A lead of a log in files is explained from its own rows as it is from the whole log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.backends import alone
from leadpact.engine.explain import explain
from leadpact.engine.log import LOG_SCHEMA, History
from tests.backends.test_buckets import AGREEMENT, company, row
from tests.engine.test_agrees_with_oracle import fewer_examples
from tests.strategies import Document, LogRow, as_delivered, logs, moments, versions


def in_a_file(rows: list[LogRow], folder: str | Path) -> Any:
    file = Path(folder) / "log.parquet"
    pq.write_table(pa.Table.from_pylist(as_delivered(rows), schema=LOG_SCHEMA), file)
    return ds.dataset(file)


@fewer_examples
@given(versions(), logs(), st.one_of(st.none(), moments), st.one_of(st.none(), moments), st.data())
def test_a_lead_alone_has_the_story_that_it_has_among_all(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime | None,
    known_at: datetime | None,
    data: st.DataObject,
) -> None:
    agreements = [Agreement.model_validate(document) for document in documents]
    leads = sorted({each["lead_id"] for each in log if each["lead_id"]}) or ["nobody"]
    lead = data.draw(st.sampled_from(leads))
    with TemporaryDirectory() as folder:
        history = History(in_a_file(log, folder))
        told = []
        for way in (explain, alone.explain_lead):
            try:
                told.append(way(agreements, history, lead, as_of, known_at).as_json())
            except LookupError as error:
                told.append({"error": str(error)})
    assert told[0] == told[1]


def test_only_rows_that_can_concern_a_lead_are_read(tmp_path: Path) -> None:
    rows = [*company(), row("v", None, "fact.voided", 9, event_id="f3", source="crm")]
    rows.append(row("u", "lead 05", "lead.updated", 3, email="4@acme.example.org"))
    rows.append(row("m", "lead 05", "lead.merged", 4, absorbed="lead 06"))
    rows.append(row("f7", "lead 04", "form", 5))
    found = alone.rows_around(in_a_file(rows, tmp_path), ["lead 04"])
    leads = [None, "lead 04", "lead 05", "lead 06", "lead 07"]
    assert sorted(set(found["lead_id"].to_pylist()), key=str) == sorted(leads, key=str)


def test_the_moment_is_that_of_the_last_row_that_counts(tmp_path: Path) -> None:
    rows = [*company(), row("late", "lead 19", "form", 99)]
    rows.append(row("v", None, "fact.voided", 100, event_id="late"))
    history = History(in_a_file(rows, tmp_path))
    version = Agreement.model_validate(AGREEMENT)
    found = alone.explain_lead([version], history, "lead 01")
    assert found.as_json() == explain([version], history, "lead 01").as_json()


def test_an_unknown_lead_is_told_with_keys_that_are_near(tmp_path: Path) -> None:
    history = History(in_a_file(company(), tmp_path))
    with pytest.raises(LookupError, match=r"Did you mean “lead 01”"):
        alone.explain_lead([Agreement.model_validate(AGREEMENT)], history, "leed 01")
