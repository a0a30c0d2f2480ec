"""Imports as a whole: begun, gone on with, finished."""

from __future__ import annotations

from datetime import datetime

from leadpact.ledger.models import Batch, Event


def begin(key: str, name: str, *, rejected: int, actor: str, now: datetime) -> tuple[Batch, bool]:
    """The batch of this key, and whether it was finished before; one that was not goes on."""
    batch, _ = Batch.objects.get_or_create(
        key=key,
        defaults={
            "name": name, "bulk": True, "started_at": now, "rejected": rejected, "actor": actor
        },
    )  # fmt: skip
    return batch, batch.finished_at is not None


def finish_reading(key: str, *, anew: bool, now: datetime) -> None:
    """A reading was done whole: the batch of what it found first, if any, is in the log.

    `anew`: it may have found more for it, though it was finished before.
    """
    batch = Batch.objects.filter(key=key).first()
    if batch is not None and (anew or batch.finished_at is None):
        finish(batch, rows=Event.objects.filter(batch=batch).count(), now=now)


def finish(batch: Batch, *, rows: int, now: datetime) -> None:
    """All rows of the batch are in the log."""
    batch.rows, batch.finished_at = rows, now
    batch.save(update_fields=["rows", "finished_at"])
