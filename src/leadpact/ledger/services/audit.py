"""The audit trail is written, each entry bound to the one before it, and verified."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from leadpact.ledger.models import AuditEntry

#: What stands before the first entry.
BEGINNING = "0" * 64
#: The action that takes away what entries say of a person; it names them.
ERASED = "erased"
_LOCK = 0x1EAD_9AC7


@transaction.atomic
def record(
    actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None, *, now: datetime
) -> AuditEntry:
    """Write down who did what to what; part of the transaction that does it."""
    _one_at_a_time()
    last = AuditEntry.objects.order_by("-id").values_list("digest", flat=True).first()
    entry = AuditEntry(
        at=now.astimezone(UTC),
        actor=actor,
        action=action,
        subject=subject,
        detail=json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, default=str),
        salt=secrets.token_hex(16),
        previous=last or BEGINNING,
    )
    entry.seal = _seal(entry)
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def _seal(entry: AuditEntry) -> str:
    """The hash of what an entry says; without its salt nobody can try out what it said."""
    told = [entry.salt, entry.subject, entry.detail]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def blank(entries: Sequence[AuditEntry], subject: str) -> None:
    """Take away what these entries say; whoever does so records it, with their numbers."""
    for entry in entries:
        entry.subject, entry.detail, entry.salt = subject, "{}", ""
        entry.save(update_fields=["subject", "detail", "salt"])


def digest_of(entry: AuditEntry) -> str:
    """The hash of an entry with that of the entry before it."""
    told = [
        entry.previous,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor,
        entry.action,
        entry.seal,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Broken:
    """The first entry that does not follow from those before it, and why."""

    entry: int
    why: str


def verify() -> tuple[int, Broken | None]:
    """How many entries there are, and the first that was altered, removed before, or put in."""
    previous, number = BEGINNING, 0
    blanked: dict[int, int] = {}
    for entry in AuditEntry.objects.order_by("id").iterator():
        number += 1
        if entry.previous != previous:
            return number, Broken(entry.pk, "the entry before it is missing or was replaced")
        if entry.digest != digest_of(entry) or (entry.salt and entry.seal != _seal(entry)):
            return number, Broken(entry.pk, "it says something else than when it was written")
        if not entry.salt:
            blanked[entry.pk] = number
        elif entry.action == ERASED:
            for each in json.loads(entry.detail).get("entries", []):
                blanked.pop(each, None)
        previous = entry.digest
    for pk, place in blanked.items():
        return place, Broken(pk, "what it said was taken away, and no erasure says so")
    return number, None


def _one_at_a_time() -> None:
    """Two writers on PostgreSQL take turns; on SQLite every transaction that writes does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
