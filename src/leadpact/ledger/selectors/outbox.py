"""What of the outbox may be told now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from leadpact.ledger.models import Notice


def due(now: datetime) -> QuerySet[Notice]:
    """Notices whose time has come and that nobody is telling."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Notice.objects.filter(free, state=Notice.State.WAITING, send_at__lte=now)
