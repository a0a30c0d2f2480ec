"""Every count of another threshold opens to the leads that make it, in the page and in the file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from leadpact.documents.blocks import Opened
from leadpact.documents.parts.threshold import threshold_section
from leadpact.documents.tried import ADDED, MQLS, REMOVED, TriedLeads, write_tried
from leadpact.engine.metrics.outcomes import OUTCOMES
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
            seen.add(name)
            if cell.text.isdigit():
                assert len(listed) == int(cell.text)
            if " of " in cell.text.replace("\u00a0", " "):
                won = next(group for group in cell.behind.groups if group.name == "won")
                assert won.total == int(cell.text.partition("\u00a0")[0])
            if name == "Won deals missed":
                assert listed == sorted(deal.leads[0] for deal in found.missed_deals)
                continue
            query = cell.behind.query.replace("select *", "select lead_id", 1)
            assert sorted(lead for (lead,) in duckdb.sql(query).fetchall()) == listed
    assert seen == set(table.header[1:])


def test_a_count_of_the_slider_is_that_of_the_comparison() -> None:
    sweep = threshold.tried()
    leads = TriedLeads(sweep)
    for points, found in sweep.tried.items():
        assert leads.of(ADDED, points).total == found.gained.leads
        assert leads.of(REMOVED, points).total == found.dropped.leads
        assert leads.of(MQLS, points).total == found.then.mqls


def test_leads_are_told_by_what_became_of_them() -> None:
    sweep = threshold.tried()
    found = sweep.tried[sweep.threshold.points]
    groups = TriedLeads(sweep).of(MQLS, sweep.threshold.points).groups
    assert [each.total for each in groups] == [found.kept.by_outcome[fate] for fate in OUTCOMES]
    for group, fate in zip(groups, OUTCOMES, strict=True):
        assert all(case.why.startswith(fate) for case in group.first)


def test_an_entry_that_several_thresholds_share_is_kept_once() -> None:
    sweep = threshold.tried()
    leads = TriedLeads(sweep)
    entries = {
        (row["lead_id"], row["qualified_at"])
        for found in sweep.tried.values()
        for row in found.leads.to_pylist()
    }
    assert len(leads) == len(entries)
