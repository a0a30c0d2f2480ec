"""Results written by hand: a few rows a table, everything else left empty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.engine.result import SCHEMAS, Result, leads_schema

START = datetime(2025, 7, 1, 9, tzinfo=UTC)
AS_OF = datetime(2025, 10, 15, 12, tzinfo=UTC)

AGREEMENT = {
    "leadpact": 1,
    "name": "Ten leads",
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {
            "name": "MQL",
            "side": "marketing",
            "role": "mql",
            "when": {
                "any": [
                    {"event": "form_submitted", "where": {"form": "demo"}},
                    {"score": "total", "at_least": 50},
                ]
            },
        },
        {"name": "SAL", "side": "sales", "role": "sal"},
        {"name": "SQL", "side": "sales", "role": "sql"},
        {"name": "Opportunity", "side": "sales", "role": "opportunity"},
        {"name": "Customer", "side": "sales", "role": "customer", "outcome": "won"},
    ],
    "handoff": {"stage": "MQL"},
    "obligations": [
        {
            "name": "Answer",
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": "sales.attempted"},
            "within": "2 business hours",
            "hurdles": {"minimum": "70 %", "target": "90 %"},
        },
        {
            "name": "Route",
            "side": "marketing",
            "starts_on": {"stage": "MQL"},
            "stops_on": {"event": "lead.assigned"},
            "within": "1 business day",
        },
    ],
    "contact_protocol": {
        "steps": [
            {"name": "call", "channel": "phone", "within": "2 business hours"},
            {"name": "mail", "channel": "email", "within": "1 business day"},
        ]
    },
}


def agreement(**changes: Any) -> Agreement:
    """The agreement of the ten leads, with sections replaced."""
    return Agreement.model_validate(AGREEMENT | changes)


def day(number: float) -> datetime:
    """An instant so many days after 1 July 2025, 09:00 UTC."""
    return START + timedelta(days=number)


def result(
    *,
    under: Agreement | None = None,
    as_of: datetime = AS_OF,
    closed_days: Sequence[date] = (),
    **tables: Sequence[dict[str, Any]],
) -> Result:
    """A result with these rows; `leads` and `lead_states` are completed from one another.

    An episode was handed over when it entered the stage of the handoff, unless it says otherwise.
    """
    terms = under or agreement()
    states = {
        row["lead_id"]: {"status": "open", "episode": 1, "stage": "Lead"} | row
        for row in tables.pop("lead_states", [])
    }
    leads = {row["lead_id"]: {"created_at": START} | row for row in tables.pop("leads", [])}
    for lead_id in states.keys() | leads.keys():
        states.setdefault(
            lead_id, {"lead_id": lead_id, "status": "open", "episode": 1, "stage": "Lead"}
        )
        leads.setdefault(lead_id, {"lead_id": lead_id, "created_at": START})
    tables["episodes"] = [
        {"handed_off_at": _handed_off(row, tables.get("stage_entries", []), terms)} | row
        for row in tables.get("episodes", [])
    ]
    tables["facts"] = [_fact(row) for row in tables.get("facts", [])]
    rows = {"lead_states": list(states.values())} | tables
    made = {name: table(rows.get(name, []), schema) for name, schema in SCHEMAS.items()}
    return Result(
        as_of=as_of,
        agreement=terms,
        leads=table(list(leads.values()), leads_schema(terms)),
        closed_days=tuple(closed_days),
        **made,
    )


def _handed_off(
    row: dict[str, Any], entries: Sequence[dict[str, Any]], terms: Agreement
) -> datetime | None:
    if terms.handoff.recorded_by == "event":
        return None
    passage = (row["lead_id"], row.get("episode", 1), terms.handoff.stage)
    return next(
        (
            each["entered_at"]
            for each in entries
            if (each["lead_id"], each["episode"], each["stage"]) == passage and not each["implied"]
        ),
        None,
    )


def _fact(row: dict[str, Any]) -> dict[str, Any]:
    properties = row.get("properties", {})
    return {"happened_at": day(1), "rating": properties.get("rating")} | {
        key: value for key, value in row.items() if key != "properties"
    }


def entry(lead: str, stage: str, at: float = 1, episode: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of `stage_entries`."""
    row = {"lead_id": lead, "stage": stage, "entered_at": day(at), "episode": episode}
    return row | {"implied": False, "recorded": False, "disputed": False} | changes


def episode(lead: str, number: int = 1, ending: str = "open", **changes: Any) -> dict[str, Any]:
    """A row of `episodes`, begun with the first row of the lead."""
    row = {"lead_id": lead, "episode": number, "started_at": START, "ending": ending}
    return row | changes


def clock(lead: str, outcome: str, seconds: float | None = 600, **changes: Any) -> dict[str, Any]:
    """A row of `clocks` for the obligation Answer of sales, started at day 1 and due at day 2."""
    row = {
        "lead_id": lead,
        "episode": 1,
        "obligation": "Answer",
        "side": "sales",
        "started_at": day(1),
        "due_at": day(2),
        "stopped_at": day(1.01) if outcome in ("met", "missed") else None,
        "outcome": outcome,
        "already_in_contact": False,
        "logged_late": False,
        "by_protocol": False,
        "paused": False,
        "working_seconds": seconds,
    }
    return row | changes


def nurtured(
    lead: str,
    program: str,
    left: float | None = None,
    how: str | None = None,
    entered: float = 0,
    episode: int = 1,
) -> dict[str, Any]:
    """A row of `nurture`: from one day to another, perhaps."""
    row = {"lead_id": lead, "program": program, "episode": episode, "entered_at": day(entered)}
    return row | {"owner": "Mia", "step": 0, "left_at": left and day(left), "exit": how}


def fact(lead: str, kind: str, at: float = 1, **changes: Any) -> dict[str, Any]:
    """A row of `facts`."""
    return {"lead_id": lead, "kind": kind, "happened_at": day(at)} | changes


def history(facts: Sequence[dict[str, Any]] = (), deals: Sequence[dict[str, Any]] = ()) -> History:
    """A history of these facts, each at least `lead_id` and `kind`, and deals."""
    rows = []
    for number, fact in enumerate(facts):
        row = {"event_id": f"e{number}", "source": "crm", "happened_at": day(1)} | fact
        if isinstance(row.get("properties"), dict):
            row["properties"] = json.dumps(row["properties"])
        rows.append(row)
    return History(log=table(rows, LOG_SCHEMA), deals=table(list(deals), DEALS_SCHEMA))


def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; what they leave out is NULL."""
    return pa.Table.from_pylist(rows, schema=schema)
