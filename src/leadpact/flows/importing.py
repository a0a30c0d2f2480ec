"""A history enters the ledger: the same sources as `leadpact run`, in pieces, each a transaction.

An import that was interrupted goes on where it was; the same rows twice are there once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from leadpact.engine.identity import email_key
from leadpact.engine.log import History
from leadpact.flows.piecewise import done_by_piece
from leadpact.flows.starting import Progress
from leadpact.ledger.facts import Fact, Known, LogRow
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import Batch
from leadpact.ledger.services import (
    audit,
    batches,
    bulk,
    deals,
    erasures,
    identities,
    ingest,
    newcomers,
)
from leadpact.ledger.services.plain_logs import with_plain_texts
from leadpact.sources.reading import Read

_ROWS = 50_000
#: Leads that are taken in together, and those of whom each must be looked at.
_NEW, _KNOWN = 50_000, 5_000
#: Rows that say more than that something happened to their lead.
_TELLING = [*deals.DEAL_KINDS, *ingest.JOINING, *ingest.ABOUT_ALL]
_STATING = ["lead.created", "lead.updated"]


@dataclass(frozen=True)
class Imported:
    """What an import did: rows that were read, that were new, and their leads."""

    batch: str
    rows: int
    fresh: int
    leads: int
    rejected: int
    finished_before: bool = False


def import_history(
    found: Read, *, name: str, actor: str, now: datetime, tell: Progress
) -> Imported:
    """Write what was read to the log, under one batch that can be voided as a whole.

    The batch is named by its content: the same content again goes on with the same batch.
    """
    log = found.history.log
    key = _key_of(log)
    batch, finished = batches.begin(key, name, rejected=len(found.rejects), actor=actor, now=now)
    if finished:
        return Imported(key, log.num_rows, 0, 0, len(found.rejects), finished_before=True)
    log = with_plain_texts(_with_owners(found.history))
    log = _with_keys(_without_erased(log), now, tell).sort_by([("lead_id", "ascending")])
    fresh, touched = _write_all(log, batch, now, tell)
    with transaction.atomic():
        deals.note(found.history.deals.to_pylist())
        batches.finish(batch, rows=log.num_rows, now=now)
        told = {"name": name, "rows": log.num_rows, "new": fresh}
        audit.record(actor, "imported", f"batch {key}", told, now=now)
    return Imported(key, log.num_rows, fresh, len(touched), len(found.rejects))


def _write_all(log: pa.Table, batch: Batch, now: datetime, tell: Progress) -> tuple[int, set[str]]:
    """How many rows were new, and their leads."""
    known: list[int] = []

    def write(piece: pa.Table) -> tuple[int, set[str]]:
        rows, leads = _write(piece, batch, not any(known), now)
        known.append(piece.num_rows - rows)
        return rows, leads

    fresh = 0
    touched: set[str] = set()
    pieces = [log.slice(begin, _ROWS) for begin in range(0, log.num_rows, _ROWS)]
    for number, (rows, leads) in enumerate(done_by_piece(write, pieces)):
        fresh += rows
        touched |= leads
        tell(0.3 + 0.7 * number / len(pieces), f"Writing {log.num_rows:,} rows, {fresh:,} new")
    return fresh, touched


@transaction.atomic
def _write(
    log: pa.Table, batch: Batch, expected_fresh: bool, now: datetime
) -> tuple[int, set[str]]:
    """One piece: its rows, what follows from them, and the marks of its leads."""
    fresh, leads = bulk.write(log, batch, expected_fresh=expected_fresh)
    if fresh:
        telling = log.filter(pc.is_in(log["kind"], pa.array(_TELLING)))
        ingest.follow_up([_event(row) for row in telling.to_pylist()], leads, now=now, bulk=True)
    return fresh, leads


def _key_of(log: pa.Table) -> str:
    """The same rows have the same key, in whichever order they come."""
    texts = pc.binary_join_element_wise(
        log["source"], log["event_id"], pc.fill_null(log["properties"], ""), "\x1f"
    )
    whole = hashlib.sha256()
    for piece in texts.sort().iterchunks() if isinstance(texts, pa.ChunkedArray) else [texts]:
        for buffer in piece.buffers()[1:]:
            if buffer is not None:
                whole.update(buffer)
    return f"import-{whole.hexdigest()[:16]}"


def _with_owners(history: History) -> pa.Table:
    """The log with the owner of a deal in the rows about it, as the list of deals has it."""
    log = history.log
    of_deals = history.deals.select(["deal_id", "owner"]).to_pylist()
    owners = {row["deal_id"]: row["owner"] for row in of_deals if row["owner"]}
    about = pc.fill_null(pc.is_in(log["kind"], pa.array(deals.DEAL_KINDS)), False)
    if not owners or not pc.any(about).as_py():
        return log
    told = [_owned(text, owners) for text in log.filter(about)["properties"].to_pylist()]
    texts = pc.replace_with_mask(
        log["properties"].combine_chunks(), about.combine_chunks(), pa.array(told, pa.string())
    )
    return log.set_column(log.schema.get_field_index("properties"), "properties", texts)


def _owned(text: str | None, owners: dict[str, str]) -> str:
    said = json.loads(text or "{}")
    owner = owners.get(str(said.get("deal_id")))
    return ingest.json_of({"owner": owner, **said} if owner else said)


def _without_erased(log: pa.Table) -> pa.Table:
    """The log without what people did before they were erased."""
    if erasures.nobody():
        return log
    named = {each["id"]: identities.keys_of(_known(each)) for each in _leads_of(log).to_pylist()}
    known = erasures.erased_at(key for keys in named.values() for key in keys)
    for lead, keys in named.items() if known else ():
        if ats := [known[key] for key in keys if key in known]:
            of_lead = pc.fill_null(pc.equal(log["lead_id"], lead), False)
            until = pc.less_equal(log["happened_at"], max(ats))
            log = log.filter(pc.invert(pc.and_(of_lead, until)))
    return log


def _with_keys(log: pa.Table, now: datetime, tell: Progress) -> pa.Table:
    """The log with the ledger's own key for each lead, which is made where nobody knew it."""
    ahead = _leads_of(log)
    taken = []
    for begin in range(0, len(ahead), _NEW):
        tell(0.1 + 0.1 * begin / len(ahead), f"Taking in lead {begin:,} of {len(ahead):,}")
        taken.append(newcomers.take_in(ahead.slice(begin, _NEW)))
    known = ahead.filter(pc.invert(pa.chunked_array(taken, pa.bool_()))).to_pylist()
    keys: dict[str, str] = {}
    for begin in range(0, len(known), _KNOWN):
        tell(0.2 + 0.1 * begin / len(known), f"Finding lead {begin:,} of {len(known):,}")
        keys |= _settled(known[begin : begin + _KNOWN], now)
    return _renamed(log, keys) if keys else log


