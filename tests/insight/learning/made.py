"""Histories of which the truth is known, since they were made by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from leadpact.agreement.loading import Loaded, load_text
from leadpact.backends.evaluating import evaluate
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.engine.result import Result

BEGIN = datetime(2025, 1, 1, 9, tzinfo=UTC)
TEXT = """\
leadpact: 1
name: Made
term: {from: 2025-01-01, review_every: quarter}
calendar: {timezone: UTC, hours: {mon-fri: ["09:00-17:00"]}}
definitions: {MQL: Has filled a form., Lead: Anybody., Customer: Has bought.}
fields: {employees: number}
scoring:
  rules:
    - {name: Newsletter, when: {event: newsletter_read}, points: 10, at_most: 30}
stages:
  - {name: Lead, side: marketing}
  - {name: MQL, side: marketing, role: mql, when: {event: form_submitted}}
  - {name: Customer, side: sales, role: customer, outcome: won, when: {event: deal.won}}
handoff: {stage: MQL}
routing: {teams: [{name: Field, people: [{name: Ana Silva}]}]}
"""
#: Odds to become a customer: of retail they are twice, after a request four times as large.
RETAIL, REQUEST = 2.0, 4.0
Said = Callable[[int, bool], dict[str, Any]]


def day(number: float) -> datetime:
    """So many days after the first lead."""
    return BEGIN + timedelta(days=number)


@cache
def loaded() -> Loaded:
    return load_text(TEXT, "made.yaml")


class Made:
    """A log that is written row by row."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.deals: list[dict[str, Any]] = []

    def row(self, lead: str, kind: str, at: float, actor: str | None = None, **said: Any) -> str:
        """A row of the log; its id."""
        key = f"E{len(self.rows)}"
        told = {k: str(v) for k, v in said.items()}
        self.rows.append(
            {"event_id": key, "source": "made", "lead_id": lead, "happened_at": day(at),
             "kind": kind, "actor": actor, "properties": json.dumps(told)}
        )  # fmt: skip
        return key

    def won(self, lead: str, opened: float, closed: float) -> None:
        self.deals.append(
            {"deal_id": f"D{lead}", "lead_ids": [lead], "outcome": "won", "opened_at": day(opened),
             "closed_at": day(closed), "amount": 100.0, "currency": "EUR"}
        )  # fmt: skip

    def history(self, **more: Any) -> History:
        log = pa.Table.from_pylist(self.rows, schema=LOG_SCHEMA)
        return History(log, pa.Table.from_pylist(self.deals, schema=DEALS_SCHEMA), **more)


def company(
    leads: int = 4000, seed: int = 1, said: Said = lambda _number, _wins: {}, **more: Any
) -> History:
    """A company's leads of 400 days; `said` tells further attributes of each.

    Of the leads 30 % ask for a demo on their second day, 70 % fill a form on their fourth. Whether
    one becomes a customer depends on its industry and on the request alone.
    """
    dice, made = np.random.default_rng(seed), Made()
    for number in range(leads):
        lead, begin = f"L{number:05d}", 400 * number / leads
        retail, asks, fills = dice.random(3) < (0.4, 0.3, 0.7)
        odds = 0.08 * (RETAIL if retail else 1) * (REQUEST if asks else 1)
        wins = bool(dice.random() < odds / (1 + odds))
        attributes = {
            "industry": "retail" if retail else dice.choice(["health", "finance"]),
            "employees": int(dice.integers(1, 1000)),
            **{f"noise_{n}": dice.choice(["a", "b", "c"]) for n in range(5)},
            "email": f"someone-{number}@company-{number}.org",
            "gender": dice.choice(["f", "m"]),
            "remark": f"remark {number}",
            "account_no": 10_000 + number,
        }
        made.row(lead, "lead.created", begin, **attributes, **said(number, wins))
        for _ in range(int(dice.integers(0, 3))):
            made.row(lead, "newsletter_read", begin + 0.5)
        if asks:
            made.row(lead, "demo_requested", begin + 1)
        if fills:
            made.row(lead, "form_submitted", begin + 3, form="contact")
        if fills or wins:
            made.row(lead, "sales.attempted", begin + 4, actor="Ana Silva", channel="phone")
        if wins:
            made.row(lead, "contract_sent", begin + 5)
            made.row(lead, "lead.updated", begin + 5, vat_number="known")
            made.won(lead, begin + 5, begin + 5 + float(dice.uniform(1, 20)))
    return made.history(**more)


def replay(history: History) -> Result:
    """The history under the agreement."""
    agreement = loaded().agreement
    assert agreement is not None, loaded().problems
    return evaluate([agreement], history, as_of=day(460))
