"""Histories of two quarters in which it is known by construction what went wrong in the second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pyarrow as pa
from ruamel.yaml import YAML

from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.engine.metrics.measures import Measures

AS_OF = datetime(2026, 9, 15, 12, tzinfo=UTC)
TERMS: dict[str, Any] = {
    "leadpact": 1,
    "name": "Two quarters",
    "term": {"from": "2026-01-01", "review_every": "quarter"},
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "fields": {"size": "number", "region": "text"},
    "scoring": {
        "rules": [
            {"name": f"Size {n}", "when": {"field": "size", "is": n}, "points": n}
            for n in (10, 15, 20, 25, 30)
        ]
    },
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {
            "name": "MQL",
            "side": "marketing",
            "role": "mql",
            "when": {"score": "total", "at_least": 20},
        },
        {
            "name": "SAL",
            "side": "sales",
            "role": "sal",
            "when": {"event": "sales.accepted"},
        },
        {
            "name": "SQL",
            "side": "sales",
            "role": "sql",
            "when": {"event": "deal.opened"},
        },
        {
            "name": "Customer",
            "side": "sales",
            "role": "customer",
            "outcome": "won",
            "when": {"event": "deal.won"},
        },
    ],
    "disqualification": {"closed_lost": {"event": "deal.lost"}},
    "handoff": {
        "stage": "MQL",
        "rejections": [{"reason": each, "then": "recycle"} for each in ("no budget", "no need")],
    },
    "obligations": [
        {
            "name": "First answer",
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": "sales.connected"},
            "within": "4 business hours",
            "hurdles": {"minimum": "80 %", "target": "90 %"},
        }
    ],
    "goals": [
        {
            "name": "MQLs",
            "side": "marketing",
            "metric": "mqls",
            "hurdles": {"minimum": 40, "target": 50},
        },
        {
            "name": "Accepted",
            "side": "marketing",
            "metric": "acceptance_rate",
            "hurdles": {"minimum": "60 %", "target": "70 %"},
        },
        {
            "name": "Deals",
            "side": "sales",
            "metric": "won_deals",
            "per": "quarter",
            "hurdles": {"minimum": 28, "target": 36},
        },
    ],
}


@dataclass(frozen=True)
class Quarter:
    """How a quarter went: MQLs in each month, and shares of them from 0 to 1.

    `late` were answered too late; `won` and `lost` are of those accepted. `small` is the share of
    MQLs with the fewest points, `below` are leads a month that today's threshold does not reach.
    `small_rejected` and `late_rejected` hold for those instead of `rejected`. Every third lead is
    of the region `north`, where a deal brings `rich` times as much.
    """

    mqls: int = 60
    late: float = 0.02
    rejected: float = 0.15
    won: float = 0.25
    lost: float = 0.6
    reason: str = "no budget"
    small: float = 0.0
    small_rejected: float | None = None
    late_rejected: float | None = None
    below: int = 0
    rich: int = 1


WELL = Quarter()
#: The root of x⁵ = x + 1, whose powers fill four axes.
_ROOT = 1.1673039782614187


def history(now: Quarter, before: Quarter = WELL) -> History:
    """Two quarters of 2026: from April as `before`, from July as `now`, until the middle of it."""
    rows: list[dict[str, Any]] = []
    deals: list[dict[str, Any]] = []
    for month in (1, 2, 3, 4, 5, 6):
        quarter = before if month < 4 else now
        for number in range(quarter.mqls):
            _mql(rows, deals, quarter, date(2026, month, 1), number)
        for number in range(quarter.below):
            at = _working(date(2026, month, 1), number)
            created = {"size": 15, "region": _region(number)}
            rows.append(_row(f"{month}b{number:03}", "lead.created", at, **created))
    return History(
        pa.Table.from_pylist(rows, schema=LOG_SCHEMA),
        pa.Table.from_pylist(deals, schema=DEALS_SCHEMA),
    )


def _mql(
    rows: list[dict[str, Any]], deals: list[dict[str, Any]], q: Quarter, month: date, number: int
) -> None:
    lead = f"{month.month}m{number:03}"
    at = _working(month, number)
    place = (month.month - 1) % 3 * q.mqls + number
    is_small, is_late = _spread(place, 1) < q.small, _spread(place, 2) < q.late
    created = {"size": 20 if is_small else 30, "region": _region(place)}
    rows.append(_row(lead, "lead.created", at, **created))
    rows.append(_row(lead, "lead.assigned", at, to="Ana"))
    answered = at + timedelta(days=7 if is_late else 0, hours=1)
    rows.append(_row(lead, "sales.connected", answered))
    decided = answered + timedelta(hours=1)
    rejected = q.small_rejected if is_small and q.small_rejected is not None else q.rejected
    rejected = q.late_rejected if is_late and q.late_rejected is not None else rejected
    if _spread(place, 3) < rejected:
        rows.append(_row(lead, "sales.rejected", decided, reason=q.reason))
        return
    rows.append(_row(lead, "sales.accepted", decided, rating=4))
    fate = _spread(place, 4)
    outcome = "won" if fate < q.won else "lost" if fate < q.won + q.lost else None
    if outcome is None:
        return
    closed = decided + timedelta(days=14)
    worth = 1000 * (q.rich if _region(place) == "north" else 1)
    amount = {"amount": worth, "deal_id": lead}
    rows.append(_row(lead, "deal.opened", decided + timedelta(days=1), **amount))
    rows.append(_row(lead, f"deal.{outcome}", closed, **amount))
    deals.append(
        {
            "deal_id": lead,
            "amount": float(worth),
            "currency": "EUR",
            "opened_at": decided + timedelta(days=1),
            "closed_at": closed,
            "outcome": outcome,
            "lead_ids": [lead],
        }
    )


def _region(place: int) -> str:
    return "north" if place % 3 == 0 else "south"


def _spread(place: int, axis: int) -> float:
    """Points that fill four axes from 0 to 1 evenly, all together (an R-sequence of Roberts)."""
    return (0.5 + place * _ROOT**-axis) % 1


def _working(month: date, number: int) -> datetime:
    """Ten in the morning of one of the first fifteen or so working days of a month."""
    days: Iterator[date] = (month + timedelta(days=n) for n in range(28))
    working = [day for day in days if day.weekday() < 5][:15]
    day = working[number % len(working)]
    return datetime(day.year, day.month, day.day, 10, number % 60, tzinfo=UTC)


def _row(lead: str, kind: str, at: datetime, **properties: Any) -> dict[str, Any]:
    return {
        "event_id": f"{lead} {kind}",
        "source": "test",
        "lead_id": lead,
        "happened_at": at,
        "kind": kind,
        "properties": json.dumps(properties),
    }


def terms(**changes: Any) -> Agreement:
    """The agreement, with sections replaced."""
    return Agreement.model_validate(TERMS | changes)


def as_yaml(**changes: Any) -> str:
    """The agreement as a file, with sections replaced; None leaves one out."""
    stream = StringIO()
    YAML().dump({k: v for k, v in (TERMS | changes).items() if v is not None}, stream)
    return stream.getvalue()


def measures(now: Quarter, before: Quarter = WELL, under: Agreement | None = None) -> Measures:
    """The two quarters evaluated."""
    log = history(now, before)
    return Measures(evaluate([under or terms()], log, as_of=AS_OF), log)


def changed(**knobs: Any) -> Quarter:
    """A quarter like the good one but for these."""
    return replace(WELL, **knobs)