def _renamed(log: pa.Table, keys: Mapping[str, str]) -> pa.Table:
    named = log["lead_id"].combine_chunks().dictionary_encode()
    ours = pa.array([keys.get(name, name) for name in named.dictionary.to_pylist()], pa.string())
    column = ours.take(named.indices)
    return log.set_column(log.schema.get_field_index("lead_id"), "lead_id", column)


@transaction.atomic
def _settled(leads: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, str]:
    """The ledger's keys of leads of whom something is known; those that turn out to be one are."""
    settled = identities.settle(
        [Fact("import", lead["id"], "lead.created", lead["begins"], _known(lead)) for lead in leads]
    )
    for survivor, absorbed in settled.same:
        ingest.merge(survivor, absorbed, now=now, actor=ingest.IDENTITY, decided=True)
    return {lead["id"]: str(key) for lead, key in zip(leads, settled.leads, strict=True)}


def _known(lead: Mapping[str, Any]) -> Known:
    return Known(id=lead["id"], email=lead["mailbox"])


def _leads_of(log: pa.Table) -> pa.Table:
    """The leads of a log as NEWCOMERS, each with the first mailbox that it states."""
    of_leads = log.filter(pc.is_valid(log["lead_id"])).select(["lead_id", "happened_at"])
    begins = of_leads.group_by("lead_id").aggregate([("happened_at", "min")])
    emails = _emails_of(log)
    ids = begins["lead_id"].to_pylist()
    mailboxes = [email_key(emails.get(lead) or lead) for lead in ids]
    return pa.table([ids, mailboxes, begins["happened_at_min"]], schema=newcomers.NEWCOMERS)


def _emails_of(log: pa.Table) -> dict[str, str]:
    """The mailbox of each lead that states one, the first that it states."""
    stating = pc.and_(
        pc.is_in(log["kind"], pa.array(_STATING)),
        pc.match_substring(pc.fill_null(log["properties"], ""), '"email"'),
    )
    found: dict[str, str] = {}
    for row in log.filter(stating).select(["lead_id", "properties"]).to_pylist():
        email = json.loads(row["properties"]).get("email")
        if row["lead_id"] is not None and isinstance(email, str):
            found.setdefault(row["lead_id"], email)
    return found


def _event(row: dict[str, Any]) -> LogRow:
    return LogRow(
        source=row["source"],
        event_id=row["event_id"],
        lead_id=row["lead_id"],
        happened=ticks(row["happened_at"]),
        kind=row["kind"],
        properties=row["properties"] or "{}",
    )
