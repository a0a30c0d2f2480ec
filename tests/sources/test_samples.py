"""The sample exports, and what is recognised in them."""

from pathlib import Path

import pytest

from leadpact.sources.recognise import recognise_deals, recognise_leads, stage_role, vendor_of
from tests.sources.make_samples import all_samples

SAMPLES = Path(__file__).parent / "samples"


def header(name: str, encoding: str) -> list[str]:
    first = (SAMPLES / name).read_text(encoding=encoding).splitlines()[0]
    return [cell.strip('"') for cell in first.split(",")]


@pytest.mark.parametrize("name", sorted(all_samples()))
def test_the_samples_are_as_their_script_writes_them(name: str) -> None:
    assert (SAMPLES / name).read_bytes() == all_samples()[name]


def test_hubspot_contacts() -> None:
    export = recognise_leads(header("hubspot-contacts.csv", "utf-8-sig"))
    assert export.vendor == "HubSpot"
    assert export.roles["id"] == "Record ID"
    assert export.roles["created"] == "Create Date"
    assert export.roles["assigned_at"] == "Owner Assigned Date"
    assert export.roles["connected_at"] == "Date of first engagement"
    assert [role for role, _, _ in export.stages] == [
        "lead", "mql", "sql", "opportunity", "customer",
    ]  # fmt: skip


def test_hubspot_deals() -> None:
    export = recognise_deals(header("hubspot-deals.csv", "utf-8-sig"))
    assert export.vendor == "HubSpot"
    assert export.roles["leads"] == "Associated Contact IDs"
    assert export.roles["outcome"] == "Deal Stage"
    assert export.roles["reason"] == "Closed Lost Reason"


def test_salesforce_leads_and_opportunities() -> None:
    leads = recognise_leads(header("salesforce-leads.csv", "cp1252"))
    assert leads.vendor == "Salesforce"
    assert leads.roles["company"] == "Company / Account"
    assert leads.roles["converted_at"] == "Converted Date"
    assert leads.roles["deals"] == "Opportunity ID"
    assert leads.stages == [("mql", "MQL", "MQL Date")]
    deals = recognise_deals(header("salesforce-opportunities.csv", "cp1252"))
    assert deals.vendor == "Salesforce"
    assert deals.roles["opened"] == "Created Date"
    assert deals.roles["owner"] == "Opportunity Owner"


def test_other_names() -> None:
    names = ["uuid", "E-Mail", "Signup date", 'Date entered "Marketing Qualified Lead (Lifecycle '
             'Stage Pipeline)"', "SQL at", "Close Date", ""]  # fmt: skip
    export = recognise_leads(names)
    assert export.vendor == "another system"
    assert export.roles == {"id": "uuid", "email": "E-Mail", "created": "Signup date"}
    assert [(role, name) for role, name, _ in export.stages] == [
        ("mql", "Marketing Qualified Lead"), ("sql", "SQL"),
    ]  # fmt: skip


def test_nothing_is_recognised_in_nothing() -> None:
    assert recognise_leads([]).roles == {}
    assert vendor_of(["a"]) == "another system"
    assert stage_role("Evangelist") is None
