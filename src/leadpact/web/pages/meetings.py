"""Meetings: when each is next, its review pack, and the decisions and actions that came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect

from leadpact.documents.paper.pack import SECTIONS, pack
from leadpact.flows.on_paper import FORMATS
from leadpact.insight.meetings import next_meetings
from leadpact.ledger.models import Outcome
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors import outcomes as outcomes_of
from leadpact.ledger.services import outcomes
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import parts
from leadpact.web.figures.roles import READERS
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.numbers import whole
from leadpact.web.registry import PageRequest, action, page, part

#: What was typed and could not be kept waits in the session, to be mended.
_TYPED = "not kept"
_FIELDS = ("meeting", "held_on", "kind", "text", "owner", "due")
_MOST_TYPED = 2 * outcomes.MOST_CHARACTERS


def _who(row: Outcome) -> str:
    """Who did an action; a decision is of both sides."""
    return row.owner if row.kind == Outcome.Kind.ACTION else "both sides"


@page("meetings/", name="meetings", roles=READERS, nav="Meetings", order=61)
def meetings(request: PageRequest) -> HttpResponseBase:
    """What is held next, with its pack; open actions; and a list of what was settled."""
    return answer(request, SETTLED, "meetings/page.html", lambda _: _beside(request))


def _beside(request: PageRequest) -> Mapping[str, Any]:
    version = agreements.in_force(request.now)
    return {
        "answer": None,
        "next": next_meetings(version.agreement, request.now) if version else [],
        "open": sorted(_open(), key=lambda each: (each.due or date.max, each.pk)),
        "today": request.now.astimezone(request.zone).date(),
        "may": request.caller.may(Act.MEET),
        "typed": request.session.pop(_TYPED, None),
    }


SETTLED: Listing[Outcome] = Listing(
    name="settled",
    title="What was settled",
    rows=lambda _: outcomes_of.settled(),
    columns=(
        Column("held", "Held", lambda row: row.held_on, order="held_on", cell=cells.day),
        Column("meeting", "Meeting", lambda row: row.meeting, order="meeting"),
        Column("kind", "It is", lambda row: row.kind, order="kind"),
        Column("what", "What", lambda row: row.text, cell=cells.in_lines),
        Column("who", "Who", _who, order="owner", cell="lists/cells/settled_by.html"),
        Column("done", "Done", lambda row: row.done_at, order="done_at", on_page=False),
        Column("by", "Kept by", lambda row: row.by, order="by"),
    ),
    order="-held",
    filters=(
        Filter(
            "meeting", "Meeting", lambda _: [(each, each) for each in outcomes_of.names()],
            lambda rows, value: rows.filter(meeting=value),
        ),
        Filter(
            "kind", "It is", one_of(Outcome.Kind.values),
            lambda rows, value: rows.filter(kind=value),
        ),
    ),
    search=lambda rows, text: rows.filter(Q(text__icontains=text) | Q(owner__icontains=text)),
    searched="What or who",
    empty=Empty(
        "Nothing was settled yet",
        "Decisions stand here once they are kept, and actions once they are done.",
    ),
)  # fmt: skip


@part("meetings/pack", name="review_pack", roles=READERS)
def review_pack(request: PageRequest) -> HttpResponse:
    """The next time of a meeting with its agenda, open actions and figures, as `pdf` or `docx`."""
    version, ending = agreements.in_force(request.now), request.GET.get("as", "pdf")
    coming = next_meetings(version.agreement, request.now) if version else []
    asked = request.GET.get("meeting", "")
    chosen = next((each for each in coming if not asked or each.meeting.name == asked), None)
    if version is None or chosen is None or ending not in FORMATS:
        raise Http404("There is no such meeting, or no such format.")
    zone = ZoneInfo(version.agreement.calendar.timezone)
    found = parts("overview", *SECTIONS)
    settled = [
        [each.text, each.owner, f"{each.due:%d %b %Y}" if each.due else "–", str(each.meeting)]
        for each in _open()
    ]
    measured = found.measurement.as_of if found.measurement else None
    kind, written = FORMATS[ending]
    told = pack(
        chosen, zone, found.found.get("overview"), _in_order(found.found), settled, measured
    )
    name = f"review-{chosen.begins.astimezone(zone):%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written(told, request.now), content_type=kind, headers=headers)


@action("meetings/keep", name="keep_outcome", act=Act.MEET)
def keep_outcome(request: PageRequest) -> HttpResponseRedirect:
    """Keep a decision or an action of a meeting."""
    sent = request.POST
    try:
        held_on = _day(sent.get("held_on", ""))
        kept = outcomes.keep(
            sent.get("meeting", ""),
            held_on or request.now.astimezone(request.zone).date(),
            sent.get("kind", ""),
            sent.get("text", ""),
            owner=sent.get("owner", ""),
            due=_day(sent.get("due", "")),
            actor=request.caller.name,
            now=request.now,
        )
        messages.success(request, f"The {kept.kind} is kept.")
    except outcomes.OutcomeError as error:
        messages.error(request, str(error))
        request.session[_TYPED] = {each: sent.get(each, "")[:_MOST_TYPED] for each in _FIELDS}
    return redirect("meetings")


@action("meetings/settle", name="settle_outcome", act=Act.MEET)
def settle_outcome(request: PageRequest) -> HttpResponseRedirect:
    """Say that an action is done, or that it is not after all."""
    try:
        outcomes.settle(
            whole(request.POST.get("number", "")) or 0,
            request.POST.get("done") == "yes",
            actor=request.caller.name,
            now=request.now,
        )
    except outcomes.OutcomeError as error:
        messages.error(request, str(error))
    return redirect("meetings")


def _open() -> list[Outcome]:
    return list(outcomes_of.open_actions())


def _in_order(found: dict[str, object]) -> list[object]:
    return [found[key] for key in SECTIONS if found.get(key)]


def _day(text: str) -> date | None:
    """The day that somebody named, None for none. Raises OutcomeError."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise outcomes.OutcomeError(f"“{text[:20]}” is no day: write it as 2026-03-31.") from None
