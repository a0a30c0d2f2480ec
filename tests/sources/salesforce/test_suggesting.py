"""A first mapping for an organisation can be read, and says no more than is known."""

from __future__ import annotations

from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.records import PropertyInfo
from leadpact.sources.salesforce.suggest import suggest
from tests.sources.salesforce.helpers import organisation

STAGES = [("Lead", ""), ("Qualified by marketing", "mql"), ("SQL", "sql")]


def test_statuses_that_salesforce_brings_along_are_stages_of_the_agreement() -> None:
    options = dict.fromkeys(("Open - Not Contacted", "Working - Contacted", "Weird: one"), "")
    status = PropertyInfo("Status", "", "", options)
    lead = {"Email": PropertyInfo("Email", "Email"), "Status": status}
    crm = parse_crm(suggest({"Lead": lead}, STAGES), "crm.yaml").crm
    stages = crm.people["Lead"].stages
    assert stages is not None
    assert stages.values == {
        "Open - Not Contacted": "Lead",
        "Working - Contacted": "Qualified by marketing",
    }
    assert list(crm.people["Lead"].fields) == ["email"]


def test_a_suggestion_can_be_read_and_used() -> None:
    with organisation() as at:
        known = {of: {each.name: each for each in at.connector.properties(of)}
                 for of in ("Lead", "Contact", "Opportunity", "Task", "Event")}  # fmt: skip
        text = suggest(known, STAGES)
        crm = parse_crm(text, "crm.yaml").crm
        assert crm.deals["Opportunity"].outcome.won == ["Closed Won"]
        assert "add `stages`" in text
        assert crm.people["Contact"].fields["company"].property == "Account.Name"
