"""A small agreement and short stories, of which every figure can be worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from ruamel.yaml import YAML

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import LOG_SCHEMA, History
from tests.scenario import instant, merged

BERLIN = ZoneInfo("Europe/Berlin")

AGREEMENT = """
leadpact: 1
name: Inbound
calendar:
  timezone: Europe/Berlin
  hours: {mon-fri: ["09:00-17:00"]}
fields: {employees: number, consultant: boolean}
ideal_customers:
  - name: Mid-market company
    criteria:
      - {name: 200 people or more, weight: 3, when: {field: employees, at_least: 200}}
      - {name: Asked twice for prices, when: {event: pricing_viewed, count: 2}}
      - {name: In Germany, when: {field: country, is: DE}}
scoring:
  rules:
    - {name: Large company, when: {field: employees, at_least: 200}, points: 30}
    - {name: Demo asked for, when: {event: form_submitted, where: {form: demo}}, points: 20}
    - name: Pricing viewed
      when: {event: pricing_viewed}
      points: 10
      at_most: 15
      ageing: {every: 14 days, by: 50%}
    - name: Unsubscribed
      when: {event: email_unsubscribed}
      points: -10
      ageing: {every: 30 days, by: 100%}
stages:
  - {name: Lead, side: marketing}
  - {name: MQL, side: marketing, role: mql, when: {score: total, at_least: 50}}
  - {name: SAL, side: sales, role: sal, when: {event: sales.accepted}}
  - {name: Customer, side: sales, role: customer, outcome: won, when: {event: deal.won}}
handoff:
  stage: MQL
  rejections: [{reason: wrong timing, then: recycle, cool_down: 30 days}]
disqualification:
  rules: [{reason: consultant, when: {field: consultant, is: true}}]
obligations:
  - name: First response
    side: sales
    starts_on: handoff
    stops_on: {event: sales.connected}
    within: 2 business hours
    pauses_on: {event: sales.snoozed}
    resumes_on: {event: sales.resumed}
"""

Row = dict[str, Any]


def agreement(**change: Any) -> Agreement:
    """The agreement, with changes laid over it."""
    return Agreement.model_validate(merged(YAML(typ="safe").load(AGREEMENT), change))


def row(at: str, kind: str, lead: str = "ada", **said: Any) -> Row:
    """A row of the log; what is not a column is a property."""
    columns = {name: said.pop(name, None) for name in ("event_id", "actor", "decided", "batch")}
    happened = instant(at, BERLIN)
    recorded = said.pop("recorded", None)
    return {
        **columns,
        "source": said.pop("origin_system", "crm"),
        "lead_id": lead,
        "happened_at": happened,
        "recorded_at": instant(recorded, BERLIN) if recorded else None,
        "kind": kind,
        "properties": json.dumps(said),
    }


def history(rows: Sequence[Row], **more: Any) -> History:
    """The rows as a source delivers them; those without an id are numbered."""
    named = [
        {**each, "event_id": each["event_id"] or f"r{number}"}
        for number, each in enumerate(rows, start=1)
    ]
    return History(pa.Table.from_pylist(named, schema=LOG_SCHEMA), **more)
