"""The agreement as a web page of its own, which needs nothing else."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadpact.documents.paper.content import Paper


def as_page(paper: Paper, at: datetime) -> bytes:
    """The document as one HTML file; `at` is the instant at which it was made."""
    found = Environment(
        loader=PackageLoader("leadpact.documents"), undefined=StrictUndefined, autoescape=True
    )
    made = f"{at.day} {at:%b %Y}"
    return found.get_template("paper.html").render(paper=paper, made=made).encode()
