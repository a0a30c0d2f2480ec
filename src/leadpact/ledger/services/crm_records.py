"""What the records of a customer system say enters the log, and is withdrawn when they change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import (
    Batch,
    CrmConnection,
    CrmDue,
    CrmRecord,
    Deal,
    DealRole,
    Event,
    Lead,
)
from leadpact.ledger.services import deals
from leadpact.ledger.services.identities import merged_into
from leadpact.ledger.services.ingest import ingest

_AT_ONCE = 500
_SAVED = ["lead", "modified_at", "deleted_at", "absorbed_by", "prints", "values", "links", "told",
          "withdrawn", "lacks"]  # fmt: skip
_JUST_AFTER = timedelta(microseconds=1)


def known(connection: CrmConnection, of: str, numbers: Iterable[str]) -> dict[str, CrmRecord]:
    """The records of an object that were read before, by their number."""
    wanted = sorted(set(numbers))
    found: dict[str, CrmRecord] = {}
    for begin in range(0, len(wanted), _AT_ONCE):
        rows = CrmRecord.objects.filter(
            connection=connection, object=of, number__in=wanted[begin : begin + _AT_ONCE]
        )
        found |= {row.number: row for row in rows}
    return found


def changed_at(connection: CrmConnection, of: str, numbers: Iterable[str]) -> dict[str, datetime]:
    """When those of the records that are known were changed last, as they were read."""
    rows = CrmRecord.objects.filter(connection=connection, object=of)
    there = rows.filter(number__among=sorted(set(numbers)), deleted_at=None)
    return dict(there.values_list("number", "modified_at"))


def lacking(connection: CrmConnection, keys: Iterable[str]) -> dict[str, list[str]]:
    """Numbers, by object, of records that were read when one of these people was not there."""
    wanted, found = set(keys), dict[str, list[str]]()
    rows = CrmRecord.objects.filter(connection=connection, lacks=True, deleted_at=None)
    for of, number, links in rows.values_list("object", "number", "links") if wanted else ():
        if wanted.intersection(json.loads(links)):
            found.setdefault(of, []).append(number)
    return found


def save(rows: Sequence[CrmRecord], *, now: datetime) -> None:
    """Keep records as they were read; leads of which something here counts are compared again."""
    CrmRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["connection", "object", "number"],
        update_fields=_SAVED,
        batch_size=_AT_ONCE,
    )
    mark_due({row.lead_id for row in rows if row.lead_id}, now=now)


def mark_due(leads: Iterable[str], *, now: datetime) -> None:
    """What stands for these leads in each customer system is to be compared with their state."""
    wanted = sorted(leads)
    connections = CrmConnection.objects.order_by("pk").values_list("pk", flat=True)
    rows = [
        CrmDue(connection_id=row, lead_id=lead, noticed_at=now)
        for row in (connections if wanted else ())
        for lead in wanted
    ]
    CrmDue.objects.bulk_create(rows, batch_size=_AT_ONCE)


def tell(
    facts: Sequence[Fact], *, now: datetime, batch: Batch | None = None
) -> dict[str, str | None]:
    """Put facts into the log; the lead of each by the id of the fact."""
    return {receipt.event_id: receipt.lead for receipt in ingest(facts, now=now, batch=batch)}


def restate(row: CrmRecord, facts: Sequence[Fact], *, at: datetime) -> list[Fact]:
    """What must enter the log so that of a record exactly these facts stand there.

    Facts that no longer hold are voided as of `at`. One that holds again gets another id: what
    was withdrawn once stays so. `row` notes what stands, and is to be saved.
    """
    stands: dict[str, int] = json.loads(row.told)
    gone: dict[str, int] = json.loads(row.withdrawn)
    wanted = {fact.event_id: fact for fact in facts}
    fresh: list[Fact] = []
    for mark, fact in wanted.items():
        if mark not in stands:
            stands[mark] = gone.pop(mark, 0) + 1
            fresh.append(replace(fact, event_id=_numbered(mark, stands[mark])))
    for mark in [mark for mark in stands if mark not in wanted]:
        gone[mark] = stands.pop(mark)
        fresh.append(_void(row.connection.system, _numbered(mark, gone[mark]), at))
    row.told, row.withdrawn = json.dumps(stands), json.dumps(gone)
    return fresh


def _numbered(mark: str, number: int) -> str:
    return mark if number == 1 else f"{mark} ({number})"


def _void(system: str, event_id: str, at: datetime) -> Fact:
    return Fact(
        source=system,
        event_id=f"{event_id} withdrawn",
        kind="fact.voided",
        happened_at=at,
        properties={"source": system, "event_id": event_id},
    )


def merged(
    survivor: CrmRecord, absorbed: CrmRecord, *, key: str, at: datetime, now: datetime
) -> None:
    """Two people's records became one there, so their leads become one here."""
    absorbed.absorbed_by = survivor.number
    leads = [row.lead_id for row in (survivor, absorbed) if row.lead_id]
    living = {lead: merged_into([lead]).get(lead, lead) for lead in leads}
    if len(set(living.values())) < 2:
        return
    one, other = (living[str(row.lead_id)] for row in (survivor, absorbed))
    fact = Fact(
        source=survivor.connection.system,
        event_id=f"{key}/merged/{absorbed.object}/{absorbed.number}",
        kind="lead.merged",
        happened_at=min(at, now),
        lead=Known(id=one),
        properties={"absorbed": other},
    )
    ingest([fact], now=now)


