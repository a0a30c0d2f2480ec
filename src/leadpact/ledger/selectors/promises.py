"""Promises about leads that are open: those that run, and those that are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from leadpact.ledger.models import Clock
from leadpact.ledger.selectors.visible import seen_by
from leadpact.ledger.services.permits import Caller
from leadpact.ledger.services.states import OPEN_CLOCKS


def open_promises(caller: Caller) -> QuerySet[Clock]:
    """Open clocks of leads that the caller may see; steps of the contact protocol serve one of
    them and are none."""
    found = Clock.objects.filter(outcome__in=OPEN_CLOCKS, protocol_step=None)
    if not caller.sees_before_handoff:
        found = found.filter(seen_by(caller, "lead"))
    return found.select_related("lead__state", "lead__company")


def without_owner(caller: Caller) -> tuple[int, int]:
    """How many promises are overdue for leads that nobody in sales has, and for how many leads."""
    late = open_promises(caller).filter(outcome="overdue", lead__state__holder=None).order_by()
    found = late.aggregate(promises=Count("id"), leads=Count("lead", distinct=True))
    return found["promises"], found["leads"]


@dataclass(frozen=True)
class Open:
    """How many clocks of one promise are open."""

    obligation: str
    side: str
    overdue: int
    running: int


def counted(caller: Caller) -> list[Open]:
    """Open clocks by promise, those overdue most often first: one query."""
    rows: Any = open_promises(caller).order_by().values_list("obligation", "side", "outcome")
    found: dict[tuple[str, str], dict[str, int]] = {}
    for obligation, side, outcome, n in rows.annotate(n=Count("id")):
        found.setdefault((obligation, side), {})[outcome] = n
    opens = [
        Open(obligation, side, each.get("overdue", 0), each.get("running", 0))
        for (obligation, side), each in found.items()
    ]
    return sorted(opens, key=lambda each: (-each.overdue, -each.running, each.obligation))
