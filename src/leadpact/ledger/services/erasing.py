"""The rows of a person are rewritten: nothing in them names the person any more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Model, Q

from leadpact.ledger.models import (
    CrmRecord,
    DealReview,
    DealRole,
    Event,
    Exclusion,
    Handoff,
    Identity,
    Lead,
    LeadState,
    Measurement,
    Notice,
    Outcome,
    PublishedList,
    PublishedPart,
    PublishedPiece,
)
from leadpact.ledger.selectors.personal import about_in_trail, naming, tables_of_leads
from leadpact.ledger.services import audit, erasures
from leadpact.ledger.services.ingest import json_of
from leadpact.ledger.services.pseudonyms import Pseudonyms

_AT_ONCE = 500
_DROPPED = "the person was erased"
_OF_PAGES: tuple[type[Model], ...] = (PublishedList, PublishedPart, PublishedPiece)
#: Sources whose ids the ledger makes up from a lead's key.
_MADE_UP = ("hygiene", "leadpact")
#: A row of the log: its source and its id there.
Row = tuple[str, str]
_NAMING_LEADS = ("absorbed", "duplicate_of")
_NAMING_OTHERS = ("fact.voided", "lead.merged", "lead.unmerged", "lead.excluded")


def rewrite(names: Pseudonyms) -> None:
    """Rewrite everything but the tables of state, which are told anew from the log."""
    trail = about_in_trail(names.leads, names.named)
    _others_events(names, _events(names))
    _notices(names)
    _handoffs(names)
    _exclusions(names)
    _reviews(names)
    _outcomes(names)
    _published(names)
    CrmRecord.objects.filter(lead_id__in=list(names.leads)).delete()
    audit.blank(trail, f"lead {', '.join(names.leads.values())}")
    _leads(names)


def forget(names: Pseudonyms, entries: Sequence[int], *, actor: str, now: datetime) -> None:
    """Remember only that somebody with these keys was erased, and put that on record."""
    new = list(names.leads.values())
    keys = Identity.objects.filter(lead_id__in=new)
    known = set(keys.values_list("kind", "value"))
    known |= {(Identity.Kind.ID.value, old) for old in names.leads}
    known |= {(Identity.Kind.EMAIL.value, mailbox) for mailbox in names.mailboxes}
    erasures.remember(known, at=now)
    keys.delete()
    told = {"leads": new, "entries": sorted(entries)}
    audit.record(actor, audit.ERASED, "a person", told, now=now)


def _events(names: Pseudonyms) -> dict[Row, str]:
    """The person's rows; the ids that changed, by what rows were known as."""
    rows = list(Event.objects.filter(lead_id__in=list(names.leads)))
    renamed: dict[Row, str] = {}
    for row in rows:
        old, own = row.event_id, str(row.lead_id)
        made_up = row.source in _MADE_UP
        row.event_id = names.made_up(old, own) if made_up else names.text(old)
        if row.event_id != old:
            renamed[row.source, old] = row.event_id
        row.actor = names.text(row.actor)
    for row in rows:
        if not _voids_anew(row, names, renamed):
            row.properties = names.properties_of(row.kind, row.properties)
    Event.objects.bulk_update(rows, ["event_id", "actor", "properties"], batch_size=_AT_ONCE)
    return renamed


def _others_events(names: Pseudonyms, renamed: Mapping[Row, str]) -> None:
    """Rows of the organisation and of other leads that name a lead or a row of the person."""
    rows = Event.objects.filter(kind__in=_NAMING_OTHERS).exclude(lead_id__in=list(names.leads))
    changed = []
    for row in rows.iterator():
        told = json.loads(row.properties)
        joined = {key: names.key(str(told[key])) for key in _NAMING_LEADS if key in told}
        if _voids_anew(row, names, renamed):
            changed.append(row)
        elif joined != {key: told[key] for key in joined}:
            row.properties = json_of(told | joined)
            changed.append(row)
    Event.objects.bulk_update(changed, ["event_id", "properties"], batch_size=_AT_ONCE)


