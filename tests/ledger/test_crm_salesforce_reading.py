"""What Salesforce tells of records at an instant, beside histories of a later one."""

from __future__ import annotations

import pytest

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Event, LeadState
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import settle
from tests.ledger.salesforce_company import company, lead
from tests.ledger.test_crm_salesforce_work import read_the_first_page_of_leads


def test_rows_that_were_found_before_leadpact_wrote_take_nothing_of_it_back() -> None:
    """Pages of a query show what it found when it began; histories go on meanwhile."""
    with company() as at:
        leads = [at.ask_for_demo(f"p{n}@northwind.io", Title="") for n in range(6)]
        at.rest()
        at.time.pass_(minutes=20)
        for each in leads:
            at.org.update("Lead", each, {"Company": "Fabrikam"}, at.ben)
        at.simulator.desk.page = 2
        read_the_first_page_of_leads(at)
        at.time.pass_(minutes=5)
        now = at.time()
        ingest([Fact("site", "1", "form_submitted", now, Known(email="p5@northwind.io"))], now=now)
        settle(now)
        at.push()
        holder, row = lead(leads[5]).holder, at.row_of("Lead", leads[5])
        written = row["OwnerId"], row["Status"], row["leadpact_score__c"]
        assert row["Status"] == "Working"
        patched = at.limits.by_kind["PATCH composite/sobjects"]
        at.rest()
        at.rest()
        rows = Event.objects.filter(source="salesforce", lead=f"salesforce:Lead/{leads[5]}")
        kinds = rows.filter(kind__in=["lead.assigned", "stage.entered"])
        assert list(kinds.values_list("kind", flat=True)) == ["stage.entered"], "as it was made"
        assert lead(leads[5]).holder == holder
        assert (row["OwnerId"], row["Status"], row["leadpact_score__c"]) == written
        assert at.limits.by_kind["PATCH composite/sobjects"] == patched, "nothing is written again"


def test_a_call_that_was_read_while_its_person_was_deleted_counts_once_they_are_restored() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        contact = at.org.convert(ada, at.ana)
        at.org.delete("Contact", contact)
        call = at.call(contact)
        at.rest()
        assert not Event.objects.filter(kind="sales.attempted").exists()
        at.org.restore("Contact", contact)
        at.rest()
        assert Event.objects.filter(event_id__contains=call).count() == 1
        at.rest()
        assert Event.objects.filter(event_id__contains=call).count() == 1


@pytest.mark.parametrize("read_before", [False, True])
def test_a_lead_whose_contact_was_deleted_is_left_out_until_that_is_restored(
    read_before: bool,
) -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        contact = at.org.convert(ada, at.ana)
        if read_before:
            at.rest()
        at.org.delete("Contact", contact)
        at.rest(minutes=40)
        settle(at.time())
        assert lead(ada).status == "excluded"
        at.rest()
        assert lead(ada).status == "excluded"
        at.org.restore("Contact", contact)
        at.rest()
        settle(at.time())
        alive = LeadState.objects.exclude(status="merged")
        assert [each.status for each in alive] == ["open"]


def test_a_lead_stays_left_out_when_its_deleted_contact_is_purged_too() -> None:
    """Salesforce changes converted leads by itself, as when a choice is given another name."""
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        contact = at.org.convert(ada, at.ana)
        at.org.delete("Contact", contact)
        at.rest(minutes=40)
        at.org.empty_bin("Contact")
        at.org.touch("Lead", ada)
        at.rest()
        settle(at.time())
        assert lead(ada).status == "excluded"


def test_what_changed_last_is_not_read_for_ever_where_nothing_else_changes() -> None:
    """An import at night, say, after which nobody works until the morning."""
    with company() as at:
        at.rest()
        for number in range(3):
            at.ask_for_demo(f"p{number}@northwind.io", Title="")
        at.time.pass_(minutes=1)
        assert at.pull().records["Lead"] == 3
        at.time.pass_(minutes=90)
        at.pull()
        assert at.pull().records["Lead"] == 0
        at.ask_for_demo()
        at.time.pass_(minutes=1)
        assert at.pull().records["Lead"] == 1
