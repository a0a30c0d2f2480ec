"""The outbox: what somebody must be told enters it once, and leaves it when it was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from leadpact.ledger.models import DigestDay, Mute, Notice
from leadpact.ledger.selectors import outbox
from leadpact.ledger.services import audit
from leadpact.ledger.services.bulk import insert_new

#: Longer than any single call takes; whoever tells several renews it before each.
LEASE = timedelta(minutes=2)
_COLUMNS = [field.attname for field in Notice._meta.concrete_fields if not field.primary_key]
_MUTED = "the receiver wants to hear no more of this kind"
_FREE: Mapping[str, Any] = {"leased_until": None, "leased_by": ""}


def put(rows: Sequence[Notice]) -> None:
    """Put notices into the outbox; one whose key is there stays as it is.

    What somebody does not want to be told is dropped at once, so that they are not told of it later
    either, when they want to be told again.
    """
    muted = set(Mute.objects.values_list("receiver", "kind"))
    for row in rows:
        if (row.receiver, row.kind) in muted:
            row.state, row.last_error = Notice.State.DROPPED, _MUTED
    keys = [row.key for row in rows]
    known = set(Notice.objects.filter(key__among=keys).values_list("key", flat=True))
    fresh = {row.key: row for row in reversed(rows) if row.key not in known}
    ordered = [fresh[key] for key in sorted(fresh)]
    columns = {name: [getattr(row, name) for row in ordered] for name in _COLUMNS}
    insert_new(Notice, columns, returning=["key"])


def told(kinds: Iterable[str], leads: Iterable[str]) -> list[tuple[str, str, str]]:
    """Kind, key and receiver of the notices of these kinds about these leads."""
    rows = Notice.objects.filter(kind__in=list(kinds), lead__key__among=sorted(leads))
    return list(rows.values_list("kind", "key", "receiver"))


def day_is_new(receiver: str, day: date) -> bool:
    """Write down that somebody's day is seen to; False when it was, by whomever."""
    _, new = DigestDay.objects.get_or_create(receiver=receiver, day=day)
    return new


@dataclass(frozen=True)
class Lease:
    """Notices for one receiver that are told by one sender, as long as the lease holds."""

    notices: Sequence[Notice]
    by: str


@transaction.atomic
def lease(by: str, now: datetime, most: int = 100) -> Lease:
    """Take what is due for one receiver, the one who waits longest; `by` names this sender.

    Until the lease runs out nobody else tells it. Whoever was killed meanwhile tells nobody of it:
    then it is due again.
    """
    free = outbox.due(now).select_for_update(skip_locked=True).order_by("send_at", "id")
    first = free.first()
    rows = list(free.filter(receiver=first.receiver)[:most]) if first else []
    _all(rows).update(leased_until=now + LEASE, leased_by=by)
    return Lease(rows, by)


def renew(held: Lease, rows: Iterable[Notice], now: datetime) -> bool:
    """Go on having these for a whole lease from now; False when another sender has them by now."""
    rows = list(rows)
    return _ours(held, rows).update(leased_until=now + LEASE) == len(rows)


def sent(held: Lease, rows: Iterable[Notice], *, now: datetime) -> None:
    """These were told."""
    _ours(held, rows).update(
        state=Notice.State.SENT, sent_at=now, attempts=F("attempts") + 1, last_error="", **_FREE
    )


def failed(
    held: Lease,
    rows: Iterable[Notice],
    why: str,
    pauses: Sequence[timedelta],
    *,
    final: bool,
    now: datetime,
) -> None:
    """These did not get through: they are tried again after a pause, or given up on."""
    for row in rows:
        tried = row.attempts + 1
        gone = final or tried > len(pauses)
        then = {"state": Notice.State.DEAD} if gone else {"send_at": now + pauses[tried - 1]}
        _ours(held, [row]).update(attempts=tried, last_error=why[:500], **then, **_FREE)


def drop(held: Lease, rows: Sequence[Notice], why: str) -> None:
    """These need not be told any more, or cannot be."""
    if rows:
        _ours(held, rows).update(state=Notice.State.DROPPED, last_error=why, **_FREE)


def _all(rows: Iterable[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[row.pk for row in rows])


def _ours(held: Lease, rows: Iterable[Notice]) -> QuerySet[Notice]:
    """Of these what the lease still holds: an outcome is written by whoever has the notice."""
    return _all(rows).filter(state=Notice.State.WAITING, leased_by=held.by)


@transaction.atomic
def replay(rows: Iterable[int] | None, *, actor: str, now: datetime) -> int:
    """Notices that were given up on or dropped are tried anew; how many.

    `None`: all that were given up on.
    """
    states = (Notice.State.DEAD, Notice.State.DROPPED)
    gone = (
        Notice.objects.filter(state=Notice.State.DEAD)
        if rows is None
        else Notice.objects.filter(pk__in=list(rows), state__in=states)
    )
    count = gone.update(state=Notice.State.WAITING, attempts=0, send_at=now, last_error="")
    if count:
        audit.record(actor, "tried anew", f"{count} notices", now=now)
    return count
