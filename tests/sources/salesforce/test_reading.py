"""Salesforce's records as the connector tells them: histories, merges, conversions, few calls."""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta

import pytest

from leadpact.demo.faults import Faults
from leadpact.demo.salesforce.org import stamp
from leadpact.demo.salesforce.server import Limits
from leadpact.sources.crm.connector import CredentialError, CrmError
from leadpact.sources.salesforce import connector as reading
from leadpact.sources.salesforce import shapes
from leadpact.sources.salesforce.client import Client
from tests.sources.salesforce.helpers import MAPPING, MONDAY, OWN, organisation

AFTER = MONDAY + timedelta(minutes=1)


def test_whose_data_it_is_and_who_sells() -> None:
    with organisation() as at:
        account = at.connector.account()
        assert (account.id, account.own_mark) == (at.org.number, at.org.me)
        at.org.deactivate(at.ben)
        owners = {owner.name: owner.active for owner in at.connector.owners()}
        assert owners == {"Leadpact": True, "Ana Silva": True, "Ben Ode": False}


def test_a_session_says_whose_it_is_too() -> None:
    with organisation() as at:
        client = Client({"token": at.org.token}, at.simulator.address)
        assert client.identity() == (at.org.number, at.org.me)
        assert at.client.identity() == client.identity()


def test_a_short_id_is_the_long_one() -> None:
    assert shapes.long_id("0015000000Gv7qJ") == "0015000000Gv7qJAAR"
    assert shapes.long_id("0015000000Gv7qJAAR") == "0015000000Gv7qJAAR"


def test_a_lead_comes_with_what_it_was() -> None:
    with organisation() as at:
        ada = at.lead()
        at.time.pass_(10)
        at.org.update("Lead", ada, {"Status": "Working"}, at.ana)
        at.time.pass_(10)
        at.org.update("Lead", ada, {"OwnerId": at.ben}, at.ana)
        (page,) = at.all_of("Lead")
        (record,) = page.records
        assert record.values["Email"] == "ada@northwind.io"
        assert [(v.value, v.at) for v in record.versions("Status")] == [
            ("Open", MONDAY),
            ("Working", MONDAY + timedelta(minutes=10)),
        ]
        assert [v.value for v in record.versions("OwnerId")] == [at.ana, at.ben]
        assert record.versions("OwnerId")[-1].by == at.ana
        assert record.versions("Company") == []


def test_a_value_that_history_missed_is_told_as_of_the_last_change() -> None:
    with organisation() as at:
        ada = at.lead()
        at.org.update("Lead", ada, {"Status": "Working"}, at.ana)
        at.time.pass_(5)
        leads, now = at.org.tables["Lead"], stamp(at.time())
        leads.change(leads[ada], {"Status": "Qualified", "SystemModstamp": now})
        record = at.connector.read("Lead", [ada]).records[0]
        assert [v.value for v in record.versions("Status")] == ["Open", "Working", "Qualified"]


def test_a_first_reading_goes_by_pages_and_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "ROWS", 4)
    with organisation() as at:
        ids = {at.lead(f"l{n}@a.io") for n in range(10)}
        first = at.connector.all_of("Lead", "")
        again = reading.SalesforceConnector(at.client, at.crm, OWN)
        second = again.all_of("Lead", first.after)
        third = again.all_of("Lead", second.after)
        assert (len(first.records), len(second.records), third.after) == (4, 4, "")
        assert {r.id for page in (first, second, third) for r in page.records} == ids
        assert at.simulator.limits.by_kind["POST jobs/query"] == 1


def test_a_job_that_is_gone_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 2)
    with organisation() as at:
        for n in range(3):
            at.lead(f"l{n}@a.io")
        first = at.connector.all_of("Lead", "")
        at.simulator.desk.jobs.clear()
        assert len(at.connector.all_of("Lead", first.after).records) == 2


def test_a_mapping_that_changed_meanwhile_begins_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 2)
    with organisation() as at:
        for n in range(3):
            at.lead(f"l{n}@a.io")
        first = at.connector.all_of("Lead", "")
        other = reading.SalesforceConnector(at.client, at.crm, {})
        assert len(other.all_of("Lead", first.after).records) == 2


