"""Lists for pages and programs, of what the caller may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet

from leadpact.engine.identity import email_key
from leadpact.ledger.models import (
    Clock,
    Event,
    Handoff,
    Identity,
    Lead,
    Notice,
    NurtureEntry,
    Person,
)
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller

Row = TypeVar("Row", bound=Model)


def _of_seen(caller: Caller, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Rows about leads that the caller may see; for who sees every lead, all rows about leads."""
    if caller.sees_all and caller.sees_before_handoff:
        return rows.exclude(lead=None)
    return rows.filter(lead__in=leads_for(caller).values("key"))


def events_for(caller: Caller) -> QuerySet[Event]:
    """Rows of the log."""
    return _of_seen(caller, Event.objects.all())


def handoffs_for(caller: Caller) -> QuerySet[Handoff]:
    """Handoffs."""
    return _of_seen(caller, Handoff.objects.all())


def clocks_for(caller: Caller) -> QuerySet[Clock]:
    """Clocks."""
    return _of_seen(caller, Clock.objects.all())


def nurture_for(caller: Caller) -> QuerySet[NurtureEntry]:
    """Entries into nurture programs."""
    return _of_seen(caller, NurtureEntry.objects.all())


@dataclass(frozen=True)
class Nurtured:
    """How many leads are in a program, and of how many the next touch is overdue."""

    leads: int
    late: int


def nurtured(caller: Caller, now: datetime) -> Nurtured:
    """Who is nurtured at a moment, of those whom the caller may see."""
    late = Q(next_touch_at__lt=now)
    found = nurture_for(caller).filter(left_at=None)
    counted = found.aggregate(leads=Count("pk"), late=Count("pk", filter=late))
    return Nurtured(counted["leads"], counted["late"])


def notices_for(caller: Caller) -> QuerySet[Notice]:
    """Notices about leads, and those that are the caller's own."""
    own = Q(receiver=caller.person) if caller.person else Q(pk__in=[])
    seen = _of_seen(caller, Notice.objects.all()).values("pk")
    return Notice.objects.filter(Q(pk__in=seen) | own)


def people() -> QuerySet[Person]:
    """Everybody who may hold leads."""
    return Person.objects.select_related("team").prefetch_related("absences")


def names_of_people() -> list[str]:
    """What they are called, in order."""
    return list(Person.objects.order_by("name").values_list("name", flat=True))


def with_email(leads: QuerySet[Lead], email: str) -> QuerySet[Lead]:
    """Of these leads the one of a mailbox."""
    key = email_key(email)
    mailbox = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=key or "")
    return leads.filter(key__in=mailbox.values("lead_id"))
