"""The clock of a customer system, and how long an answer is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from leadpact.sources.crm.connector import BRISK, CrmError, Patience
from leadpact.sources.crm.their_clock import TheirClock
from leadpact.sources.hubspot.client import Client as HubSpot
from leadpact.sources.salesforce.client import Client as Salesforce

ASKED: list[tuple[Any, Callable[[Any], Any]]] = [
    (HubSpot, lambda client: client.get("/crm/v3/owners")),
    (Salesforce, lambda client: client.get("query")),
]


def test_it_tells_nothing_before_an_answer_and_goes_on_after_it() -> None:
    seconds = [100.0]
    clock = TheirClock(lambda: seconds[0])
    clock.hear("no date")
    clock.hear(None)
    assert clock.now is None
    clock.hear("Mon, 02 Mar 2026 09:00:00 GMT")
    seconds[0] += 90
    clock.hear("")
    assert clock.now == datetime(2026, 3, 2, 9, 1, 30, tzinfo=UTC)
    clock.hear("Mon, 02 Mar 2026 11:00:00 +0100")
    assert clock.now == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(("client", "ask"), ASKED, ids=["hubspot", "salesforce"])
@pytest.mark.parametrize(
    ("patience", "waits"), [(BRISK, 1), (Patience(seconds=1, tries=4), 3)], ids=["brisk", "more"]
)
def test_a_system_that_does_not_answer_is_asked_as_often_as_there_is_patience(
    client: Any, ask: Callable[[Any], Any], patience: Patience, waits: int
) -> None:
    pauses: list[float] = []
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        asked = client({"token": "t"}, address, patience=patience, sleep=pauses.append)
        with pytest.raises(CrmError, match="cannot be reached"):
            ask(asked)
    assert len(pauses) == waits
    assert timedelta(seconds=sum(pauses)) < timedelta(minutes=1)


def test_an_address_that_is_not_salesforces_is_named() -> None:
    credentials = {"client_id": "a", "client_secret": "s"}
    address = "acme.my.salesforce.invalid"
    client = Salesforce(credentials, address, patience=BRISK, sleep=lambda _seconds: None)
    with pytest.raises(CrmError, match=f"reached at https://{address} .*check the address"):
        client.identity()


def test_who_answers_and_is_not_salesforce_is_told_so() -> None:
    with _page_for_people() as address:
        client = Salesforce({"token": "t"}, address, patience=BRISK, sleep=lambda _seconds: None)
        with pytest.raises(CrmError, match=f"What answers at {address} is not Salesforce"):
            client.get("query")


@contextmanager
def _page_for_people() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")

        def log_message(self, format: str, *args: object) -> None:
            """Its requests are no news."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
