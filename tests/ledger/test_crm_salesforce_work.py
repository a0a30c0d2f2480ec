"""Both sides together, on the stand-in for Salesforce."""

from __future__ import annotations

import itertools
import random

import pytest

from leadpact.demo.faults import Faults
from leadpact.flows import crm
from leadpact.flows.crm_reconcile import reconcile
from leadpact.flows.rebuilding import Difference, rebuild
from leadpact.ledger.models import (
    Clock,
    CrmCursor,
    CrmOwner,
    CrmRecord,
    CrmWrite,
    Deal,
    Event,
    LeadState,
    Notice,
)
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.connector import CredentialError, CrmError
from leadpact.sources.salesforce import connector as reading
from tests.ledger.helpers import MONDAY, settle
from tests.ledger.salesforce_company import MAPPING, Company, company, lead


def replayed_otherwise(at: Company) -> list[Difference]:
    """Leads that stand otherwise when the log is replayed."""
    return rebuild(at.time, lambda _done, _what: None, keep=False).differences


def test_a_rep_who_stays_in_salesforce_has_everything_there() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        there = at.row_of("Lead", ada)
        assert (there["Status"], there["OwnerId"]) == ("Working", at.ana)
        assert (there["leadpact_score__c"], there["leadpact_stage__c"]) == (40.0, "MQL")
        assert there["leadpact_sla__c"] == "waiting"
        assert there["leadpact_due__c"] == "2026-03-02T11:01:00.000Z"
        assert "form submitted" in there["leadpact_reasons__c"]
        (task,) = at.open_tasks()
        assert (task["WhoId"], task["OwnerId"]) == (ada, at.ana)

        at.time.pass_(minutes=30)
        at.call(ada)
        at.rest()
        assert Clock.objects.get().outcome == "met"
        at.rest()
        assert at.row_of("Lead", ada)["leadpact_sla__c"] == "kept"
        assert at.row_of("Lead", ada)["leadpact_due__c"] is None
        assert at.open_tasks() == []


def test_what_was_written_is_no_news_and_is_written_once() -> None:
    with company() as at:
        at.ask_for_demo()
        for _ in range(4):
            at.rest(minutes=3)
        kinds = Event.objects.filter(source="salesforce").values_list("kind", flat=True)
        assert sorted(kinds) == ["form_submitted", "lead.created", "lead.updated", "stage.entered"]
        changes = [row["Field"] for row in at.org.tables["LeadHistory"].values()]
        assert sorted(changes) == ["Owner", "Owner", "Status"]
        used = at.limits.by_kind["PATCH composite/sobjects"]
        at.rest()
        assert at.limits.by_kind["PATCH composite/sobjects"] == used
        assert len(at.org.tables["Task"]) == 1


def test_in_shadow_all_is_read_and_nothing_is_written() -> None:
    with company(shadow=True) as at:
        ada = at.ask_for_demo()
        at.rest()
        assert lead(ada).stage == "MQL"
        assert at.row_of("Lead", ada)["leadpact_score__c"] is None
        assert not at.org.tables["Task"]
        assert CrmWrite.objects.filter(open=True).exists()


def test_a_stage_moved_back_by_hand_is_left_so() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        at.time.pass_(minutes=10)
        at.org.update("Lead", ada, {"Status": "Open", "OwnerId": at.ben}, at.ben)
        at.rest()
        at.rest()
        assert (lead(ada).holder, lead(ada).stage) == ("Ben", "MQL")
        there = at.row_of("Lead", ada)
        assert (there["Status"], there["OwnerId"]) == ("Open", at.ben)


def test_who_is_to_be_forgotten_is_erased_and_stays_in_the_figures() -> None:
    forgetting = MAPPING.replace("    holder: OwnerId\n    events",
                                 "    holder: OwnerId\n    forget: Individual.ShouldForget\n"
                                 "    events")  # fmt: skip
    with company(mapping=forgetting) as at:
        ada = at.ask_for_demo()
        someone = at.org.create("Individual", {"LastName": "King", "ShouldForget": False})
        at.org.update("Lead", ada, {"IndividualId": someone}, at.ben)
        at.rest()
        assert lead(ada).status == "open"
        at.time.pass_(minutes=20)
        at.org.update("Individual", someone, {"ShouldForget": True}, at.ben)
        at.rest()
        at.rest()
        (state,) = LeadState.objects.all()
        assert (state.status, state.stage) == ("disqualified", "MQL")
        told = str(list(Event.objects.values()))
        assert "ada@northwind.io" not in told
        assert ada not in told
        assert Clock.objects.get().outcome not in ("running", "overdue")


