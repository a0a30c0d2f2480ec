"""Workers give signs of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from leadpact.ledger.models import Heartbeat

_FORGOTTEN = timedelta(days=1)
#: Has what all workers did that are long gone, so that sums never fall.
GONE = "gone"
_COUNTED = ("turns", "looks", "decisions", "failures", "seconds")


def beat(sign: Heartbeat, *, now: datetime) -> None:
    """Write a worker's sign of life; those of workers that are long gone become one."""
    sign.beat_at = now
    sign.save()
    old = Heartbeat.objects.filter(beat_at__lt=now - _FORGOTTEN).exclude(worker=GONE)
    if old.exists():
        _put_together(now)


@transaction.atomic
def _put_together(now: datetime) -> None:
    old = Heartbeat.objects.filter(beat_at__lt=now - _FORGOTTEN).exclude(worker=GONE)
    rows = list(old.select_for_update(skip_locked=True))
    long_ago = now - _FORGOTTEN
    Heartbeat.objects.get_or_create(
        worker=GONE, defaults={"started_at": long_ago, "beat_at": long_ago}
    )
    more = {name: F(name) + sum(getattr(row, name) for row in rows) for name in _COUNTED}
    Heartbeat.objects.filter(worker=GONE).update(**more)
    Heartbeat.objects.filter(worker__in=[row.worker for row in rows]).delete()
