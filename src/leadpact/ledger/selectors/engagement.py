"""What leads did with marketing's assets, and what sales did with the leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from leadpact.ledger.instants import instant, ticks
from leadpact.ledger.models import Event, Lead


@dataclass(frozen=True)
class Did:
    """An activity of a lead: what, how often, and when last."""

    kind: str
    times: int
    last: datetime


def did_lately(
    leads: Iterable[str], now: datetime, *, but: Collection[str] = ()
) -> dict[str, list[Did]]:
    """By lead, what it did by now, the latest first; `but` names kinds that are others' doing."""
    rows = (
        Event.objects.filter(lead__in=list(leads), happened__lte=ticks(now))
        .exclude(Q(kind__contains=".") | Q(kind__in=list(but)))
        .values("lead", "kind")
        .annotate(times=Count("id"), last=Max("happened"))
        .order_by("lead", "-last", "kind")
        .values_list("lead", "kind", "times", "last")
    )
    found: dict[str, list[Did]] = {}
    for lead, kind, times, last in rows:
        found.setdefault(lead, []).append(Did(kind, times, instant(last)))
    return found


def sales_did_since_handoff(leads: Sequence[Lead]) -> dict[str, list[Event]]:
    """By lead, what sales did with it since its present passage was handed over, the latest first;
    their states are read already."""
    since = {lead.key: lead.state.handed_off_at for lead in leads if hasattr(lead, "state")}
    rows = Event.objects.filter(lead__in=list(since), kind__startswith="sales.")
    found: dict[str, list[Event]] = {}
    for row in rows.order_by("-happened", "-id"):
        handed = since[str(row.lead_id)]
        if handed is not None and row.happened >= ticks(handed):
            found.setdefault(str(row.lead_id), []).append(row)
    return found


def contacts(lead: str, most: int) -> list[Event]:
    """The last times that sales tried to reach a lead or spoke with it, the latest first."""
    rows = Event.objects.filter(lead=lead, kind__in=("sales.attempted", "sales.connected"))
    return list(rows.order_by("-happened", "-id")[:most])
