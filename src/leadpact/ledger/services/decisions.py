"""Facts that the system decided enter the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leadpact.ledger.facts import Decided, LogRow
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import Event
from leadpact.ledger.services.ingest import append, json_of


def record(facts: Sequence[Decided], *, now: datetime) -> list[LogRow]:
    """Write decisions to the log, each once, inside the transaction that made them; the new rows.

    Their leads need no mark: whoever decides evaluates them again. A decision that was withdrawn
    and is made anew gets a number.
    """
    facts = _numbered(facts)
    rows = [
        LogRow(
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
    return append(rows)


def _numbered(facts: Sequence[Decided]) -> list[Decided]:
    voided = _voided()
    if not voided:
        return list(facts)
    found = []
    for fact in facts:
        number, name = 2, fact.event_id
        while (fact.source, name) in voided:
            name, number = f"{fact.event_id} ({number})", number + 1
        found.append(replace(fact, event_id=name))
    return found


def _voided() -> set[tuple[str, str]]:
    """Decisions that were withdrawn, by source and event id."""
    rows = Event.objects.filter(kind="fact.voided", lead=None, decided=True)
    told = (json.loads(text) for text in rows.values_list("properties", flat=True))
    return {(str(each.get("source")), str(each.get("event_id"))) for each in told}
