"""Both sides where their clocks differ, or a program there answers what Leadpact writes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadpact.demo.hubspot.company import DEMO_FORM
from leadpact.flows import crm
from leadpact.flows.crm_reconcile import reconcile
from leadpact.ledger.models import CrmWrite, Event
from leadpact.ledger.services import crm_connections
from tests.ledger import salesforce_company as salesforce
from tests.ledger.crm_company import Company, ask_for_demo, company, lead
from tests.ledger.helpers import settle
from tests.ledger.test_crm_feeds import ADA, PAGE, WITH_FEEDS, come, told

APART = pytest.mark.parametrize("hours", [-5, 5], ids=["behind", "ahead"])


@APART
def test_nothing_is_passed_over_in_hubspot_whose_clock_tells_another_time(hours: int) -> None:
    with company(mapping=WITH_FEEDS) as at:
        at.portal.now = lambda: at.time() + timedelta(hours=hours)
        ada, bob = come(at), come(at, "bob@acme.io")
        at.rest()
        at.portal.set("contacts", ada, {"jobtitle": "CEO"})
        at.portal.mail.submit(DEMO_FORM, ADA, PAGE, at=at.portal.now())
        at.portal.delete("contacts", bob)
        at.rest(minutes=40)
        settle(at.time() + timedelta(hours=6))
        assert Event.objects.filter(properties__contains='"CEO"').count() == 1
        assert len(told("form_submitted")) == 1
        assert lead(bob).status == "excluded"


@APART
def test_nothing_is_passed_over_in_salesforce_whose_clock_tells_another_time(hours: int) -> None:
    with salesforce.company() as at:
        at.org.now = lambda: at.time() + timedelta(hours=hours)
        ada = at.ask_for_demo(Title="")
        bob = at.ask_for_demo("bob@acme.io", Title="")
        at.rest()
        at.org.update("Lead", ada, {"Email": "ada@northwind.example"}, at.ana)
        at.org.delete("Lead", bob)
        at.rest(minutes=40)
        settle(at.time() + timedelta(hours=6))
        assert Event.objects.filter(properties__contains="northwind.example").count() == 1
        assert salesforce.lead(bob).status == "excluded"


def test_a_clock_that_tells_another_time_is_told_with_what_to_do() -> None:
    with company() as at:
        at.portal.now = lambda: at.time() + timedelta(hours=2, minutes=5)
        with crm.session(at.row, "one", at.time) as of:
            crm.pull(of, at.time, lambda _of, _count: None)
        at.row.refresh_from_db()
        said = crm.clock_trouble(at.row).replace("\u00a0", " ")
        assert "clock is 2 h 5 min behind HubSpot's" in said
        at.portal.now = at.time
        with crm.session(at.row, "one", at.time) as of:
            crm.pull(of, at.time, lambda _of, _count: None)
        at.row.refresh_from_db()
        assert crm.clock_trouble(at.row) == ""


def test_a_workflow_that_changes_a_value_back_each_time_is_answered_ever_later() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        for _ in range(25):
            at.rest()
            if at.contact(ada).values["leadpact_score"]:
                at.portal.set("contacts", ada, {"leadpact_score": ""})
        assert 3 <= _written(at, ada) <= 6
        row = CrmWrite.objects.get(field="leadpact_score")
        assert row.open
        assert crm_connections.answered_writes(at.row) == 1
        causes = {each.cause for each in reconcile(at.row, at.crm, now=at.time()).differences}
        assert not any("waits" in cause for cause in causes)

        for _ in range(7):
            at.rest(minutes=60)
        assert at.contact(ada).values["leadpact_score"] == "40"
        assert not CrmWrite.objects.filter(open=True).exists()
        assert crm_connections.answered_writes(at.row) == 0


def test_a_value_that_is_new_is_written_at_once_though_the_last_was_changed_back() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        for _ in range(4):
            at.rest()
            at.portal.set("contacts", ada, {"leadpact_sla": ""})
        row = CrmWrite.objects.get(field="leadpact_sla")
        at.time.pass_(minutes=30)
        crm_connections.worked(at.row, now=at.time())
        assert row.undone == 3
        at.time.pass_(hours=3)
        at.rest()
        assert at.contact(ada).values["leadpact_sla"] == "overdue"


def _written(at: Company, contact: str) -> int:
    versions = at.contact(contact).history["leadpact_score"]
    return sum(v["sourceType"] == "INTEGRATION" and v["value"] == "40" for v in versions)
