"""Write the pictures that the documentation shows, from the sample company's own pages.

`docs/images/report.png` is the first screen of its report, as the README shows it. Without a
Chromium or Chrome the pictures stay as they are, and the script says so.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

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
        take(chromium, page, IMAGES / "report.png")
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


def take(chromium: str, page: Path, picture: Path) -> None:
    """Take the first screen of a page, in light colours and one pixel a point."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        shown = browser.new_page(viewport=SIZE, color_scheme="light", device_scale_factor=1)
        shown.goto(page.as_uri())
        shown.screenshot(path=picture)
        browser.close()
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