@pytest.mark.parametrize("email", ["ada@northwind.io", ""], ids=["same email", "no email"])
def test_a_converted_lead_goes_on_as_its_contact_with_clock_and_history(email: str) -> None:
    with company() as at:
        ada = at.ask_for_demo(email)
        at.rest()
        at.time.pass_(minutes=10)
        contact = at.org.convert(ada, at.ana, deal="New business")
        at.rest()
        at.rest()
        one = CrmRecord.objects.get(object="Contact", number=contact).lead_id
        assert lead(ada).lead_id == one or lead(ada).merged_into == one
        goes_on = LeadState.objects.get(lead=one)
        assert (goes_on.status, goes_on.stage) == ("open", "SQL")
        at.call(contact)
        at.rest()
        assert {clock.outcome for clock in Clock.objects.filter(lead=goes_on.lead)} == {"met"}
        deal = Deal.objects.get()
        assert [role.lead_id for role in deal.roles.all()] == [one]


def test_merged_leads_are_one_here() -> None:
    with company() as at:
        ada, other = at.ask_for_demo(), at.ask_for_demo("a.king@northwind.io")
        at.rest()
        at.time.pass_(minutes=5)
        at.org.merge("Lead", ada, other)
        at.rest()
        at.rest()
        assert lead(other).status == "merged"
        assert lead(ada).status == "open"


def test_a_deleted_lead_is_left_out_and_a_deleted_call_never_was() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        done = at.call(ada)
        at.rest()
        assert Clock.objects.get().outcome == "met"
        at.org.delete("Task", done)
        at.rest(minutes=40)
        assert Clock.objects.get().outcome == "running"
        at.org.delete("Lead", ada)
        at.rest(minutes=40)
        assert (lead(ada).status, lead(ada).reason) == ("excluded", "deleted in Salesforce")


def test_a_deal_with_three_contacts_is_one_deal() -> None:
    with company() as at:
        people = [at.org.create("Contact", {"LastName": f"P{n}", "Email": f"p{n}@a.io"}, at.ana)
                  for n in range(3)]  # fmt: skip
        told = {"Name": "Big", "StageName": "Prospecting", "Amount": 900.0, "OwnerId": at.ana}
        deal = at.org.create("Opportunity", told, at.ana)
        for contact in people:
            at.org.add_role(deal, contact, at.ana)
        at.rest()
        assert Deal.objects.get().roles.count() == 3
        at.time.pass_(hours=1)
        at.org.update("Opportunity", deal, {"StageName": "Closed Won"}, at.ana)
        at.rest()
        found = Deal.objects.get()
        assert (found.outcome, found.amount, found.roles.count()) == ("won", 900, 3)
        assert found.closed_at == at.time.at.replace(minute=1)


def test_an_owner_who_was_deactivated_is_written_nowhere() -> None:
    with company() as at:
        at.org.deactivate(at.ana)
        ada = at.ask_for_demo()
        at.rest()
        assert not CrmOwner.objects.get(number=at.ana).active
        assert lead(ada).holder == "Ben"
        assert at.row_of("Lead", ada)["OwnerId"] == at.ben


def test_a_revoked_credential_is_one_sentence_and_nothing_is_lost() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        at.org.token = ""
        at.call(ada)
        with pytest.raises(CredentialError, match="Salesforce gives no token"):
            at.pull()
        at.org.token = "another"
        at.rest()
        assert Clock.objects.get().outcome == "met"


def test_a_revoked_credential_is_told_to_both_heads_once() -> None:
    with company() as at:
        at.ask_for_demo()
        at.org.token = ""
        for _ in range(3):
            at.time.pass_(minutes=5)
            assert not crm.turn(at.time, "one")
        told = Notice.objects.filter(kind="connection")
        assert sorted(told.values_list("receiver", flat=True)) == ["Mia", "Sam"]
        at.row.refresh_from_db()
        assert at.row.refused
        assert "Salesforce gives no token" in at.row.last_error


def test_a_first_reading_that_is_interrupted_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "ROWS", 50)
    with company() as at:
        for n in range(230):
            at.ask_for_demo(f"p{n}@northwind.io")
        at.limits.of_a_day = at.limits.used + 14
        with pytest.raises(CrmError, match="used up"):
            at.pull()
        cursor = CrmCursor.objects.get(object="Lead")
        assert cursor.since is None
        assert cursor.after
        read = CrmRecord.objects.count()
        assert 0 < read < 230
        at.limits.of_a_day = 1_000_000
        at.time.pass_(hours=1)
        at.pull()
        assert CrmRecord.objects.count() == 230
        asked = [job for job in at.simulator.desk.jobs.values() if "Status" in job[0]]
        assert len(asked) == 1, "the job of the first try was read on"


