"""The report as a person meets it: in a browser, offline, from the keyboard, on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from leadpact.documents.parts.threshold import threshold_section
from leadpact.documents.report import Report
from tests.browser import accessibility_violations
from tests.documents import threshold
from tests.documents.company import Company
from tests.documents.reports import HOSTILE, SHA, SMALL, crowded_report, hostile_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def html() -> str:
    made = Company()
    return Report(made.result(), made.history(), SHA).html()


def open_page(page: Page, html: str, folder: Path) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())
    expect(page.locator(".chart:not(:has(svg))")).to_have_count(0)
    return complaints


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
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
    expect(page).to_have_url(re.compile("#attainment$"))
    page.locator("#answers summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#answers details").first.get_attribute("open") is not None


def open_list(page: Page, figure: Locator) -> Locator:
    figure.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_opens_to_its_leads_from_the_keyboard(
    page: Page, html: str, tmp_path: Path, refused_requests: list[str], scheme: Any
) -> None:
    page.set_viewport_size({"width": 390, "height": 850})
    page.emulate_media(color_scheme=scheme)
    complaints = open_page(page, html, tmp_path)
    row = page.locator(".side.sales li").filter(has_text="First answer")
    figure = row.locator(".value .figure")
    dialog = open_list(page, figure)
    expect(dialog.get_by_role("heading")).to_have_text("First answer: due in Q3 2025")
    missed = dialog.get_by_role("table").first.get_by_role("row")
    assert missed.nth(0).inner_text().split("\t") == ["Lead", "Why", "Due", "Company"]
    assert "missed by" in missed.nth(1).inner_text()
    assert accessibility_violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(figure).to_be_focused()
    assert complaints == []
    assert refused_requests == []


def test_a_bar_opens_to_its_leads(page: Page, html: str, tmp_path: Path) -> None:
    open_page(page, html, tmp_path)
    page.locator("#funnel .chart .mark-rect path").nth(1).click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Entered MQL")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_hostile_names_of_leads_are_text_in_a_list(
    page: Page, tmp_path: Path, refused_requests: list[str]
) -> None:
    open_page(page, hostile_report().html(), tmp_path)
    dialog = open_list(page, page.locator("#attainment .figure").first)
    assert HOSTILE in dialog.inner_text()
    assert page.evaluate("window.hacked") is None
    assert refused_requests == []


@pytest.fixture(scope="module")
def crowded() -> str:
    return crowded_report().html()


@pytest.mark.parametrize("width", [1280, 390])
def test_too_much_of_everything_still_fits(
    page: Page, crowded: str, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    assert len(crowded.encode()) < 5_000_000
    assert open_page(page, crowded, tmp_path) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert accessibility_violations(page) == []


@pytest.mark.parametrize("name", SMALL)
def test_little_is_shown_as_well(page: Page, tmp_path: Path, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 850})
    assert open_page(page, SMALL[name]().html(), tmp_path) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert accessibility_violations(page) == []


def test_on_paper_everything_is_open_and_nothing_asks_to_be_clicked(
    page: Page, html: str, tmp_path: Path
) -> None:
    open_page(page, html, tmp_path)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#agreement details").first).to_have_attribute("open", "")
    expect(page.get_by_role("navigation")).to_be_hidden()
    line = page.locator(".figure").first.evaluate(
        "each => getComputedStyle(each).textDecorationLine"
    )
    assert line == "none"


def test_the_threshold_moves_at_once(page: Page, tmp_path: Path) -> None:
    report = Report(threshold.actual(), threshold.history(), SHA)
    complaints = open_page(page, report.with_tried(threshold.tried(), []).html(), tmp_path)
    slider = page.get_by_label("Total score that makes an MQL")
    part = page.locator("#threshold")
    expect(part.locator("[data-part=value]")).to_have_text("20")
    expect(part.locator("[data-part=sentence]")).to_contain_text("today’s threshold")
    expect(part.locator("[data-figure='0']")).to_have_text("7")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(part.locator("[data-part=value]")).to_have_text("30")
    expect(part.locator("[data-figure='0']")).to_have_text("4")
    expect(part.locator("[data-part=sentence]")).to_contain_text("3 fewer")
    part.locator("[data-figure='5'] button").click()
    expect(page.locator("#behind-title")).to_contain_text("At 30 points: MQLs of today’s")
    assert page.locator("#behind tbody tr").count() == 3
    assert accessibility_violations(page) == []
    assert complaints == []


def test_where_nothing_was_decided_by_rule_a_sentence_stands_for_the_slider() -> None:
    made = threshold_section(threshold.tried_on_declared())
    assert made.slider is None
    assert "the CRM or a person declared it" in str(made.text[0])
