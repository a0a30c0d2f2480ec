"""Facts enter the log: whose they are is settled, and what changed is marked, in one transaction.

A fact that was acknowledged is there; one that was delivered twice is there once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from leadpact.ledger import texts
from leadpact.ledger.facts import Fact, LogRow, Receipt
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import Batch, Change, Event, Lead
from leadpact.ledger.services import deals, erasures, identities
from leadpact.ledger.services.bulk import insert_new

#: Source of what the ledger itself finds about who is who.
IDENTITY = "identity"
#: Kinds that say which leads are one, and kinds that are about more than their own lead.
JOINING = ("lead.merged", "lead.unmerged")
ABOUT_ALL = ("fact.voided", "calendar.closed", "roster.changed")
_STATING = ("lead.created", "lead.updated")


@transaction.atomic
def ingest(facts: Sequence[Fact], *, now: datetime, batch: Batch | None = None) -> list[Receipt]:
    """Write facts to the log; a receipt for each, in their order.

    `now` is when they arrive. What is of somebody's time before they were erased is not taken, and
    has no lead in its receipt. Raises ValueError for an instant without a zone.
    """
    facts = list(facts)
    if not facts:
        return []
    gone = erasures.before_erasure(facts)
    if any(gone):
        kept = iter(ingest([f for f, g in zip(facts, gone, strict=True) if not g],
                           now=now, batch=batch))  # fmt: skip
        return [
            Receipt(fact.event_id, None, True) if is_gone else next(kept)
            for fact, is_gone in zip(facts, gone, strict=True)
        ]
    settled = identities.settle(facts)
    rows = [_event(fact, lead, batch) for fact, lead in zip(facts, settled.leads, strict=True)]
    fresh = append([*rows, *_mailboxes(facts, settled, batch)])
    for survivor, absorbed in settled.same:
        merge(survivor, absorbed, now=now, actor=IDENTITY, decided=True)
    follow_up(fresh, (), now=now, bulk=bool(batch and batch.bulk))
    new = {row.name for row in fresh}
    return [Receipt(row.event_id, row.lead_id, row.name not in new) for row in rows]


def _mailboxes(
    facts: Sequence[Fact], settled: identities.Settled, batch: Batch | None
) -> Iterable[LogRow]:
    """That a lead can be reached, where a fact names its first mailbox and none states it."""
    stating = {
        lead
        for fact, lead in zip(facts, settled.leads, strict=True)
        if fact.kind in _STATING and fact.properties.get("email")
    }
    for lead, place in settled.reachable.items():
        fact = facts[place]
        if lead not in stating and fact.lead and fact.lead.email:
            told = replace(
                fact,
                source=IDENTITY,
                event_id=f"{lead} has a mailbox",
                kind="lead.updated",
                properties={"email": fact.lead.email.strip()},
            )
            yield _event(told, lead, batch)


def follow_up(rows: Sequence[LogRow], leads: Iterable[str], *, now: datetime, bulk: bool) -> None:
    """What new rows of the log entail: roles in deals, merges, and that leads are looked at.

    `leads` are further leads of which something new is known.
    """
    deals.note_roles(rows)
    _note_merges(rows)
    own = {row.lead_id for row in rows if row.lead_id is not None}
    mark_changed(own | _others_touched(rows) | set(leads), now=now, bulk=bulk)


def _event(fact: Fact, lead: str | None, batch: Batch | None) -> LogRow:
    return LogRow(
        source=texts.name(fact.source),
        event_id=texts.name(fact.event_id),
        lead_id=lead,
        happened=ticks(fact.happened_at),
        recorded=ticks(fact.recorded_at) if fact.recorded_at else None,
        kind=texts.name(fact.kind),
        actor=texts.name(fact.actor),
        decided=fact.decided,
        batch_id=batch.key if batch else None,
        properties=json_of(texts.properties(fact.properties)),
    )


def json_of(properties: Any) -> str:
    """Properties as the log keeps them: JSON, the same text for the same content."""
    return json.dumps(properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_COLUMNS = (
    *("source", "event_id", "lead_id", "happened", "recorded", "kind", "actor", "decided"),
    *("batch_id", "properties"),
)


def append(rows: Iterable[LogRow]) -> list[LogRow]:
    """Write rows to the log, in one order for all; those that it did not have.

    Of several with the same source and event id the first counts.
    """
    named: dict[tuple[str, str], LogRow] = {}
    for row in rows:
        named.setdefault(row.name, row)
    ordered = [named[name] for name in sorted(named)]
    columns = {name: [getattr(row, name) for row in ordered] for name in _COLUMNS}
    written = insert_new(Event, columns, returning=["source", "event_id"])
    return [named[source, event_id] for source, event_id in written]


def merge(
    survivor: str, absorbed: str, *, now: datetime, actor: str, decided: bool = False
) -> None:
    """One lead lives on in another from now on; both are marked as changed."""
    row = LogRow(
        source=IDENTITY,
        event_id=f"{survivor} is {absorbed} ({ticks(now)})",
        lead_id=survivor,
        happened=ticks(now),
        recorded=ticks(now),
        kind="lead.merged",
        actor=actor,
        decided=decided,
        properties=json_of({"absorbed": absorbed}),
    )
    append([row])
    _note_merges([row])
    mark_changed({survivor, absorbed}, now=now)


def _note_merges(rows: Iterable[LogRow]) -> None:
    """Where the rows of a lead go on, as merges in the log say it."""
    for row in sorted(rows, key=lambda row: row.happened):
        if row.kind not in JOINING or row.lead_id is None:
            continue
        absorbed = json.loads(row.properties).get("absorbed")
        heir = row.lead_id if row.kind == "lead.merged" else None
        if isinstance(absorbed, str) and heir != absorbed and not _circle(absorbed, heir):
            Lead.objects.filter(key=absorbed).update(merged_into=heir)


def _circle(absorbed: str, heir: str | None) -> bool:
    return heir is not None and identities.merged_into([heir]).get(heir, heir) == absorbed


def _others_touched(rows: Iterable[LogRow]) -> set[str]:
    """Leads about which these rows say something though they are not theirs."""
    touched: set[str] = set()
    for row in rows:
        if row.kind in JOINING:
            touched.add(str(json.loads(row.properties).get("absorbed")))
        if row.kind == "fact.voided":
            touched |= _leads_of_voided(row)
        if row.kind == "calendar.closed":
            touched |= _leads_with_running_clocks()
    there = Lead.objects.filter(key__among=sorted(touched)).values_list("key", flat=True)
    return set(there) if touched else set()


def _leads_of_voided(
    row: LogRow | Event, seen: frozenset[tuple[str, str]] = frozenset()
) -> set[str]:
    told = json.loads(row.properties)
    events = Event.objects.all()
    if told.get("batch"):
        events = events.filter(batch_id=str(told["batch"]))
    else:
        source = str(told.get("source") or row.source)
        events = events.filter(source=source, event_id=str(told.get("event_id")))
    leads = {lead for lead in events.values_list("lead_id", flat=True).distinct() if lead}
    # A void that is withdrawn brings back what it named.
    seen |= {(row.source, row.event_id)}
    for other in events.filter(kind="fact.voided"):
        if (other.source, other.event_id) not in seen:
            leads |= _leads_of_voided(other, seen)
    return leads


def _leads_with_running_clocks() -> set[str]:
    from leadpact.ledger.models import Clock

    return set(Clock.objects.filter(outcome="running").values_list("lead_id", flat=True))


def mark_changed(leads: Iterable[str], *, now: datetime, bulk: bool = False) -> None:
    """The live flow is to look at these leads."""
    marked = sorted(leads)
    columns = {"lead_id": marked, "noticed_at": [now] * len(marked), "bulk": [bulk] * len(marked)}
    insert_new(Change, columns, returning=["lead_id"])