def test_what_changes_while_a_reading_is_interrupted_is_read_by_the_next_one() -> None:
    """A query tells what it found when it began, beside one record as it is now."""
    with company() as at:
        leads = [at.ask_for_demo(f"p{n}@northwind.io") for n in range(6)]
        at.rest()
        at.time.pass_(hours=1)
        for lead in leads[:4]:
            at.org.update("Lead", lead, {"Company": "Fabrikam"})
        at.simulator.desk.page = 2
        read_the_first_page_of_leads(at)
        at.time.pass_(minutes=30)
        at.org.update("Lead", leads[4], {"Company": "Contoso"})
        at.time.pass_(minutes=30)
        at.org.merge("Lead", leads[0], leads[5])
        at.pull()
        at.time.pass_(minutes=1)
        at.pull()
        told = Event.objects.filter(properties__contains="Contoso")
        assert told.count() == 1


def read_the_first_page_of_leads(at: Company) -> None:
    """As many calls are allowed as it takes, and not one more."""
    for allowed in itertools.count(1):
        if CrmCursor.objects.get(object="Lead").after:
            break
        at.limits.of_a_day = at.limits.used + allowed
        with pytest.raises(CrmError, match="used up"):
            at.pull()
    at.limits.of_a_day = 1_000_000


def test_what_the_log_has_of_salesforce_tells_the_same_again() -> None:
    with company() as at:
        ada, bob = at.ask_for_demo(), at.ask_for_demo("bob@contoso.io")
        at.rest()
        at.call(ada)
        at.org.merge("Lead", ada, bob)
        at.rest()
        contact = at.org.convert(ada, at.ana)
        at.call(contact)
        at.rest(minutes=45)
        assert replayed_otherwise(at) == []


def test_credentials_are_kept_sealed(caplog: pytest.LogCaptureFixture) -> None:
    with company() as at:
        at.ask_for_demo()
        at.rest()
        at.row.refresh_from_db()
        assert "secret" not in at.row.credentials
        assert crm_connections.credentials_of(at.row)["client_secret"] == "secret"
        assert at.org.token not in caplog.text


def test_what_breaks_and_gets_lost_leaves_both_sides_agreed() -> None:
    dice = random.Random(5)
    with company(faults=Faults(random.Random(6), broken=0.05, lost=0.05)) as at:
        leads: list[str] = []
        for n in range(8):
            leads += [at.ask_for_demo(f"p{n}.{m}@northwind.io") for m in range(3)]
            one = dice.choice(leads)
            if dice.random() < 0.4:
                at.call(one)
            if dice.random() < 0.2:
                at.org.update("Lead", one, {"OwnerId": dice.choice([at.ana, at.ben])}, at.ben)
            at.time.pass_(minutes=dice.randrange(1, 20))
            try:
                at.pull()
                settle(at.time())
                at.push()
            except CrmError:
                continue
        at.simulator.faults = None
        for _ in range(3):
            at.rest(minutes=15)
        for number in leads:
            here, there = lead(number), at.row_of("Lead", number)
            assert there["leadpact_stage__c"] == here.stage
            assert there["OwnerId"] == {"Ana": at.ana, "Ben": at.ben}[here.holder]
            assert there["leadpact_score__c"] == here.score
        waiting = Clock.objects.filter(outcome__in=("running", "overdue")).count()
        assert len(at.open_tasks()) == waiting
        used = at.limits.by_kind["PATCH composite/sobjects"]
        at.rest()
        assert at.limits.by_kind["PATCH composite/sobjects"] == used
        assert replayed_otherwise(at) == []


def test_an_import_with_the_wrong_zone_is_undone_there_and_so_here() -> None:
    with company() as at:
        ada = at.ask_for_demo()
        at.rest()
        wrong = [at.call(ada) for _ in range(3)]
        for number in wrong:
            told = {"CompletedDateTime": "2026-03-02T15:00:00.000+0000"}
            at.org.update("Task", number, told, at.ana)
        at.time.pass_(hours=8)
        at.rest()
        assert Clock.objects.get().outcome == "missed"
        for number in wrong:
            told = {"CompletedDateTime": "2026-03-02T10:00:00.000+0000"}
            at.org.update("Task", number, told, at.ana)
        at.rest()
        clock = Clock.objects.get()
        assert (clock.outcome, clock.stopped_at) == ("met", MONDAY.replace(hour=10))


def test_counts_of_both_sides_agree_and_every_difference_has_a_cause() -> None:
    with company() as at:
        ada, other = at.ask_for_demo(), at.ask_for_demo("b@contoso.io")
        at.rest()
        contact = at.org.convert(ada, at.ana, deal="New business")
        deal = next(iter(at.org.tables["Opportunity"]))
        at.org.update("Opportunity", deal, {"StageName": "Closed Won", "Amount": 700.0}, at.ana)
        at.org.update("Lead", other, {"Status": "Open"}, at.ben)
        at.rest()
        at.rest()
        found = reconcile(at.row, at.crm, now=at.time())
        counts = {each.what: (each.here, each.there) for each in found.counts}
        assert counts["won deals"] == (1, 1)
        assert counts["amount of won deals"] == (700, 700)
        assert {each.cause for each in found.differences} <= {
            "moved back there by hand", "two records there are one lead here",
        }  # fmt: skip
        assert contact
