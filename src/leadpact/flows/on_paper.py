"""The agreement as a file to download, mail, print and sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leadpact.agreement.spec import Agreement
from leadpact.documents.paper.content import Paper, paper
from leadpact.documents.paper.page import as_page
from leadpact.documents.paper.pdf import as_pdf
from leadpact.documents.paper.word import as_word
from leadpact.documents.words import moment

if TYPE_CHECKING:
    # A file of one's own is written without a ledger.
    from leadpact.ledger.models import Acceptance

#: Ending of a file → what it holds, and how it is written.
FORMATS: dict[str, tuple[str, Callable[[Paper, datetime], bytes]]] = {
    "pdf": ("application/pdf", as_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_word),
    "html": ("text/html; charset=utf-8", as_page),
}


def on_paper(
    agreement: Agreement,
    sha256: str,
    ending: str,
    *,
    now: datetime,
    accepted: Mapping[str, Acceptance | None] | None = None,
) -> bytes:
    """The agreement in the format of an ending; `accepted` has each side's acceptance."""
    zone = ZoneInfo(agreement.calendar.timezone)
    told = {
        side: f"{each.by} on {moment(each.at, zone)} ({zone.key})"
        for side, each in (accepted or {}).items()
        if each
    }
    _, written = FORMATS[ending]
    return written(paper(agreement, sha256, told), now.astimezone(zone))
