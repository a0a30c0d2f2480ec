"""What people read: each kind of notice in a subject and a few sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.documents import words
from leadpact.flows import agreement_text, digest_text
from leadpact.flows.qualified import why_handed_over
from leadpact.flows.telling import (
    AGREEMENT,
    BREACH,
    CONNECTION,
    CORRECTION,
    DIGEST,
    ESCALATION,
    HANDOFF,
    WARNING,
)
from leadpact.flows.wording import when
from leadpact.ledger.models import Clock, Event, Lead, Notice
from leadpact.ledger.services.states import OPEN_CLOCKS
from leadpact.notify.message import Link, Message

#: The last things a lead did that are told with it.
_MOST_TOLD = 5
#: With more notices of one kind for one person, a single message tells them all.
TOGETHER = 3
#: So many leads of a single message have a link: more would be a wall of addresses.
_MOST_LINKED = 10


def message_of(notice: Notice, zone: ZoneInfo, now: datetime, links: Sequence[Link]) -> Message:
    """One notice as a message, its times on the wall clock of the zone."""
    about: Mapping[str, Any] = json.loads(notice.payload)
    if notice.kind == DIGEST:
        lines = digest_text.lines_of(about, zone, now, lead_named)
        return Message(notice.key, digest_text.subject_of(about), lines)
    if notice.kind == CONNECTION:
        told = f"{about['system']} needs you: Leadpact is shut out"
        return Message(notice.key, told, [str(about["why"]), _SHUT_OUT])
    if notice.kind == AGREEMENT:
        return agreement_text.message_of(notice.key, about, zone)
    lead = _found(notice.lead_id)
    name = name_of(lead)
    told = _subject(notice.kind, about).format(lead=name, **_strings(about))
    lines = {
        "handoff": lambda: _handoff(lead, zone, now),
        "returned": lambda: _returned(about),
        "withdrawn": lambda: [_WITHDRAWN],
        "touch": lambda: _touch(about, zone, now),
    }.get(notice.kind, lambda: _of_clock(notice.kind, about, zone, now) + _reach(lead, notice))()
    return Message(notice.key, told, lines, links)


def together(
    notices: Sequence[Notice],
    zone: ZoneInfo,
    now: datetime,
    links_for: Callable[[Notice], Sequence[Link]],
) -> Message:
    """Several notices of one kind as one message, what sales owes soonest first.

    The first leads have a link each, of those that `links_for` offers: to accept a new lead, else
    to log an attempt.
    """
    kind = notices[0].kind
    leads = Lead.objects.select_related("state", "company").in_bulk([n.lead_id for n in notices])
    owed = _owed(leads) if kind in (HANDOFF, WARNING, BREACH, ESCALATION) else {}
    first = 0 if kind == HANDOFF else -1
    never = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(notices, key=lambda each: owed.get(each.lead_id or "", never))
    lines, links = [], []
    for place, notice in enumerate(ordered):
        name, due = name_of(leads.get(notice.lead_id)), owed.get(notice.lead_id or "")
        lines.append(f"- {name}" + (f": due {when(due, zone, now)}" if due else ""))
        offered = links_for(notice) if place < _MOST_LINKED else ()
        if offered:
            links.append(Link(f"{offered[first].label}, {name}", offered[first].url))
    told = f"{words.number(len(notices))} {_TOGETHER[kind]}"
    return Message(notices[0].key, told, lines, links)


def _owed(leads: Iterable[str]) -> dict[str, datetime]:
    """When sales owes each of these leads the next thing, or owed it."""
    clocks = Clock.objects.filter(
        lead__in=list(leads), side="sales", outcome__in=OPEN_CLOCKS, protocol_step=None
    )
    found: dict[str, datetime] = {}
    for lead, due in clocks.exclude(due_at=None).order_by("due_at").values_list("lead", "due_at"):
        if due is not None:
            found.setdefault(lead, due)
    return found


_SUBJECTS = {
    "handoff": "New lead for you: {lead}",
    "warning": "Waiting: {lead} · {obligation}",
    "breach": "Overdue: {lead} · {obligation}",
    "escalation": "Overdue, told to you too: {lead} · {obligation}",
    "correction": "Not overdue after all: {lead} · {obligation}",
    "returned": "Sales gave back {lead}",
    "withdrawn": "No longer yours: {lead}",
    "touch": "Due: {step} · {lead}",
}
#: The same, of a step of the escalation that is told some time after the breach.
_STILL = "Still overdue after {after}: {lead} · {obligation}"
_SHUT_OUT = (
    "Nothing is lost: what happens there meanwhile is read once `leadpact crm connect` has a "
    "credential that is good, and what is to be written there waits."
)
_WITHDRAWN = "What made it qualify was withdrawn: nothing is owed to it any more."
#: What several notices of a kind are about.
_TOGETHER = {
    "handoff": "new leads",
    "warning": "leads that are waiting",
    "breach": "overdue promises",
    "escalation": "overdue promises",
    "correction": "promises that were kept after all",
    "returned": "leads that sales gave back",
    "withdrawn": "leads that are no longer yours",
    "touch": "nurture steps that are due",
}


def _subject(kind: str, about: Mapping[str, Any]) -> str:
    return _STILL if kind == ESCALATION and about.get("after") else _SUBJECTS[kind]


def _strings(about: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(about.get(name) or "") for name in ("obligation", "step", "after")}


def lead_named(key: str) -> str:
    """A lead by its key, as people know it."""
    return name_of(_found(key))


def _found(key: str | None) -> Lead | None:
    return Lead.objects.select_related("state", "company").filter(key=key).first()


def name_of(lead: Lead | None) -> str:
    """Who a lead is, as people know them: name and company, else what there is."""
    if lead is None:
        return "a lead that is gone"
    state = getattr(lead, "state", None)
    stated = json.loads(state.attributes) if state else {}
    who = [_on_one_line(stated[k]) for k in ("name", "company") if stated.get(k)]
    return ", ".join(who) or _on_one_line(stated.get("email") or lead.key)


def _on_one_line(stated: object) -> str:
    """What a lead states, so that it cannot pass for a line of ours."""
    return " ".join(str(stated).split())


def _handoff(lead: Lead | None, zone: ZoneInfo, now: datetime) -> list[str]:
    if lead is None:
        return []
    state = lead.state
    grade = f", tier {state.tier}" if state.tier else ""
    scored = f" ({state.score:g} points{grade})" if state.score is not None else ""
    why = why_handed_over([lead.key], now)[lead.key]
    lines = [f"It is at {state.stage}{scored}.", *([f"Why: {why}."] if why else [])]
    lines += reached_at(lead)
    lines += promises_of(lead.key, zone, now)
    did = Event.objects.filter(lead=lead).exclude(kind__contains=".").order_by("-happened")
    kinds = list(dict.fromkeys(did.values_list("kind", flat=True)[:50]))[:_MOST_TOLD]
    if kinds:
        told = words.listed(_on_one_line(kind.replace("_", " ")) for kind in kinds)
        lines.append(f"What it did last: {told}.")
    return lines


def reached_at(lead: Lead) -> list[str]:
    """How to reach a lead, as far as it stated that."""
    stated = json.loads(lead.state.attributes)
    ways = [_on_one_line(stated[way]) for way in ("email", "phone") if stated.get(way)]
    return [f"Reach it at {words.listed(ways)}."] if ways else []


def promises_of(lead: str, zone: ZoneInfo, now: datetime) -> list[str]:
    """What sales owes a lead, and until when; the most urgent first."""
    running = Clock.objects.filter(lead=lead, outcome="running", side="sales", protocol_step=None)
    return [
        f"{clock.obligation}: due {when(clock.due_at, zone, now)}."
        for clock in running.exclude(due_at=None).order_by("due_at")
        if clock.due_at is not None
    ]


def _of_clock(kind: str, about: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> list[str]:
    due = about.get("due_at")
    if not due:
        return []
    until = when(datetime.fromisoformat(str(due)), zone, now)
    lines = [f"It {'is' if kind == WARNING else 'was'} promised by {until}."]
    if kind == ESCALATION and about.get("holder"):
        lines.append(f"{about['holder']} has the lead.")
    if kind == CORRECTION and about.get("stopped_at"):
        at = when(datetime.fromisoformat(str(about["stopped_at"])), zone, now)
        lines.append(f"The answer came {at} and was logged only later.")
    return lines


def _reach(lead: Lead | None, notice: Notice) -> list[str]:
    """Whoever is to answer reads how to."""
    if lead is None or notice.kind not in (WARNING, BREACH):
        return []
    return reached_at(lead) if lead.state.holder == notice.receiver else []


def _touch(about: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> list[str]:
    due = when(datetime.fromisoformat(str(about["due_at"])), zone, now)
    return [f"{about['program']}: {about['step']} by {about['channel']}, due {due}."]


def _returned(about: Mapping[str, Any]) -> list[str]:
    by = f" by {about['by']}" if about.get("by") else ""
    note = [f"“{about['note']}”"] if about.get("note") else []
    return [f"Reason{by}: {about.get('reason') or 'none given'}.", *note]
