"""The report page: what it says, that nothing in it can run, and that everybody can read it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leadpact.documents import runtime
from leadpact.documents.report import Report
from tests.browser import accessibility_violations
from tests.documents.company import Company
from tests.engine.metrics import tiny

SHA = "ab" * 32
HOSTILE = (
    "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\u2028'\"&{{7*7}}"
)


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


def hostile_report() -> Report:
    agreement = tiny.agreement(
        name=HOSTILE,
        purpose=HOSTILE,
        stages=[{"name": "Lead"}, {"name": HOSTILE, "role": "mql"}],
        handoff={"stage": HOSTILE},
        obligations=[
            {
                "name": HOSTILE,
                "side": "sales",
                "starts_on": "handoff",
                "stops_on": {"event": "sales.attempted"},
                "within": "2 business hours",
            }
        ],
    )
    ids = [f"{n}{HOSTILE}" for n in range(40)]
    clocks = [
        tiny.clock(lead, ["met", "overdue"][n % 2], 60.0 * n, obligation=HOSTILE, holder=HOSTILE)
        | {"due_at": tiny.day(2 + n), "started_at": tiny.day(1 + n), "late_seconds": 60.0}
        for n, lead in enumerate(ids)
    ]
    result = tiny.result(
        under=agreement,
        leads=[{"lead_id": lead, "source": HOSTILE, "company": HOSTILE} for lead in ids],
        lead_states=[{"lead_id": "z", "status": "excluded", "reason": HOSTILE}],
        stage_entries=[tiny.entry(lead, HOSTILE) for lead in ids],
        clocks=clocks * 2,
        set_aside=[{"event_id": "e", "source": "s", "kind": HOSTILE, "why": HOSTILE}],
    )
    deals = [
        {"deal_id": f"{n}", "outcome": "won", "amount": 5.0, "lead_ids": [ids[n]]}
        | {"closed_at": tiny.day(9)}
        for n in range(3)
    ]
    return Report(result, tiny.history(deals=deals), SHA, notes=[HOSTILE])


def no_obligations() -> Report:
    bare = tiny.agreement(obligations=[], goals=[])
    return Report(tiny.result(under=bare, leads=[{"lead_id": "a"}]), tiny.history(), SHA)


SMALL = {
    "empty": lambda: Report(tiny.result(), tiny.history(), SHA),
    "one lead": lambda: Report(
        tiny.result(
            leads=[{"lead_id": "only"}],
            stage_entries=[tiny.entry("only", "Lead", 0), tiny.entry("only", "MQL")],
            episodes=[tiny.episode("only")],
            clocks=[tiny.clock("only", "met")],
        ),
        tiny.history(),
        SHA,
    ),
    "no obligations": no_obligations,
    "hostile": hostile_report,
}


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
        "Promises kept, by side",
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
        cell
        for s in page.sections
        if s.key != "agreement"
        for t in s.tables
        for r in t.rows
        for cell in r
    ]
    assert not [cell for cell in cells if "%" in cell]
    assert "1\u00a0of\u00a01" in cells


def test_machines_get_exactly_the_published_keys(company: Report) -> None:
    found: dict[str, Any] = json.loads(json.dumps(company.as_json(), allow_nan=False))
    assert list(found) == ["as_of", "agreement", "counts", "metrics", "obligations"]
    assert found["as_of"] == "2025-10-14T16:00:00Z"
    assert found["agreement"] == {"name": "Northwind Cloud: marketing and sales", "sha256": SHA}
    assert list(found["counts"]) == ["leads", "excluded", "stages"]
    keys = ["name", "period", "segment", "source", "value", "unit", "n", "low", "high"]
    assert {tuple(metric) for metric in found["metrics"]} == {tuple(keys)}
    assert {len(obligation) for obligation in found["obligations"]} == {11}
    asked = [(m["name"], m["period"], m["segment"], m["source"]) for m in found["metrics"]]
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


def open_page(page: Page, html: str, folder: Path) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())
    expect(page.locator(".chart:not(:has(svg))")).to_have_count(0)
    return complaints


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_read_the_page(
    page: Page, html: str, tmp_path: Path, refused_requests: list[str], width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme=scheme)
    assert open_page(page, html, tmp_path) == []
    assert refused_requests == []
    for each in page.locator("details").all():
        each.evaluate("details => details.open = true")
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_does_not_run(page: Page, tmp_path: Path, refused_requests: list[str]) -> None:
    assert open_page(page, hostile_report().html(), tmp_path) == []
    for bar in page.locator(".chart svg path[aria-roledescription], .chart .mark-rect path").all():
        bar.hover(force=True)
    assert page.evaluate("window.hacked") is None
    assert refused_requests == []


def test_the_first_screen_fits_and_the_page_works_from_the_keyboard(
    page: Page, html: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    open_page(page, html, tmp_path)
    bottom = page.locator(".sides").bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= 800
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#attainment")
    page.locator("#answers summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#answers details").first.get_attribute("open") is not None
