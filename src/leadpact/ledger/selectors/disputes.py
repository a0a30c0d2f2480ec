"""What people dispute, what was ruled on it, and what no head has ruled on yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event, Lead
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.selectors.voids import withdrawn
from leadpact.ledger.services.permits import Caller

#: Disputes are looked for among so many disputes and rulings, the newest.
_MOST = 1000
# As the index has it, so that the database sees that the few rows of the index are enough.
_KINDS = "ledger_event.kind IN ('clock.disputed', 'dispute.ruled')"


#: How a dispute stands. Only the last one about the same thing is ruled on.
WAITS, UPHELD, DISMISSED, REPEATED, WITHDRAWN = STANDS = (
    "waits", "upheld", "dismissed", "disputed anew", "withdrawn",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A dispute as a row of the log, how it stands, and the ruling that decided it."""

    row: Event
    stands: str
    ruling: Event | None = None


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
    return disputes_of(_open(reversed(_newest(caller))))


def count_unruled(caller: Caller) -> int:
    """How many they are."""
    return len(_open(reversed(_newest(caller))))


def unruled_of(lead: Lead) -> list[Dispute]:
    """Disputes over one lead, the oldest first."""
    rows = Event.objects.filter(lead=lead, kind__in=("clock.disputed", "dispute.ruled"))
    return disputes_of(_open(rows.order_by("happened", "id")))


def cases(caller: Caller) -> dict[int, Case]:
    """Disputes over leads that the caller may see, by the number of their row: two queries."""
    return {each.row.pk: each for each in _cases(reversed(_newest(caller)))}


def rows_of(known: Iterable[Case]) -> QuerySet[Event]:
    """The rows of disputes, each with its lead."""
    found = Event.objects.filter(pk__in=[each.row.pk for each in known])
    return found.select_related("lead__state", "lead__company")


def _newest(caller: Caller) -> list[Event]:
    rows = Event.objects.extra(where=[_KINDS])
    if not caller.sees_before_handoff:
        rows = rows.filter(lead__in=leads_for(caller))
    return list(rows.order_by("-happened", "-id")[:_MOST])


def _open(rows: Iterable[Event]) -> list[Event]:
    """The disputes among rows in order that no later ruling answers, without withdrawn ones."""
    return [each.row for each in _cases(rows) if each.stands == WAITS]


def _cases(rows: Iterable[Event]) -> list[Case]:
    """The disputes among rows in order, each with what became of it."""
    known = [row for row in rows if row.lead_id is not None]
    gone = withdrawn(known) if known else set()
    found: dict[int, Case] = {}
    last: dict[tuple[str | None, str, str], Case] = {}
    for row in known:
        disputed = row.kind == "clock.disputed"
        if (row.source, row.event_id) in gone:
            found |= {row.pk: Case(row, WITHDRAWN)} if disputed else {}
            continue
        before = last.get(about := (row.lead_id, *about_of(row)))
        if disputed:
            if before and before.stands == WAITS:
                found[before.row.pk] = Case(before.row, REPEATED)
            found[row.pk] = last[about] = Case(row, WAITS)
        elif before:
            verdict = UPHELD if json.loads(row.properties).get("upheld") else DISMISSED
            found[before.row.pk] = last[about] = Case(before.row, verdict, row)
    return list(found.values())


def about_of(row: Event) -> tuple[str, str]:
    """The promise and the stage that a dispute or a ruling is about."""
    told = json.loads(row.properties)
    return str(told.get("obligation", "")), str(told.get("stage", ""))


def disputes_of(rows: Sequence[Event]) -> list[Dispute]:
    """What rows of disputes say, with their leads: one query."""
    keys = {str(row.lead_id) for row in rows}
    leads = Lead.objects.select_related("state", "company").filter(key__among=keys)
    by_key = {lead.key: lead for lead in leads} if keys else {}
    return [
        Dispute(
            by_key[str(row.lead_id)],
            *about_of(row),
            by=row.actor,
            reason=str(json.loads(row.properties).get("reason", "")),
            at=instant(row.happened),
        )
        for row in rows
    ]
