"""Which leads somebody may see, and which of them they may work."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadpact.ledger.models import Handoff, Lead, Person
from leadpact.ledger.services.permits import Caller


def leads_for(caller: Caller) -> QuerySet[Lead]:
    """Leads that the caller may see, those that were merged left out.

    Marketing keeps leads to itself until the handoff; a rep sees what was handed to them, to their
    team, or to a queue of their team.
    """
    found = Lead.objects.filter(merged_into=None)
    if not caller.sees_before_handoff:
        found = found.filter(handed_over=True)
    if not caller.sees_all:
        found = found.filter(_of_rep(caller))
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


def _of_rep(caller: Caller) -> Q:
    mine = Q(pk__in=[])
    if caller.person:
        mine |= Q(state__holder=caller.person)
        mine |= Q(Exists(Handoff.objects.filter(lead=OuterRef("pk"), person=caller.person)))
    if caller.teams:
        mine |= Q(state__holder__in=_colleagues(caller))
        mine |= Q(Exists(Handoff.objects.filter(lead=OuterRef("pk"), team__in=caller.teams)))
    return mine


def _colleagues(caller: Caller) -> QuerySet[Person, Any]:
    return Person.objects.filter(teams__name__in=caller.teams).values("name")
