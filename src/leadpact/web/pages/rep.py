"""The home of a rep: what is owed next, and how the promises of late were kept."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.ledger.models import Role
from leadpact.ledger.selectors import agreements, inbox
from leadpact.web.pages.home import home_of
from leadpact.web.pages.inbox import forms_of, works_of
from leadpact.web.registry import PageRequest

_FIRST = 5
#: How far back one's own promises are counted.
_LATELY = timedelta(days=30)


@home_of(Role.REP)
def home(request: PageRequest) -> HttpResponse:
    """My queue by time left, and what became of my promises."""
    caller, now = request.caller, request.now
    owed = inbox.leads_to_work(caller).filter(state__owed_at__isnull=False)
    first = list(owed.order_by("state__owed_at", "key")[:_FIRST])
    waiting = inbox.waiting_for(caller, now)
    version = agreements.in_force(now)
    kept = inbox.kept_by(caller.person, now - _LATELY) if caller.person else None
    told = {
        "works": works_of(first, request),
        "waiting": waiting.leads,
        "overdue": waiting.overdue,
        "kept": kept,
        **forms_of(version.agreement if version else None, caller),
    }
    return render(request, "home/rep.html", told)
