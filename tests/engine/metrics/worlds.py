"""Random companies: an agreement, a log, deals, and what the oracle makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import DEALS_SCHEMA, History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.result import FACT_KINDS
from tests import oracle
from tests.engine.metrics import tiny
from tests.engine.metrics.naive import OF_LEADS, Naive
from tests.oracle.company import Company
from tests.oracle.facts import Row, read, visible
from tests.strategies import (
    LEADS,
    PEOPLE,
    LogRow,
    as_delivered,
    instants,
    logs,
    moments,
    versions,
)

ROLES = {
    "MQL": ["mql"],
    "SAL": ["sal", "sal", "sql"],
    "Deal": ["opportunity"],
    "Customer": ["customer"],
}
REASONS = ("bot", "Bot ", "duplicate", "competitor", "opt-out", "test")

NAMES = [f"{lead} {group}" for group in range(2) for lead in LEADS]
FORM = {"event": "form"}
SCORED: list[dict[str, Any]] = [
    {"score": "total", "at_least": 5},
    {"any": [{"event": "form"}, {"score": "engagement", "at_least": 10}]},
    {"any": [{"event": "form"}, {"all": [{"score": "fit", "at_least": 5}, {"event": "visit"}]}]},
    {"all": [{"score": "total", "more_than": 2.5}, {"none": [{"score": "fit", "at_most": -5}]}]},
    {"any": [{"score": "total", "at_least": 20}, {"score": "extra", "at_least": 5}]},
    {"any": [{"score": "total", "at_least": 9}, {"all": [{"score": "fit", "less_than": 5}, FORM]}]},
]

texts = st.sampled_from([None, "one", "two", "Two"])
attributes = st.fixed_dictionaries(dict.fromkeys(OF_LEADS, texts))

goals = st.fixed_dictionaries(
    {
        "name": st.just("MQLs"),
        "side": st.just("marketing"),
        "metric": st.sampled_from(["mqls", "mqls", "leads"]),
        "per": st.sampled_from(["week", "month", "month", "quarter"]),
        "hurdles": st.fixed_dictionaries({"target": st.sampled_from([1, 3, 40])}),
        "origin": st.sampled_from([None, None, "one"]),
        "person": st.sampled_from([None, None, None, "Ana"]),
    }
)

deals = st.fixed_dictionaries(
    {
        "deal_id": st.sampled_from(["D1", "D2", "D3", "D4", "D5", "D6"]),
        "outcome": st.sampled_from(["won", "won", "lost", "open"]),
        "amount": st.sampled_from([None, 100.0, 250.0, 1000.5]),
        "currency": st.sampled_from([None, "EUR", "EUR", "USD"]),
        "closed_at": st.one_of(st.none(), instants, instants),
        "owner": st.sampled_from([None, *PEOPLE, "eva"]),
        "product": st.sampled_from([None, None, "suite"]),
        "lead_ids": st.lists(st.sampled_from([*NAMES, "nobody"]), unique=True, max_size=3),
    }
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Naive, Measures]:
    """The same company twice: to be counted slowly, and to be measured."""
    documents = [_with_roles(draw, each) for each in draw(versions())]
    log = draw(logs_with_reasons())
    as_of, known_at = draw(moments), draw(st.one_of(st.none(), moments))
    simulate = draw(st.integers(0, 3)) == 3
    agreements = [Agreement.model_validate(each) for each in documents]
    delivered = as_delivered(log)
    told = oracle.evaluate(agreements, delivered, as_of, known_at, simulate)
    seen = visible([read(row) for row in delivered], as_of, known_at)
    rows = [row for row in seen if not (simulate and row.decided)]
    company = Company(agreements, [], simulate)
    first = {
        state["lead_id"]: min(row.at for row in rows if row.lead == state["lead_id"])
        for state in told.lead_states
    }
    leads = [{"lead_id": lead, "created_at": at} | draw(attributes) for lead, at in first.items()]
    known = {
        "lead_states": [dict.fromkeys(_STATE) | state for state in told.lead_states],
        "stage_entries": told.stage_entries,
        "episodes": told.episodes,
        "clocks": told.clocks,
        "nurture": told.nurture,
        "facts": list(facts_of(rows)),
    }
    found = {deal["deal_id"]: deal for deal in draw(st.lists(deals, max_size=6))}
    return both(
        agreements[0] if len(agreements) == 1 else company.versions[company.version_at(as_of)],
        told.as_of,
        leads,
        known,
        list(found.values()),
        _closed_days(rows),
    )


@st.composite
def several_logs(draw: st.DrawFn) -> list[LogRow]:
    """Logs of up to three groups of leads that have nothing to do with each other."""
    log = []
    for number in range(draw(st.integers(1, 3))):
        log += [_renamed(row, str(number)) for row in draw(logs())]
    return log


@st.composite
def logs_with_reasons(draw: st.DrawFn) -> list[LogRow]:
    """Such logs with reasons and ratings of every kind."""
    return [_with_reason(draw, row) for row in draw(several_logs())]


def _renamed(row: LogRow, group: str) -> LogRow:
    named = {
        name: f"{value} {group}" if name in ("event_id", "absorbed") else value
        for name, value in row["properties"].items()
    }
    lead = row["lead_id"] and f"{row['lead_id']} {group}"
    return row | {"event_id": f"{row['event_id']} {group}", "lead_id": lead, "properties": named}


_STATE = ("status", "stage", "segment", "holder", "reason", "merged_into")


def both(
    agreement: Agreement,
    as_of: Any,
    leads: list[dict[str, Any]],
    known: dict[str, list[dict[str, Any]]],
    sold: list[dict[str, Any]],
    closed: list[date],
) -> tuple[Naive, Measures]:
    naive = Naive(
        agreement=agreement,
        as_of=as_of,
        leads={row["lead_id"]: row for row in leads},
        states={row["lead_id"]: row for row in known["lead_states"]},
        entries=known["stage_entries"],
        episodes=known["episodes"],
        clocks=known["clocks"],
        nurture=known["nurture"],
        facts=known["facts"],
        deals=sold,
        closed_days=closed,
    )
    result = tiny.result(
        under=agreement, as_of=as_of, closed_days=tuple(closed), leads=leads, **known
    )
    table = tiny.table(sold, DEALS_SCHEMA)
    return naive, Measures(result, History(tiny.history().log, table))


def _with_roles(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    stages = [
        stage | {"role": draw(st.sampled_from(ROLES[stage["name"]]))}
        if stage["name"] in ROLES
        else stage
        for stage in document["stages"]
    ]
    asked = draw(st.sampled_from([None, *SCORED]))
    stages = [s | ({"when": asked} if asked and s["name"] == "MQL" else {}) for s in stages]
    named = stages if draw(st.integers(0, 3)) else document["stages"]
    promised = draw(st.lists(goals, max_size=2))
    kept = [{k: v for k, v in goal.items() if v is not None} for goal in promised]
    return document | {"stages": named, "goals": kept}


def _with_reason(draw: st.DrawFn, row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] == "lead.excluded":
        return row | {"properties": {"reason": draw(st.sampled_from(REASONS))}}
    if row["kind"] in ("sales.accepted", "sales.rejected", "sales.rated"):
        rating = draw(st.sampled_from([None, 1, 4, "5", 9, "good"]))
        given = {} if rating is None else {"rating": rating}
        return row | {"properties": row["properties"] | given}
    return row


def facts_of(rows: Iterable[Row]) -> Iterable[dict[str, Any]]:
    """What is on record, under the lead that has each row in the end."""
    rows = list(rows)
    merges = [row for row in rows if row.kind == "lead.merged"]
    known = {row.lead for row in rows if row.lead}
    into: dict[str, tuple[str, Any]] = {}
    for merge in sorted(merges, key=lambda row: (row.at, row.source, row.event_id)):
        absorbed, survivor = str(merge.properties.get("absorbed")), _last(merge.lead, into)
        if absorbed in known and absorbed not in into and absorbed != survivor:
            into[absorbed] = (survivor, merge.at)
    for row in rows:
        if row.kind in FACT_KINDS:
            holding = row.at if row.kind == "lead.assigned" else None
            yield {
                "lead_id": _last(row.lead, into, holding),
                "happened_at": row.at,
                "kind": row.kind,
                "holder": _holder(row),
                "rating": _rating(row),
            }


def _last(lead: str, into: dict[str, tuple[str, Any]], by: Any = None) -> str:
    """The lead that has a lead's rows in the end, or by some moment."""
    while lead in into and (by is None or into[lead][1] <= by):
        lead = into[lead][0]
    return lead


def _holder(row: Row) -> str | None:
    named = str(row.properties.get("to") or "").strip()
    return named or None if row.kind == "lead.assigned" else None


def _rating(row: Row) -> float | None:
    given = row.properties.get("rating")
    if row.kind not in ("sales.accepted", "sales.rejected", "sales.rated"):
        return None
    try:
        return None if given is None else float(given)
    except ValueError:
        return None


def _closed_days(rows: list[Row]) -> list[date]:
    named = [row for row in rows if row.kind == "calendar.closed"]
    return sorted(
        {
            date.fromisoformat(row.properties["date"])
            for row in named
            if (row.properties.get("calendar") or "organisation") == "organisation"
        }
    )
