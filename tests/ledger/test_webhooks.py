"""Webhooks: what they are told, once, and what becomes of those that do not answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from standardwebhooks.webhooks import Webhook as Verifier

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Notice, Webhook
from leadpact.ledger.sealing import seal
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY, settle
from tests.ledger.telling import NOW, agree, hand_over, send, send_all

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Receiver:
    """A server that keeps what it was told, and answers as it is bidden."""

    url: str
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    status: int = 204
    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.got.append((dict(self.headers), body))
            told.asked.set()
            told.may_answer.wait(60)
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
    agree()


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


def test_a_webhook_hears_nothing_of_what_was_before_it_was_added() -> None:
    hand_over("Ada")
    Webhook.objects.create(
        url="http://x.example", secret=seal(SECRET), created_at=NOW + timedelta(hours=1)
    )
    hand_over("Bea", now=NOW + timedelta(hours=1))
    settle(NOW + timedelta(hours=2, minutes=1))
    told = Notice.objects.filter(receiver__startswith="webhook").order_by("key")
    assert [(each.kind, each.lead_id) for each in told] == [
        ("breach", "Ada"), ("escalation", "Ada"), ("handoff", "Bea")
    ]  # fmt: skip


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


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_takes_its_time_holds_up_no_writer(
    receiver: Receiver, settings: Any
) -> None:
    settings.LEADPACT_CALL_PRIVATE = True
    Webhook.objects.create(url=receiver.url, secret=seal(SECRET), created_at=MONDAY)
    hand_over("Ada")
    Notice.objects.exclude(receiver__startswith="webhook").delete()
    receiver.may_answer.clear()
    happened: list[str] = []

    def tell() -> None:
        while send(NOW):
            happened.append("told")
        connection.close()

    sender = threading.Thread(target=tell)
    sender.start()
    assert receiver.asked.wait(60)
    ingest([Fact("crm", "Bo 1", "lead.created", NOW, Known(id="Bo"), {})], now=NOW)
    happened.append("written")
    receiver.may_answer.set()
    sender.join(60)
    assert happened == ["written", "told"]
    assert Notice.objects.get(receiver__startswith="webhook").state == "sent"
