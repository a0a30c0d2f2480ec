"""Pages as a person sees them: the system's Chromium, cut off from the network.

A test takes the fixture `page` and opens a file or a server on this machine. Whatever a page asks
for elsewhere is refused and listed in `refused_requests`, so that a test can say that it asked for
nothing. `accessibility_violations` runs axe on what is shown.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

FINDER = Path(__file__).resolve().parent.parent / "scripts" / "find-or-install-chromium"
LOCAL_SCHEMES = {"file", "data", "blob", "about"}
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Also what no page asked for, such as the browser's own services, reaches nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium; without one the test skips, in continuous integration it fails."""
    found = subprocess.run([FINDER, "--find-only"], capture_output=True, text=True, check=False)
    path = found.stdout.strip()
    if not path:
        reason = "no Chromium or Chrome here (`make browser` installs, LEADPACT_CHROMIUM names one)"
        if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One browser for all page tests of a worker."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, headless=True, args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def refused_requests() -> list[str]:
    """The addresses beyond this machine that the page asked for: none, if it works offline."""
    return []


@pytest.fixture
def offline_context(browser: Browser, refused_requests: list[str]) -> Iterator[BrowserContext]:
    """A fresh browser profile that reaches files and this machine only."""

    def admit(route: Route) -> None:
        if is_local(route.request.url):
            route.continue_()
        else:
            refused_requests.append(route.request.url)
            route.abort()

    context = browser.new_context(service_workers="block")
    context.route("**/*", admit)
    yield context
    context.close()


@pytest.fixture
def page(offline_context: BrowserContext) -> Page:
    """A new page in a fresh, offline profile."""
    return offline_context.new_page()


def is_local(url: str) -> bool:
    """Whether an address stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as shown: `rule (impact): first element`, worst first."""
    impacts = ["critical", "serious", "moderate", "minor"]
    found = Axe().run(page).response["violations"]
    found.sort(key=lambda violation: impacts.index(violation["impact"] or "minor"))
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html']}" for v in found]
