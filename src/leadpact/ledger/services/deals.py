"""Which leads have a part in which deal; what became of a deal is told from the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadpact.ledger.facts import LogRow
from leadpact.ledger.instants import instant
from leadpact.ledger.models import Company, Deal, DealRole, Event
from leadpact.ledger.selectors import voids
from leadpact.ledger.services import bulk
from leadpact.ledger.texts import name, properties

_OUTCOMES = {"deal.opened": "open", "deal.won": "won", "deal.lost": "lost"}
DEAL_KINDS = tuple(_OUTCOMES)


def note_roles(rows: Iterable[LogRow]) -> None:
    """A lead of which a row names a deal has a part in that deal."""
    pairs = sorted(
        {
            (str(told["deal_id"]), row.lead_id)
            for row in rows
            if row.kind in _OUTCOMES and row.lead_id
            for told in [json.loads(row.properties)]
            if told.get("deal_id")
        }
    )
    Deal.objects.bulk_create(
        [Deal(key=key) for key in dict.fromkeys(key for key, _ in pairs)], ignore_conflicts=True
    )
    DealRole.objects.bulk_create(
        [DealRole(deal_id=key, lead_id=lead) for key, lead in pairs], ignore_conflicts=True
    )


def note(rows: Iterable[Mapping[str, Any]]) -> None:
    """Deals as a source lists them, with their companies; those that no lead has a part in too."""
    told = [_named(row) for row in rows if row.get("deal_id")]
    companies = sorted({str(row["company_id"]) for row in told if row.get("company_id")})
    Company.objects.bulk_create([Company(key=key) for key in companies], ignore_conflicts=True)
    made = [
        Deal(
            key=str(row["deal_id"]),
            company_id=row["company_id"] or None,
            amount=row["amount"],
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
            outcome=row["outcome"],
            **{name: row[name] or "" for name in ("currency", "reason", "owner", "product")},
        )
        for row in told
    ]
    known = Deal.objects.in_bulk([deal.key for deal in made])
    Deal.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    lacking = [deal for deal in made if deal.key in known and known[deal.key].company_id is None]
    bulk.change(lacking, ["company"])


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**properties(row), "deal_id": name(str(row["deal_id"]))}


def retell(leads: Iterable[str], voided: set[tuple[str, str]]) -> None:
    """Tell every deal of these leads anew from the log, without the rows that were voided."""
    leads = set(leads)
    keys = sorted(
        set(
            DealRole.objects.filter(lead__key__among=sorted(leads)).values_list(
                "deal_id", flat=True
            )
        )
    )
    if not keys:
        return
    rows: dict[str, list[Event]] = {key: [] for key in keys}
    parts = set(DealRole.objects.filter(deal__key__among=keys).values_list("lead_id", flat=True))
    told = list(Event.objects.filter(lead__key__among=sorted(parts), kind__in=DEAL_KINDS))
    if others := [row for row in told if row.lead_id not in leads]:
        voided = voided | voids.withdrawn(others)
    for row in told:
        key = str(json.loads(row.properties).get("deal_id"))
        if key in rows and (row.source, row.event_id) not in voided:
            rows[key].append(row)
    bulk.change([_told(key, rows[key]) for key in keys], _TOLD)


_TOLD = ("amount", "currency", "opened_at", "closed_at", "outcome", "reason", "owner", "product")


def _told(key: str, rows: Sequence[Event]) -> Deal:
    """A deal as the log tells it: the last word counts, the first opening stays."""
    deal = Deal(key=key)
    for row in sorted(rows, key=lambda row: (row.happened, row.kind, row.source, row.event_id)):
        told, at = json.loads(row.properties), instant(row.happened)
        deal.opened_at = deal.opened_at or at
        if row.kind != "deal.opened":
            deal.outcome, deal.closed_at = _OUTCOMES[row.kind], at
            deal.reason = str(told.get("reason") or "")
        amount = _number(told.get("amount"))
        deal.amount = deal.amount if amount is None else amount
        deal.currency = str(told.get("currency") or deal.currency)
        deal.owner = str(told.get("owner") or row.actor or deal.owner)
        deal.product = str(told.get("product") or deal.product)
    return deal


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
