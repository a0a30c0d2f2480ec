"""Pictures of pages, where somebody asked for them: LEADPACT_PICTURES names a folder."""

import os

from playwright.sync_api import Page


def kept(page: Page, name: str) -> None:
    """A picture of the whole page."""
    if folder := os.environ.get("LEADPACT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
