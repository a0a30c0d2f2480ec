"""Facts that the system decided enter the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadpact.ledger.facts import Decided
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import Event
from leadpact.ledger.services.ingest import json_of


def record(facts: Sequence[Decided], *, now: datetime) -> None:
    """Write decisions to the log, each once, inside the transaction that made them.

    Their leads need no mark: whoever decides evaluates them again.
    """
    rows = [
        Event(
            source=fact.source,
            event_id=fact.event_id,
            lead_id=fact.lead,
            happened=ticks(fact.happened_at),
            recorded=ticks(now),
            kind=fact.kind,
            actor="leadpact",
            decided=True,
            properties=json_of(fact.properties),
        )
        for fact in facts
    ]
    Event.objects.bulk_create(rows, ignore_conflicts=True)
