"""The home of both heads: who keeps which promise, what changed, what needs a decision."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents.parts.diagnosis import KEY as DIAGNOSIS
from leadpact.ledger.models import Role
from leadpact.web.figures.parts import told
from leadpact.web.pages.home import decisions_of, home_of
from leadpact.web.registry import PageRequest

#: Words that say a verdict to who sees no colour.
MARKS = {"kept": "✓", "short": "!", "broken": "✗"}


@home_of(Role.MARKETING_HEAD, Role.SALES_HEAD, Role.ADMINISTRATOR, Role.VIEWER)
def home(request: PageRequest) -> HttpResponse:
    """Sentences first, figures below."""
    shown = told("Home", "", "overview", "open", "week", "goals", DIAGNOSIS)
    found = shown["parts"]
    shown |= {
        "overview": marked(found.get("overview")),
        "open": found.get("open"),
        "week": found.get("week"),
        "goals": found.get("goals"),
        "diagnosis": found.get(DIAGNOSIS),
        "decisions": decisions_of(request),
        "has_charts": False,
    }
    return render(request, "home/heads.html", shown)


def marked(overview: Any) -> Any:
    """The first screen, each line with the sign of its verdict; None where there is none yet."""
    for side in overview["sides"] if overview else ():
        for line in side["lines"]:
            line["mark"] = MARKS.get(line["verdict"], "–")
    return overview
