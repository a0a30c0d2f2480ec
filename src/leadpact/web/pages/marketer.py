"""A marketer's home: their campaigns' leads, and what became of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.ledger.models import Role
from leadpact.web.figures.parts import told
from leadpact.web.pages.heads import marked
from leadpact.web.pages.home import decisions_of, home_of
from leadpact.web.registry import PageRequest


@home_of(Role.MARKETER)
def home(request: PageRequest) -> HttpResponse:
    """What marketing promised, what came, and what sales made of it."""
    shown = told("Home", "", "overview", "week", "sources", "quality")
    found = shown["parts"]
    overview = marked(found.get("overview"))
    shown |= {
        "overview": overview,
        "side": overview["sides"][0] if overview else None,
        "week": found.get("week"),
        "decisions": decisions_of(request),
        "sections": [found[key] for key in ("sources", "quality") if key in found],
    }
    return render(request, "home/marketer.html", shown)