def held_by_survivors(rows: Iterable[CrmRecord]) -> set[str]:
    """Numbers of records that were absorbed, whose lead lives in one that was given to somebody."""
    absorbed = {row.number: str(row.lead_id) for row in rows if row.absorbed_by and row.lead_id}
    into = living(absorbed.values()) if absorbed else {}
    survivors = {n: into[lead] for n, lead in absorbed.items() if into.get(lead, lead) != lead}
    given = Event.objects.filter(kind="lead.assigned", lead__in=set(survivors.values()))
    held = set(given.values_list("lead", flat=True)) if survivors else set()
    return {number for number, lead in survivors.items() if lead in held}


def person_deleted(
    row: CrmRecord, *, among: Iterable[str], key: str, at: datetime, why: str, now: datetime
) -> None:
    """A person's record is gone there: the lead is left out, unless another record stands for it.

    People's records are `among` these objects; in another system all that have a lead. It comes
    back with the record.
    """
    if row.deleted_at is not None or row.absorbed_by:
        return
    row.deleted_at = min(at, now)
    others = CrmRecord.objects.filter(
        ~Q(connection=row.connection) | Q(object__in=list(among)),
        lead=row.lead_id, deleted_at=None, absorbed_by="", connection__cut_at=None,
    )  # fmt: skip
    if row.lead_id is None or others.exclude(pk=row.pk).exists():
        return
    fact = Fact(
        source=row.connection.system,
        event_id=_deletion(key, row.deleted_at),
        kind="lead.excluded",
        happened_at=row.deleted_at,
        lead=Known(id=row.lead_id),
        properties={"reason": why},
    )
    ingest([fact], now=now)


def _deletion(key: str, at: datetime) -> str:
    return f"{key}/deleted/{ticks(at)}"


def person_not_deleted(row: CrmRecord, *, key: str, now: datetime) -> None:
    """What was taken for a deletion, since the record was gone, was a merge."""
    gone = row.deleted_at
    row.deleted_at = None
    if gone is not None and _is_told(row, told := _deletion(key, gone)):
        ingest([_void(row.connection.system, told, now)], now=now)


def person_restored(row: CrmRecord, *, key: str, at: datetime, now: datetime) -> None:
    """A record that had gone is there again, and so is its lead."""
    gone = row.deleted_at
    row.deleted_at = None
    if gone is not None and row.lead_id is not None:
        ingest([_restored(row, gone, key, at, now)], now=now)


def person_came_again(row: CrmRecord, *, key: str, at: datetime, now: datetime) -> None:
    """A record is gone for which its lead was left out; it has another record since `at`."""
    gone = row.deleted_at
    if gone is not None and _is_told(row, _deletion(key, gone)):
        ingest([_restored(row, gone, key, at, now)], now=now)


def deleted_of(leads: Iterable[str]) -> list[CrmRecord]:
    """The records of these leads that were deleted and not merged."""
    gone = CrmRecord.objects.filter(deleted_at__isnull=False, absorbed_by="")
    return list(gone.filter(lead__key__among=sorted(set(leads))).select_related("connection"))


def _restored(row: CrmRecord, gone: datetime, key: str, at: datetime, now: datetime) -> Fact:
    return Fact(
        source=row.connection.system,
        event_id=f"{key}/restored/{ticks(gone)}",
        kind="lead.restored",
        happened_at=min(max(at, gone + _JUST_AFTER), max(now, gone + _JUST_AFTER)),
        lead=Known(id=row.lead_id),
    )


def _is_told(row: CrmRecord, event_id: str) -> bool:
    return Event.objects.filter(source=row.connection.system, event_id=event_id).exists()


def note_deal(told: Mapping[str, object], leads: Iterable[str]) -> None:
    """A deal as it is, with those who have a part in it; without any it is told from here alone."""
    key, having = str(told["deal_id"]), set(leads)
    deals.note([dict(told)])
    DealRole.objects.filter(deal_id=key).exclude(lead_id__in=having).delete()
    if not having:
        Deal.objects.filter(key=key).update(
            amount=told["amount"],
            opened_at=told["opened_at"],
            closed_at=told["closed_at"],
            outcome=told["outcome"],
            **{name: told[name] or "" for name in ("currency", "reason", "owner", "product")},
        )


def forget_deal(key: str) -> None:
    """A deal is gone there."""
    Deal.objects.filter(key=key).delete()


def first_instants(leads: Iterable[str]) -> dict[str, datetime]:
    """When each lead began."""
    return dict(Lead.objects.filter(key__in=set(leads)).values_list("key", "begins"))


def living(leads: Iterable[str]) -> dict[str, str]:
    """Each lead with the one in which it lives now."""
    wanted = set(Lead.objects.filter(key__in=set(leads)).values_list("key", flat=True))
    into = merged_into(wanted)
    return {lead: into.get(lead, lead) for lead in wanted}
