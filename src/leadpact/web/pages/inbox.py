"""The inbox: what waits for somebody in sales, the most urgent first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadpact.agreement.spec import Agreement
from leadpact.flows import answering
from leadpact.flows.crm_links import Link, links_of
from leadpact.flows.faces import ACCEPTED, ATTEMPTED, CONNECTED, Face, faces_of
from leadpact.flows.messages import name_of
from leadpact.flows.working import snooze_reasons
from leadpact.ledger.models import Event, Lead
from leadpact.ledger.selectors import agreements, inbox
from leadpact.ledger.selectors.engagement import Did, did_lately, sales_did_since_handoff
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.services.actions import receivers
from leadpact.ledger.services.permits import Act, Caller
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.numbers import whole
from leadpact.web.registry import PageRequest, page, part
from leadpact.web.who import Who, who

#: What it is called to log an attempt over a channel.
_LOGS = {"phone": "Log call", "email": "Log email"}
_MOST_DID = 3
_MOST_NEW = 5


@dataclass(frozen=True)
class Work:
    """A line of the inbox: the lead, what it is owed, what it did, and what sales did with it.

    It is `orphaned` where the reader may give it to somebody, as nobody has it.
    """

    place: int
    lead: Lead
    who: Who
    faces: Sequence[Face]
    did: Sequence[Did]
    did_more: int
    group: str
    links: Sequence[Link]
    accepted: bool
    snoozed: str
    attempts: int
    last_attempt: Event | None
    pending: bool
    orphaned: bool

    @property
    def next(self) -> Face | None:
        """The step of the contact protocol that comes next, where it is not told first already."""
        return next((each for each in self.faces[1:] if each.step is not None), None)

    @property
    def main(self) -> str:
        """What to do first: find it an owner, or keep what is owed first, or what is usual next."""
        if self.orphaned:
            return "reassign"
        owed = self.faces[0].kept_by if self.faces else frozenset()
        if not self.accepted and (ACCEPTED in owed or not owed & {ATTEMPTED, CONNECTED}):
            return "accept"
        return "attempt"

    @property
    def channel(self) -> str:
        """Over which channel the next step is to be taken, where it names one alone."""
        steps = [each for each in self.faces if each.step is not None]
        return steps[0].channels[0] if steps and len(steps[0].channels) == 1 else ""

    @property
    def logs(self) -> str:
        """What the button is called that logs an attempt."""
        return _LOGS.get(self.channel, "Log attempt")

    @property
    def more_owed(self) -> list[str]:
        """What is owed besides what is told first and the next step."""
        return [each.name for each in self.faces[1:] if each is not self.next]


def _owed(rows: QuerySet[Lead], which: str, now: datetime) -> QuerySet[Lead]:
    if which == "nothing":
        return rows.filter(state__owed_at__isnull=True)
    return (
        rows.filter(state__owed_at__lte=now)
        if which == "overdue"
        else rows.filter(state__owed_at__gt=now)
    )


def _holders(request: PageRequest) -> Sequence[Choice]:
    if not request.caller.sees_all:
        return ()
    version = agreements.in_force(request.now)
    teams = version.agreement.routing.teams if version else []
    return [(each.name, each.name) for team in teams for each in team.people]


def _listing(request: PageRequest) -> Listing[Lead]:
    """The inbox as a list; a rep has no choice of whose."""
    owed = Filter(
        "owed",
        "What is owed",
        lambda _: [("overdue", "overdue"), ("due", "still in time"), ("nothing", "nothing")],
        lambda rows, which: _owed(rows, which, request.now),
    )
    whose = Filter("holder", "Owner", _holders, lambda rows, name: rows.filter(state__holder=name))
    return Listing(
        name="inbox",
        title="Inbox",
        rows=lambda asked: inbox.leads_to_work(asked.caller),
        columns=(
            Column("due", "Due", lambda lead: lead.state.owed_at, order="state__owed_at"),
            Column("name", "Lead", name_of),
            Column("key", "Key", lambda lead: lead.key, order="key"),
            Column("stage", "Stage", lambda lead: lead.state.stage, order="state__stage"),
            Column("score", "Score", lambda lead: lead.state.score, order="state__score"),
            Column("holder", "Owner", lambda lead: lead.state.holder, order="state__holder"),
        ),
        order="due",
        filters=(owed, whose) if request.caller.sees_all else (owed,),
        search=with_text,
        searched="Name, company or email",
        empty=Empty(
            "Nothing waits for you",
            "New leads appear here by themselves as soon as they are handed over to you.",
        ),
        body="inbox/queue.html",
    )


@page("inbox", name="inbox", act=Act.WORK_LEAD, nav="Inbox", order=10)
def show(request: PageRequest) -> HttpResponseBase:
    """What waits, a page of it at a time."""

    def beside(shown: Shown) -> Mapping[str, Any]:
        works = works_of(shown.rows, request)
        told = {"works": works, "pending": any(each.pending for each in works)}
        told |= _choices(request)
        told["grouped"] = shown.asked.order == "due"
        waiting = inbox.waiting_for(request.caller, request.now)
        return {**told, "waiting": waiting.leads, "overdue": waiting.overdue}

    return answer(request, _listing(request), "inbox/page.html", beside)


def works_of(leads: Sequence[Lead], request: PageRequest) -> list[Work]:
    """Leads with all that a line of the inbox says: a few queries, however many they are."""
    keys, now = [lead.key for lead in leads], request.now
    version = agreements.in_force(now)
    of_marketing = [version.agreement.hygiene.sent_kind] if version else []
    faces = faces_of(inbox.open_clocks(keys), now)
    did, sales = did_lately(keys, now, but=of_marketing), sales_did_since_handoff(leads)
    pending, links = inbox.to_be_looked_at(keys), links_of(keys)
    gives = request.caller.sees_all and request.caller.may(Act.REASSIGN)
    return [
        _work(
            place,
            lead,
            faces.get(lead.key, ()),
            did.get(lead.key, ()),
            sales.get(lead.key, ()),
            group=_group(lead, request),
            links=links.get(lead.key, ()),
            pending=lead.key in pending,
            orphaned=gives and not lead.state.holder,
        )
        for place, lead in enumerate(leads, 1)
    ]


def _group(lead: Lead, request: PageRequest) -> str:
    """Under which heading a lead stands: by when the next thing is owed, on the reader's clock."""
    owed = lead.state.owed_at
    if owed is None:
        return "Nothing is owed"
    if owed <= request.now:
        return "Overdue"
    today = request.now.astimezone(request.zone).date()
    return "Due today" if owed.astimezone(request.zone).date() == today else "Due later"


