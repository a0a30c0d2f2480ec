"""Leads that may be one person, and what was proposed of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from leadpact.ledger.models import LeadState, Proposal
from leadpact.ledger.selectors.visible import seen_by
from leadpact.ledger.services.permits import Caller

_TOLD = ("email", "phone", "name", "company", "domain", "country")
_AT_ONCE = 2_000
#: So many pairs are counted; to know how many more there are helps nobody to decide.
MOST_COUNTED = 500


def who_they_are() -> Iterator[dict[str, Any]]:
    """What leads say of who they are; those that were merged or left out say nothing."""
    rows = LeadState.objects.exclude(status__in=("merged", "excluded")).select_related("lead")
    for row in rows.order_by("lead").iterator(_AT_ONCE):
        stated = json.loads(row.attributes)
        told = {name: str(stated[name]) for name in _TOLD if stated.get(name)}
        yield {"lead_id": row.lead_id, "created_at": row.lead.begins.isoformat(), **told}


def proposals_for(caller: Caller) -> QuerySet[Proposal]:
    """Proposals of which the caller may see both leads, or saw them before they were merged."""
    first, second = seen_by(caller, "first"), seen_by(caller, "second")
    return Proposal.objects.filter(first, second | Q(state=Proposal.State.ACCEPTED))


def open_pairs(caller: Caller) -> QuerySet[Proposal]:
    """Pairs of leads that wait for a decision."""
    return proposals_for(caller).filter(state=Proposal.State.OPEN)


def count_open_pairs(caller: Caller) -> int:
    """How many wait for a decision; of more than MOST_COUNTED one more."""
    return open_pairs(caller).order_by()[: MOST_COUNTED + 1].count()


def many_pairs(count: int, of: str = "") -> str:
    """So many pairs that look alike, in words; `of` says of what, with a blank behind it."""
    if count > MOST_COUNTED:
        return f"more than {MOST_COUNTED:,} pairs {of}look"
    return f"{count:,} {f'pair {of}looks' if count == 1 else f'pairs {of}look'}"
