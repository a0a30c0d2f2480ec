"""Which leads somebody may see, and which of them they may work."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadpact.ledger.models import Handoff, Lead, LeadState, Person
from leadpact.ledger.services.permits import Caller


def leads_for(caller: Caller) -> QuerySet[Lead]:
    """Leads that the caller may see, those that were merged left out.

    Marketing keeps leads to itself until the handoff; a rep sees what was handed to them, to their
    team, or to a queue of their team.
    """
    return Lead.objects.filter(seen_by(caller))


def seen_by(caller: Caller, lead: str = "") -> Q:
    """Of rows that lead to a `lead` by that name, those about one that the caller may see."""
    of = f"{lead}__" if lead else ""
    found = Q(**{f"{of}merged_into": None})
    if not caller.sees_before_handoff:
        found &= Q(**{f"{of}handed_over": True})
    if not caller.sees_all:
        found &= _of_rep(caller, of)
    return found


def may_work(caller: Caller, lead: str) -> bool:
    """Whether the caller may act on a lead of which they see that it is theirs to work.

    A rep works what they hold and what waits in a queue of their team, not a colleague's lead.
    """
    if caller.sees_all:
        return leads_for(caller).filter(key=lead).exists()
    unheld = Q(state__holder=None) | ~Q(state__holder__in=_colleagues(caller))
    mine = Q(state__holder=caller.person) if caller.person else Q(pk__in=[])
    return leads_for(caller).filter(Q(key=lead) & (mine | unheld)).exists()


def _of_rep(caller: Caller, of: str) -> Q:
    # Each is looked up by the lead: joined to it, the states of all leads would be read for a few.
    lead = OuterRef(f"{of}pk")
    themselves = Q(name=caller.person) if caller.person else Q(pk__in=[])
    holders = Person.objects.filter(themselves | Q(teams__name__in=caller.teams))
    held = LeadState.objects.filter(lead=lead, holder__in=holders.values("name"))
    given = Q(person=caller.person) if caller.person else Q(pk__in=[])
    handed = Handoff.objects.filter(given | Q(team__in=caller.teams), lead=lead)
    return Q(Exists(held)) | Q(Exists(handed))


def _colleagues(caller: Caller) -> QuerySet[Person, Any]:
    return Person.objects.filter(teams__name__in=caller.teams).values("name")
