"""Write the pictures that the documentation shows, from the sample company's own pages.

`docs/images/report.png` is the first screen of its report; the others are first screens of the
product that `leadpact demo` opens, each as somebody of the company sees it. Without a Chromium or
Chrome the pictures stay as they are, and the script says so.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.demo.company import generate
from leadpact.flows.demonstration import TEMPLATE
from leadpact.flows.recorded import LOG, read_log
from leadpact.flows.run import run

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SIZE = ViewportSize(width=1280, height=800)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
#: What `leadpact demo` makes when nothing else is asked for.
SEED, LEADS = 7, 4000
#: Picture → who looks, and at which page; `LEAD` is the first lead of their inbox.
LEAD = "lead"
SHOWN = {
    "home": ("Sales head", "/"),
    "inbox": ("Rep", "/inbox"),
    "lead": ("Rep", LEAD),
    "clauses": ("Marketing head", "/settings/running/clauses/obligations"),
}


def main() -> int:
    """Write every picture; 0 also where there is no browser to take them with."""
    chromium = find_chromium()
    if not chromium:
        print("docs/images: no Chromium here, the pictures stay as they are (make browser).")
        return 0
    with tempfile.TemporaryDirectory() as made:
        page = Path(made) / "report.html"
        page.write_text(sample_report(Path(made)), encoding="utf-8")
        IMAGES.mkdir(exist_ok=True)
        with browsing(chromium) as browser:
            take(fresh_page(browser), page.as_uri(), "report")
            with product(Path(made) / "home") as at:
                picture_pages(browser, at)
    return 0


def find_chromium() -> str:
    """The browser that the page tests drive; empty without one."""
    finder = [str(ROOT / "scripts" / "find-or-install-chromium"), "--find-only"]
    found = subprocess.run(finder, stdout=subprocess.PIPE, text=True, check=False)
    return found.stdout.strip()


def sample_report(folder: Path) -> str:
    """The page of the sample company under the template that goes with it."""
    generate(seed=SEED, leads=LEADS).write(folder)
    agreement = load_text(templates.text(TEMPLATE), "agreement.yaml")
    return run([agreement], read_log(folder / LOG), tell=tell).report.html()


def tell(_done: float, what: str) -> None:
    """Say what goes on."""
    print(f"  {what}", flush=True)


@contextlib.contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """A browser, until it is not needed any more."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def fresh_page(browser: Browser) -> Page:
    """A page in light colours and one pixel a point, where nobody is signed in."""
    return browser.new_context(
        viewport=SIZE, color_scheme="light", device_scale_factor=1, timezone_id="America/New_York"
    ).new_page()


def take(page: Page, address: str, name: str) -> None:
    """Take the first screen of a page."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    picture = IMAGES / f"{name}.png"
    page.screenshot(path=picture)
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")


@contextlib.contextmanager
def product(folder: Path) -> Iterator[str]:
    """The product with the sample company's year, at its address."""
    words = [sys.executable, "-m", "leadpact", "demo", "--no-lively", "--port", "0"]
    around = {**os.environ, "LEADPACT_HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=around) as running:
        try:
            assert running.stdout is not None
            found = (re.search(r"Open (http://\S+?)/? ", line) for line in running.stdout)
            yield next(match[1] for match in found if match)
        finally:
            running.send_signal(signal.SIGINT)


def picture_pages(browser: Browser, at: str) -> None:
    """The first screens of the product, each as somebody of the company sees it."""
    for name, (role, path) in SHOWN.items():
        page = fresh_page(browser)
        page.goto(at)
        page.get_by_role("button", name=role).first.click()
        page.wait_for_load_state()
        if path == LEAD:
            page.goto(f"{at}/inbox")
            path = page.locator(".whom a").first.get_attribute("href") or "/"
        take(page, f"{at}{path}", name)


if __name__ == "__main__":
    sys.exit(main())
