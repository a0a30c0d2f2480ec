"""How far the live flow is behind: what operators and their monitors watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Sum

from leadpact.ledger.models import (
    Change,
    Clock,
    Handoff,
    Heartbeat,
    LeadState,
    Notice,
    Quarantine,
)
from leadpact.ledger.selectors.outbox import due


@dataclass(frozen=True)
class Health:
    """Counts and ages (in seconds) as of one moment, and what workers did since the beginning."""

    changes: int
    bulk_changes: int
    oldest_change: float
    looks_due: int
    clocks_running: int
    clocks_due: int
    clocks_overdue: int
    handoffs_waiting: int
    notices_pending: int
    notices_due: int
    notices_dead: int
    quarantined: int
    workers: int
    turns: int
    looks: int
    decisions: int
    failures: int
    evaluation_seconds: float


def anything_to_do(now: datetime) -> bool:
    """Whether a turn would find a lead; cheap, and takes no lock."""
    return Change.objects.exists() or LeadState.objects.filter(next_at__lte=now).exists()


def leads_waiting() -> int:
    """How many leads changed and were not looked at since."""
    return Change.objects.values("lead").distinct().count()


def anything_to_tell(now: datetime) -> bool:
    """Whether a notice is due; cheap, and takes no lock."""
    return due(now).exists()


def health(now: datetime, alive_since: datetime) -> Health:
    """How the live flow is doing; workers without a sign of life since `alive_since` are gone."""
    urgent = Change.objects.filter(bulk=False)
    oldest = urgent.aggregate(at=Min("noticed_at"))["at"]
    waiting = Notice.objects.filter(state=Notice.State.WAITING)
    running = Clock.objects.filter(outcome="running")
    done = Heartbeat.objects.aggregate(
        turns=Sum("turns"), looks=Sum("looks"), decisions=Sum("decisions"),
        failures=Sum("failures"), seconds=Sum("seconds"),
    )  # fmt: skip
    return Health(
        changes=urgent.count(),
        bulk_changes=Change.objects.filter(bulk=True).count(),
        oldest_change=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        looks_due=LeadState.objects.filter(next_at__lte=now).count(),
        clocks_running=running.count(),
        clocks_due=running.filter(due_at__lt=now).count(),
        clocks_overdue=Clock.objects.filter(outcome="overdue").count(),
        handoffs_waiting=Handoff.objects.filter(person=None).count(),
        notices_pending=waiting.count(),
        notices_due=waiting.filter(send_at__lte=now).count(),
        notices_dead=Notice.objects.filter(state=Notice.State.DEAD).count(),
        quarantined=Quarantine.objects.count(),
        workers=Heartbeat.objects.filter(beat_at__gte=alive_since).count(),
        turns=done["turns"] or 0,
        looks=done["looks"] or 0,
        decisions=done["decisions"] or 0,
        failures=done["failures"] or 0,
        evaluation_seconds=done["seconds"] or 0.0,
    )
