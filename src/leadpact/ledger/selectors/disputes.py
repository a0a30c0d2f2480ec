"""What people dispute, and what no head has ruled on yet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event, Lead
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.selectors.voids import withdrawn
from leadpact.ledger.services.permits import Caller

#: Disputes are looked for among so many disputes and rulings, the newest.
_MOST = 1000
# As the index has it, so that the database sees that the few rows of the index are enough.
_KINDS = "ledger_event.kind IN ('clock.disputed', 'dispute.ruled')"


@dataclass(frozen=True)
class Dispute:
    """Somebody disputes a promise about a lead, or that it entered a stage."""

    lead: Lead
    obligation: str
    stage: str
    by: str
    reason: str
    at: datetime

    @property
    def about(self) -> str:
        """The promise or the stage."""
        return self.obligation or self.stage


def unruled(caller: Caller) -> list[Dispute]:
    """Disputes over leads that the caller may see, the oldest first: three queries."""
    rows = Event.objects.extra(where=[_KINDS])
    if not caller.sees_before_handoff:
        rows = rows.filter(lead__in=leads_for(caller))
    newest = rows.select_related("lead__state", "lead__company").order_by("-happened", "-id")
    return _open(reversed(list(newest[:_MOST])))


def unruled_of(lead: Lead) -> list[Dispute]:
    """Disputes over one lead, the oldest first."""
    rows = Event.objects.filter(lead=lead, kind__in=("clock.disputed", "dispute.ruled"))
    return _open(rows.order_by("happened", "id"))


def _open(rows: Iterable[Event]) -> list[Dispute]:
    """The disputes among rows in order that no later ruling answers, without withdrawn ones."""
    known = list(rows)
    gone = withdrawn(known) if known else set()
    waiting: dict[tuple[str, str, str], Dispute] = {}
    for row in known:
        if (row.source, row.event_id) in gone or row.lead is None:
            continue
        told = json.loads(row.properties)
        obligation, stage = str(told.get("obligation", "")), str(told.get("stage", ""))
        key = (row.lead.key, obligation, stage)
        waiting.pop(key, None)
        if row.kind == "clock.disputed":
            reason, at = str(told.get("reason", "")), instant(row.happened)
            waiting[key] = Dispute(row.lead, obligation, stage, row.actor, reason, at)
    return list(waiting.values())
