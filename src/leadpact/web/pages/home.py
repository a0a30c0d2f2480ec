"""The first page after signing in: each role's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.deciding import Waits, to_decide
from leadpact.ledger.services.permits import Act
from leadpact.web.registry import PAGES, PageRequest, View, page

_HOMES: dict[str, View] = {}


def home_of(*roles: str) -> Callable[[View], View]:
    """Make a view the home of some roles; the others begin at a page that says where to go."""

    def put(view: View) -> View:
        _HOMES.update(dict.fromkeys(roles, view))
        return view

    return put


def decisions_of(request: PageRequest) -> Waits:
    """What waits for the reader, each with the page where it is done if the reader may use it."""
    waits = to_decide(request.caller, request.now)
    own = [
        each
        if each.url_name and PAGES[each.url_name].admits(request.caller)
        else replace(each, url_name="")
        for each in waits.own
    ]
    return replace(waits, own=own)


@page("", name="home", nav="Home", order=0)
def home(request: PageRequest) -> HttpResponseBase:
    """The home of whoever asks; before there is an agreement, of an administrator the set-up."""
    if request.caller.may(Act.ADMINISTER) and agreements.in_force(request.now) is None:
        return redirect("setup")
    view = _HOMES.get(request.caller.role or "", _start)
    return view(request)


def _start(request: PageRequest) -> HttpResponseBase:
    version = agreements.in_force(request.now)
    return render(request, "home/start.html", {"version": version})
