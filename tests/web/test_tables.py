"""Every table for administrators to read, and for nobody else: Django's admin."""

from __future__ import annotations

import html

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.ledger.models import ApiKey, AuditEntry, Company, Lead, Role, User, Webhook
from leadpact.ledger.services import access, audit, channels
from leadpact.web.table_words import HOLDS
from tests.browser import accessibility_violations
from tests.web import registered
from tests.web.pictures import kept
from tests.web.test_every_page import LOOKS, enter, more_leads

MODELS = list(apps.get_app_config("ledger").get_models())
INDEX = "/tables/"


def list_of(model: type) -> str:
    return reverse(f"admin:ledger_{model.__name__.lower()}_changelist")


def row_of(model: type, key: object) -> str:
    return reverse(f"admin:ledger_{model.__name__.lower()}_change", args=[key])


@pytest.mark.parametrize("role", Role.values)
def test_only_administrators_see_tables(company: None, role: str) -> None:
    client, user = registered.somebody(role)
    expected = 200 if role == Role.ADMINISTRATOR else 403
    addresses = [INDEX, *map(list_of, MODELS), row_of(User, user.pk), row_of(Lead, "Ada")]
    assert {each: client.get(each).status_code for each in addresses} == dict.fromkeys(
        addresses, expected
    )


def test_one_signs_in_where_everybody_does(company: None) -> None:
    told = Client().get(list_of(Lead))
    assert told["Location"] == f"{reverse('account_login')}?next={list_of(Lead)}"
    for way in ("login", "logout", "password_change"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{way}")
    assert Client().get(f"{INDEX}login/").status_code == 404


def test_who_was_let_go_sees_nothing(company: None) -> None:
    client, user = registered.somebody("administrator")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(INDEX).status_code == 302


def test_nothing_is_changed_there(company: None) -> None:
    client, user = registered.somebody("administrator")
    for model in MODELS:
        told = client.post(list_of(model), {"action": "delete_selected", "_selected_action": "1"})
        assert told.status_code in (200, 302, 403), model
        row = model._default_manager.first()
        if row is not None:
            assert client.post(row_of(model, row.pk), {}).status_code == 403, model
        for way in ("add", "delete", "history"):
            with pytest.raises(NoReverseMatch):
                reverse(f"admin:ledger_{model.__name__.lower()}_{way}")
    assert client.post(row_of(User, user.pk), {"role": "viewer"}).status_code == 403
    assert User.objects.get(pk=user.pk).role == Role.ADMINISTRATOR
    assert Lead.objects.filter(pk="Ada").exists()


def test_what_lets_somebody_in_is_not_shown(company: None) -> None:
    client, user = registered.somebody("administrator")
    user.set_password("correct horse battery")
    user.save()
    client.force_login(user)
    key, _ = access.create_key("a key", "read", actor="t", now=registered.now())
    hook, _ = channels.add_webhook(
        "https://hooks.example.com/x", [], actor="t", now=registered.now()
    )
    channel = channels.add_channel(
        "post", "mailtos://me:hidden@example.com", [], [], actor="t", now=registered.now()
    )
    entry = audit.record("t", "did", "something", now=registered.now())
    for row, hidden in (
        (user, user.password),
        (key, ApiKey.objects.get(pk=key.pk).digest),
        (hook, Webhook.objects.get(pk=hook.pk).secret),
        (channel, channel.address),
        (entry, AuditEntry.objects.get(pk=entry.pk).salt),
    ):
        for address in (list_of(type(row)), row_of(type(row), row.pk)):
            shown = client.get(address)
            assert shown.status_code == 200
            assert hidden not in shown.text, address


def test_a_row_is_found_by_what_it_is_called(company: None) -> None:
    client, _ = registered.somebody("administrator")
    found = client.get(list_of(Lead), {"q": "Ada"}).text
    assert row_of(Lead, "Ada") in found
    assert row_of(Lead, "Bo") not in found


def test_tables_are_called_by_words(company: None) -> None:
    client, _ = registered.somebody("administrator")
    shown = client.get(INDEX).text
    assert all(
        f">{each}</a>" in shown
        for each in ("Companies", "Imports", "Entries into stages", "API keys")
    )
    assert "<h1>Companies</h1>" in client.get(list_of(Company)).text
    for model in MODELS:
        holds = html.escape(HOLDS[model.__name__])
        assert holds in shown, model
        assert holds in client.get(list_of(model)).text, model


def test_no_table_asks_more_when_there_are_more_leads(company: None) -> None:
    client, _ = registered.somebody("administrator")
    before = {each: queries(client, list_of(each)) for each in MODELS}
    more_leads(4)
    after = {each: queries(client, list_of(each)) for each in MODELS}
    assert not {each: (before[each], n) for each, n in after.items() if n > before[each]}


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_tables_can_be_read_by_everybody_everywhere(
    company: None, live_server: LiveServer, page: Page, refused_requests: list[str]
) -> None:
    """axe finds nothing, and the policy refuses nothing, in the list, a table and a row."""
    client, user = registered.somebody("administrator")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, client)
    wrong = []
    for address in (INDEX, list_of(Lead), row_of(Lead, "Ada"), row_of(User, user.pk)):
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(f"{live_server.url}{address}")
            kept(page, f"tables{address.replace('/', '-')}{width}-{scheme}")
            wrong += [f"{address}: {each}" for each in complaints]
            wrong += [f"{address} {width} {scheme}: {e}" for e in accessibility_violations(page)]
            complaints.clear()  # of axe, which puts the styles that a style imports into the page
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address} {width} {scheme}: runs out of the page")
    page.goto("about:blank")
    assert (wrong, refused_requests) == ([], [])


def test_what_a_lead_calls_itself_runs_in_no_table(company: None) -> None:
    client, _ = registered.somebody("administrator")
    bad = "<script>alert(1)</script>"
    Lead.objects.filter(pk="Ada").update(found_by=bad)
    for address in (list_of(Lead), row_of(Lead, "Ada")):
        shown = client.get(address).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
