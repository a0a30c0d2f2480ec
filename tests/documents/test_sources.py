"""The closed loop tells a source that is not stated from one that is spelt the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from leadpact.documents.blocks import Opened, plain
from leadpact.documents.case_book import CaseBook, write_cases
from leadpact.documents.parts.sources import sources
from leadpact.engine.metrics.measures import Measures
from tests.engine.metrics import tiny

STATED = {"search": 3, "unknown": 4, "Not stated": 2}


@pytest.fixture(scope="module")
def measures() -> Measures:
    leads = [
        {"lead_id": f"{source} {number}", "source": source}
        for source, count in STATED.items()
        for number in range(count)
    ]
    absent = [{"lead_id": f"absent {number}"} for number in range(5)]
    return Measures(tiny.result(leads=[*leads, *absent]), tiny.history())


def test_every_lead_stands_in_one_row(measures: Measures) -> None:
    (table,) = sources(CaseBook(measures)).tables
    found = {plain(row[0]): int(plain(row[1])) for row in table.rows}
    assert found == {"not stated": 5, "unknown": 4, "search": 3, "“Not stated”": 2}


def test_a_row_opens_to_its_leads_and_to_no_other(
    measures: Measures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cases(measures, tmp_path)
    monkeypatch.chdir(tmp_path)
    (table,) = sources(CaseBook(measures)).tables
    for row in table.rows:
        shown = row[1]
        assert isinstance(shown, Opened)
        (group,) = shown.behind.groups
        listed = sorted(str(case.lead) for case in group.first)
        query = shown.behind.query.replace("select *", "select lead_id", 1)
        assert sorted(lead for (lead,) in duckdb.sql(query).fetchall()) == listed
        assert len(listed) == int(shown.text)
