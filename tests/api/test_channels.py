"""Channels, webhooks and absences are set up over HTTP, and do what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadpact.flows import sending
from leadpact.ledger.models import Absence, AuditEntry, Channel, Handoff, Notice, Webhook
from leadpact.ledger.sealing import unseal
from leadpact.notify import chat, webhooks
from leadpact.notify.message import SendError
from tests.api.conftest import Program, signed_in

ADDRESS = "mailtos://leads:hunter2@smtp.example.com?to={email}"


@pytest.fixture
def admin(company: None, program: Callable[[str], Program]) -> Program:
    return program("admin")


def test_a_channel_tells_its_receivers_and_its_address_is_told_to_nobody(
    admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"name": "mail", "address": ADDRESS, "receivers": ["Americas"]}
    made = admin.post("channels", asked)
    assert made.status_code == 200, made.content
    assert "hunter2" not in made.content.decode() + admin.get("channels").content.decode()
    row = Channel.objects.get()
    assert "hunter2" not in row.address
    assert unseal(row.address) == ADDRESS
    assert "hunter2" not in "".join(AuditEntry.objects.values_list("detail", flat=True))

    told: list[tuple[str, str]] = []
    monkeypatch.setattr(chat, "send", lambda url, _, **kw: told.append((url, kw["email"])))
    while sending.send_due(lambda: datetime.now(UTC) + timedelta(days=30), "test"):
        pass
    holder = Handoff.objects.get(lead="Ada").person
    assert {email for _, email in told} >= {f"{holder.split()[0].lower()}@brightfield.example"}
    assert not Notice.objects.filter(receiver=holder, state="dropped").exists()


def test_a_trial_says_what_went_wrong(admin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    number = admin.post("channels", {"name": "mail", "address": ADDRESS}).json()["id"]
    missing = admin.post(f"channels/{number}/trial", {"receiver": "Nobody"})
    assert missing.status_code == 409
    assert "no email address" in missing.json()["detail"]

    def fails(*_: Any, **__: Any) -> None:
        raise SendError("The service did not take the message.")

    monkeypatch.setattr(chat, "send", fails)
    refused = admin.post(f"channels/{number}/trial", {"receiver": "Ana Silva"})
    assert "did not take" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"name": "x", "address": "no address"}, "no address that can be told"),
        ({"name": "  ", "address": "json://a.org"}, "needs a name"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(
    admin: Program, body: dict[str, Any], why: str
) -> None:
    answer = admin.post("channels", body)
    assert answer.status_code == 409
    assert why in answer.json()["detail"]
    assert not Channel.objects.exists()


def test_two_channels_of_one_name_are_refused(admin: Program) -> None:
    body = {"name": "mail", "address": ADDRESS}
    assert admin.post("channels", body).status_code == 200
    assert "already" in admin.post("channels", body).json()["detail"]


def test_a_webhook_is_called_with_the_secret_that_was_told_once(
    admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = admin.post("webhooks", {"url": "https://a.org/x", "kinds": ["handoff"]}).json()
    assert made["secret"].startswith("whsec_")
    assert admin.get("webhooks").json()["items"] == [{**made, "secret": None}]
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(webhooks, "send", lambda *given, **_: calls.append(given))
    number = made["id"]
    assert admin.post(f"webhooks/{number}/trial", {}).status_code == 200
    ((url, secret, key, body),) = calls
    assert (url, secret, body["type"]) == ("https://a.org/x", made["secret"], "trial")
    assert key.startswith("trial-")
    assert admin.client.delete(
        f"/api/v1/webhooks/{number}", headers={"Authorization": f"Bearer {admin.key}"}
    ).json() == {"done": True}
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"url": "ftp://a.org"}, "http or https"),
        ({"url": "https://u:p@a.org"}, "without a password"),
        ({"url": "https://[a"}, "http or https"),
        ({"url": "https://a.org", "kinds": ["handof"]}, "no kind of notice “handof”"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(
    admin: Program, body: dict[str, Any], why: str
) -> None:
    answer = admin.post("webhooks", body)
    assert answer.status_code == 409
    assert why in answer.json()["detail"]


def test_a_webhook_into_the_own_network_is_not_called(admin: Program) -> None:
    number = admin.post("webhooks", {"url": "http://127.0.0.1:1/x"}).json()["id"]
    answer = admin.post(f"webhooks/{number}/trial", {})
    assert answer.status_code == 409
    assert "private network" in answer.json()["detail"]


def test_what_was_given_up_on_is_tried_anew(admin: Program) -> None:
    row = Notice.objects.first()
    assert row is not None
    Notice.objects.filter(pk=row.pk).update(state="dead", attempts=8, last_error="x")
    assert admin.post(f"notices/{row.pk}/replay", {}).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 0, "")
    assert admin.post(f"notices/{row.pk}/replay", {}).status_code == 409
    assert AuditEntry.objects.filter(action="tried anew").count() == 1


def test_a_rep_says_that_they_are_away_themselves_and_of_nobody_else(company: None) -> None:
    from leadpact.ledger.models import Person

    own, other = Handoff.objects.get(lead="Ada").person, Handoff.objects.get(lead="Bo").person
    client = signed_in("rep", own)
    stretch = {"begins": "2030-01-01T00:00:00Z", "ends": "2030-01-02T00:00:00Z"}

    def away(name: str) -> Any:
        number = Person.objects.get(name=name).pk
        return client.post(
            f"/api/v1/people/{number}/absences", json.dumps(stretch), "application/json"
        )

    assert away(own).status_code == 200
    assert away(other).status_code == 403
    row = Absence.objects.get()
    assert (row.person.name, row.begins.year) == (own, 2030)
    assert client.delete(f"/api/v1/absences/{row.pk}").status_code == 200
    assert not Absence.objects.exists()


def test_an_absence_that_ends_before_it_begins_is_refused(admin: Program) -> None:
    stretch = {"begins": "2030-01-02T00:00:00Z", "ends": "2030-01-02T00:00:00Z"}
    number = admin.get("people").json()["items"][0]["id"]
    answer = admin.post(f"people/{number}/absences", stretch)
    assert answer.status_code == 409
    assert "ends later" in answer.json()["detail"]
