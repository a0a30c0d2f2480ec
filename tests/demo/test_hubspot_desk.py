"""The page of the stand-in: what it shows, and what its buttons do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadpact.demo.hubspot.company import account
from leadpact.demo.hubspot.page import Desk

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk(account(lambda: NOW), "http://127.0.0.1:8000/")


def test_each_button_does_something_in_the_account(desk: Desk) -> None:
    desk.act({"do": "come"})
    desk.act({"do": "browse"})
    contacts = desk.portal.objects["contacts"]
    first, second = contacts
    assert contacts[first].values["recent_conversion_event_name"] == "Demo request"
    assert "recent_conversion_event_name" not in contacts[second].values
    for do in ("busy", "connected", "ask", "click", "give", "back", "win"):
        desk.act({"do": do, "contact": second})
    assert [len(sent) for sent in desk.portal.mail.submissions.values()] == [2]
    assert [each["type"] for each in desk.portal.mail.events] == ["OPEN", "CLICK"]
    assert len(desk.portal.objects["calls"]) == 2
    assert len(desk.portal.objects["deals"]) == 1
    assert contacts[second].values["hubspot_owner_id"] == "8"
    desk.act({"do": "dismiss"})
    assert desk.portal.owners["8"]["archived"]
    desk.act({"do": "delete", "contact": second})
    assert contacts[second].archived_at == NOW


def test_a_contact_has_a_page_of_its_own(desk: Desk) -> None:
    one, other = desk.come(), desk.come()
    emails = [desk.portal.there("contacts", number).values["email"] for number in (one, other)]
    page = desk.page(one)
    assert emails[0] in page
    assert emails[1] not in page
    assert "Nobody is here" in desk.page("7")


def test_what_cannot_be_done_any_more_is_passed_over(desk: Desk) -> None:
    desk.act({"do": "busy", "contact": "7"})
    desk.act({"do": "nonsense"})
    desk.act({})
    assert not desk.portal.objects


def test_the_page_shows_what_leadpact_wrote_and_no_html_of_others(desk: Desk) -> None:
    number = desk.come()
    desk.portal.set("contacts", number, {"firstname": "<script>"})
    desk.portal.define("contacts", *desk.portal.definitions["contacts"].values())
    app = ("INTEGRATION", desk.portal.app)
    desk.portal.set("contacts", number, {"jobtitle": "<b>CTO</b>"}, by=app)
    page = desk.page()
    assert "jobtitle" in page
    assert "&lt;b&gt;CTO&lt;/b&gt;" in page
    assert "<script>" not in page
    assert 'href="http://127.0.0.1:8000/"' in page
