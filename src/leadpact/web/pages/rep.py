"""The home of a rep: what is owed next, and how the promises of late were kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.hurdles import amount
from leadpact.ledger.models import Absence, Role
from leadpact.ledger.selectors import agreements, inbox
from leadpact.ledger.selectors.access import absences
from leadpact.ledger.selectors.inbox import Kept
from leadpact.web.absent_days import Days, with_days, zone_of_days
from leadpact.web.pages.home import home_of
from leadpact.web.pages.inbox import forms_of, works_of
from leadpact.web.pages.leads import NEWLY, WEEK
from leadpact.web.pages.own_promises import LATELY
from leadpact.web.registry import PageRequest

_FIRST = 3


@home_of(Role.REP)
def home(request: PageRequest) -> HttpResponse:
    """My queue by time left, and what became of my promises."""
    caller, now = request.caller, request.now
    owed = inbox.leads_to_work(caller).filter(state__owed_at__isnull=False)
    first = list(owed.order_by("state__owed_at", "key")[:_FIRST])
    waiting = inbox.waiting_for(caller, now)
    version = agreements.in_force(now)
    kept = inbox.kept_by(caller.person, now - LATELY) if caller.person else []
    works = works_of(first, request)
    told = {
        "works": works,
        "absences": _away(caller.person, now) if caller.person else [],
        "pending": any(each.pending for each in works),
        "waiting": waiting.leads,
        "overdue": waiting.overdue,
        "kept": [_promise(each, version.agreement if version else None) for each in kept],
        "came": inbox.came_to(caller.person, now - WEEK) if caller.person else 0,
        "newly": NEWLY,
        "today": _owed_today(request),
        **forms_of(version.agreement if version else None, caller),
    }
    return render(request, "home/rep.html", told)


def _away(person: str, now: datetime) -> list[tuple[Absence, Days | None]]:
    return with_days(absences(now, person), zone_of_days(agreements.in_force(now)))


def _owed_today(request: PageRequest) -> int:
    """How many leads are owed something by the end of the reader's day, not counting overdue."""
    tomorrow = request.now.astimezone(request.zone).date() + timedelta(days=1)
    night = datetime.combine(tomorrow, time(), request.zone)
    leads = inbox.leads_to_work(request.caller)
    return leads.filter(state__owed_at__gt=request.now, state__owed_at__lt=night).count()


def _promise(kept: Kept, agreement: Agreement | None) -> dict[str, Any]:
    """How one promise was kept of late, beside the share that was promised."""
    duties = agreement.obligations if agreement else []
    hurdles = next((each.hurdles for each in duties if each.name == kept.obligation), {})
    aim = hurdles.get("target")
    promised = amount(aim) if aim is not None else None
    told: dict[str, Any] = {"kept": kept, "promised": promised, "mark": "", "tone": ""}
    if kept.n >= ENOUGH and promised is not None:
        reached = kept.share >= promised
        told |= {"mark": "✓" if reached else "✗", "tone": "good" if reached else "bad"}
    return told
