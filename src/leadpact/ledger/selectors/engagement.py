"""What leads did with marketing's assets, and what sales did with the leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from leadpact.ledger.instants import instant, ticks
from leadpact.ledger.models import Event, Handoff


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


def sales_did_since_handoff(leads: Iterable[str]) -> dict[str, list[Event]]:
    """By lead, what sales did with it since it was last handed over, the latest first."""
    keys = list(leads)
    handed = (
        Handoff.objects.filter(lead__in=keys).values_list("lead").annotate(Max("handed_off_at"))
    )
    since = {lead: ticks(at) for lead, at in handed}
    rows = Event.objects.filter(lead__in=keys, kind__startswith="sales.")
    found: dict[str, list[Event]] = {}
    for row in rows.order_by("-happened", "-id"):
        if row.happened >= since.get(str(row.lead_id), 0):
            found.setdefault(str(row.lead_id), []).append(row)
    return found
