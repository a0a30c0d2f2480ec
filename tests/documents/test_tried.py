"""Every count of another threshold opens to the leads that make it, in the page and in the file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from leadpact.documents.blocks import Opened
from leadpact.documents.parts.threshold import threshold_section
from leadpact.documents.tried import TriedLeads, write_tried
from tests.documents import threshold


def test_a_count_opens_to_its_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = threshold.tried()
    write_tried(sweep, tmp_path)
    monkeypatch.chdir(tmp_path)
    table, load = threshold_section(sweep, TriedLeads(sweep)).aside
    # One threshold after another: what people have adds up to the MQLs.
    months = sweep.tried[sweep.threshold.points].months
    for place, points in enumerate(sorted(sweep.tried)[::5], start=1):
        cells = [row[place] for row in load.rows]
        listed = sum(cell.behind.total for cell in cells if isinstance(cell, Opened))
        assert listed == sweep.tried[points].then.mqls
        told = [float(str(cell)) * months for cell in cells]
        assert sum(told) == pytest.approx(listed, abs=0.05 * len(cells) * months)
    seen = set()
    for row in table.rows:
        found = sweep.tried[float(str(row[0]))]
        for name, cell in zip(table.header, row, strict=True):
            if not isinstance(cell, Opened):
                continue
            listed = sorted(str(case.lead) for group in cell.behind.groups for case in group.first)
            assert len(listed) == int(cell.text)
            seen.add(name)
            if name == "won deals missed":
                assert listed == sorted(deal.leads[0] for deal in found.missed_deals)
                continue
            query = cell.behind.query.replace("select *", "select lead_id", 1)
            assert sorted(lead for (lead,) in duckdb.sql(query).fetchall()) == listed
    assert seen == {"MQLs", "new MQLs", "no longer MQLs", "won deals missed"}


def test_a_count_of_the_slider_is_that_of_the_comparison() -> None:
    sweep = threshold.tried()
    leads = TriedLeads(sweep)
    for points, found in sweep.tried.items():
        assert leads.of("new MQLs", points).total == found.gained.leads
        assert leads.of("no longer MQLs", points).total == found.dropped.leads
        assert leads.of("MQLs", points).total == found.then.mqls
