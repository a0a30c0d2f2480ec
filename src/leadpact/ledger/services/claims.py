"""Which leads a worker looks at next: those that changed, those whose time has come.

What a worker claims is its own until its transaction ends; a worker that dies leaves everything
as it found it. No two workers ever look at the same lead at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from leadpact.ledger.models import Change, Lead, LeadState
from leadpact.ledger.selectors.logs import with_relatives


@dataclass(frozen=True)
class Claim:
    """Leads to look at, those whose rows join theirs included; `bulk`: only from bulk arrivals."""

    leads: set[str] = field(default_factory=set)
    changes: list[int] = field(default_factory=list)
    bulk: set[str] = field(default_factory=set)


def take(now: datetime, limit: int) -> Claim:
    """Claim up to `limit` leads, inside the transaction that will look at them.

    Changes come first, those of bulk arrivals after all others, then what is due by the clock.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a claim ends with its transaction, so it needs one")
    rows = list(
        Change.objects.select_for_update(skip_locked=True)
        .order_by("bulk", "id")
        .values_list("id", "lead_id", "bulk")[: limit * 4]
    )
    wanted = list(dict.fromkeys(lead for _, lead, _ in rows))[:limit]
    if len(wanted) < limit:
        due = LeadState.objects.filter(next_at__lte=now).order_by("next_at")
        wanted += due.values_list("lead_id", flat=True)[: limit - len(wanted)]
    ours = _locked_whole(wanted)
    urgent = {lead for _, lead, bulk in rows if not bulk}
    return Claim(
        leads=ours,
        changes=[number for number, lead, _ in rows if lead in ours],
        bulk={lead for _, lead, bulk in rows if bulk and lead in ours} - urgent,
    )


def _locked_whole(wanted: Iterable[str]) -> set[str]:
    """Lock leads with their relatives; a family of which another worker has one is left to it."""
    families = with_relatives(wanted)
    locked = set(
        Lead.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(key__among=sorted(families))
        .order_by("key")
        .values_list("key", flat=True)
    )
    missing = families - locked
    return locked - with_relatives(missing) if missing else locked


def done(claim: Claim) -> None:
    """These changes were looked at."""
    Change.objects.filter(id__in=claim.changes).delete()
