"""Write the pages of docs/reference from the code, or say which of them are stale.

python scripts/reference.py            write what is stale
python scripts/reference.py --check    write nothing; exit 1 when a page is stale
python scripts/reference.py --quick    leave out the pages that take long
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import forecast
import messages

from leadpact.agreement import lint
from leadpact.agreement import reference as agreement
from leadpact.cli import reference as cli
from leadpact.documents.star import reference as star
from leadpact.engine import log_reference
from leadpact.engine.metrics import registry
from leadpact.sources import reference as sources
from leadpact.sources.crm import reference as crm

ROOT = Path(__file__).resolve().parent.parent


class Page(NamedTuple):
    """A page, what makes it, and whether that takes more than a moment."""

    path: str
    make: Callable[[], str]
    is_slow: bool = False


PAGES = (
    Page("docs/reference/agreement.md", agreement.reference_markdown),
    Page("docs/reference/cli.md", cli.reference_markdown),
    Page("docs/reference/crm.md", crm.reference_markdown),
    Page("docs/reference/forecast.md", forecast.forecast_reliability, is_slow=True),
    Page("docs/reference/lint.md", lint.reference),
    Page("docs/reference/log.md", log_reference.reference),
    Page("docs/reference/messages.md", messages.made_apart, is_slow=True),
    Page("docs/reference/metrics.md", registry.reference),
    Page("docs/reference/sources.md", sources.reference_markdown),
    Page("docs/reference/star-schema.md", star.reference),
)


def main(arguments: Sequence[str]) -> int:
    """Bring the pages up to date, or with `--check` only say which are not."""
    stale = [
        page
        for page in PAGES
        if not (page.is_slow and "--quick" in arguments) and brought_up_to_date(page, arguments)
    ]
    for page in stale:
        print(f"{page.path} is stale: run `make docs`" if "--check" in arguments else page.path)
    return 1 if stale and "--check" in arguments else 0


def brought_up_to_date(page: Page, arguments: Sequence[str]) -> bool:
    """Whether the page was stale; it no longer is, unless that is only asked."""
    path, text = ROOT / page.path, page.make()
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    if "--check" not in arguments:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
