"""Workers give signs of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadpact.ledger.models import Heartbeat

_FORGOTTEN = timedelta(days=1)


def beat(sign: Heartbeat, *, now: datetime) -> None:
    """Write a worker's sign of life; those of workers that are long gone go."""
    sign.beat_at = now
    sign.save()
    Heartbeat.objects.filter(beat_at__lt=now - _FORGOTTEN).delete()
