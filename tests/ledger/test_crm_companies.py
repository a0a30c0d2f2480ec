"""Companies of a customer system: what their people take over, and who holds the account."""

from __future__ import annotations

import json
from typing import Any

from leadpact.ledger.instants import ticks
from leadpact.ledger.models import Company, Event, Handoff, Lead
from leadpact.ledger.services import crm_connections
from tests.ledger import crm_company, salesforce_company
from tests.ledger.crm_company import ask_for_demo, lead
from tests.sources.crm.helpers import MAPPING

COMPANIES = """\
companies:
  companies:
    name: name
    domain: domain
    owner: hubspot_owner_id
    fields:
      industry: industry
      employees: {property: numberofemployees, type: number}
"""
HUBSPOT = MAPPING.replace("      email: email\n", "      email: email\n"
                          "      company_id: associatedcompanyid\n") + COMPANIES  # fmt: skip
ACCOUNTS = "companies:\n  Account: {name: Name, domain: Website, owner: OwnerId, fields: {%s}}\n"
SALESFORCE = salesforce_company.MAPPING + ACCOUNTS % "industry: Industry"


def northwind(at: crm_company.Company, **values: str) -> str:
    told = {"name": "Northwind", "domain": "northwind.io", "industry": "Software"}
    return at.portal.add("companies", told | values)


def join(at: crm_company.Company, number: str, company: str) -> None:
    at.portal.set("contacts", number, {"associatedcompanyid": company})
    at.portal.link("contacts", number, "companies", company)


def stated(key: str, name: str) -> list[tuple[Any, bool]]:
    """What the log has of an attribute, oldest first, and whether it still counts."""
    voids = Event.objects.filter(kind="fact.voided").values_list("properties", flat=True)
    gone = {json.loads(each)["event_id"] for each in voids}
    rows = Event.objects.filter(lead=key, kind="lead.updated").order_by("happened", "id")
    told = [(json.loads(row.properties), row.event_id) for row in rows]
    return [(said[name], number not in gone) for said, number in told if name in said]


def who_got(key: str) -> tuple[str, str]:
    """Who holds a lead, and the last step of how that was found."""
    row = Handoff.objects.get(lead=key)
    return str(row.person), json.loads(row.steps)[-1]


def test_people_take_over_what_their_company_is() -> None:
    with crm_company.company(mapping=HUBSPOT) as at:
        ada, bob = ask_for_demo(at), ask_for_demo(at, "bob@contoso.io")
        where = northwind(at, numberofemployees="40")
        join(at, ada, where)
        at.rest()
        key = str(lead(ada).lead_id)
        assert stated(key, "industry") == [("Software", True)]
        assert stated(key, "employees") == [(40, True)]
        assert stated(str(lead(bob).lead_id), "industry") == []
        created = Event.objects.get(lead=key, kind="lead.created").happened
        assert ticks(Lead.objects.get(key=key).begins) == created
        at.time.pass_(minutes=5)
        at.portal.set("companies", where, {"numberofemployees": "900"})
        at.rest()
        assert stated(key, "employees") == [(40, True), (900, True)]
        assert Company.objects.get(key=where).name == "Northwind"
        at.portal.unlink("companies", where, "contacts", ada)
        at.rest()
        assert stated(key, "employees") == [(40, False), (900, False)]


def test_who_holds_the_account_gets_its_leads() -> None:
    with crm_company.company(mapping=HUBSPOT) as at:
        where = northwind(at, hubspot_owner_id="8")
        at.rest()
        ada = ask_for_demo(at, "ada@private.example")
        join(at, ada, where)
        by_domain = ask_for_demo(at, "bob@northwind.io")
        at.rest()
        told = "Ben: chosen, holds the account of the company"
        assert who_got(f"hubspot:contacts/{ada}") == ("Ben", told)
        assert who_got(f"hubspot:contacts/{by_domain}") == ("Ben", told)
        at.portal.set("companies", where, {"hubspot_owner_id": "7"})
        at.rest()
        cora = ask_for_demo(at, "cora@northwind.io")
        at.rest()
        assert who_got(f"hubspot:contacts/{cora}")[0] == "Ana"


