"""The inbox: whose leads, in which order, and what is done with them from it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.flows.faces import faces_of
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Clock, Event, Handoff, LeadState, Person, User
from leadpact.ledger.selectors import inbox
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator, of_user
from tests.api.conftest import signed_in
from tests.browser import accessibility_violations
from tests.ledger.helpers import settle
from tests.web.registered import somebody
from tests.web.test_every_page import enter, more_leads

HTMX = {"HX-Request": "true"}


def now() -> datetime:
    return datetime.now(UTC)


def names(client: Client, **query: str) -> list[str]:
    text = client.get("/inbox", query).text
    return re.findall(r'data-lead="([^"]+)"', text)


def facts(kind: str, lead: str = "Ada") -> list[Event]:
    return list(Event.objects.filter(kind=kind, lead=lead, source="people").order_by("id"))


def told(answer: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer["HX-Trigger"])
    return found


def test_a_rep_sees_what_they_hold_and_a_head_all_of_sales(company: None) -> None:
    rep, _ = somebody("rep")
    assert names(rep) == ["Ada"]
    assert set(names(signed_in("sales head"))) == {"Ada", "Bo"}
    assert signed_in("marketer").get("/inbox").status_code == 403


def test_a_lead_that_waits_in_the_teams_queue_is_anybodys(company: None) -> None:
    rep, _ = somebody("rep")
    other = Handoff.objects.get(lead="Bo")
    LeadState.objects.filter(lead="Bo").update(holder=None)
    Handoff.objects.filter(lead="Bo").update(person=None, queue="late", team="Americas")
    assert set(names(rep)) == {"Ada", "Bo"}
    assert "waits for anybody of your team" in rep.get("/inbox").text
    Handoff.objects.filter(lead="Bo").update(team=other.team)
    assert names(rep) == ["Ada"]


def test_the_most_urgent_is_first_and_filters_tell_what_is_owed(company: None) -> None:
    head = signed_in("sales head")
    owed = LeadState.objects
    assert owed.get(lead="Ada").owed_at == min(
        each.due_at for each in inbox.open_clocks(["Ada"]) if each.due_at
    )
    owed.filter(lead="Bo").update(owed_at=now() - timedelta(days=2))
    owed.filter(lead="Ada").update(owed_at=now() + timedelta(hours=1))
    assert names(head) == ["Bo", "Ada"]
    assert names(head, sort="-due") == ["Ada", "Bo"]
    assert names(head, owed="overdue") == ["Bo"]
    assert names(head, owed="due") == ["Ada"]
    owed.filter(lead="Ada").update(owed_at=None)
    assert names(head, owed="nothing") == ["Ada"]
    assert names(head, q="bo@boworks.org") == ["Bo"]
    assert names(head, q="Ad") == ["Ada"]
    assert names(head, holder=str(Handoff.objects.get(lead="Bo").person)) == ["Bo"]


def test_a_countdown_counts_working_time(company: None) -> None:
    """First response is owed in two business hours: just so much working time is left of it."""
    clocks = inbox.open_clocks(["Ada"])
    started = Clock.objects.get(lead="Ada", obligation="First response to an MQL").started_at
    by_name = {face.name: face for face in faces_of(clocks, started)["Ada"]}
    face = by_name["First response to an MQL"]
    assert face.spans is not None
    left = sum((end - begin for begin, end in face.spans), timedelta())
    assert left == timedelta(hours=2)
    assert by_name["First call"].channels == ["phone"]
    assert by_name["First call"].step == 0
    assert by_name["Connect with an MQL"].spans is None
    late = {face.name: face for face in faces_of(clocks, started + timedelta(days=9))["Ada"]}
    assert late["First response to an MQL"].overdue


def test_a_closed_day_is_not_counted(company: None) -> None:
    clock = Clock.objects.get(lead="Ada", obligation="First response to an MQL")
    assert clock.due_at
    before = faces_of([clock], clock.started_at)["Ada"][0].spans
    assert before
    for begins, _ in before:
        day = begins.astimezone(ZoneInfo("America/New_York")).date()
        actions.close_day(Doing(of_operator(), clock.started_at), day, "new_york")
    assert faces_of([clock], now())["Ada"][0].spans == []


def first_button(client: Client, lead: str) -> str:
    """What the line of a lead offers first."""
    line = client.get("/inbox").text.partition(f'data-lead="{lead}"')[2]
    found = re.search(r'<div class="acts">\s*<button[^>]*>([^<]+)<', line)
    assert found
    return found[1]


def test_the_first_button_is_what_keeps_the_promise_that_is_owed_first(company: None) -> None:
    rep, _ = somebody("rep")
    own = Clock.objects.filter(lead="Ada", side="sales", protocol_step=None)
    own.update(due_at=now() + timedelta(days=9))
    for promise, button in (
        ("First response to an MQL", "Log call"),
        ("Accept or reject an MQL", "Accept"),
    ):
        own.exclude(obligation=promise).update(due_at=now() + timedelta(days=9))
        own.filter(obligation=promise).update(due_at=now() + timedelta(minutes=1))
        assert first_button(rep, "Ada") == button
    LeadState.objects.filter(lead="Ada").update(holder=None)
    assert first_button(signed_in("sales head"), "Ada") == "Assign"


def test_a_lead_is_accepted_once_and_the_page_says_so(company: None) -> None:
    rep, user = somebody("rep")
    sent = {"lead": "Ada", "rating": "4", "note": "Nice", "once": "k1"}
    answer = rep.post(reverse("work_accept"), sent, headers=HTMX)
    assert answer.status_code == 204
    assert told(answer)["toast"] == "You accepted Ada."
    rep.post(reverse("work_accept"), sent, headers=HTMX)
    (fact,) = facts("sales.accepted")
    assert json.loads(fact.properties) == {"rating": 4, "note": "Nice"}
    assert fact.actor == of_user(user).name
    assert "being worked out" in rep.get("/inbox").text
    settle(now())
    text = rep.get("/inbox").text
    assert "being worked out" not in text
    assert 'data-act="accept"' not in text.partition('class="works"')[2].partition("</ol>")[0]


def test_without_a_script_one_comes_back_with_a_message(company: None) -> None:
    rep, _ = somebody("rep")
    answer = rep.post(reverse("work_accept"), {"lead": "Ada", "back": "/inbox"}, follow=True)
    assert answer.redirect_chain == [("/inbox", 302)]
    assert "You accepted Ada." in answer.text


def test_a_rejection_needs_a_reason_of_the_agreement(company: None) -> None:
    rep, _ = somebody("rep")
    answer = rep.post(reverse("work_reject"), {"lead": "Ada", "reason": ""}, headers=HTMX)
    assert "Choose a reason" in told(answer)["refused"]
    answer = rep.post(reverse("work_reject"), {"lead": "Ada", "reason": "tall"}, headers=HTMX)
    assert "There is no reason" in told(answer)["refused"]
    assert not facts("sales.rejected")
    rep.post(reverse("work_reject"), {"lead": "Ada", "reason": "no budget", "rating": "2"})
    settle(now())
    assert names(rep) == []
    assert "Nothing waits for you" in rep.get("/inbox").text


def test_who_spoke_has_connected_and_the_protocol_ends(company: None) -> None:
    rep, _ = somebody("rep")
    assert "step 1 of 5, phone" in rep.get("/inbox").text
    sent = {"lead": "Ada", "channel": "phone", "outcome": "no answer"}
    rep.post(reverse("work_attempt"), sent)
    settle(now())
    text = rep.get("/inbox").text
    assert "step 2 of 5, email" in text
    assert "1 attempt by us" in text
    rep.post(reverse("work_attempt"), {**sent, "outcome": "spoke"})
    settle(now())
    assert facts("sales.connected")
    assert "step " not in rep.get("/inbox").text


def test_a_snooze_pauses_what_the_agreement_lets_wait(company: None) -> None:
    rep, _ = somebody("rep")
    rep.post(reverse("work_snooze"), {"lead": "Ada", "reason": "asked to call later"})
    settle(now())
    text = rep.get("/inbox").text
    assert "Asked to wait: asked to call later" in text
    assert 'data-act="resume"' in text
    assert Clock.objects.get(lead="Ada", obligation="First response to an MQL").paused
    rep.post(reverse("work_resume"), {"lead": "Ada"})
    settle(now())
    assert not Clock.objects.get(lead="Ada", obligation="First response to an MQL").paused


def test_a_rep_gives_a_lead_to_a_colleague_of_the_own_team_alone(company: None) -> None:
    rep, user = somebody("rep")
    own = str(of_user(user).person)
    page = rep.get("/inbox").text
    assert f"<option>{own}</option>" not in page
    assert "<option>Grace Lee</option>" not in page
    colleague = Person.objects.filter(team__name="Americas", active=True).exclude(name=own)[0].name
    assert f"<option>{colleague}</option>" in page
    for to in ("Grace Lee", own):
        answer = rep.post(reverse("work_reassign"), {"lead": "Ada", "to": to}, headers=HTMX)
        assert "There is no person" in told(answer)["refused"]
    rep.post(reverse("work_reassign"), {"lead": "Ada", "to": colleague})
    settle(now())
    assert LeadState.objects.get(lead="Ada").holder == colleague
    assert names(rep) == []
    back = rep.post(reverse("work_reassign"), {"lead": "Ada", "to": colleague}, headers=HTMX)
    assert "held by somebody else" in told(back)["refused"]


def test_a_head_reassigns_several_at_once(company: None) -> None:
    sent = {"lead": ["Ada", "Bo", "Cy"], "to": "Grace Lee"}
    answer = signed_in("sales head").post(reverse("work_reassign"), sent, headers=HTMX)
    assert told(answer)["toast"] == "2 leads are reassigned. Not so 1: There is no lead Cy."
    settle(now())
    assert set(LeadState.objects.filter(holder="Grace Lee").values_list("lead", flat=True)) == {
        "Ada", "Bo",
    }  # fmt: skip


def test_a_rep_works_no_lead_of_a_colleague(company: None) -> None:
    rep, _ = somebody("rep")
    for lead, said in (("Bo", "There is no lead Bo"), ("Cy", "There is no lead Cy")):
        for what in ("accept", "reject", "attempt", "snooze"):
            sent = {"lead": lead, "reason": "no budget", "channel": "phone", "outcome": "spoke"}
            answer = rep.post(reverse(f"work_{what}"), sent, headers=HTMX)
            assert said in told(answer)["refused"]
    assert not Event.objects.filter(source="people").exists()


@pytest.mark.parametrize("leads", [[], [str(n) for n in range(101)]])
def test_one_to_a_hundred_leads_are_worked_at_once(company: None, leads: list[str]) -> None:
    answer = signed_in("sales head").post(reverse("work_accept"), {"lead": leads}, headers=HTMX)
    assert "Choose" in told(answer)["refused"]


def test_what_came_since_is_named(company: None) -> None:
    head = signed_in("sales head")
    since = inbox.newest_event()
    path = reverse("inbox_news")
    assert "Nothing new" in head.get(path, {"since": since}).text
    more_leads(7)
    text = head.get(path, {"since": since}).text
    assert text.count("More") == 10
    assert "and more" in text
    for odd in ("", "x", "-1", "²", "9" * 30):
        assert "Nothing new" in head.get(path, {"since": odd}).text


def test_a_line_says_how_the_lead_is_reached_and_dials_only_numbers(company: None) -> None:
    told = {"phone": "+1 (212) 555-0177", "title": "CTO"}
    ingest([Fact("crm", "p1", "lead.updated", now(), Known(id="Ada"), told, now())], now=now())
    settle(now())
    rep, _ = somebody("rep")
    for path in ("/inbox", "/", "/leads/Ada"):
        text = rep.get(path).text
        assert '<a href="tel:+12125550177">+1 (212) 555-0177</a>' in text
        assert '<a href="mailto:ada@adaworks.org">ada@adaworks.org</a>' in text
    hostile = {"phone": "javascript:alert(1)", "email": "a?bcc=all@b.org"}
    ingest([Fact("crm", "p2", "lead.updated", now(), Known(id="Ada"), hostile, now())], now=now())
    settle(now())
    assert "tel:" not in rep.get("/inbox").text
    assert "mailto:a?" not in rep.get("/inbox").text


def test_an_earlier_time_with_sales_says_nothing_of_this_one(company: None) -> None:
    """Who was accepted, tried and given back is a new lead when it comes again."""
    rep, _ = somebody("rep")
    rep.post(reverse("work_attempt"), {"lead": "Ada", "channel": "phone", "outcome": "no answer"})
    rep.post(reverse("work_accept"), {"lead": "Ada"})
    assert "1 attempt by us" in rep.get("/inbox").text
    later = now() + timedelta(seconds=1)
    LeadState.objects.filter(lead="Ada").update(handed_off_at=later)
    text = rep.get("/inbox").text
    assert "1 attempt by us" not in text
    assert ">Accept</button>" in text.partition('class="works"')[2].partition("</ol>")[0]


def test_the_spreadsheet_holds_the_queue(company: None) -> None:
    answer: Any = signed_in("sales head").get("/inbox", {"as": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "Due,Lead,Key,Stage,Score,Owner"
    assert len(text.splitlines()) == 3


def test_what_a_lead_calls_itself_is_shown_and_does_nothing(company: None) -> None:
    stated = {"name": '"><script>alert(1)</script>', "company": "{{ 7|add:7 }}=1+1"}
    ingest([Fact("crm", "x", "lead.updated", now(), Known(id="Ada"), stated, now())], now=now())
    settle(now())
    rep, _ = somebody("rep")
    for path in ("/inbox", "/leads/Ada", "/why/Ada"):
        text = rep.get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script>alert" not in text
        assert "{{ 7|add:7 }}" in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_rep_works_the_inbox_with_the_keyboard(
    company: None, live_server: LiveServer, page: Page
) -> None:
    client, _ = somebody("rep")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, client)
    page.goto(f"{live_server.url}/inbox")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.get_by_role("heading", name="Log an attempt: Ada").wait_for()
    assert accessibility_violations(page) == []
    page.get_by_label("no answer").check()
    page.get_by_role("button", name="Log it").click()
    page.get_by_text("Your attempt to reach Ada is logged.").wait_for()
    assert json.loads(facts("sales.attempted")[0].properties)["outcome"] == "no answer"
    page.get_by_text("being worked out").wait_for()
    assert page.evaluate("document.activeElement.className") == "work"
    page.keyboard.press("r")
    page.get_by_label("Reason").select_option("no budget")
    page.get_by_role("button", name="Reject").last.click()
    page.get_by_text("You gave Ada back to marketing.").wait_for()
    page.keyboard.press("?")
    page.get_by_label("Use them").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.className") != "search"
    page.goto("about:blank")
    assert complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_new_leads_appear_without_a_reload_and_nothing_moves(
    company: None, live_server: LiveServer, page: Page
) -> None:
    enter(page, live_server, signed_in("sales head"))
    page.goto(f"{live_server.url}/inbox")
    page.evaluate(
        """() => { window.moved = 0; new PerformanceObserver((list) => {
        for (const each of list.getEntries()) window.moved += each.value;
        }).observe({type: "layout-shift", buffered: true}); }"""
    )
    more_leads(1)
    page.get_by_role("link", name="More0").wait_for(timeout=20_000)
    page.wait_for_timeout(1200)
    assert page.evaluate("window.moved") == 0
    assert page.locator(".work").count() == 2
    page.get_by_role("link", name="Show in order").click()
    page.locator(".work").nth(2).wait_for()
    page.goto("about:blank")


def test_what_a_user_calls_themselves_is_on_record(company: None) -> None:
    rep, user = somebody("rep")
    User.objects.filter(pk=user.pk).update(name="Ana S.")
    rep.post(reverse("work_attempt"), {"lead": "Ada", "channel": "phone", "outcome": "spoke"})
    assert {each.actor for each in facts("sales.attempted")} == {"Ana S."}