def test_a_first_reading_takes_as_few_calls_as_pages_and_ids_allow() -> None:
    """`LEADPACT_FIRST_READING` says of how many leads (default 4500)."""
    many = int(os.environ.get("LEADPACT_FIRST_READING", "4500"))
    with organisation() as at:
        for n in range(many):
            at.lead(f"l{n}@a.io")
        before = at.calls()
        pages = at.all_of("Lead")
        assert sum(len(page.records) for page in pages) == many
        kinds = at.simulator.limits.by_kind
        assert kinds["GET jobs/query/…/results"] == len(pages) == -(-many // reading.ROWS)
        # Of 400 ids each: changes, merges; a page of 2,000 records is five such pieces.
        pieces = sum(-(-len(page.records) // 400) for page in pages)
        assert kinds["GET query"] == kinds["GET queryAll"] == pieces
        took = at.calls() - before
        print(many, "leads:", took, "calls", file=sys.stderr)
        # The rest: what leads are made of, and a job that is begun and looked at.
        assert took == len(pages) + 2 * pieces + 4


def test_what_changed_comes_from_the_last_change_on_in_order() -> None:
    with organisation() as at:
        at.simulator.desk.page = 2
        at.lead("old@a.io")
        at.time.pass_(10)
        since = at.time()
        fresh = []
        for n in range(5):
            fresh.append(at.lead(f"l{n}@a.io"))
            at.time.pass_()
        found, after = [], ""
        while True:
            page = at.connector.changed("Lead", since, after)
            found += [record.id for record in page.records]
            if not (after := page.after):
                break
        assert found == fresh


def test_pages_that_expired_are_asked_for_anew() -> None:
    with organisation() as at:
        at.simulator.desk.page = 2
        for n in range(3):
            at.lead(f"l{n}@a.io")
        page = at.connector.changed("Lead", MONDAY, "")
        at.simulator.desk.cursors.clear()
        assert len(at.connector.changed("Lead", MONDAY, page.after).records) == 2


def test_a_merged_lead_is_told_with_the_one_it_became_and_is_no_deletion() -> None:
    with organisation() as at:
        ada, bea = at.lead("a@a.io"), at.lead("b@a.io")
        at.time.pass_()
        at.org.merge("Lead", ada, bea)
        (record,) = at.connector.changed("Lead", AFTER, "").records
        assert (record.id, list(record.absorbed)) == (ada, [("Lead", bea)])
        assert at.connector.deleted("Lead", None, "").deletions == []
        assert [r.id for r in at.connector.read("Lead", [bea]).records] == [ada]


def test_a_lead_that_was_merged_twice_is_told_with_the_one_it_became_last() -> None:
    with organisation() as at:
        ada, bea, cyd = (at.lead(f"{name}@a.io") for name in "abc")
        at.time.pass_()
        at.org.merge("Lead", bea, cyd)
        at.org.merge("Lead", ada, bea)
        (record,) = at.connector.changed("Lead", AFTER, "").records
        assert (record.id, list(record.absorbed)) == (ada, [("Lead", bea), ("Lead", cyd)])
        assert [r.id for r in at.connector.read("Lead", [cyd]).records] == [ada]


def test_what_was_merged_into_a_deleted_lead_is_gone_with_it() -> None:
    with organisation() as at:
        ada, bea = at.lead("a@a.io"), at.lead("b@a.io")
        at.org.merge("Lead", ada, bea)
        at.time.pass_()
        at.org.delete("Lead", ada)
        gone = at.connector.deleted("Lead", MONDAY, "").deletions
        assert {(each.id, each.at) for each in gone} == {(ada, AFTER), (bea, AFTER)}


def test_a_deleted_lead_is_told_with_when() -> None:
    with organisation() as at:
        ada = at.lead()
        at.time.pass_()
        at.org.delete("Lead", ada)
        (gone,) = at.connector.deleted("Lead", MONDAY, "").deletions
        assert (gone.id, gone.at) == (ada, AFTER)
        page = at.connector.read("Lead", [ada])
        assert (page.records, [d.id for d in page.deletions]) == ([], [ada])


@pytest.mark.parametrize("known", [False, True], ids=["new contact", "contact that was there"])
def test_a_converted_lead_is_part_of_its_contact(known: bool) -> None:
    with organisation() as at:
        ada = at.lead()
        contact = at.org.create("Contact", {"LastName": "Ada"}, at.ana) if known else ""
        at.time.pass_()
        contact = at.org.convert(ada, at.ana, contact=contact, deal="New business")
        (record,) = at.connector.changed("Contact", AFTER, "").records
        assert (record.id, list(record.absorbed)) == (contact, [("Lead", ada)])
        assert record.modified_at == AFTER
        (lead,) = at.connector.changed("Lead", AFTER, "").records
        assert lead.versions("Status")[-1].value == "Qualified"
        (deal,) = at.connector.changed("Opportunity", AFTER, "").records
        assert deal.links == {"Contact": [contact]}


def test_a_deal_has_all_its_people_and_the_stages_it_was_in() -> None:
    with organisation() as at:
        people = [at.org.create("Contact", {"LastName": f"P{n}"}, at.ana) for n in range(3)]
        told = {"Name": "Big", "StageName": "Prospecting", "Amount": 5000.0}
        deal = at.org.create("Opportunity", told, at.ana)
        at.org.add_role(deal, people[0])
        at.time.pass_()
        since = at.time()
        for contact in people[1:]:
            at.org.add_role(deal, contact)
        (record,) = at.connector.changed("Opportunity", since, "").records
        assert sorted(record.links["Contact"]) == sorted(people)
        at.org.update("Opportunity", deal, {"StageName": "Closed Won"}, at.ben)
        (record,) = at.connector.read("Opportunity", [deal]).records
        assert [(v.value, v.by) for v in record.versions("StageName")] == [
            ("Prospecting", at.ana),
            ("Closed Won", at.ben),
        ]
        assert record.values["Amount"] == "5000"


def test_an_activity_is_that_of_the_person_it_names() -> None:
    with organisation() as at:
        ada = at.lead()
        told = {"Subject": "Call", "TaskSubtype": "Call", "Status": "Completed", "WhoId": ada}
        call = at.org.create("Task", told, at.ana)
        (record,) = at.connector.read("Task", [call]).records
        assert record.links == {"Lead": [ada]}
        assert record.values["IsClosed"] == "true"
        assert record.made_by == ""


def test_activities_that_were_archived_are_read_and_deleted_ones_are_not() -> None:
    with organisation() as at:
        told = {"Subject": "Call", "TaskSubtype": "Call", "Status": "Completed", "WhoId": at.lead()}
        old, gone = (at.org.create("Task", told, at.ana) for _ in range(2))
        at.org.tables["Task"][old]["IsArchived"] = True
        at.org.delete("Task", gone)
        assert [r.id for r in at.all_of("Task")[0].records] == [old]
        assert [r.id for r in at.connector.changed("Task", MONDAY, "").records] == [old]
        page = at.connector.read("Task", [old, gone])
        assert [r.id for r in page.records] == [old]
        assert [d.id for d in page.deletions] == [gone]


def test_a_field_of_a_related_record_is_read_by_its_path() -> None:
    with organisation() as at:
        account = at.org.create("Account", {"Name": "Northwind"})
        at.org.create("Contact", {"LastName": "Ada", "AccountId": account})
        (bulk,) = at.all_of("Contact")[0].records
        (rest,) = at.connector.changed("Contact", MONDAY, "").records
        assert bulk.values["Account.Name"] == rest.values["Account.Name"] == "Northwind"


def test_a_name_with_quotes_is_no_command() -> None:
    with organisation() as at:
        page = at.connector.read("Lead", ["x' OR Name != '"])
        assert page.records == []


# What goes wrong.


def test_what_breaks_or_gets_lost_is_asked_again() -> None:
    with organisation(faults=Faults(random.Random(4), broken=0.2, lost=0.1)) as at:
        for n in range(50):
            at.lead(f"l{n}@a.io")
        assert sum(len(page.records) for page in at.all_of("Lead")) == 50
        assert at.time.waits


def test_the_last_calls_of_a_day_are_left_to_others() -> None:
    with organisation(limits=Limits(of_a_day=100, used=95)) as at:
        at.connector.owners()
        with pytest.raises(CrmError, match="left to its other programs") as error:
            at.connector.owners()
        assert error.value.again_in == timedelta(hours=1)
        assert at.calls() == 96


def test_a_day_that_is_used_up_is_told_so() -> None:
    with organisation(limits=Limits(of_a_day=10, used=10)) as at:
        with pytest.raises(CrmError, match="used up") as error:
            at.connector.owners()
        assert error.value.again_in == timedelta(hours=1)


def test_a_token_that_expired_is_renewed_and_one_that_was_revoked_is_told() -> None:
    with organisation() as at:
        at.connector.owners()
        at.org.token = "another"
        assert at.connector.owners()
        at.org.token = ""
        with pytest.raises(CredentialError, match="check the connected app"):
            at.connector.owners()
        session = Client({"token": "old"}, at.simulator.address, sleep=at.time.sleep)
        with pytest.raises(CredentialError, match="revoked or expired"):
            session.get("query", {"q": "SELECT Id FROM User"})


def test_a_field_that_is_not_there_is_named() -> None:
    mapping = MAPPING.replace("source: LeadSource", "source: Channel__c")
    with (
        organisation(mapping=mapping) as at,
        pytest.raises(CrmError, match="No such column 'Channel__c'"),
    ):
        at.connector.changed("Lead", MONDAY, "")


def test_an_organisation_without_an_address_is_asked_for_it() -> None:
    with pytest.raises(CredentialError, match="needs the address of the organisation"):
        Client({"token": "t"}, "")
