"""The agreement as PDF, set by typst."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import resources

import typst

from leadpact.documents.paper.content import Paper


def as_pdf(paper: Paper, at: datetime) -> bytes:
    """The document as a tagged PDF of A4 pages; `at` is the instant at which it was made.

    Its texts reach the template as data, so that none of them is read as markup.
    """
    template = resources.files("leadpact.documents") / "templates" / "paper.typ"
    made: bytes = typst.compile(
        template.read_bytes(),
        sys_inputs={"paper": json.dumps(asdict(paper))},
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    return made
