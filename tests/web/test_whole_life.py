"""The whole life of a lead, walked in a browser by everybody who has a part in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from leadpact.flows.measuring import measure
from leadpact.ledger.models import Lead, LeadState, Notice, NurtureEntry, Person
from leadpact.ledger.services import access, forms
from tests.ledger.helpers import settle

PASSWORD = "correct horse battery"
EMAIL = "ada@adaworks.org"
#: What the browser of these tests calls itself by default is known as a machine's.
OF_A_PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def now() -> datetime:
    return datetime.now(UTC)


class Walk:
    """Browsers of people who sign in, and of a visitor who does not; a worker looks in between."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.complaints: list[str] = []
        self.pages: dict[str, Page] = {}

    def visitor(self) -> Page:
        """Somebody whom nobody knows."""
        return self._page("visitor")

    def somebody(self, email: str) -> Page:
        """Somebody at their first page; they sign in once."""
        page = self._page(email)
        page.goto(self.url)
        if page.get_by_role("heading", name="Sign in").count():
            page.get_by_label("Email").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("link", name="Home", exact=True).wait_for()
        return page

    def _page(self, name: str) -> Page:
        if name not in self.pages:
            page = self.browser.new_page(user_agent=OF_A_PERSON)
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.on("console", lambda line: self.complaints.append(line.text))
            self.pages[name] = page
        return self.pages[name]

    def end(self) -> None:
        """Close every browser."""
        for page in self.pages.values():
            page.goto("about:blank")
            page.close()


def ask_for_a_demo(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Your name").fill("Ada Lovelace")
    # Whoever answers at once is a machine; a person takes some seconds.
    page.wait_for_timeout(3_500)
    page.get_by_role("button", name="Ask us").click()
    page.get_by_text("Thank you").wait_for()
    settle(now())


def in_the_inbox(page: Page, url: str, act: str) -> None:
    """Open the dialog of an act for the one lead of the inbox."""
    page.goto(f"{url}/inbox")
    button = page.locator(".work").get_by_role("button", name=act, exact=True)
    if not button.is_visible():
        page.get_by_role("button", name="More for").click()
    button.click()


def finish(page: Page, button: str, said: str) -> None:
    page.locator("dialog[open]").get_by_role("button", name=button, exact=True).click()
    page.get_by_text(said).wait_for()
    leave(page)
    settle(now())


def leave(page: Page) -> None:
    """Let an inbox ask no more for news: SQLite in memory answers nobody while it is written."""
    page.goto("about:blank")


def test_a_lead_is_won_at_the_second_attempt_and_both_heads_see_it(
    published: None,
    browser: Browser,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    form = forms.create(
        "demo", ["name=Your name"], button="Ask us", actor="test",
        now=now(),
    )  # fmt: skip
    public = f"{live_server.url}/f/{form.key}"
    for email, role in (("mark@b.org", "marketer"), ("mh@b.org", "marketing head"),
                        ("sh@b.org", "sales head")):  # fmt: skip
        access.create_user(email, role, PASSWORD, actor="test", now=now())
    walk = Walk(browser, live_server.url)

    ask_for_a_demo(walk.visitor(), public)
    lead = Lead.objects.get()
    state = LeadState.objects.get(lead=lead)
    assert (state.stage, state.status, state.reason) == ("MQL", "open", None)
    seller = Person.objects.get(name=state.holder)
    assert Notice.objects.filter(kind="handoff", receiver=seller.name, lead=lead).exists()
    access.create_user(seller.email, "rep", PASSWORD, actor="test", now=now())

    rep = walk.somebody(seller.email)
    in_the_inbox(rep, walk.url, "Accept")
    rep.locator("dialog[open]").get_by_label("3", exact=True).check()
    finish(rep, "Accept", "You accepted Ada Lovelace")
    in_the_inbox(rep, walk.url, "Log call")
    rep.locator("dialog[open]").get_by_label("no answer").check()
    finish(rep, "Log it", "Your attempt to reach Ada Lovelace")
    in_the_inbox(rep, walk.url, "Reject")
    rep.locator("dialog[open]").get_by_label("Reason").select_option("wrong timing")
    finish(rep, "Reject", "You gave Ada Lovelace back")
    rep.goto(f"{walk.url}/inbox")
    assert rep.get_by_text("Nothing waits for you").is_visible()
    leave(rep)

    marketer = walk.somebody("mark@b.org")
    marketer.goto(f"{walk.url}/leads/{lead.key}")
    assert marketer.get_by_text("wrong timing").first.is_visible()
    assert NurtureEntry.objects.filter(lead=lead, left_at=None).exists()
    assert marketer.get_by_role("heading", name="Nurture").is_visible()

    ask_for_a_demo(walk.visitor(), public)
    state.refresh_from_db()
    assert (state.stage, state.episode) == ("MQL", 2)
    in_the_inbox(rep, walk.url, "Accept")
    rep.locator("dialog[open]").get_by_label("5", exact=True).check()
    finish(rep, "Accept", "You accepted Ada Lovelace")
    in_the_inbox(rep, walk.url, "Log call")
    rep.locator("dialog[open]").get_by_label("spoke").check()
    finish(rep, "Log it", "Your attempt to reach Ada Lovelace")
    for outcome in ("opened", "won"):
        rep.goto(f"{walk.url}/leads/{lead.key}")
        rep.get_by_text("Record a deal").click()
        rep.get_by_label("Key of the deal").fill("D-1")
        rep.get_by_label(outcome, exact=True).check()
        rep.get_by_label("Amount").fill("12000")
        rep.get_by_role("button", name="Record it").click()
        rep.get_by_text("The deal with Ada Lovelace").wait_for()
        settle(now())
    state.refresh_from_db()
    assert (state.stage, state.status) == ("Customer", "won")

    measure(now(), "test", lambda *_: None)
    for head in ("mh@b.org", "sh@b.org"):
        page = walk.somebody(head)
        page.goto(f"{walk.url}/funnel")
        assert won_in(page) == "1", head
    walk.end()
    assert walk.complaints == []


def won_in(page: Page) -> Any:
    """How many became customers, as the table of the funnel says it."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Customer")).first
    return row.locator("td").first.inner_text()
