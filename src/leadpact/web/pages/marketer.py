"""A marketer's home: their campaigns' leads, and what became of them."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from leadpact.documents.parts.campaigns import KEY
from leadpact.ledger.models import Role
from leadpact.ledger.selectors.saved_views import followed_campaigns
from leadpact.ledger.services.permits import Act
from leadpact.ledger.services.saved_views import follow_campaigns
from leadpact.web.figures.parts import told
from leadpact.web.pages.heads import marked
from leadpact.web.pages.home import decisions_of, home_of
from leadpact.web.registry import PageRequest, action

#: Campaigns that are shown to somebody who follows none.
_FIRST = 10


@home_of(Role.MARKETER)
def home(request: PageRequest) -> HttpResponse:
    """Their campaigns first, then what marketing promised, what came, and what sales made of it."""
    shown = told("Home", "", "overview", "week", KEY, "sources", "quality")
    found = shown["parts"]
    overview = marked(found.get("overview"))
    followed = followed_campaigns(request.user)
    shown |= {
        "overview": overview,
        "side": overview["sides"][0] if overview else None,
        "week": found.get("week"),
        "decisions": decisions_of(request),
        "followed": followed,
        **_campaigns(found.get(KEY), followed),
        "sections": [found[key] for key in ("sources", "quality") if key in found],
    }
    return render(request, "home/marketer.html", shown)


@action("campaigns", name="follow_campaigns", act=Act.READ, roles=frozenset({Role.MARKETER.value}))
def follow(request: PageRequest) -> HttpResponse:
    """Choose whose leads the home tells of."""
    names = request.POST.getlist("campaign")
    follow_campaigns(request.user, names)
    messages.success(request, "Your home is about your campaigns." if names else "You see all.")
    return redirect("home")


def _campaigns(section: Any, followed: Set[str]) -> dict[str, Any]:
    """The tables with the rows of the campaigns that somebody follows, and all to choose from."""
    if not section or not section["tables"]:
        return {"campaigns": section, "choices": []}
    choices = [_name(line) for line in section["tables"][0]["lines"]]
    told = {name: [_of(each, followed) for each in section[name]] for name in ("tables", "aside")}
    return {"campaigns": section | told, "choices": choices}


def _of(table: Any, followed: Set[str]) -> Any:
    lines = table["lines"]
    mine = [line for line in lines if _name(line) in followed] if followed else lines[:_FIRST]
    return table | {"lines": mine}


def _name(line: Any) -> str:
    """The campaign that a row is about: its first cell, which is one text."""
    _, pieces, _ = line[0]
    return str(pieces[0])
