"""A lead's page: who it is, where it stands, what is owed, what both teams did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from leadpact.agreement.spec import Agreement
from leadpact.flows.faces import Face, faces_of
from leadpact.flows.messages import name_of
from leadpact.ledger.models import Clock, Event, Lead
from leadpact.ledger.selectors import agreements, inbox, one_lead, voids
from leadpact.ledger.selectors.disputes import unruled_of
from leadpact.ledger.selectors.engagement import contacts
from leadpact.ledger.services import proposals
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.permits import Act
from leadpact.web.going_back import back_of
from leadpact.web.numbers import whole
from leadpact.web.pages.inbox import forms_of, works_of
from leadpact.web.registry import PageRequest, action, page
from leadpact.web.who import TOLD, who

#: How a route was found, what counts passages and versions, and what helps nobody who calls.
_TOLD_ELSEWHERE = ("steps", "episode", "version", "user_agent")
_A_PAGE = 40
_SIDES = ("sales", "marketing")
_CONTACTS = 4


@dataclass(frozen=True)
class Line:
    """A row of the timeline: whose doing it was, and whether it still counts."""

    row: Event
    side: str
    said: str
    withdrawn: bool
    may_void: bool


@dataclass(frozen=True)
class Passage:
    """A passage through the funnel with its stages and the route it took."""

    episode: Any
    stages: Sequence[Any]
    handoff: Any
    steps: Sequence[str]


@page("leads/<path:key>", name="lead")
def show(request: PageRequest, key: str) -> HttpResponseBase:
    """Everything about a lead, from what was found when it was last looked at."""
    lead = one_lead.lead_for(request.caller, key)
    if lead is None:
        survivor = one_lead.survivor_for(request.caller, key)
        if survivor is None:
            raise Http404
        messages.info(request, f"{key} was merged into this lead.")
        return redirect("lead", key=survivor)
    version = agreements.in_force(request.now)
    agreement = version.agreement if version else None
    kept = one_lead.kept_of(request.caller, lead)
    state = getattr(lead, "state", None)
    told: dict[str, Any] = {
        "lead": lead,
        "state": state,
        "name": name_of(lead),
        "who": who(lead),
        "known": _known(state, agreement),
        "kept": kept,
        "passages": _passages(kept),
        "work": works_of([lead], request)[0] if state else None,
        "owed": _owed(kept, lead.key, request.now),
        "contacts": contacts(lead.key, _CONTACTS),
        "scores": _scores(state, kept),
        "mine": _works(request, lead),
        "programs": [each.name for each in agreement.nurture] if agreement else [],
        "excluded": state is not None and state.status == "excluded",
        "disputes": unruled_of(lead),
        "stages": [each.name for each in agreement.stages] if agreement else [],
        "waivable": _waivable(kept.clocks, agreement),
        **_timeline(request, lead, agreement),
        **forms_of(agreement, request.caller),
    }
    return render(request, "lead/page.html", told)


def _works(request: PageRequest, lead: Lead) -> bool:
    """Whether sales has the lead now, and the reader may work it."""
    mine = inbox.leads_to_work(request.caller).filter(key=lead.key)
    return request.caller.may(Act.WORK_LEAD) and mine.exists()


def _owed(kept: one_lead.Kept, lead: str, now: datetime) -> list[tuple[str, Sequence[Face]]]:
    """What is open, by side: sales first, since who opens the page mostly works there."""
    found = faces_of(kept.clocks, now).get(lead, ())
    sides = [(side, [each for each in found if each.side == side]) for side in _SIDES]
    return [(side, faces) for side, faces in sides if faces]


def _scores(state: Any, kept: one_lead.Kept) -> Any:
    """The last entry into a stage whose score was another: what the present one came from."""
    now = state.score if state else None
    entries = [each for each in kept.stages if each.episode == (state.episode if state else None)]
    return next(
        (each for each in entries if now is not None and each.score not in (None, now)), None
    )


def _known(state: Any, agreement: Agreement | None) -> Mapping[str, Any]:
    """What is known of a lead: what the agreement decides by first, numbers of records last."""
    stated = json.loads(state.attributes) if state else {}
    declared = list(agreement.fields) if agreement else []
    order = {name: place for place, name in enumerate(declared)}
    names = sorted(
        (name for name in stated if name not in TOLD and stated[name] not in (None, "")),
        key=lambda name: (name.endswith("_id"), order.get(name, len(order)), name),
    )
    return {name: _whole(stated[name]) for name in names}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _passages(kept: one_lead.Kept) -> list[Passage]:
    routes = {each.episode: each for each in kept.handoffs}
    found = []
    for episode in kept.episodes:
        handoff = routes.get(episode.episode)
        stages = [each for each in reversed(kept.stages) if each.episode == episode.episode]
        steps = json.loads(handoff.steps) if handoff else []
        found.append(Passage(episode, stages, handoff, steps))
    return found


def _waivable(clocks: Iterable[Clock], agreement: Agreement | None) -> set[str]:
    """Promises of the agreement that a head may waive, or somebody dispute."""
    names = {each.name for each in agreement.obligations} if agreement else set()
    return {each.obligation for each in clocks if each.obligation in names}


def _timeline(request: PageRequest, lead: Lead, agreement: Agreement | None) -> Mapping[str, Any]:
    begin = whole(request.GET.get("from", "")) or 0
    rows = list(one_lead.timeline(lead)[begin : begin + _A_PAGE + 1])
    shown = rows[:_A_PAGE]
    gone = voids.withdrawn(shown)
    may = request.caller.may(Act.VOID)
    lines = [
        Line(
            row,
            _side(row, agreement),
            _said(row),
            (row.source, row.event_id) in gone,
            may and not row.decided and (row.source, row.event_id) not in gone,
        )
        for row in shown
    ]
    later = begin + _A_PAGE if len(rows) > _A_PAGE else None
    return {"lines": lines, "begin": begin, "earlier": later}


def _side(row: Event, agreement: Agreement | None) -> str:
    """Whose doing a row was: sales, marketing, the system, or the lead itself."""
    if row.decided:
        return "system"
    if row.kind.startswith(("sales.", "deal.")):
        return "sales"
    sent = agreement is not None and row.kind == agreement.hygiene.sent_kind
    of_marketing = sent or row.kind.startswith(("nurture.", "lead.", "stage."))
    return "marketing" if of_marketing else "lead"


def _said(row: Event) -> str:
    """The properties of a row in one line, but for what the page tells elsewhere."""
    told = json.loads(row.properties)
    shown = {name: value for name, value in told.items() if name not in _TOLD_ELSEWHERE}
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in shown.items())


@action("proposals/<int:number>/<str:verdict>", name="decide_proposal", act=Act.CLEAN)
def decide(request: PageRequest, number: int, verdict: str) -> HttpResponse:
    """Merge two leads that may be one, or never propose them again."""
    decided = {"accept": proposals.accept, "refuse": proposals.refuse}.get(verdict)
    if decided is None:
        raise Http404
    try:
        row = decided(Doing(request.caller, request.now), number)
    except Refused as error:
        messages.error(request, error.message)
    else:
        merged = f"{row.second_id} is merged into {row.first_id}; that can be undone."
        messages.success(request, merged if verdict == "accept" else "They stay two leads.")
    return redirect(back_of(request))
