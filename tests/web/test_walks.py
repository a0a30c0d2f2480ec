"""Walks through the pages in a browser: a breach, an import, a merge, a mistake, and walls."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from leadpact.flows import sending
from leadpact.flows.uploading import import_next
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Channel, Clock, Handoff, Lead, LeadState, Upload
from leadpact.ledger.sealing import seal
from leadpact.ledger.services import access
from leadpact.ledger.services.ingest import ingest
from leadpact.notify.message import Message
from tests.browser import accessibility_violations
from tests.ledger.helpers import go_live, put_into_force, settle
from tests.web.registered import somebody
from tests.web.test_every_page import enter
from tests.web.test_whole_life import PASSWORD, Walk, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DUTY = "Answer a new lead"
#: The office never closes, so that what is walked does not depend on the hour.
AGREEMENT = {
    "leadpact": 1,
    "name": "Round the clock",
    "calendar": {"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}},
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {"name": "MQL", "side": "marketing", "when": {"event": "form_submitted"}},
    ],
    "handoff": {"stage": "MQL", "to": "Sales"},
    "routing": {
        "teams": [
            {
                "name": "Sales",
                "side": "sales",
                "people": [{"name": "Rita Rep", "email": "rita@b.org"}],
            }
        ]
    },
    "parties": {
        "marketing": {"head": {"name": "Mia Head", "email": "mia@b.org"}},
        "sales": {"head": {"name": "Saul Head", "email": "saul@b.org"}},
    },
    "obligations": [
        {
            "name": DUTY,
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": ["sales.attempted", "sales.accepted"]},
            "within": "2 clock hours",
            "warnings": ["30 clock minutes"],
            "escalate_to": [
                "Saul Head",
                {"after": "45 clock minutes", "to": "Mia Head"},
                {"after": "3 days", "to": ["Saul Head", "Mia Head"]},
            ],
        }
    ],
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Message]]:
    """What goes out over the one channel, to whom."""
    Channel.objects.create(name="mail", address=seal("mailto://{email}"), created_at=now())
    found: list[tuple[str, Message]] = []

    def send(_url: str, message: Message, *, email: str, private: bool) -> None:
        assert not private
        found.append((email, message))

    monkeypatch.setattr(sending.chat, "send", send)
    return found


def passes(moment: datetime) -> None:
    """The worker looks, and sends what is due."""
    settle(moment)
    while sending.send_due(lambda: moment, "the worker"):
        pass


def arrives(name: str, at: datetime) -> None:
    known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
    stated = {"email": known.email, "name": name}
    facts = [
        Fact("site", f"{name} 1", "lead.created", at, known, stated, at),
        Fact("site", f"{name} 2", "form_submitted", at, known, {"form": "demo"}, at),
    ]
    ingest(facts, now=at)
    passes(at)


def test_a_breach_is_warned_of_told_escalated_seen_and_answered(
    browser: Browser,
    live_server: LiveServer,
    settings: Settings,
    told: list[tuple[str, Message]],
) -> None:
    settings.LEADPACT_URL = live_server.url
    came = now() - timedelta(hours=3)
    put_into_force(AGREEMENT, came - timedelta(days=1))
    go_live(came - timedelta(days=1))
    arrives("Ada", came)
    assert [(to, each.subject) for to, each in told] == [("rita@b.org", "New lead for you: Ada")]
    passes(came + timedelta(minutes=91))
    assert told[-1][1].subject == f"Waiting: Ada · {DUTY}"
    passes(came + timedelta(minutes=121))
    overdue = dict(told[2:])
    assert overdue["rita@b.org"].subject == f"Overdue: Ada · {DUTY}"
    assert overdue["saul@b.org"].subject == f"Overdue, told to you too: Ada · {DUTY}"
    passes(now())
    assert [(to, each.subject) for to, each in told[4:]] == [
        ("mia@b.org", f"Still overdue after 45 clock minutes: Ada · {DUTY}")
    ]

    for email, role in (("rita@b.org", "rep"), ("saul@b.org", "sales head")):
        access.create_user(email, role, PASSWORD, actor="test", now=now())
    walk = Walk(browser, live_server.url)
    head = walk.somebody("saul@b.org")
    head.goto(f"{walk.url}/obligations")
    head.get_by_text("1 promise is overdue").wait_for()
    line = head.locator(".work", has_text=DUTY)
    assert "late" in line.inner_text()
    assert "Rita Rep" in line.inner_text()
    assert "Saul Head, Mia Head told" in line.inner_text()
    assert "next Saul Head, Mia Head, " in line.inner_text()
    rep = walk.somebody("rita@b.org")
    rep.get_by_role("heading", name="1 of your 1 lead is overdue").wait_for()

    (link,) = [each for each in overdue["rita@b.org"].links if each.label == "Log an attempt"]
    rep.goto(link.url)
    rep.get_by_label("no answer").check()
    rep.get_by_role("button", name="Log the attempt").click()
    rep.get_by_text("is logged").wait_for()
    passes(now())
    assert Clock.objects.get(obligation=DUTY).outcome == "missed"
    head.goto(f"{walk.url}/obligations")
    head.get_by_text("Nothing is overdue.").wait_for()
    head.goto(f"{walk.url}/leads/Ada")
    head.get_by_text("Every promise about this lead").click()
    head.get_by_text("of working time late").wait_for()
    walk.end()
    assert walk.complaints == []


LIST = """Email,First seen,Company,Country
ada@adaworks.org,2026-01-02 10:00,Ada Works,US
bo@boworks.org,someday,Bo Works,DE
cy@cyworks.org,2026-01-04 09:30,Cy Works,US
"""


def test_a_list_with_a_bad_row_is_mapped_imported_and_withdrawn(
    company: None, live_server: LiveServer, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    known = Lead.objects.count()
    enter(page, live_server, somebody("administrator")[0])
    page.goto(f"{live_server.url}/settings/imports")
    page.get_by_label("Leads or contacts").set_input_files(file)
    page.get_by_label("What to call it").fill("Fair in March")
    page.get_by_role("button", name="Look at the columns").click()
    page.get_by_role("heading", name="Fair in March").wait_for()
    page.get_by_text("It cannot be imported yet").wait_for()
    page.get_by_label("First seen").select_option("when the lead was created")
    page.get_by_label("Zone of times").fill("UTC")
    page.get_by_role("button", name="Look anew").click()
    page.get_by_text("would be left out").click()
    page.get_by_text("Line 3:").wait_for()
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("heading", name="Waits for its turn").wait_for()
    assert import_next(now)
    page.get_by_role("heading", name="Imported").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Left out: 1").click()
    assert "leads.csv,3,row,First seen" in Path(waiting.value.path()).read_text(encoding="utf-8")
    settle(now())
    assert Lead.objects.count() == known + 2 - 2  # both mailboxes were known already
    assert Upload.objects.get().rows == 2

    page.goto(f"{live_server.url}/settings/imports")
    page.get_by_role("searchbox").fill("in mar")
    page.get_by_text("“in mar”").wait_for()
    page.get_by_role("button", name="Withdraw Fair in March").click()
    page.locator("dialog[open]").get_by_role("button", name="Withdraw it").click()
    page.locator("tr", has_text="Fair in March").get_by_text("withdrawn").wait_for()
    page.goto("about:blank")


def test_two_leads_are_merged_and_told_apart_again(
    company: None, live_server: LiveServer, page: Page
) -> None:
    enter(page, live_server, somebody("marketer")[0])
    page.goto(f"{live_server.url}/leads/Ada")
    page.get_by_text("Merge another lead into it").click()
    page.get_by_label("Key of the other lead").fill("Bo")
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text("The two are one lead now").wait_for()
    settle(now())
    page.goto(f"{live_server.url}/leads/Bo")
    page.get_by_text("Bo was merged into this lead.").wait_for()
    assert page.url.endswith("/leads/Ada")
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("The merge is undone.").wait_for()
    settle(now())
    page.goto(f"{live_server.url}/leads/Bo")
    page.get_by_role("heading", name="Bo", exact=True).wait_for()
    assert Lead.objects.get(key="Bo").merged_into_id is None
    page.goto("about:blank")


def test_a_mistake_is_withdrawn_stays_shown_and_counts_no_more(
    company: None, live_server: LiveServer, page: Page
) -> None:
    enter(page, live_server, somebody("marketing head")[0])
    page.goto(f"{live_server.url}/leads/Ada")
    line = page.locator(".timeline li", has_text="form submitted")
    line.get_by_text("More").click()
    line.get_by_role("button", name="Withdraw this fact").click()
    page.get_by_text("The fact is withdrawn").wait_for()
    settle(now())
    page.reload()
    page.locator(".timeline li.withdrawn", has_text="form submitted").wait_for()
    assert LeadState.objects.get(lead="Ada").stage == "Lead"
    page.goto("about:blank")


def test_a_rep_meets_walls_at_what_is_not_theirs(
    company: None, live_server: LiveServer, page: Page
) -> None:
    assert Handoff.objects.get(lead="Bo").team == "EMEA"
    enter(page, live_server, somebody("rep")[0])
    for path in ("leads/Bo", "leads/Cy", "why/Bo"):
        answer = page.goto(f"{live_server.url}/{path}")
        assert answer
        assert answer.status == 404, path
        assert "boworks" not in page.content(), path
    for path in ("obligations", "team", "funnel", "settings/people", "settings/keys", "setup"):
        answer = page.goto(f"{live_server.url}/{path}")
        assert answer
        assert answer.status == 403, path
        assert accessibility_violations(page) == []
    page.goto(f"{live_server.url}/leads")
    page.get_by_role("link", name="Ada").first.wait_for()
    assert page.get_by_text("Bo", exact=True).count() == 0
    page.get_by_role("searchbox").fill("boworks")
    page.get_by_text("Nothing matches").wait_for()
    page.goto("about:blank")


def test_a_lead_is_given_away_by_keyboard_on_a_phone(
    company: None, live_server: LiveServer, page: Page
) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    client, user = somebody("rep")
    enter(page, live_server, client)
    page.goto(f"{live_server.url}/inbox")
    page.get_by_role("button", name="More for Ada").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(4):
        if page.evaluate("document.activeElement.dataset.act") == "reassign":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Reassign: Ada").wait_for()
    assert page.evaluate("document.activeElement.name") == "to"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Ada is reassigned.").wait_for()
    settle(now())
    assert LeadState.objects.get(lead="Ada").holder != str(user.person)
    page.get_by_text("Nothing waits for you").wait_for()
    page.goto("about:blank")
