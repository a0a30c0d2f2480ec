"""What somebody in sales works: open leads, those first that are owed something soonest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from leadpact.ledger.models import Change, Clock, Event, Handoff, Lead, LeadState
from leadpact.ledger.services.permits import Caller
from leadpact.ledger.services.states import OPEN_CLOCKS

_ASSIGNING = ("lead.assigned", "lead.handed_off")


def leads_to_work(caller: Caller) -> QuerySet[Lead]:
    """Leads that sales has now: those that a rep holds or that wait in a queue of their team; of
    heads, all. A lead that sales gave back is not there until it is handed over again.
    """
    # Whoever may see these need not be asked again, which would cost a look at each lead: what was
    # handed over is no longer marketing's alone, and a rep sees what they hold or may take.
    found = Lead.objects.filter(_to_work(caller, "state__"), merged_into=None)
    return found.select_related("state", "company")


def _to_work(caller: Caller, of: str = "") -> Q:
    """Of states, or of rows with a state named so, those of leads that sales has now."""
    found = Q(**{f"{of}status": "open", f"{of}handed_off_at__isnull": False})
    if caller.sees_all:
        return found
    waits = Handoff.objects.filter(
        lead=OuterRef("pk"), episode=OuterRef(f"{of}episode"), person=None
    )
    mine = Q(**{f"{of}holder": caller.person}) if caller.person else Q(pk__in=[])
    anybodys = Exists(waits.filter(team__in=caller.teams, queue__isnull=False))
    return found & (mine | Q(anybodys, **{f"{of}holder": None}))


@dataclass(frozen=True)
class Waiting:
    """How many leads somebody works, and of how many what is owed is overdue."""

    leads: int
    overdue: int


def waiting_for(caller: Caller, now: datetime) -> Waiting:
    """How much there is to work."""
    late = Q(owed_at__lte=now)
    # Few leads were merged, and states are many: to leave those out takes no look at each lead.
    merged = Lead.objects.filter(merged_into__isnull=False).values("key")
    working = LeadState.objects.filter(_to_work(caller)).exclude(lead__in=merged)
    found = working.aggregate(leads=Count("pk"), overdue=Count("pk", filter=late))
    return Waiting(found["leads"], found["overdue"])


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
        leads_to_work(caller)
        .filter(Exists(came), key__in=fresh)
        .order_by("state__owed_at", "key")[:most]
    )


@dataclass(frozen=True)
class Kept:
    """What became of one promise of somebody: kept, missed or still open past due."""

    obligation: str
    met: int
    broken: int

    @property
    def n(self) -> int:
        """How many were decided."""
        return self.met + self.broken

    @property
    def share(self) -> float:
        """The part that was kept."""
        return self.met / self.n


def promises_of(person: str, since: datetime) -> QuerySet[Clock]:
    """The promises of one person that were due since then and are decided, or open past due.

    Steps of the contact protocol are counted with the promise that they serve.
    """
    return Clock.objects.filter(
        holder=person,
        side="sales",
        protocol_step=None,
        due_at__gte=since,
        outcome__in=("met", "missed", "overdue"),
    )


def kept_by(person: str, since: datetime) -> list[Kept]:
    """What became of the promises of one person that were due since then, by promise."""
    own = promises_of(person, since)
    found: dict[str, dict[str, int]] = {}
    for name, outcome, n in own.values_list("obligation", "outcome").annotate(n=Count("id")):
        found.setdefault(name, {})[outcome] = n
    kept = [
        Kept(name, each.get("met", 0), each.get("missed", 0) + each.get("overdue", 0))
        for name, each in sorted(found.items())
    ]
    return [each for each in kept if each.n]


def came_to(person: str, since: datetime) -> int:
    """How many of the open leads of somebody were handed over since then."""
    own = LeadState.objects.filter(holder=person, status="open", handed_off_at__gte=since)
    return own.count()
