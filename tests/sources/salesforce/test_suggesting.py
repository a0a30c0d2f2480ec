"""A first mapping for an organisation can be read, and says no more than is known."""

from __future__ import annotations

from leadpact.sources.crm.loading import parse_crm, problems_with_account
from leadpact.sources.crm.records import PropertyInfo
from leadpact.sources.salesforce.connector import SalesforceConnector
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
        assert crm.people["Lead"].stages is not None
        assert crm.people["Lead"].stages.values == {
            "Open": "Lead",
            "Working": "Qualified by marketing",
            "Qualified": "SQL",
        }
        (ending,) = crm.people["Lead"].events
        assert (ending.kind, ending.among) == ("lead.disqualified", ["Unqualified"])
        assert crm.people["Contact"].fields["company"].property == "Account.Name"
        loaded = parse_crm(text, "crm.yaml")
        reader = SalesforceConnector(at.client, crm, {})
        account = {of: {p.name: dict(p.options) for p in reader.properties(of)}
                   for of in crm.objects}  # fmt: skip
        assert problems_with_account(loaded, account) == []


def test_nothing_is_a_stage_where_no_status_is_plainly_one() -> None:
    status = PropertyInfo("Status", "", "", {"Frobnicated": ""})
    assert "add `stages`" in suggest({"Lead": {"Status": status}}, STAGES)
