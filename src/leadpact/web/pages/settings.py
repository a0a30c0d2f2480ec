"""The settings: where they stand, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from leadpact.ledger.models import Role
from leadpact.ledger.services.permits import Act
from leadpact.web.going_back import back_of
from leadpact.web.registry import PAGES, PageRequest, page
from leadpact.web.set_up import as_it_stands

#: Page → what it is called, and what one does there.
_PAGES: dict[str, tuple[str, str]] = {
    "running": (
        "Agreement",
        "What is in force, its versions, going live or only watching.",
    ),
    "people": ("People", "Invite people; teams, hours, limits and absences."),
    "imports": ("Imports", "Bring in an export of your CRM or a spreadsheet, or take one back."),
    "crm": ("CRM", "Connect HubSpot or Salesforce; at first Leadpact only reads."),
    "forms": ("Web forms", "Forms for your site, and the snippet to paste."),
    "notices": (
        "Notifications",
        "How people and programs are told, and what got through.",
    ),
    "keys": ("API keys", "Let programs send events and read data."),
}

#: What a page does with what was sent to it; the sentence that says so, or a whole answer.
Does = Callable[[PageRequest], str | HttpResponseBase]


@dataclass(frozen=True)
class Tab:
    """A page of the settings that the reader may use."""

    name: str
    title: str
    what: str
    url: str
    here: bool


def tabs(request: PageRequest) -> list[Tab]:
    """The settings' pages that somebody may use."""
    found = []
    for name, (title, what) in _PAGES.items():
        info = PAGES.get(f"settings_{name}")
        if info and info.admits(request.caller):
            url = reverse(info.name)
            found.append(Tab(name, title, what, url, request.path.startswith(url)))
    return found


def shown(request: PageRequest, name: str, **told: Any) -> HttpResponse:
    """A page of the settings, with the way to the others."""
    return render(request, f"settings/{name}.html", {"tabs": tabs(request), **told})


def done(
    request: PageRequest, doing: Mapping[str, Does], refusals: tuple[type[Exception], ...], to: str
) -> HttpResponseBase:
    """Do what the form asks for by its button's `do`, say so, and show the page anew.

    What raises one of `refusals` is told as it stands. A form of a list names the page of the list
    that it stands on as `back`.
    """
    to = back_of(request) if "back" in request.POST else to
    what = doing.get(request.POST.get("do", ""))
    try:
        said = what(request) if what else "Nothing was asked for."
    except refusals as error:
        messages.error(request, str(error))
        return redirect(to)
    if isinstance(said, HttpResponseBase):
        return said
    messages.success(request, said)
    return redirect(to)


@page(
    "settings/",
    name="settings",
    nav="Settings",
    order=900,
    roles=frozenset({Role.ADMINISTRATOR, Role.MARKETING_HEAD, Role.SALES_HEAD, Role.MARKETER}),
)
def settings(request: PageRequest) -> HttpResponse:
    """What can be set, for whoever asks, and how it stands."""
    stands = as_it_stands(request.now)
    cards = [(tab, stands[tab.name]) for tab in tabs(request)]
    return shown(request, "index", cards=cards, tables=request.caller.may(Act.ADMINISTER))
