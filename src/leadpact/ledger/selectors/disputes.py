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
    return _disputes(_open(reversed(_newest(caller))))


def count_unruled(caller: Caller) -> int:
    """How many they are."""
    return len(_open(reversed(_newest(caller))))


def unruled_of(lead: Lead) -> list[Dispute]:
    """Disputes over one lead, the oldest first."""
    rows = Event.objects.filter(lead=lead, kind__in=("clock.disputed", "dispute.ruled"))
    return _disputes(_open(rows.order_by("happened", "id")))


def _newest(caller: Caller) -> list[Event]:
    rows = Event.objects.extra(where=[_KINDS])
    if not caller.sees_before_handoff:
        rows = rows.filter(lead__in=leads_for(caller))
    return list(rows.order_by("-happened", "-id")[:_MOST])


def _open(rows: Iterable[Event]) -> list[Event]:
    """The disputes among rows in order that no later ruling answers, without withdrawn ones."""
    known = list(rows)
    gone = withdrawn(known) if known else set()
    waiting: dict[tuple[str, str, str], Event] = {}
    for row in known:
        if (row.source, row.event_id) in gone or row.lead_id is None:
            continue
        key = (row.lead_id, *_about(row))
        waiting.pop(key, None)
        if row.kind == "clock.disputed":
            waiting[key] = row
    return list(waiting.values())


def _about(row: Event) -> tuple[str, str]:
    """The promise and the stage that a dispute or a ruling is about."""
    told = json.loads(row.properties)
    return str(told.get("obligation", "")), str(told.get("stage", ""))


def _disputes(rows: list[Event]) -> list[Dispute]:
    keys = {str(row.lead_id) for row in rows}
    leads = Lead.objects.select_related("state", "company").filter(key__among=keys)
    by_key = {lead.key: lead for lead in leads} if keys else {}
    return [
        Dispute(
            by_key[str(row.lead_id)],
            *_about(row),
            by=row.actor,
            reason=str(json.loads(row.properties).get("reason", "")),
            at=instant(row.happened),
        )
        for row in rows
    ]
