"""What meetings settled: actions that are open, and what is done or decided."""

from __future__ import annotations

from django.db.models import QuerySet

from leadpact.ledger.models import Outcome


def open_actions() -> QuerySet[Outcome]:
    """Actions that are not done, the first kept first."""
    return Outcome.objects.filter(kind=Outcome.Kind.ACTION, done_at=None).order_by("id")


def settled() -> QuerySet[Outcome]:
    """Decisions, and actions that are done."""
    return Outcome.objects.exclude(kind=Outcome.Kind.ACTION, done_at=None)


def names() -> list[str]:
    """The meetings of which something was kept, in order."""
    return list(Outcome.objects.order_by("meeting").values_list("meeting", flat=True).distinct())
