"""What every page keeps, whoever adds it: who may use it, how it costs, that it can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Role
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_user
from tests.browser import accessibility_violations
from tests.ledger.helpers import settle
from tests.web import registered
from tests.web.pictures import kept

LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@pytest.mark.parametrize("role", Role.values)
def test_every_role_at_every_page(company: None, role: str) -> None:
    client, user = registered.somebody(role)
    wrong = []
    for page in registered.pages():
        expected = 200 if page.admits(of_user(user)) else 403
        status = client.get(registered.address_of(page, user)).status_code
        if status != expected:
            wrong.append(f"{role} at {page.name}: {status}, not {expected}")
    for page in registered.actions():
        status = client.post(
            registered.address_of(page, user), registered.SENT[page.name]
        ).status_code
        refused = status == 403
        if refused == page.admits(of_user(user)) or status >= 500:
            wrong.append(f"{role} does {page.name}: {status}")
    assert not wrong, "\n".join(wrong)


def test_who_is_not_signed_in_is_asked_to(company: None) -> None:
    _, user = registered.somebody("administrator")
    for page in registered.pages():
        address = registered.address_of(page, user)
        told = Client().get(address)
        assert told.status_code == 302, page.name
        assert told["Location"].startswith(reverse("account_login")), page.name
        part = Client().get(address, headers={"HX-Request": "true"})
        assert part["HX-Redirect"] == reverse("account_login"), page.name
    for page in registered.actions():
        told = Client().post(registered.address_of(page, user), registered.SENT[page.name])
        assert told["Location"].startswith(reverse("account_login")), page.name


def test_an_action_takes_no_get_and_no_request_of_another_site(company: None) -> None:
    client, user = registered.somebody("administrator")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    for page in registered.actions():
        address = registered.address_of(page, user)
        assert client.get(address).status_code == 405, page.name
        assert strict.post(address, registered.SENT[page.name]).status_code == 403, page.name


def test_no_page_asks_more_of_the_database_when_there_are_more_leads(company: None) -> None:
    client, user = registered.somebody("administrator")
    addresses = {page.name: registered.address_of(page, user) for page in registered.pages()}
    before = {name: queries(client, address) for name, address in addresses.items()}
    more_leads(6)
    after = {name: queries(client, address) for name, address in addresses.items()}
    grown = {name: (before[name], n) for name, n in after.items() if n > before[name]}
    assert not grown


def queries(client: Client, address: str) -> int:
    """How many queries a page takes once it is warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def more_leads(n: int) -> None:
    """Leads like Ada, handed over as she was."""
    at = datetime.now(UTC)
    facts = []
    for number in range(n):
        name = f"More{number}"
        known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
        stated = {"email": known.email, "country": "US", "employees": 800, "name": name}
        asked = {"form": "demo", "seconds_to_fill": 40}
        facts.append(Fact("crm", f"{name} 1", "lead.created", at, known, stated, at))
        facts.append(Fact("crm", f"{name} 2", "form_submitted", at, known, asked, at))
    ingest(facts, now=at)
    settle(datetime.now(UTC))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "role"), registered.seen_by())
def test_a_page_can_be_read_by_everybody_everywhere(
    company: None,
    live_server: LiveServer,
    page: Page,
    refused_requests: list[str],
    name: str,
    role: str,
) -> None:
    """axe finds nothing, nothing runs out of the page, and the policy refuses nothing."""
    info = registered.PAGES[name]
    client, user = registered.somebody(role)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, client)
    address = registered.address_of(info, user)
    wrong = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{live_server.url}{address}")
        kept(page, f"{name}-{role}-{width}-{scheme}")
        wrong += [f"{width} {scheme}: {each}" for each in accessibility_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{width} {scheme}: runs out of the page")
    page.goto("about:blank")  # whatever the page still asks for ends before its server does
    assert (wrong, complaints, refused_requests) == ([], [], [])


def enter(page: Page, live_server: LiveServer, client: Client) -> None:
    """Let the browser be who the client is signed in as."""
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
