"""The ledger as a star schema: what the live side holds, and nothing of whom it forgot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.documents.tables import as_csv
from leadpact.flows.erasing import erase
from leadpact.flows.exporting import NothingToExportError, from_ledger
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Clock, Event
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY, go_live, settle

NOW = MONDAY.replace(hour=16)
ADA = Known(id="CRM-10482", email="ada@adaworks.org")
SECRETS = ("ada@adaworks.org", "Ada Lovelace", "CRM-10482", "blue door")


def silently(_done: float, _what: str) -> None:
    pass


@pytest.fixture
def past() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)
    stated = {"email": "ada@adaworks.org", "name": "Ada Lovelace", "employees": 800,
              "country": "DE", "source": "ads", "campaign": "spring", "title": "VP"}  # fmt: skip
    at = MONDAY + timedelta(hours=1)
    facts = [
        Fact("crm", "c", "lead.created", at, ADA, stated),
        Fact("site", "f", "form_submitted", at, ADA, {"form": "demo", "note": "blue door"}),
        Fact("crm", "b", "lead.created", at, Known(id="B"), {"source": "ads"}),
    ]
    ingest(facts, now=at)
    settle(NOW)


def test_without_an_agreement_there_is_nothing_to_tell() -> None:
    with pytest.raises(NothingToExportError, match="no agreement is published"):
        from_ledger(NOW, tell=silently)


def test_it_tells_what_the_ledger_holds(past: None) -> None:
    tables = from_ledger(NOW, tell=silently).tables
    assert tables["fact_event"].num_rows == Event.objects.count()
    assert tables["fact_clock"].num_rows == Clock.objects.count() > 0
    assert tables["about"].to_pylist()[0]["as_of"] == NOW
    (version,) = tables["dim_agreement"].to_pylist()
    assert len(version["checksum"]) == 64


def test_nothing_is_told_of_a_person_who_was_erased(past: None) -> None:
    before = "".join(as_csv(table) for table in from_ledger(NOW, tell=silently).tables.values())
    assert all(secret in before for secret in SECRETS[:2])
    erase("ada@adaworks.org", actor="test", now=NOW)
    tables = from_ledger(NOW + timedelta(minutes=1), tell=silently).tables
    after = "".join(as_csv(table) for table in tables.values())
    assert not [secret for secret in SECRETS if secret in after]
    assert tables["dim_lead"].num_rows == 2
