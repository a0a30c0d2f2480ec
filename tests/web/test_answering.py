"""Links in messages: who may use them, for what, how often, and until when."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.flows import answering
from leadpact.flows.answering import HOLDS, links_for
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Clock, Event, LeadState, Notice, Person, Role, User
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from tests.api.conftest import signed_in
from tests.browser import accessibility_violations
from tests.ledger.helpers import settle

BASE = "https://leads.example.com"
CALLERS = [*Role.values, "nobody"]


@pytest.fixture(autouse=True)
def reached(settings: Any) -> None:
    settings.LEADPACT_URL = BASE


def now() -> datetime:
    return datetime.now(UTC)


def notice_of(lead: str = "Ada", kind: str = "handoff") -> Notice:
    return Notice.objects.get(lead=lead, kind=kind)


def path_to(label: str, lead: str = "Ada", at: datetime | None = None) -> str:
    links = {each.label: each.url for each in links_for(notice_of(lead), at or now())}
    return links[label].removeprefix(BASE)


def facts(*kinds: str) -> list[Event]:
    return list(Event.objects.filter(kind__in=kinds, source=actions.SOURCE).order_by("id"))


def test_the_holder_is_offered_what_can_be_done(company: None) -> None:
    offered = links_for(notice_of(), now())
    assert [each.label for each in offered] == ["Accept", "Reject", "Log an attempt"]
    assert all(each.url.startswith(f"{BASE}/answer/") for each in offered)


def test_a_link_tells_whoever_finds_it_nothing_of_people(company: None) -> None:
    notice = notice_of()
    for each in links_for(notice, now()):
        told, *_ = each.url.removeprefix(f"{BASE}/answer/").split(":")
        read = urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode()
        assert not any(name in read for name in ("Ada", notice.receiver)), read


def test_nobody_else_is_offered_anything(company: None, settings: Any) -> None:
    notice = notice_of()
    settle(now() + timedelta(days=30))
    escalated = Notice.objects.filter(lead="Ada", kind="escalation")
    assert escalated.exists()
    assert [link for each in escalated for link in links_for(each, now())] == []
    LeadState.objects.filter(lead="Ada").update(holder="Somebody Else")
    assert links_for(notice, now()) == []
    LeadState.objects.filter(lead="Ada").update(holder=notice.receiver)
    assert links_for(notice, now())
    settings.LEADPACT_URL = ""
    assert links_for(notice, now()) == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_link_changes_nothing(company: None, method: str) -> None:
    before = Event.objects.count()
    for label in ("Accept", "Reject", "Log an attempt"):
        for _ in range(2):
            assert getattr(Client(), method)(path_to(label)).status_code == 200
    assert Event.objects.count() == before


def test_accepting_works_once(company: None) -> None:
    page = path_to("Accept")
    told = Client().post(page, {"rating": "4", "note": "Knows what they want"})
    assert "You accepted Ada" in told.text
    again = Client().post(page, {"rating": "1"})
    assert "You accepted Ada" in again.text
    assert "used up" in Client().get(page).text
    (fact,) = facts("sales.accepted")
    assert fact.actor == notice_of().receiver
    assert fact.properties == '{"note":"Knows what they want","rating":4}'


def test_a_rejection_needs_a_reason_of_the_agreement(company: None) -> None:
    page = path_to("Reject")
    for reason, said in (("", "Choose a reason"), ("Too tall", "There is no reason")):
        told = Client().post(page, {"reason": reason, "note": "kept <b>"})
        assert told.status_code == 422
        assert said in told.text
        assert "kept &lt;b&gt;" in told.text
    assert not facts("sales.rejected")
    told = Client().post(page, {"reason": "No budget", "rating": "2"})
    assert "You gave Ada back" in told.text
    assert '"reason":"no budget"' in facts("sales.rejected")[0].properties


def test_who_spoke_with_the_lead_has_connected(company: None) -> None:
    page = path_to("Log an attempt")
    assert Client().post(page, {"channel": "phone", "outcome": "danced"}).status_code == 422
    assert Client().post(page, {"channel": "phone", "outcome": "spoke"}).status_code == 200
    assert [each.kind for each in facts("sales.attempted", "sales.connected")] == [
        "sales.attempted", "sales.connected",
    ]  # fmt: skip
    settle(now())
    assert Clock.objects.get(lead="Ada", obligation="First response to an MQL").outcome == "met"


def test_a_link_expires(company: None) -> None:
    old = path_to("Accept", at=now() - HOLDS)
    told = Client().post(old)
    assert (told.status_code, "has expired" in told.text) == (410, True)
    assert (
        Client().get(path_to("Accept", at=now() - HOLDS + timedelta(minutes=1))).status_code == 200
    )
    assert not facts("sales.accepted")


def test_a_link_that_was_touched_leads_nowhere(company: None) -> None:
    whole = path_to("Accept")
    start = len("/answer/")
    for place in range(start, len(whole)):
        other = "A" if whole[place] != "A" else "B"
        told = Client().post(whole[:place] + other + whole[place + 1 :])
        assert told.status_code == 404
    for cut in (start + 1, len(whole) - 1):
        assert "not one of ours" in Client().get(whole[:cut]).text
    assert not facts("sales.accepted")


def test_a_link_is_of_one_notice_whatever_has_its_number(company: None) -> None:
    page = path_to("Accept")
    notice = notice_of()
    Notice.objects.filter(pk=notice.pk).update(key="another")
    assert Client().get(page).status_code == 410
    Notice.objects.filter(pk=notice.pk).delete()
    assert Client().post(page).status_code == 410


def test_a_lead_that_went_to_somebody_else_is_theirs(company: None) -> None:
    page = path_to("Accept")
    holder = notice_of().receiver
    other = Person.objects.filter(team__name="Americas").exclude(name=holder).first()
    assert other
    actions.reassign(Doing(of_operator(), now()), "Ada", other.name)
    settle(now())
    for told in (Client().get(page), Client().post(page)):
        assert (told.status_code, "held by somebody else" in told.text) == (409, True)
    assert not facts("sales.accepted")


def test_who_left_acts_no_more(company: None) -> None:
    page = path_to("Accept")
    person = Person.objects.get(name=notice_of().receiver)
    user = User.objects.create(email="a@b.org", role=Role.VIEWER, person=person)
    assert Client().post(page).status_code == 410
    User.objects.filter(pk=user.pk).update(role=Role.REP, is_active=False)
    assert Client().post(page).status_code == 410
    user.delete()
    Person.objects.filter(pk=person.pk).update(active=False)
    assert Client().post(page).status_code == 410
    assert not facts("sales.accepted")


@pytest.mark.parametrize("who", CALLERS)
def test_a_link_acts_as_its_receiver_whoever_opens_it(company: None, who: str) -> None:
    """The roles at this endpoint: being signed in as somebody adds nothing and takes nothing."""
    client = Client() if who == "nobody" else signed_in(who)
    assert client.get(path_to("Accept")).status_code == 200
    assert client.post(path_to("Accept")).status_code == 200
    assert facts("sales.accepted")[0].actor == notice_of().receiver
    assert client.get("/answer/none").status_code == 404


def test_what_a_lead_calls_itself_is_shown_and_does_nothing(company: None) -> None:
    stated = {"name": "<script>alert(1)</script>", "company": "{{ 7|add:7 }}"}
    ingest([Fact("crm", "x", "lead.updated", now(), Known(id="Ada"), stated, now())], now=now())
    settle(now())
    text = Client().get(path_to("Reject")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, {{ 7|add:7 }}" in text
    assert "<script" not in text


def test_the_page_is_for_its_reader_alone(company: None) -> None:
    told = Client().get(path_to("Accept"))
    policy = told["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert told["Cache-Control"] == "no-store"
    assert told["Referrer-Policy"] == "no-referrer"
    assert told["X-Frame-Options"] == "DENY"
    assert "Set-Cookie" not in told


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_person_gives_a_lead_back(
    company: None,
    live_server: LiveServer,
    page: Page,
    refused_requests: list[str],
    width: int,
    scheme: Any,
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}{urlsplit(path_to('Reject')).path}")
    assert page.inner_text("h1") == "Give Ada back to marketing?"
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Reason").select_option("no budget")
    page.get_by_label("2", exact=True).check()
    page.get_by_label("Note").fill("Next year")
    page.get_by_role("button", name="Reject the lead").click()
    assert page.inner_text("h1") == "You gave Ada back to marketing."
    assert accessibility_violations(page) == []
    assert facts("sales.rejected")[0].actor == notice_of().receiver
    assert (complaints, refused_requests) == ([], [])
    page.goto("about:blank")  # whatever the page still asks for ends before its server does


def test_the_agreement_names_the_channels(company: None) -> None:
    from leadpact.ledger.selectors import agreements

    version = agreements.in_force(now())
    assert version
    assert answering.channels_of(version.agreement) == ["phone", "email", "linkedin"]
