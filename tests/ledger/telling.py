"""What tests of the outbox share: leads that are handed over, and a sender."""

from __future__ import annotations

from datetime import datetime

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows.sending import send_due
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY, go_live, settle

NOW = MONDAY.replace(hour=16)  # eleven in New York


def agree() -> None:
    """An agreement is in force, and the company is live."""
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)


def hand_over(*leads: str, country: str = "US", now: datetime = NOW) -> None:
    facts = []
    for name in leads:
        known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
        stated = {"email": known.email, "country": country, "employees": 800, "name": name}
        facts.append(Fact("crm", f"{name} 1", "lead.created", now, known, stated, now))
        asked = {"form": "demo", "seconds_to_fill": 40}
        facts.append(Fact("crm", f"{name} 2", "form_submitted", now, known, asked, now))
    ingest(facts, now=now)
    settle(now)


def send(now: datetime, by: str = "a sender") -> int:
    return send_due(lambda: now, by)


def send_all(now: datetime) -> int:
    total = 0
    while done := send(now):
        total += done
    return total
