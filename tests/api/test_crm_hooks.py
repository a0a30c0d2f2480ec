"""Messages of HubSpot: signed, fresh, once; and what they bring about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leadpact.api import crm_hooks
from leadpact.demo.hubspot.webhooks import Webhooks
from leadpact.flows.crm_pull import Pull
from leadpact.ledger.models import CrmNudge, CrmRecord, Event, LeadState
from leadpact.ledger.services import crm_connections
from tests.ledger.crm_company import Company, company
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING

pytestmark = [pytest.mark.django_db, pytest.mark.ledger]
URL = "https://leads.acme.example/hooks/hubspot"


@pytest.fixture
def hooked(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A company whose account sends webhooks here, and what delivers a message."""
    monkeypatch.setenv("LEADPACT_URL", "https://leads.acme.example")
    with company() as at:
        monkeypatch.setattr(crm_hooks, "now", at.time)
        credentials = {"token": at.portal.token, "client_secret": "app secret"}
        at.row = crm_connections.connect(
            "hubspot", credentials, MAPPING, account=at.row.account, own_mark=at.row.own_mark,
            address=at.row.address, actor="test", now=at.time(),
        )  # fmt: skip
        answers: list[int] = []

        def deliver(body: bytes, headers: dict[str, str]) -> None:
            answer = client.post(
                "/hooks/hubspot", body, content_type="application/json", headers=headers
            )
            answers.append(answer.status_code)

        yield at, Webhooks(at.portal, URL, "app secret"), deliver, answers


def nudged(at: Company) -> int:
    return Pull(at.row, at.crm, at.connector, at.time).nudged()


def test_a_record_that_changed_is_read_at_once(hooked: Any) -> None:
    at, hooks, deliver, answers = hooked
    ada = at.portal.add("contacts", {"email": "ada@northwind.io"})
    hooks.send(deliver)
    assert answers == [204]
    assert nudged(at) == 1
    assert CrmRecord.objects.get().number == ada
    assert nudged(at) == 0


def test_the_same_message_twice_is_one(hooked: Any) -> None:
    at, hooks, deliver, answers = hooked
    at.portal.add("contacts", {"email": "ada@northwind.io"})
    messages: list[Any] = []
    hooks.send(lambda body, headers: messages.append((body, headers)))
    for _ in range(3):
        deliver(*messages[0])
    assert answers == [204, 204, 204]
    assert CrmNudge.objects.count() == 1


def test_deleted_and_merged_records_are_read_as_such(hooked: Any) -> None:
    at, hooks, deliver, _ = hooked
    one = at.portal.add("contacts", {"email": "ada@northwind.io"})
    two = at.portal.add("contacts", {"email": "a.king@northwind.io"})
    gone = at.portal.add("contacts", {"email": "bob@contoso.io"})
    hooks.send(deliver)
    nudged(at)
    at.portal.merge("contacts", one, two)
    at.portal.delete("contacts", gone)
    hooks.send(deliver)
    nudged(at)
    rows = {row.number: row for row in CrmRecord.objects.all()}
    assert rows[two].absorbed_by == one
    assert rows[gone].deleted_at == at.time()


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after a deletion"])
def test_who_is_deleted_for_privacy_is_erased_and_stays_in_the_figures(
    hooked: Any, late: bool
) -> None:
    at, hooks, deliver, _ = hooked
    ada = at.portal.add("contacts", {"email": "ada@northwind.io", "lifecyclestage": "lead",
                                     "recent_conversion_event_name": "Demo"})  # fmt: skip
    at.rest()
    assert LeadState.objects.get().stage == "MQL"
    hooks.waiting.clear()
    at.portal.forget("contacts", ada)
    if late:
        kept = [hooks.waiting.pop()]
        hooks.send(deliver)
        nudged(at)
        settle(at.time())
        assert LeadState.objects.get().status == "excluded"
        hooks.waiting[:] = kept
        at.time.pass_(minutes=1)
    hooks.send(deliver)
    nudged(at)
    settle(at.time())
    state = LeadState.objects.get()
    assert (state.status, state.stage) == ("disqualified", "MQL")
    told = str(list(Event.objects.values())) + str(list(CrmRecord.objects.values()))
    assert "ada@northwind.io" not in told
    assert f"contacts/{ada}" not in told


@pytest.mark.parametrize("wrong", ["secret", "body", "old", "ahead", "none", "timestamp"])
def test_what_is_not_signed_is_not_taken(hooked: Any, wrong: str) -> None:
    at, hooks, deliver, answers = hooked
    at.portal.add("contacts", {"email": "ada@northwind.io"})
    if wrong == "secret":
        hooks.secret = "another"
    messages: list[Any] = []
    hooks.send(lambda body, headers: messages.append((body, headers)))
    body, headers = messages[0]
    if wrong == "body":
        body = body.replace(b"creation", b"deletion")
    if wrong == "old":
        at.time.pass_(minutes=6)
    if wrong == "ahead":
        headers = hooks.headers(body, at.time() + timedelta(minutes=6))
    if wrong == "none":
        headers = {}
    if wrong == "timestamp":
        headers = headers | {"X-HubSpot-Request-Timestamp": "9e12"}
    deliver(body, headers)
    assert answers == [401]
    assert not CrmNudge.objects.exists()


def test_messages_of_another_account_and_nonsense_bring_nothing(hooked: Any) -> None:
    at, hooks, deliver, answers = hooked
    for body in (
        b'[{"portalId": 5, "subscriptionType": "contact.creation", "objectId": 1}]',
        b"[7]",
    ):
        deliver(body, hooks.headers(body, at.time()))
    deliver(b"{", hooks.headers(b"{", at.time()))
    assert answers == [204, 204, 400]
    assert not CrmNudge.objects.exists()


def test_where_nothing_is_connected_there_is_nothing(client: Client) -> None:
    assert client.post("/hooks/hubspot", b"[]", content_type="application/json").status_code == 404
    assert client.get("/hooks/hubspot").status_code == 405
