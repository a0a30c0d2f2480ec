"""One person's data leave the ledger, and the figures stay: proven before it is kept.

What figures are made from stays under a new key: instants, kinds, stages, and the attributes and
properties that some version of the agreement asks or that figures are split by. What names the
person goes everywhere.
"""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import OperationalError, connection, transaction

from leadpact.agreement.conditions import EventCondition, FieldCondition
from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import BUILT_IN_PROPERTIES
from leadpact.engine.evaluate import examine
from leadpact.engine.metrics.records import OF_LEADS
from leadpact.engine.questions import conditions_in
from leadpact.engine.tables import result_of
from leadpact.flows import deciding, rebuilding
from leadpact.flows.journal import place_of, tell
from leadpact.ledger.models import Event, Lead, LeadState
from leadpact.ledger.selectors import agreements, logs
from leadpact.ledger.selectors.personal import about_in_trail, held_on, leads_of
from leadpact.ledger.services import decisions, erasing, uploads
from leadpact.ledger.services.pseudonyms import NAMING, Pseudonyms, naming_texts

#: Attributes that tell of a lead's company, or whose it is, and name nobody.
_OF_COMPANY = ("company", "company_id", "domain", "owner")
_OF_DECISIONS = ("episode", "version", "detail", "duplicate_of", "owner", "product", "campaign")
#: Of rows of one instant an id may decide which comes first; with other ids it may stay as it was.
_TRIES = 8
_TABLES = (
    *("lead_states", "stage_entries", "episodes", "clocks", "clock_shares", "nurture"),
    "exclusions",
)
_TEXTS = ("detail",)

Told = Mapping[str, Sequence[str]]


class ErasureError(Exception):
    """Somebody cannot be erased as asked; the message is a sentence for the user."""


@dataclass(frozen=True)
class Erasure:
    """What was done: under which new keys the figures' share stays, and how many rows it has.

    `open` are those of them that still stand in the funnel, where clocks may run.
    """

    leads: list[str]
    rows: int
    open: list[str]


def export(who: str) -> dict[str, Any]:
    """Everything held on a person, by a mailbox or a lead's id. Raises ErasureError."""
    leads = _leads(who)
    return held_on(leads, naming_texts(_rows(leads)))


def erase(who: str, *, actor: str, now: datetime, even_if_moved: bool = False) -> Erasure:
    """Erase a person, known by a mailbox or a lead's id; all or nothing.

    Raises ErasureError where nobody is known so, and where a figure would move, which
    `even_if_moved` accepts.
    """
    leads = _leads(who)
    with transaction.atomic():
        list(Lead.objects.select_for_update(no_key=True).filter(key__in=leads).order_by("key"))
        versions = agreements.documents()
        _pin(leads, versions, now)
        before = _told(leads, versions, now, {})
        for attempt in range(_TRIES):
            names = _pseudonyms(leads, versions)
            with transaction.atomic():
                entries = [e.pk for e in about_in_trail(names.leads, names.named)]
                erasing.rewrite(names)
                back = {new: old for old, new in names.leads.items()}
                after = _told(names.leads.values(), versions, now, back)
                moved = [table for table in before if before[table] != after[table]]
                last = attempt == _TRIES - 1
                kept = not moved or (last and even_if_moved)
                transaction.set_rollback(not kept)
            if kept:
                break
        else:
            raise ErasureError(_would_move(moved))
        if versions:
            rebuilding.write(set(names.leads.values()), now)
        erasing.forget(names, entries, actor=actor, now=now)
    uploads.forget([*leads, *(text for text in names.named if "@" in text)])
    _leave_nothing_behind()
    new = list(names.leads.values())
    standing = LeadState.objects.filter(lead_id__in=new, status="open")
    rows = Event.objects.filter(lead_id__in=new).count()
    return Erasure(new, rows, sorted(standing.values_list("lead_id", flat=True)))


def _leads(who: str) -> set[str]:
    leads = leads_of(who.strip())
    if not leads:
        raise ErasureError(f"Nobody is known as “{who.strip()[:80]}”.")
    return leads


def _rows(leads: set[str]) -> list[tuple[str, str]]:
    return list(Event.objects.filter(lead_id__in=leads).values_list("kind", "properties"))


def _pin(leads: set[str], versions: Sequence[Agreement], now: datetime) -> None:
    """Put hygiene's verdicts on record: without the address it would judge otherwise."""
    if versions:
        history = logs.history_of(leads)
        result = result_of(examine(versions, history, as_of=now))
        known = deciding.Recorded.of(history, result)
        found = [f for f in deciding.exclusions(result, history) if not known.has(f)]
        decisions.record(found, now=now)


def _pseudonyms(leads: set[str], versions: Sequence[Agreement]) -> Pseudonyms:
    keys = {lead: f"E-{_token(10)}" for lead in sorted(leads)}
    asked = [condition for version in versions for condition in conditions_in(version)]
    fields = {each.field for each in asked if isinstance(each, FieldCondition)}
    names = {n for each in asked if isinstance(each, EventCondition) for n in each.where_tests()}
    return Pseudonyms(
        leads=keys,
        named=naming_texts(_rows(leads)) | {key for key in leads if "@" in key},
        attributes=frozenset(fields | {*OF_LEADS, *_OF_COMPANY}),
        properties=frozenset(names | {*BUILT_IN_PROPERTIES, *_OF_DECISIONS}) - set(NAMING),
        token=_token(5),
    )


def _token(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()


def _told(
    leads: Any, versions: Sequence[Agreement], now: datetime, back: Mapping[str, str]
) -> Told:
    """What the log says of leads, row by row, under their old keys; not who they are."""
    if not versions:
        return {}
    result = result_of(examine(versions, logs.history_of(leads), as_of=now))
    return {table: _lines(getattr(result, table), back) for table in (*_TABLES, "set_aside")}


def _lines(table: pa.Table, back: Mapping[str, str]) -> list[str]:
    kept = [name for name in table.column_names if name not in (*_TEXTS, "event_id")]
    rows = table.select(kept).to_pylist()
    told = [
        {name: back.get(value, value) if isinstance(value, str) else value
         for name, value in row.items()}
        for row in rows
    ]  # fmt: skip
    return sorted(map(str, told))


def _would_move(moved: Sequence[str]) -> str:
    what = ", ".join(name.replace("_", " ") for name in moved)
    return (
        f"Nothing was erased: figures would move ({what}), because a condition of the agreement "
        "reads what names the person. Erase all the same with --even-if-figures-move."
    )


def _leave_nothing_behind() -> None:
    """Let the file of SQLite forget what was overwritten, now and before; it is written anew.

    One that is in use for too long is left as it is, and the journal says so; the erasure stands.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("vacuum")
            cursor.execute("pragma wal_checkpoint(truncate)")
    except OperationalError as error:
        tell("the file was not written anew", level=logging.WARNING, error=place_of(error))
