"""Everything that is held on one person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from leadpact.engine.identity import email_key
from leadpact.ledger.instants import instant
from leadpact.ledger.models import (
    AuditEntry,
    Deal,
    DealReview,
    DealRole,
    Exclusion,
    Identity,
    Lead,
    Outcome,
)
from leadpact.ledger.selectors.logs import with_relatives

_JSON = ("properties", "attributes", "payload", "steps")
_TICKS = ("happened", "recorded")


def leads_of(who: str) -> set[str]:
    """The leads that one person is: by a mailbox or by a lead's id, with those merged and those
    found to repeat them; empty where nobody is known so.
    """
    mailbox = email_key(who)
    known = Q(kind=Identity.Kind.ID, value=who)
    known |= Q(kind=Identity.Kind.EMAIL, value=mailbox or "")
    found = set(Identity.objects.filter(known).values_list("lead_id", flat=True))
    found |= set(Lead.objects.filter(key=who).values_list("key", flat=True))
    while True:
        more = with_relatives(found)
        same = Exclusion.objects.filter(reason="duplicate")
        pairs = same.filter(Q(lead_id__in=more) | Q(duplicate_of__in=more))
        for lead, other in pairs.values_list("lead_id", "duplicate_of"):
            more |= {lead, *([other] if other else [])}
        if more == found:
            return found
        found = more


def about_in_trail(leads: Iterable[str], named: Iterable[str]) -> list[AuditEntry]:
    """Entries of the audit trail about these leads, or with one of these texts in them."""
    asked = Q(pk__in=[])
    for lead in leads:
        quoted = json.dumps(lead, ensure_ascii=False)
        asked |= Q(subject=f"lead {lead}") | Q(detail__contains=quoted)
        asked |= Q(subject__contains=lead, action="voided")
    for text in named:
        asked |= Q(subject__icontains=text) | Q(detail__icontains=text)
    return list(AuditEntry.objects.filter(asked).exclude(action="erased").order_by("id"))


def held_on(leads: Iterable[str], named: Iterable[str]) -> dict[str, Any]:
    """Every row of every table that belongs to these leads, and what the trail says of them."""
    keys = sorted(leads)
    found: dict[str, Any] = {"Lead": _rows(Lead, Q(key__in=keys))}
    columns: dict[type[Model], Q] = {}
    for table, column in tables_of_leads():
        if table is not Lead:
            asked = Q(**{f"{column}__in": keys})
            columns[table] = columns[table] | asked if table in columns else asked
    found |= {table.__name__: _rows(table, asked) for table, asked in columns.items()}
    theirs = Q(pk__in=DealRole.objects.filter(lead__in=keys).values("deal"))
    found |= {table.__name__: _rows(table, theirs) for table in (Deal, DealReview)}
    found["Outcome"] = _rows(Outcome, naming(named))
    found["AuditEntry"] = [
        {"at": _plain("at", e.at), "actor": e.actor, "action": e.action, "subject": e.subject,
         "detail": json.loads(e.detail)}
        for e in about_in_trail(keys, named)
    ]  # fmt: skip
    return found


def naming(named: Iterable[str]) -> Q:
    """What was written at meetings and has one of these texts in it."""
    asked = Q(pk__in=[])
    for text in named:
        asked |= Q(text__icontains=text) | Q(owner__icontains=text)
    return asked


def tables_of_leads() -> list[tuple[type[Model], str]]:
    """Every table with a column that names a lead, and that column."""
    found = []
    for relation in Lead._meta.related_objects:
        table = relation.related_model
        if isinstance(table, type):
            found.append((table, relation.field.attname))
    return found


def _rows(table: Any, asked: Q) -> list[dict[str, Any]]:
    rows = table._base_manager.filter(asked).order_by("pk").values()
    return [{name: _plain(name, value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if name in _JSON and isinstance(value, str):
        return json.loads(value)
    if name in _TICKS and value is not None:
        return instant(value).isoformat()
    return value.isoformat() if isinstance(value, datetime) else value
