"""From a lead's pages here to its records in the customer system."""

from __future__ import annotations

from leadpact.flows.crm_links import Link, links_of
from tests.ledger import salesforce_company
from tests.ledger.crm_company import ask_for_demo, company, lead

IN_HUBSPOT = "http://app-eu1.hubspot.com/contacts/900100/record/0-1/"


def test_a_lead_leads_to_its_contact_in_hubspot_and_to_no_other() -> None:
    with company(domain="app-eu1.hubspot.com") as at:
        ada, bob = ask_for_demo(at), ask_for_demo(at, "bob@northwind.io")
        at.rest()
        keys = [lead(ada).lead_id, "unknown"]
        assert links_of(keys) == {keys[0]: [Link("HubSpot", IN_HUBSPOT + ada)]}
        at.portal.merge("contacts", ada, bob)
        at.rest()
        assert links_of(keys) == {keys[0]: [Link("HubSpot", IN_HUBSPOT + ada)]}
        at.portal.delete("contacts", ada)
        at.time.pass_(minutes=45)
        at.rest()
        assert links_of(keys) == {}


def test_a_converted_lead_leads_to_its_contact_in_salesforce() -> None:
    with salesforce_company.company() as at:
        number = at.ask_for_demo()
        at.rest()
        key = f"salesforce:Lead/{number}"
        begins = f"{at.simulator.address}/lightning/r/"
        assert links_of([key]) == {key: [Link("Salesforce", f"{begins}Lead/{number}/view")]}
        contact = at.org.convert(number, at.ana)
        at.rest()
        at.rest()
        (found,) = links_of([key]).values()
        assert found == [Link("Salesforce", f"{begins}Contact/{contact}/view")]
