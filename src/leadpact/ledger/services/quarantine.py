"""Leads that cannot be looked at are put aside, so that they hold up nobody, and tried again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from leadpact.ledger.models import Change, Lead, LeadState, Quarantine
from leadpact.ledger.services.ingest import mark_changed

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)


@transaction.atomic
def put_aside(leads: Iterable[str], changes: Iterable[int], error: str, *, now: datetime) -> None:
    """Take these leads out of the worker's way; `error` must hold no personal data."""
    there = Lead.objects.filter(key__in=list(leads)).values_list("key", flat=True)
    for lead in there:
        row, made = Quarantine.objects.get_or_create(
            lead_id=lead, defaults={"since": now, "retry_at": now + _FIRST, "error": error}
        )
        if not made:
            row.attempts += 1
            row.error = error
            row.retry_at = now + min(_FIRST * 2 ** min(row.attempts - 1, 20), _LONGEST)
            row.save()
    Change.objects.filter(id__in=list(changes)).delete()
    LeadState.objects.filter(lead_id__in=list(there)).update(next_at=None)


def released(leads: Iterable[str]) -> None:
    """These leads were looked at; part of the transaction that did."""
    Quarantine.objects.filter(lead__key__among=sorted(leads)).delete()


@transaction.atomic
def try_again(*, now: datetime) -> int:
    """Mark leads whose time has come as changed; how many."""
    due = Quarantine.objects.select_for_update(skip_locked=True).filter(retry_at__lte=now)
    leads = list(due.values_list("lead_id", flat=True))
    mark_changed(leads, now=now)
    Quarantine.objects.filter(lead_id__in=leads).update(retry_at=now + _LONGEST)
    return len(leads)
