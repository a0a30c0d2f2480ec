"""How both sides compare is kept for pages, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from leadpact.ledger.models import CrmComparison, CrmConnection, CrmDisagreement, Lead

_AT_ONCE = 2_000
#: Both sides are never compared more often, and never take more than a twentieth of the time.
_LEAST_PAUSE = timedelta(minutes=1)
_PAUSE_TO_WORK = 20


@dataclass(frozen=True)
class Found:
    """What a comparison found: figures as JSON would have them, and every difference."""

    counts: Sequence[Mapping[str, object]]
    differences: Sequence[CrmDisagreement]


def is_due(row: CrmConnection, *, now: datetime) -> bool:
    """Whether a side was read or written since both were compared, and the pause is over."""
    last = CrmComparison.objects.filter(connection=row).first()
    moved = [at for at in (row.pulled_at, row.pushed_at) if at is not None]
    if last is None:
        return bool(moved)
    pause = max(_LEAST_PAUSE, _PAUSE_TO_WORK * timedelta(seconds=last.seconds))
    return now >= last.as_of + pause and any(at > last.as_of for at in moved)


@transaction.atomic
def keep(row: CrmConnection, found: Found, seconds: float, *, now: datetime) -> CrmComparison:
    """Replace what was kept before."""
    kept, _ = CrmComparison.objects.update_or_create(
        connection=row,
        defaults={
            "as_of": now, "seconds": seconds, "counts": json.dumps(list(found.counts)),
            "differences": len(found.differences),
        },
    )  # fmt: skip
    CrmDisagreement.objects.filter(connection=row).delete()
    there = _there({each.lead_id for each in found.differences if each.lead_id})
    for each in found.differences:
        each.connection = row
        each.lead_id = each.lead_id if each.lead_id in there else None
    CrmDisagreement.objects.bulk_create(found.differences, batch_size=_AT_ONCE)
    return kept


def _there(keys: Iterable[str]) -> set[str]:
    some, found = sorted(keys), set()
    for begin in range(0, len(some), 500):
        part = some[begin : begin + 500]
        found |= set(Lead.objects.filter(key__in=part).values_list("key", flat=True))
    return found
