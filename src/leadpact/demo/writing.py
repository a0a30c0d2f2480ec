"""The files of the demo company: log and deals for the engine, the truth for its checkers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from leadpact.demo.leads import Interest, Lead, Nature, Row
from leadpact.demo.market import CHANNELS
from leadpact.demo.people import Rep, snow_date
from leadpact.demo.sales import crm_outage

if TYPE_CHECKING:
    from leadpact.demo.company import Company
    from leadpact.demo.deals import Deal

_INSTANT = pa.timestamp("us", tz="UTC")

#: Columns of the log, as every source delivers them.
LOG_COLUMNS = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("lead_id", pa.string()),
        pa.field("happened_at", _INSTANT, nullable=False),
        pa.field("recorded_at", _INSTANT),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("actor", pa.string()),
        pa.field("decided", pa.bool_()),
        pa.field("batch", pa.string()),
        pa.field("properties", pa.string()),
    ]
)

#: Columns of the deals; an open deal has no `closed_at`.
DEAL_COLUMNS = pa.schema(
    [
        pa.field("deal_id", pa.string(), nullable=False),
        pa.field("company_id", pa.string()),
        pa.field("amount", pa.float64()),
        pa.field("currency", pa.string()),
        pa.field("opened_at", _INSTANT),
        pa.field("closed_at", _INSTANT),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("owner", pa.string()),
        pa.field("product", pa.string()),
        pa.field("lead_ids", pa.list_(pa.string())),
    ]
)


def write_company(company: Company, folder: Path) -> None:
    """Write `log.parquet`, `deals.parquet` and `planted.json` into a folder, making it."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(log_table(company.rows), folder / "log.parquet")
    pq.write_table(deals_table(company), folder / "deals.parquet")
    text = json.dumps(planted(company), indent=1, ensure_ascii=False)
    (folder / "planted.json").write_text(text + "\n", encoding="utf-8")


def log_table(rows: list[Row]) -> pa.Table:
    """The log as a table; organisation-wide rows have no lead."""
    return pa.table(
        {
            "event_id": [row.event_id for row in rows],
            "source": [row.source for row in rows],
            "lead_id": [row.lead_id or None for row in rows],
            "happened_at": [row.happened_at for row in rows],
            "recorded_at": [row.recorded_at for row in rows],
            "kind": [row.kind for row in rows],
            "actor": [row.actor for row in rows],
            "decided": [False] * len(rows),
            "batch": [row.batch for row in rows],
            "properties": [_text(row) for row in rows],
        },
        schema=LOG_COLUMNS,
    )


def deals_table(company: Company) -> pa.Table:
    """The deals as they stand at the end of the log."""
    return pa.Table.from_pylist(
        [_deal_row(deal, company) for deal in company.deals], schema=DEAL_COLUMNS
    )


def _deal_row(deal: Deal, company: Company) -> dict[str, Any]:
    closed = deal.closed_at <= company.until
    return {
        "deal_id": deal.deal_id,
        "company_id": deal.company_id,
        "amount": float(deal.amount),
        "currency": "USD",
        "opened_at": deal.opened_at,
        "closed_at": deal.closed_at if closed else None,
        "outcome": ("won" if deal.won else "lost") if closed else "open",
        "reason": deal.reason if closed else None,
        "owner": deal.owner,
        "product": deal.product,
        "lead_ids": [lead for lead, since in deal.roles.items() if since <= company.until],
    }


def _text(row: Row) -> str | None:
    if not row.properties:
        return None
    return json.dumps(row.properties, ensure_ascii=False, separators=(",", ":"))


def planted(company: Company) -> dict[str, Any]:
    """The truth about the company, which nothing that is judged by it may read."""
    natures = Counter(lead.nature for lead in company.leads)
    return {
        "seed": company.seed,
        "year": company.year,
        "until": company.until.isoformat(),
        "sources": {channel.name: _worth(channel.name, company) for channel in CHANNELS},
        "reps": {rep.name: _discipline(rep) for rep in company.reps},
        "natures": {nature.value: natures[nature] for nature in Nature},
        "mail_outages": [
            [start.isoformat(), end.isoformat()] for start, end in company.mail_room.outages
        ],
        "crm_outage": [at.isoformat() for at in crm_outage(company.year)],
        "snow_day": snow_date(company.year).isoformat(),
        "handoffs": [
            {
                "lead_id": handoff.lead_id,
                "at": handoff.at.isoformat(),
                "episode": handoff.episode,
                "asked": handoff.asked,
            }
            for handoff in company.handoffs
        ],
        "rejections": company.rejections,
        "leads": {lead.lead_id: _truth(lead) for lead in company.leads},
    }


def _worth(source: str, company: Company) -> dict[str, Any]:
    """What a source is truly worth, beside what its leads of this year truly were."""
    channel = next(channel for channel in CHANNELS if channel.name == source)
    persons = [
        lead
        for lead in company.leads
        if lead.nature is Nature.PERSON and lead.text("source") == source
    ]
    in_market = sum(lead.interest is Interest.IN_MARKET for lead in persons)
    return {
        "worth": channel.worth,
        "campaigns": channel.campaigns,
        "persons": len(persons),
        "in_market": in_market,
    }


def _discipline(rep: Rep) -> dict[str, Any]:
    return {
        "team": rep.team,
        "habit": rep.habit,
        "answers_in_minutes": rep.answers_in,
        "spread": rep.spread,
        "forgets": rep.forgets,
        "forgets_fridays": rep.forgets_fridays,
        "logs_in_evening": rep.logs_in_evening,
        "sends_automatic": rep.sends_automatic,
        "slows_under_load": rep.slows_under_load,
        "persistence": rep.persistence,
        "leave_unknown": rep.leave_unknown,
        "away": sorted(day.isoformat() for day in rep.desk.closed),
    }


def _truth(lead: Lead) -> dict[str, Any]:
    facts = {
        "nature": lead.nature.value,
        "interest": lead.interest.value,
        "ready": lead.ready,
        "scanned": lead.scanned or None,
        "private_mail": lead.private_mail or None,
        "duplicate_of": lead.duplicate_of,
        "merged_into": lead.merged_into,
    }
    return {name: value for name, value in facts.items() if value is not None}
