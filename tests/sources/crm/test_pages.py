"""Addresses at which people see records of a customer system."""

from __future__ import annotations

import pytest

from leadpact.sources.crm.pages import record_url

HUBSPOT = "https://app-eu1.hubspot.com/contacts/900100"
SALESFORCE = "https://acme.my.salesforce.com"


@pytest.mark.parametrize(
    ("system", "pages", "of", "url"),
    [
        ("hubspot", HUBSPOT, "contacts", f"{HUBSPOT}/record/0-1/101"),
        ("hubspot", HUBSPOT, "companies", f"{HUBSPOT}/record/0-2/101"),
        ("hubspot", HUBSPOT, "deals", f"{HUBSPOT}/record/0-3/101"),
        ("hubspot", HUBSPOT, "2-77", f"{HUBSPOT}/record/2-77/101"),
        ("hubspot", HUBSPOT, "calls", ""),
        ("salesforce", SALESFORCE, "Lead", f"{SALESFORCE}/lightning/r/Lead/101/view"),
        ("salesforce", SALESFORCE, "Partner__c", f"{SALESFORCE}/lightning/r/Partner__c/101/view"),
        ("salesforce", "javascript:alert(1)//", "Lead", ""),
        ("hubspot", "", "contacts", ""),
    ],
)
def test_a_record_has_the_address_that_its_system_gives_it(
    system: str, pages: str, of: str, url: str
) -> None:
    assert record_url(system, pages, of, "101") == url


def test_a_number_stays_within_its_part_of_the_address() -> None:
    found = record_url("salesforce", SALESFORCE, "Lead", "../x?y#z")
    assert found == f"{SALESFORCE}/lightning/r/Lead/..%2Fx%3Fy%23z/view"
