from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import accessibility_violations

pytestmark = pytest.mark.browser

SOUND = "<!doctype html><html lang=en><title>t</title><main><h1>Attainment</h1></main></html>"


def opened(page: Page, folder: Path, html: str) -> Page:
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())
    return page


def test_a_page_from_a_file_is_shown(page: Page, tmp_path: Path) -> None:
    assert opened(page, tmp_path, SOUND).inner_text("h1") == "Attainment"


def test_nothing_beyond_this_machine_is_reached(
    page: Page, tmp_path: Path, refused_requests: list[str]
) -> None:
    elsewhere = "https://elsewhere.example/picture.png"
    opened(page, tmp_path, SOUND.replace("</main>", f"<img alt='' src='{elsewhere}'></main>"))
    page.wait_for_load_state("networkidle")
    assert refused_requests == [elsewhere]


def test_axe_sees_what_is_wrong_with_a_page(page: Page, tmp_path: Path) -> None:
    assert accessibility_violations(opened(page, tmp_path, SOUND)) == []
    unreadable = SOUND.replace("<h1>", "<h1 style='color:#eee;background:#fff'>")
    violations = accessibility_violations(opened(page, tmp_path, unreadable))
    assert [violation.split()[0] for violation in violations] == ["color-contrast"]
