"""Leads that may be one person, and what was proposed of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadpact.ledger.models import LeadState, Proposal
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller

_TOLD = ("email", "phone", "name", "company", "domain", "country")
_AT_ONCE = 2_000


def who_they_are() -> Iterator[dict[str, Any]]:
    """What leads say of who they are; those that were merged or left out say nothing."""
    rows = LeadState.objects.exclude(status__in=("merged", "excluded")).select_related("lead")
    for row in rows.order_by("lead").iterator(_AT_ONCE):
        stated = json.loads(row.attributes)
        told = {name: str(stated[name]) for name in _TOLD if stated.get(name)}
        yield {"lead_id": row.lead_id, "created_at": row.lead.begins.isoformat(), **told}


def proposals_for(caller: Caller) -> QuerySet[Proposal]:
    """Proposals of which the caller may see both leads, or saw them before they were merged."""
    # Each pair is looked up by itself: there are few of them, and many leads that somebody may see.
    seen = leads_for(caller)
    first = Exists(seen.filter(key=OuterRef("first_id")))
    second = Exists(seen.filter(key=OuterRef("second_id")))
    return Proposal.objects.filter(first, Q(second) | Q(state=Proposal.State.ACCEPTED))
