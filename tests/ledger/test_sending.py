"""The outbox: who is told, when, how often, and what becomes of what does not get through."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows import sending
from leadpact.flows.sending import PAUSES, send_due
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Channel, Handoff, Notice, Webhook
from leadpact.ledger.sealing import SealError, seal, unseal
from leadpact.ledger.services import actions, notices
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from leadpact.notify.message import Message, SendError
from tests.ledger.helpers import MONDAY, go_live, settle

NOW = MONDAY.replace(hour=16)  # eleven in New York
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Receiver:
    """A server that keeps what it was told, and answers as it is bidden."""

    url: str
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    status: int = 204


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.got.append((dict(self.headers), body))
            self.send_response(told.status)
            if told.status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def agreed() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Message]]:
    """A channel for everybody, and what was told over it."""
    Channel.objects.create(name="mail", address=seal("mailto://{email}"), created_at=MONDAY)
    told: list[tuple[str, Message]] = []

    def send(_url: str, message: Message, *, email: str, private: bool) -> None:
        assert not private
        told.append((email, message))

    monkeypatch.setattr(sending.chat, "send", send)
    return told


def hand_over(*leads: str, country: str = "US", now: datetime = NOW) -> None:
    facts = []
    for name in leads:
        known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
        stated = {"email": known.email, "country": country, "employees": 800, "name": name}
        facts.append(Fact("crm", f"{name} 1", "lead.created", now, known, stated, now))
        asked = {"form": "demo", "seconds_to_fill": 40}
        facts.append(Fact("crm", f"{name} 2", "form_submitted", now, known, asked, now))
    ingest(facts, now=now)
    settle(now)


def send_all(now: datetime) -> int:
    total = 0
    while done := send_due(now):
        total += done
    return total


def test_the_holder_is_told_who_why_and_until_when(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    assert send_all(NOW) == 1
    ((address, message),) = mail
    assert address.endswith("@brightfield.example")
    assert message.subject == "New lead for you: Ada"
    assert "It is at MQL" in message.lines[0]
    assert "First response to an MQL: due today at 13:00." in message.text
    assert "form submitted" in message.text
    assert send_all(NOW) == 0


def test_many_at_once_are_one_message(mail: list[tuple[str, Message]]) -> None:
    hand_over(*(f"L{n}" for n in range(20)))
    send_all(NOW)
    many = [message for _, message in mail if "new leads" in message.subject]
    assert len(many) == 3
    assert sum(len(message.lines) for message in many) + len(mail) - len(many) == 20
    assert len({address for address, _ in mail}) == 4


def test_nobody_is_woken_at_night(mail: list[tuple[str, Message]]) -> None:
    night = MONDAY.replace(hour=3)
    go_live(night)
    hand_over("Ada", now=night)
    assert send_all(night) == 0
    assert Notice.objects.get().send_at == MONDAY.replace(hour=14)  # nine in New York


def test_a_warning_a_breach_and_those_whom_it_escalates_to(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    holder = Handoff.objects.get().person
    settle(NOW + timedelta(minutes=100))
    settle(NOW + timedelta(minutes=121))
    told = Notice.objects.exclude(kind="handoff").values_list("kind", "receiver")
    assert ("warning", holder) in told
    assert ("breach", holder) in told
    assert {receiver for kind, receiver in told if kind == "escalation"}


def test_an_answer_that_was_logged_late_takes_the_breach_back(
    mail: list[tuple[str, Message]],
) -> None:
    hand_over("Ada")
    settle(NOW + timedelta(minutes=121))
    answered = NOW + timedelta(minutes=90)
    doing = Doing(of_operator(), NOW + timedelta(minutes=130), happened_at=answered)
    actions.attempt(doing, "Ada", "phone", outcome="spoke")
    actions.connect(doing, "Ada", "phone")
    settle(NOW + timedelta(minutes=131))
    told = set(Notice.objects.filter(kind="correction").values_list("receiver", flat=True))
    breach = Notice.objects.filter(kind__in=("breach", "escalation"), payload__contains="First")
    assert told
    assert told == set(breach.values_list("receiver", flat=True))


def test_what_does_not_get_through_is_tried_again_then_given_up_and_replayed(
    mail: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SendError("The service did not take the message.")

    monkeypatch.setattr(sending.chat, "send", fail)
    hand_over("Ada")
    now = NOW
    for pause in PAUSES:
        assert send_due(now) == 1
        assert send_due(now) == 0
        now += pause
    assert send_due(now) == 1
    notice = Notice.objects.get(kind="handoff")
    assert (notice.state, notice.attempts) == ("dead", len(PAUSES) + 1)
    assert notices.replay([notice.pk], now=now) == 1
    assert Notice.objects.get(pk=notice.pk).state == "waiting"


def test_a_receiver_whom_no_channel_reaches_is_not_forgotten() -> None:
    hand_over("Ada")
    send_all(NOW)
    notice = Notice.objects.get()
    assert (notice.state, notice.last_error) == ("dropped", "no channel reaches this receiver")


def test_a_webhook_is_told_once_and_can_tell_who_calls(receiver: Receiver, settings: Any) -> None:
    settings.LEADPACT_CALL_PRIVATE = True
    Webhook.objects.create(
        url=receiver.url, secret=seal(SECRET), kinds='["handoff"]', created_at=MONDAY
    )
    hand_over("Ada")
    send_all(NOW)
    settle(NOW + timedelta(minutes=1))
    send_all(NOW + timedelta(minutes=1))
    ((headers, body),) = receiver.got
    assert (
        Verifier.sign(Verifier(SECRET), headers["webhook-id"], NOW, body)
        == (headers["webhook-signature"])
    )
    assert json.loads(body)["type"] == "lead.handoff"
    assert json.loads(body)["data"]["lead"] == "Ada"


@pytest.mark.parametrize(
    ("status", "state"), [(500, "waiting"), (429, "waiting"), (302, "waiting"), (410, "dead")]
)
def test_a_webhook_that_refuses(receiver: Receiver, settings: Any, status: int, state: str) -> None:
    settings.LEADPACT_CALL_PRIVATE = True
    receiver.status = status
    Webhook.objects.create(url=receiver.url, secret=seal(SECRET), created_at=MONDAY)
    hand_over("Ada")
    send_all(NOW)
    assert len(receiver.got) == 1
    assert Notice.objects.get(receiver__startswith="webhook").state == state


def test_a_webhook_into_this_network_is_not_called(receiver: Receiver) -> None:
    Webhook.objects.create(url=receiver.url, secret=seal(SECRET), created_at=MONDAY)
    hand_over("Ada")
    send_all(NOW)
    assert receiver.got == []
    assert "private network" in Notice.objects.get(receiver__startswith="webhook").last_error


def test_credentials_are_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("mailto://user:password@host")
    assert "password" not in sealed
    assert unseal(sealed) == "mailto://user:password@host"
    monkeypatch.setenv("LEADPACT_SECRET", "another")
    with pytest.raises(SealError, match="has changed"):
        unseal(sealed)