def _work(
    place: int,
    lead: Lead,
    faces: Sequence[Face],
    did: Sequence[Did],
    sales: Sequence[Event],
    *,
    group: str,
    links: Sequence[Link],
    pending: bool,
    orphaned: bool,
) -> Work:
    pauses = [row for row in sales if row.kind in ("sales.snoozed", "sales.resumed")]
    snoozed = pauses[0] if pauses and pauses[0].kind == "sales.snoozed" else None
    attempts = [row for row in sales if row.kind == "sales.attempted"]
    return Work(
        place=place,
        lead=lead,
        who=who(lead),
        faces=faces,
        did=did[:_MOST_DID],
        did_more=max(0, len(did) - _MOST_DID),
        group=group,
        links=links,
        accepted=any(row.kind == "sales.accepted" for row in sales),
        snoozed=str(json.loads(snoozed.properties).get("reason", "")) if snoozed else "",
        attempts=len(attempts),
        last_attempt=attempts[0] if attempts else None,
        pending=pending,
        orphaned=orphaned,
    )


def _choices(request: PageRequest) -> Mapping[str, Any]:
    """What the forms offer, and what the page asks for when it looks for new leads."""
    version = agreements.in_force(request.now)
    return {
        **forms_of(version.agreement if version else None, request.caller),
        "newest": inbox.newest_event(),
    }


def forms_of(agreement: Agreement | None, caller: Caller) -> Mapping[str, Any]:
    """What the forms of working a lead offer somebody."""
    if agreement is None:
        return {"channels": answering.CHANNELS, "outcomes": answering.OUTCOMES}
    return {
        "reasons": [each.reason for each in agreement.handoff.rejections],
        "channels": answering.channels_of(agreement),
        "outcomes": answering.OUTCOMES,
        "snoozes": snooze_reasons(agreement),
        "people": list(receivers(agreement, caller)) if caller.may(Act.REASSIGN) else [],
        "steps": len(agreement.contact_protocol.steps) if agreement.contact_protocol else 0,
    }


@part("inbox/news", name="inbox_news", act=Act.WORK_LEAD)
def news(request: PageRequest) -> HttpResponse:
    """Leads that came since the page was made: they are named, and nothing moves."""
    since = whole(request.GET.get("since", ""))
    found = inbox.assigned_since(request.caller, since, _MOST_NEW + 1) if since is not None else []
    faces = faces_of(inbox.open_clocks([lead.key for lead in found]), request.now)
    came = [(lead, name_of(lead), faces.get(lead.key, [None])[0]) for lead in found[:_MOST_NEW]]
    told = {"came": came, "more": len(found) > _MOST_NEW, "since": since}
    return render(request, "inbox/news.html", told)
