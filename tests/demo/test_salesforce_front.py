"""The page of the stand-in for Salesforce: what it shows, and what its buttons do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadpact.demo.salesforce.company import deploy, organisation
from leadpact.demo.salesforce.front import Front
from leadpact.sources.crm.connector import OwnProperty
from leadpact.sources.salesforce.package import package

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def front() -> Front:
    return Front(organisation(lambda: NOW), "http://127.0.0.1:8000/")


def test_each_button_does_something_in_the_organisation(front: Front) -> None:
    front.act({"do": "come"})
    front.act({"do": "browse"})
    tables = front.org.tables
    first, second = tables["Lead"]
    assert [row["LeadSource"] for row in tables["Lead"].values()] == ["Web", "List"]
    for do in ("call", "meet", "ask", "give"):
        front.act({"do": do, "contact": second})
    assert (len(tables["Task"]), len(tables["Event"])) == (1, 1)
    assert tables["Lead"][second]["LeadSource"] == "Web"
    front.org.update("Lead", second, {"Status": "Working"})
    front.act({"do": "back", "contact": second})
    assert tables["Lead"][second]["Status"] == "Open"
    front.act({"do": "convert", "contact": second})
    (contact,) = tables["Contact"]
    front.act({"do": "win", "contact": contact})
    assert [row["StageName"] for row in tables["Opportunity"].values()] == ["Closed Won"]
    front.act({"do": "delete", "contact": first})
    assert tables["Lead"][first]["IsDeleted"]
    front.act({"do": "leave"})
    assert [u["Name"] for u in tables["User"].values() if not u["IsActive"]] == ["Ben Okoye"]


def test_what_cannot_be_done_any_more_is_passed_over(front: Front) -> None:
    for do in ("give", "convert", "win", "delete", "nonsense", ""):
        front.act({"do": do, "contact": "7"})
    assert not front.org.tables["Lead"]


def test_the_page_shows_what_leadpact_wrote_and_no_html_of_others(front: Front) -> None:
    number, other = front.come(), front.come()
    own = OwnProperty("leadpact_score", "Score", "number", "Points.")
    deploy(front.org, package({"Lead": [own]}, "leadpact_key"))
    front.org.update("Lead", number, {"FirstName": "<script>", "leadpact_score__c": 40.0})
    front.org.update("Lead", number, {"Status": "Working"}, front.org.me)
    page = front.page(number)
    assert "&lt;script&gt; King" in page
    assert "<script>" not in page
    assert "<dd>40</dd>" in page
    assert "Status = <strong>Working</strong>" in page
    assert front.org.tables["Lead"][other]["Email"] not in page
