"""Imports as a whole: begun, gone on with, finished."""

from __future__ import annotations

from datetime import datetime

from leadpact.ledger.models import Batch


def begin(key: str, name: str, *, rejected: int, actor: str, now: datetime) -> tuple[Batch, bool]:
    """The batch of this key, and whether it was finished before; one that was not goes on."""
    batch, _ = Batch.objects.get_or_create(
        key=key,
        defaults={
            "name": name, "bulk": True, "started_at": now, "rejected": rejected, "actor": actor
        },
    )  # fmt: skip
    return batch, batch.finished_at is not None


def finish(batch: Batch, *, rows: int, now: datetime) -> None:
    """All rows of the batch are in the log."""
    batch.rows, batch.finished_at = rows, now
    batch.save(update_fields=["rows", "finished_at"])
