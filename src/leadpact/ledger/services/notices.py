"""The outbox: what somebody must be told enters it once, and leaves it when it was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from leadpact.ledger.models import Notice


def put(rows: Sequence[Notice]) -> None:
    """Put notices into the outbox; one whose key is there stays as it is."""
    known = set(
        Notice.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    fresh = [row for row in rows if row.key not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)


def told(kinds: Iterable[str], leads: Iterable[str]) -> list[tuple[str, str, str]]:
    """Kind, key and receiver of the notices of these kinds about these leads."""
    rows = Notice.objects.filter(kind__in=list(kinds), lead_id__in=list(leads))
    return list(rows.values_list("kind", "key", "receiver"))


def claim(now: datetime, most: int = 100) -> list[Notice]:
    """What is due for one receiver, the one who waits longest, inside a transaction."""
    first = (
        Notice.objects.select_for_update(skip_locked=True)
        .filter(state=Notice.State.WAITING, send_at__lte=now)
        .order_by("send_at", "id")
        .first()
    )
    if first is None:
        return []
    rows = (
        Notice.objects.select_for_update(skip_locked=True)
        .filter(state=Notice.State.WAITING, send_at__lte=now, receiver=first.receiver)
        .order_by("send_at", "id")
    )
    return list(rows[:most])


def sent(rows: Iterable[Notice], *, now: datetime) -> None:
    """These were told."""
    for row in rows:
        row.state, row.sent_at, row.attempts = Notice.State.SENT, now, row.attempts + 1
        row.last_error = ""
        row.save(update_fields=["state", "sent_at", "attempts", "last_error"])


def failed(
    rows: Iterable[Notice],
    why: str,
    pauses: Sequence[timedelta],
    *,
    final: bool,
    now: datetime,
) -> None:
    """These did not get through: they are tried again after a pause, or given up on."""
    for row in rows:
        row.attempts += 1
        row.last_error = why[:500]
        if final or row.attempts > len(pauses):
            row.state = Notice.State.DEAD
        else:
            row.send_at = now + pauses[row.attempts - 1]
        row.save(update_fields=["attempts", "last_error", "state", "send_at"])


def drop(rows: Iterable[Notice], why: str) -> None:
    """These need not be told any more, or cannot be."""
    for row in rows:
        row.state, row.last_error = Notice.State.DROPPED, why
        row.save(update_fields=["state", "last_error"])


def replay(rows: Iterable[int], *, now: datetime) -> int:
    """Notices that were given up on or dropped are tried anew; how many."""
    states = (Notice.State.DEAD, Notice.State.DROPPED)
    dead = Notice.objects.filter(pk__in=list(rows), state__in=states)
    return dead.update(state=Notice.State.WAITING, attempts=0, send_at=now, last_error="")