def test_a_company_that_is_gone_or_merged_holds_nobody() -> None:
    with crm_company.company(mapping=HUBSPOT) as at:
        one, other = northwind(at, hubspot_owner_id="8"), northwind(at, domain="contoso.io")
        ada = ask_for_demo(at)
        join(at, ada, other)
        at.rest()
        key = str(lead(ada).lead_id)
        at.portal.merge("companies", one, other)
        at.rest()
        assert stated(key, "industry") == [("Software", False), ("Software", True)]
        at.portal.delete("companies", one)
        at.time.pass_(minutes=45)
        at.rest()
        assert stated(key, "industry") == [("Software", False), ("Software", False)]
        assert not Company.objects.exclude(owner="").exists()


def test_whoever_disconnects_routes_by_no_account() -> None:
    with crm_company.company(mapping=HUBSPOT) as at:
        northwind(at, hubspot_owner_id="8")
        at.rest()
        assert Company.objects.filter(owner="Ben").count() == 2
        crm_connections.disconnect(at.row, actor="test", now=at.time())
        assert not Company.objects.exclude(owner="").exists()


def test_a_company_with_more_people_than_a_call_tells_tells_all_of_them() -> None:
    with crm_company.company(mapping=HUBSPOT, live=False) as at:
        where = northwind(at)
        for n in range(501):
            at.portal.link("companies", where, "contacts", at.portal.add(
                "contacts", {"email": f"p{n}@northwind.io"}))  # fmt: skip
        (found,) = at.connector.read("companies", [where]).records
        assert len(found.links["contacts"]) == 501
        whole = at.connector.all_of("companies", "").records[0]
        assert sorted(whole.links["contacts"]) == sorted(found.links["contacts"])


def test_accounts_of_salesforce_are_companies_too() -> None:
    with salesforce_company.company(mapping=SALESFORCE) as at:
        told = {"Name": "Northwind", "Website": "https://www.northwind.io", "Industry": "Software"}
        account = at.org.create("Account", told | {"OwnerId": at.ben}, at.ben)
        contact = {"LastName": "King", "Email": "ada@private.example", "AccountId": account}
        ada = at.org.create("Contact", contact, at.ana)
        at.rest()
        assert stated(f"salesforce:Contact/{ada}", "industry") == [("Software", True)]
        bob = at.ask_for_demo("bob@northwind.io")
        at.rest()
        told = ("Ben", "Ben: chosen, holds the account of the company")
        assert who_got(f"salesforce:Lead/{bob}") == told
        other = at.org.create("Account", {"Name": "North Wind"}, at.ana)
        at.org.merge("Account", other, account)
        at.time.pass_(minutes=45)
        at.rest()
        assert not Company.objects.filter(key="northwind.io").exclude(owner="").exists()


def test_who_joins_an_account_of_salesforce_later_takes_over_what_it_says() -> None:
    """Salesforce does not count that as a change of the account."""
    with salesforce_company.company(mapping=SALESFORCE) as at:
        account = at.org.create("Account", {"Name": "Northwind", "Industry": "Software"}, at.ana)
        ada = at.org.create("Contact", {"LastName": "King", "Email": "ada@north.example"}, at.ana)
        at.rest()
        at.time.pass_(hours=3)
        at.pull()
        at.org.update("Contact", ada, {"AccountId": account}, at.ana)
        told = {"LastName": "Ruiz", "Email": "cy@north.example", "AccountId": account}
        cyd = at.org.create("Contact", told, at.ana)
        at.time.pass_(minutes=1)
        at.pull()
        for contact in (ada, cyd):
            assert stated(f"salesforce:Contact/{contact}", "industry") == [("Software", True)]
