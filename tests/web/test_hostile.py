"""What strangers write does nothing in any page: it is shown as the text that it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.flows.measuring import measure
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    Absence,
    Channel,
    Notice,
    Person,
    Proposal,
    SavedView,
    User,
    Webhook,
)
from leadpact.ledger.sealing import seal
from leadpact.ledger.services import access, forms
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import settle
from tests.web import registered
from tests.web.test_every_page import enter

#: Text that acts wherever it is taken for markup, for a template, or for a script's value.
TEXT = '"\'><img src=x onerror="window.struck=1"></script><script>window.struck=1</script>{{ 7 }}'
MARKS = ("<img src=x", "<script>window.struck", 'onerror="window')


ATTRIBUTES = (
    "name", "company", "phone", "title", "source", "campaign", "landing_page", "asset", "product",
    "country", "email",
)  # fmt: skip
#: Pages of which each shows what strangers wrote in a way of its own.
_IN_A_BROWSER = frozenset(
    {"inbox", "lead", "why", "obligations", "team", "funnel", "settings_forms", "settings_notices"}
)


def now() -> datetime:
    return datetime.now(UTC)


def said(lead: str, kind: str, **told: str) -> Fact:
    return Fact("crm", f"{lead} {kind} hostile", kind, now(), Known(id=lead), told, now())


@pytest.fixture
def hostile(company: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever somebody can write something, it stands."""
    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    stated = dict.fromkeys(ATTRIBUTES, TEXT)
    ingest(
        [
            said("Ada", "lead.updated", **stated),
            said("Cy", "lead.updated", **{**stated, "email": "cy@cyworks.org"}),
            said("Ada", "page_viewed", path=TEXT, campaign=TEXT, user_agent=TEXT),
            said("Ada", "form_submitted", form=TEXT),
            said("Ada", "sales.attempted", channel=TEXT, outcome=TEXT, note=TEXT),
            said("Ada", "sales.snoozed", reason=TEXT),
            said("Ada", "clock.disputed", obligation="First response to an MQL", reason=TEXT),
            said("Bo", "lead.updated", **{**stated, "email": "bo@boworks.org"}),
            said("Bo", "deal.opened", deal_id=TEXT, amount="12", currency="EUR"),
            said("Bo", "deal.lost", deal_id=TEXT, reason=TEXT),
            said("Bo", "clock.disputed", obligation="First response to an MQL", reason=TEXT),
            said("Bo", "clock.waived", obligation="Connect with an MQL", reason=TEXT),
            said("Bo", "sales.rejected", reason=TEXT),
            said("Cy", "lead.excluded", reason=TEXT),
        ],
        now=now(),
    )
    settle(now())
    person = Person.objects.filter(active=True)[0]
    Absence.objects.create(person=person, begins=now(), ends=now() + timedelta(days=1), reason=TEXT)
    Proposal.objects.create(
        first_id="Ada", second_id="Bo", weight=1.0, because=TEXT, found_at=now()
    )
    Channel.objects.create(name=TEXT, address=seal("json://a.org"), created_at=now())
    Webhook.objects.create(url=f"https://a.org/{TEXT}", secret=seal("s"), created_at=now())
    Notice.objects.create(
        key=TEXT, kind="handoff", receiver=TEXT, lead_id="Ada", payload=json.dumps({"to": TEXT}),
        created_at=now(), send_at=now(), state="dead", last_error=TEXT,
    )  # fmt: skip
    access.create_key(TEXT, "read", actor=TEXT, now=now())
    forms.create(TEXT, [f"company={TEXT}"], button=TEXT[:90], actor="test", now=now())
    measure(now(), "test", lambda *_: None)


def pages(user: User) -> list[tuple[str, str]]:
    """Every page, also for the leads about which the most was written."""
    SavedView.objects.create(user=user, listing="leads", name=TEXT[:60], query="q=a")
    found = [(page.name, registered.address_of(page, user)) for page in registered.pages()]
    for lead in ("Bo", "Cy"):
        found += [(f"lead {lead}", reverse("lead", args=[lead]))]
        found += [(f"why {lead}", reverse("why", args=[lead]))]
    return found


def test_hostile_text_is_shown_as_text_in_every_page(hostile: None) -> None:
    client, user = registered.somebody("administrator")
    shown, wrong = set(), []
    for name, address in pages(user):
        text = told(client, address)
        wrong += [f"{name}: {mark}" for mark in MARKS if mark in text]
        if "window.struck" in text or "img src=x" in text:
            shown.add(name)
    assert wrong == []
    User.objects.filter(pk=user.pk).update(name=TEXT[:60])
    assert MARKS[0] not in told(client, reverse("home"))
    # Where it is not even shown, nothing was tried.
    assert shown >= {
        "inbox", "lead", "why", "leads", "obligations", "funnel", "team", "hygiene",
        "settings_notices", "settings_deliveries", "settings_forms", "away",
        "settings_keys", "lead Bo", "lead Cy",
    }  # fmt: skip


def told(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    if answer.streaming:
        return ""
    return answer.content.decode(errors="replace")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_hostile_text_does_nothing_in_a_browser(
    hostile: None, live_server: LiveServer, page: Page
) -> None:
    client, user = registered.somebody("administrator")
    enter(page, live_server, client)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text))
    for name, address in pages(user):
        if name not in _IN_A_BROWSER:
            continue
        page.goto(f"{live_server.url}{address}")
        assert page.evaluate("window.struck") is None, name
        assert page.locator('img[src="x"]').count() == 0, name
    page.goto("about:blank")
    assert complaints == []
