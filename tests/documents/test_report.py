"""What the report says, and that nothing that a lead wrote is more than text in it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leadpact.documents import runtime
from leadpact.documents.blocks import plain
from leadpact.documents.report import Report
from tests.documents.company import Company
from tests.documents.reports import HOSTILE, SHA, SMALL, hostile_report


@pytest.fixture(scope="module")
def company() -> Report:
    made = Company()
    return Report(made.result(), made.history(), SHA)


@pytest.fixture(scope="module")
def html(company: Report) -> str:
    return company.html()


class Outline(HTMLParser):
    """Elements by tag, and the page's text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_first_screen_answers_who_kept_which_promise(html: str) -> None:
    text = " ".join(" ".join(Outline(html).words).split()).replace("\u00a0", " ")
    assert "In Q3 2025 marketing kept" in text
    assert "new MQLs within 2 business hours" in text
    assert "the promise is 90 %" in text
    assert "Missed most: Ben Carter" in text
    assert text.index("In Q3 2025") < text.index("Time to answer")


def test_every_part_is_there(company: Report, html: str) -> None:
    titles = [section.title for section in company.sections]
    assert titles == [
        "Diagnosis",
        "Promises kept, by side",
        "Goals and pace",
        "The funnel",
        "Time to answer",
        "Closed loop by source",
        "Quality and rejections",
        "Hygiene",
        "Open now",
        "About the data",
        "The agreement",
    ]
    assert all(f'id="{section.key}"' in html for section in company.sections)


def test_the_data_s_limits_are_told(html: str) -> None:
    assert "14 rows could not be read" in html
    assert "known only as they were exported" in html
    assert "as of 14 Oct 2025, 12:00 (America/New_York)" in html
    assert SHA in html


def test_the_page_asks_for_nothing_elsewhere(html: str) -> None:
    outline = Outline(html)
    assert {address[:1] for address in outline.addresses} == {"#"}
    assert "link" not in outline.tags
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_keys_of_charts_are_unique(company: Report) -> None:
    keys = [chart.key for section in company.sections for chart in section.charts]
    assert len(keys) == len(set(keys)) > 5


@pytest.mark.parametrize("name", SMALL)
def test_small_and_hostile_data_make_a_whole_page(name: str) -> None:
    html = SMALL[name]().html()
    assert html.rstrip().endswith("</html>")
    assert "nan" not in " ".join(Outline(html).words).lower().split()


def test_hostile_text_is_shown_and_nothing_else() -> None:
    html = hostile_report().html()
    outline = Outline(html)
    assert "img" not in outline.tags
    assert HOSTILE in "".join(outline.words)
    assert html.count("<script>window.hacked") == 0


def test_under_twenty_cases_there_is_no_percentage() -> None:
    page = SMALL["one lead"]()
    cells = [
        plain(cell)
        for s in page.sections
        if s.key not in ("agreement", "goals", "diagnosis")
        for t in s.tables
        for r in t.rows
        for cell in r
    ]
    assert not [cell for cell in cells if "%" in cell]
    assert "1\u00a0of\u00a01" in cells


def test_machines_get_exactly_the_published_keys(company: Report) -> None:
    found: dict[str, Any] = json.loads(json.dumps(company.as_json(), allow_nan=False))
    assert list(found) == [
        "as_of",
        "agreement",
        "counts",
        "metrics",
        "obligations",
        "goals",
        "summary",
    ]
    assert found["as_of"] == "2025-10-14T16:00:00Z"
    assert found["agreement"] == {"name": "Northwind Cloud: marketing and sales", "sha256": SHA}
    assert list(found["counts"]) == ["leads", "excluded", "stages"]
    keys = [
        "name",
        "period",
        "by",
        "group",
        "segment",
        "source",
        "value",
        "unit",
        "n",
        "low",
        "high",
    ]
    assert {tuple(metric) for metric in found["metrics"]} == {tuple(keys)}
    assert {len(obligation) for obligation in found["obligations"]} == {11}
    assert {goal["promise"] for goal in found["goals"]} == {"goal", "obligation"}
    asked = [(m["name"], m["period"], m["by"], m["group"]) for m in found["metrics"]]
    assert len(asked) == len(set(asked))


def test_the_chart_script_is_kept_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADPACT_CACHE", str(tmp_path / "cache"))
    runtime.chart_runtime.cache_clear()
    first = runtime.chart_runtime()
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept.read_text(encoding="utf-8") == first
    assert "vegaEmbed" in first
    kept.write_text("kept", encoding="utf-8")
    runtime.chart_runtime.cache_clear()
    assert runtime.chart_runtime() == "kept"
    monkeypatch.setenv("LEADPACT_CACHE", str(kept))
    runtime.chart_runtime.cache_clear()
    assert runtime.chart_runtime() == first
    runtime.chart_runtime.cache_clear()
