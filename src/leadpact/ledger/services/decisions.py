"""Facts that the system decided enter the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from leadpact.ledger.facts import Decided, LogRow
from leadpact.ledger.instants import ticks
from leadpact.ledger.selectors import voids
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
    """Those that were withdrawn before under a number that nobody withdrew."""
    named, number, ahead = [fact.event_id for fact in facts], 2, set(range(len(facts)))
    while ahead:
        gone = _withdrawn(named[place] for place in ahead)
        ahead = {place for place in ahead if (facts[place].source, named[place]) in gone}
        for place in ahead:
            named[place] = f"{facts[place].event_id} ({number})"
        number += 1
    return [replace(fact, event_id=name) for fact, name in zip(facts, named, strict=True)]


def _withdrawn(ids: Iterable[str]) -> set[tuple[str, str]]:
    """Decisions with these ids that the system withdrew, by source and event id."""
    told = [json.loads(void.properties) for void in voids.naming(ids) if void.decided]
    return {(str(each.get("source")), str(each.get("event_id"))) for each in told}
