"""The outbox: what somebody must be told enters it once, and leaves it when it was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadpact.ledger.models import Notice


def put(rows: Sequence[Notice]) -> None:
    """Put notices into the outbox; one whose key is there stays as it is."""
    known = set(
        Notice.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    fresh = [row for row in rows if row.key not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)


def told(kinds: Iterable[str], leads: Iterable[str]) -> list[tuple[str, str]]:
    """Key and receiver of the notices of these kinds about these leads."""
    rows = Notice.objects.filter(kind__in=list(kinds), lead_id__in=list(leads))
    return list(rows.values_list("key", "receiver"))
