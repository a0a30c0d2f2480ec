"""Leads that are left out of figures, with their reasons."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from leadpact.ledger.models import Exclusion
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller


def excluded_for(caller: Caller) -> QuerySet[Exclusion]:
    """Exclusions that stand, of leads that the caller may see."""
    found = Exclusion.objects.filter(restored=False)
    if caller.sees_all and caller.sees_before_handoff:
        return found
    return found.filter(lead__in=leads_for(caller).values("key"))


def reasons(caller: Caller) -> list[tuple[str, int]]:
    """Every reason with how many leads that the caller may see it leaves out, the most first."""
    rows = excluded_for(caller).filter(reason__isnull=False).values("reason")
    counted = rows.annotate(n=Count("id")).order_by("-n", "reason")
    return [(str(row["reason"]), row["n"]) for row in counted]
