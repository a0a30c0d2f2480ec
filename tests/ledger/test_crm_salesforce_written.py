"""What is written into Salesforce, and what of a rep's stays, on the stand-in."""

from __future__ import annotations

from leadpact.flows.crm_reconcile import reconcile
from leadpact.ledger.models import (
    Clock,
)
from tests.ledger.helpers import go_live, settle
from tests.ledger.salesforce_company import MAPPING, company, lead


def test_a_promise_of_before_going_live_makes_nobody_a_task() -> None:
    with company(live=False) as at:
        ada = at.ask_for_demo()
        at.org.update("Lead", ada, {"OwnerId": at.ben}, at.ben)
        at.rest()
        assert Clock.objects.get().outcome == "running"
        at.time.pass_(minutes=5)
        go_live(at.time())
        at.rest()
        assert at.row_of("Lead", ada)["leadpact_sla__c"] == "waiting"
        assert at.open_tasks() == []


def test_a_status_that_is_no_stage_stays_where_a_rep_chose_it_since() -> None:
    with company() as at:
        ada, bea = (
            at.ask_for_demo(Title=""),
            at.ask_for_demo("bea@northwind.io", Status="Nurturing"),
        )
        at.rest()
        at.org.update("Lead", ada, {"Status": "Unqualified"}, at.ben)
        at.rest()
        at.rest()
        assert (lead(ada).stage, at.row_of("Lead", ada)["Status"]) == ("Lead", "Unqualified")
        causes = {each.cause for each in reconcile(at.row, at.crm, now=at.time()).differences}
        assert "something else was chosen there since" in causes
        assert at.row_of("Lead", bea)["Status"] == "Working", "it came to its stage after that"


def test_what_was_refused_while_a_lead_was_deleted_is_written_when_it_is_back() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.pull()
        settle(at.time())
        at.org.delete("Lead", ada)
        at.push()
        assert at.row_of("Lead", ada)["leadpact_score__c"] is None
        at.time.pass_(minutes=1)
        at.org.restore("Lead", ada)
        at.rest()
        assert at.row_of("Lead", ada)["leadpact_score__c"] == 40.0


def test_where_the_mapping_says_always_a_status_moved_back_is_put_right() -> None:
    always = MAPPING.replace("property: Status\n", "property: Status\n      write: always\n")
    with company(mapping=always) as at:
        ada = at.ask_for_demo()
        at.rest()
        at.org.update("Lead", ada, {"Status": "Open"}, at.ben)
        at.rest()
        assert at.row_of("Lead", ada)["Status"] == "Working"
        at.org.update("Lead", ada, {"Status": "Unqualified"}, at.ben)
        at.rest()
        assert at.row_of("Lead", ada)["Status"] == "Working"


def test_a_holder_whom_a_rep_named_at_a_merged_lead_holds_the_survivor_that_nobody_has() -> None:
    with company() as at:
        ada, other = at.ask_for_demo(Title=""), at.ask_for_demo("a.king@northwind.io", Title="")
        at.rest()
        at.org.update("Lead", other, {"OwnerId": at.ben}, at.ben)
        at.rest()
        at.org.merge("Lead", ada, other)
        at.rest()
        at.rest()
        assert (lead(ada).holder, at.row_of("Lead", ada)["OwnerId"]) == ("Ben", at.ben)
        at.org.update("Lead", ada, {"OwnerId": at.org.web}, at.ana)
        at.rest()
        assert at.row_of("Lead", ada)["OwnerId"] == at.org.web, "a person took them off"
