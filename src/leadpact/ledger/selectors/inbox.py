"""What somebody in sales works: open leads, those first that are owed something soonest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from leadpact.ledger.models import Change, Clock, Episode, Event, Handoff, Lead
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller

#: A clock that still asks for something: it runs, or ran out unanswered.
OPEN_CLOCKS = ("running", "overdue")
_ASSIGNING = ("lead.assigned", "lead.handed_off")


def leads_to_work(caller: Caller) -> QuerySet[Any, Any]:
    """Leads that sales has now: those that a rep holds or that wait in a queue of their team; of
    heads, all. A lead that sales gave back is not there until it is handed over again.

    `due` is when sales owes the next thing, null where it owes nothing at present.
    """
    now = {"lead": OuterRef("pk"), "episode": OuterRef("state__episode")}
    handed = Exists(Episode.objects.filter(**now, handed_off_at__isnull=False))
    waits = Handoff.objects.filter(**now, person=None, queue__isnull=False)
    if caller.sees_all:
        mine = Q(state__holder__isnull=False) | Q(Exists(waits))
    else:
        mine = Q(state__holder=caller.person) if caller.person else Q(pk__in=[])
        mine |= Q(state__holder=None) & Q(Exists(waits.filter(team=caller.team or "")))
    owed = Clock.objects.filter(
        lead=OuterRef("pk"), side="sales", outcome__in=OPEN_CLOCKS, due_at__isnull=False
    )
    first = owed.order_by("paused", "due_at").values("due_at")[:1]
    found = leads_for(caller).filter(mine, handed, state__status="open")
    return found.select_related("state", "company").annotate(due=Subquery(first))


def open_clocks(leads: Iterable[str]) -> QuerySet[Clock]:
    """What sales owes some leads."""
    return Clock.objects.filter(lead__in=list(leads), side="sales", outcome__in=OPEN_CLOCKS)


def to_be_looked_at(leads: Iterable[str]) -> set[str]:
    """Of these leads those of which something became known that no worker has looked at yet."""
    return set(Change.objects.filter(lead__in=list(leads)).values_list("lead", flat=True))


def newest_event() -> int:
    """The number of the newest row of the log."""
    return Event.objects.aggregate(newest=Max("id"))["newest"] or 0


def assigned_since(caller: Caller, event: int, most: int) -> list[Lead]:
    """Leads to work that came to the caller after a row of the log."""
    came = Event.objects.filter(id__gt=event, kind__in=_ASSIGNING, lead=OuterRef("pk"))
    fresh = Event.objects.filter(id__gt=event, kind__in=_ASSIGNING).values("lead")
    return list(
        leads_to_work(caller).filter(Exists(came), key__in=fresh).order_by("due", "key")[:most]
    )
