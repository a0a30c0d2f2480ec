"""Meetings: when each is next, its review pack, and the decisions and actions that came of them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from leadpact.documents.paper.pack import SECTIONS, pack
from leadpact.flows.on_paper import FORMATS
from leadpact.insight.meetings import next_meetings
from leadpact.ledger.models import Outcome
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import outcomes
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import parts
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, action, page, part

_MOST_SHOWN = 200


@page("meetings/", name="meetings", roles=READERS, nav="Meetings", order=61)
def meetings(request: PageRequest) -> HttpResponse:
    """What is held next, with its pack; what was settled, open actions first."""
    version = agreements.in_force(request.now)
    document = version.agreement if version else None
    rows = Outcome.objects.order_by("-held_on", "-id")
    today = request.now.astimezone(request.zone).date()
    return render(
        request,
        "meetings/page.html",
        {
            "document": document,
            "next": next_meetings(document, request.now) if document else [],
            "open": sorted(_open(), key=lambda each: (each.due or date.max, each.pk)),
            "settled": rows.exclude(kind=Outcome.Kind.ACTION, done_at=None)[:_MOST_SHOWN],
            "today": today,
            "may": request.caller.may(Act.MEET),
        },
    )


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
        kept = outcomes.keep(
            sent.get("meeting", "")[:120],
            _day(sent.get("held_on", "")) or request.now.astimezone(request.zone).date(),
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
    return redirect("meetings")


@action("meetings/settle", name="settle_outcome", act=Act.MEET)
def settle_outcome(request: PageRequest) -> HttpResponseRedirect:
    """Say that an action is done, or that it is not after all."""
    number = request.POST.get("number", "")
    try:
        outcomes.settle(
            int(number) if number.isdecimal() else 0,
            request.POST.get("done") == "yes",
            actor=request.caller.name,
            now=request.now,
        )
    except outcomes.OutcomeError as error:
        messages.error(request, str(error))
    return redirect("meetings")


def _open() -> list[Outcome]:
    return list(Outcome.objects.filter(kind=Outcome.Kind.ACTION, done_at=None).order_by("id"))


def _in_order(found: dict[str, object]) -> list[object]:
    return [found[key] for key in SECTIONS if key in found]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