def _voids_anew(row: Event, names: Pseudonyms, renamed: Mapping[Row, str]) -> bool:
    """Let a void name the row that it voids by its new id; whether it voids such a row."""
    told = json.loads(row.properties) if row.kind == "fact.voided" else {}
    old = str(told.get("event_id") or "")
    source = str(told.get("source") or row.source)
    new = renamed.get((source, old)) if old else None
    if new is None:
        return False
    row.event_id = names.unnamed(row.event_id.replace(old, new))
    row.properties = json_of({"source": source, "event_id": new})
    return True


def _notices(names: Pseudonyms) -> None:
    rows = list(Notice.objects.filter(lead_id__in=list(names.leads)))
    for row in rows:
        row.key, row.last_error = (
            names.made_up(row.key, row.lead_id or ""),
            names.text(row.last_error),
        )
        row.payload = names.payload(row.payload)
        if row.state != Notice.State.SENT:
            row.state, row.last_error = Notice.State.DROPPED, _DROPPED
    Notice.objects.bulk_update(rows, ["key", "payload", "state", "last_error"],
                               batch_size=_AT_ONCE)  # fmt: skip


def _handoffs(names: Pseudonyms) -> None:
    rows = list(Handoff.objects.filter(lead_id__in=list(names.leads)))
    for row in rows:
        row.steps = names.text(row.steps)
    Handoff.objects.bulk_update(rows, ["steps"], batch_size=_AT_ONCE)


def _reviews(names: Pseudonyms) -> None:
    """What was written about deals of the person."""
    deals = DealRole.objects.filter(lead_id__in=list(names.leads)).values("deal_id")
    rows = list(DealReview.objects.filter(deal__in=deals))
    for row in rows:
        row.text = names.text(row.text)
    DealReview.objects.bulk_update(rows, ["text"], batch_size=_AT_ONCE)


def _outcomes(names: Pseudonyms) -> None:
    """What was written at meetings and names the person."""
    rows = list(Outcome.objects.filter(naming(names.named)))
    for row in rows:
        row.text, row.owner = names.text(row.text), names.text(row.owner)
    Outcome.objects.bulk_update(rows, ["text", "owner"], batch_size=_AT_ONCE)


def _exclusions(names: Pseudonyms) -> None:
    """Leads that were found to repeat one of the person's."""
    for old, new in names.leads.items():
        Exclusion.objects.filter(duplicate_of=old).update(duplicate_of=new)
        LeadState.objects.filter(merged_into=old).update(merged_into=new)


def _leads(names: Pseudonyms) -> None:
    """The leads themselves under their new keys, with every row that belongs to them."""
    old = list(Lead.objects.filter(key__in=list(names.leads)))
    made = [
        Lead(
            key=names.key(lead.key),
            begins=lead.begins,
            company_id=lead.company_id,
            handed_over=lead.handed_over,
        )
        for lead in old
    ]
    Lead.objects.bulk_create(made)
    for lead in old:
        if lead.merged_into_id:
            heir = names.key(lead.merged_into_id)
            Lead.objects.filter(key=names.key(lead.key)).update(merged_into_id=heir)
    for table, column in tables_of_leads():
        for was, key in names.leads.items():
            table._base_manager.filter(**{column: was}).update(**{column: key})
    Lead.objects.filter(key__in=list(names.leads)).update(merged_into=None)
    Lead.objects.filter(key__in=list(names.leads)).delete()


def _published(names: Pseudonyms) -> None:
    """Parts of pages, and lists behind their figures, that name the person: they are made anew.

    With a list goes the part that opens to it, where that would else stay for longer.
    """
    named = Q(pk__in=[])
    for text in [*(json.dumps(key, ensure_ascii=False) for key in names.leads), *names.named]:
        named |= Q(value__icontains=text)
    apart = {
        part
        for model in (PublishedList, PublishedPiece)
        for part in model._default_manager.filter(named)
        .exclude(part="")
        .values_list("part", flat=True)
    }
    PublishedPart.objects.filter(key__in=apart).delete()
    gone = [model._default_manager.filter(named).delete()[0] for model in _OF_PAGES]
    if any(gone):
        Measurement.objects.update(newest=0)
