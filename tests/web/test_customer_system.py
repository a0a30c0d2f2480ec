"""A customer system is connected in pages, watched, compared, and let write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from leadpact.demo.hubspot.company import account
from leadpact.demo.hubspot.limits import Limits
from leadpact.demo.hubspot.portal import Portal
from leadpact.demo.hubspot.server import Simulator
from leadpact.flows import crm, crm_reconcile
from leadpact.ledger.models import (
    CrmComparison,
    CrmConnection,
    CrmDisagreement,
    CrmOwner,
    CrmRecord,
    CrmWrite,
    Lead,
)
from leadpact.ledger.services import crm_writes
from tests.web import registered


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@pytest.fixture
def client(company: None) -> Client:
    """An administrator's browser."""
    return registered.somebody("administrator")[0]


@pytest.fixture
def hubspot(settings: Settings) -> Iterator[tuple[Portal, str]]:
    """A stand-in for HubSpot on this machine, and its address."""
    settings.LEADPACT_CALL_PRIVATE = True
    portal = account(now)
    portal.add("contacts", {"email": "kim@kimworks.org", "lifecyclestage": "lead"})
    with Simulator(portal, Limits(lambda: now().timestamp())) as simulator:
        yield portal, simulator.address


def do(client: Client, what: str, **sent: object) -> str:
    """The page after a button was pressed."""
    answer = client.post(reverse("settings_crm"), {"do": what, **sent}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def connected(client: Client, hubspot: tuple[Portal, str]) -> CrmConnection:
    """The connection, as an administrator makes it."""
    portal, address = hubspot
    told = do(client, "suggest", system="hubspot", token=portal.token, address=address)
    found = re.search(r'name="mapping"[^>]*>\n(.*?)</textarea>', told, re.DOTALL)
    assert found, told
    assert portal.token not in told
    told = do(client, "connect", mapping=unescape(found[1]).replace("\n", "\r\n"))
    assert "It is only read until you let it write" in told
    return CrmConnection.objects.get()


def test_it_is_connected_read_and_compared(client: Client, hubspot: tuple[Portal, str]) -> None:
    row = connected(client, hubspot)
    assert row.shadow
    with crm.session(row, "test", now) as of:
        crm.pull(of, now, lambda _name, _count: None)
    row.refresh_from_db()
    assert crm_reconcile.keep_when_due(row, crm.mapping_of(row), now)
    assert not crm_reconcile.keep_when_due(row, crm.mapping_of(row), now)
    assert CrmComparison.objects.get().differences == CrmDisagreement.objects.count()
    told = client.get(reverse("reconciliation")).content.decode()
    assert "HubSpot" in told
    assert "Both sides as they were read last" in told


def test_a_difference_is_listed_with_its_cause(client: Client, hubspot: tuple[Portal, str]) -> None:
    row = connected(client, hubspot)
    lead = Lead.objects.get(key="Ada")
    CrmDisagreement.objects.create(
        connection=row, what="stage MQL", lead=lead, record="contacts 7", here="yes",
        there="no", cause="nobody wrote it yet", url="https://app.hubspot.com/contacts/1/record/7",
    )  # fmt: skip
    told = client.get(reverse("reconciliation")).content.decode()
    assert reverse("lead", kwargs={"key": "Ada"}) in told
    assert "nobody wrote it yet" in told
    assert '<a href="https://app.hubspot.com/contacts/1/record/7">contacts 7</a>' in told
    told = client.get(reverse("reconciliation"), {"q": "contacts 9"}).content.decode()
    assert "Nothing matches" in told


def test_what_would_be_written_is_listed_before_anything_is(
    client: Client, hubspot: tuple[Portal, str]
) -> None:
    row = connected(client, hubspot)
    CrmOwner.objects.create(connection=row, number="7", name="Ana Lopez")
    ada = CrmRecord.objects.create(
        connection=row, object="contacts", number="7", lead_id="Ada", modified_at=now(),
        values='{"leadpact_score": "5"}',
    )  # fmt: skip
    task = {"title": "First answer", "text": "", "due": "2026-03-02T11:00:00+00:00", "open": True}
    told: dict[str, str] = {
        "leadpact_score": "40", "hubspot_owner_id": "7", "task 1 First answer": json.dumps(task)
    }  # fmt: skip
    crm_writes.save(crm_writes.intend(ada, {}, told, now=now()))
    assert "3 fields" in client.get(reverse("settings_crm")).content.decode()
    page = client.get(reverse("crm_writes")).content.decode()
    assert "3 fields would be written into HubSpot, which is only read" in page
    for said in (
        "Leadpact score",
        "40",
        "holder",
        "Ana Lopez",
        "task: First answer",
        "/record/0-1/7",
    ):
        assert said in page
    some = client.get(reverse("crm_writes"), {"field": "task"}).content.decode()
    assert "task: First answer" in some
    assert "Ana Lopez" not in some
    crm_writes.failed(
        [(CrmWrite.objects.get(field="leadpact_score"), "no such option")], final=True
    )
    some = client.get(reverse("crm_writes"), {"state": "refused"}).content.decode()
    assert "refused: no such option" in some
    assert "1 is refused there" in some
    assert "Ana Lopez" not in some


def test_a_sales_head_sees_no_difference_of_a_lead_that_marketing_keeps(
    company: None, client: Client, hubspot: tuple[Portal, str]
) -> None:
    row = connected(client, hubspot)
    for name in ("Ada", "Cy"):
        CrmDisagreement.objects.create(
            connection=row, what="holder", lead_id=name, record=f"contacts of {name}", cause="x"
        )
    head, _ = registered.somebody("sales head")
    written = head.get(reverse("crm_writes")).content.decode()
    assert "For the leads that you may see, everything stands in HubSpot" in written
    told = head.get(reverse("reconciliation")).content.decode()
    assert "contacts of Ada" in told
    assert "contacts of Cy" not in told


def test_it_writes_only_once_it_may(client: Client, hubspot: tuple[Portal, str]) -> None:
    connected(client, hubspot)
    portal, _ = hubspot
    assert "leadpact_score" not in portal.definitions["contacts"]
    do(client, "write", system="hubspot")
    assert not CrmConnection.objects.get().shadow
    assert "leadpact_score" in portal.definitions["contacts"]
    do(client, "shadow", system="hubspot")
    assert CrmConnection.objects.get().shadow
    do(client, "disconnect", system="hubspot")
    assert not CrmConnection.objects.exists()


def test_a_mapping_that_does_not_fit_is_shown_with_what_is_wrong(
    client: Client, hubspot: tuple[Portal, str]
) -> None:
    row = connected(client, hubspot)
    before = row.mapping
    told = do(client, "remap", system="hubspot", mapping=before + "nonsense: 1\n")
    assert "The mapping does not fit yet" in told
    assert "nonsense" in told
    row.refresh_from_db()
    assert row.mapping == before


def test_a_wrong_credential_is_refused(client: Client, hubspot: tuple[Portal, str]) -> None:
    told = do(client, "suggest", system="hubspot", token="wrong", address=hubspot[1])
    assert 'class="message error"' in told
    assert not CrmConnection.objects.exists()


def test_an_address_of_this_network_is_not_called(
    client: Client, hubspot: tuple[Portal, str], settings: Settings
) -> None:
    settings.LEADPACT_CALL_PRIVATE = False
    told = do(client, "suggest", system="hubspot", token=hubspot[0].token, address=hubspot[1])
    assert "leads into a private network" in told


def test_a_connection_that_is_refused_goes_on_with_another_credential(
    client: Client, hubspot: tuple[Portal, str]
) -> None:
    row = connected(client, hubspot)
    do(client, "write", system="hubspot")
    CrmConnection.objects.update(refused=True, last_error="The token was revoked.")
    told = client.get(reverse("settings_crm")).content.decode()
    assert "Nothing is lost" in told
    told = do(client, "renew", system="hubspot", token="wrong")
    assert 'class="message error"' in told
    assert CrmConnection.objects.get().refused
    do(client, "renew", system="hubspot", token=hubspot[0].token)
    again = CrmConnection.objects.get()
    assert (again.refused, again.shadow, again.mapping) == (False, False, row.mapping)
