"""Processes are killed under load, from outside, and half-way the database itself.

What is asked afterwards is the database and whoever was told by webhook, never the product.
`LEADPACT_KILLS` says how many kills, several of them at once (default 10; the more, the longer).
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.ledger.installation import Installation, installed

KILLS = int(os.environ.get("LEADPACT_KILLS", "10"))
WRITERS = 3
#: A process that is slow to start on a busy machine is waited for.
LONGEST = 240.0


class Told:
    """A receiver of webhooks, and every message id that it was sent, with what it was about."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()
        self.about: dict[str, tuple[str, str]] = {}
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = str(self.headers["webhook-id"])
                told.ids[key] += 1
                told.about[key] = (body["data"]["lead"], body["type"].removeprefix("lead."))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def __enter__(self) -> Told:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class Writer(threading.Thread):
    """Sends leads with their forms, each event until it is acknowledged, until told to stop."""

    def __init__(self, installation: Installation, key: str, number: int) -> None:
        super().__init__(daemon=True)
        self.installation, self.key, self.number = installation, key, number
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.failed: BaseException | None = None
        self.enough = threading.Event()

    def run(self) -> None:
        try:
            for count in range(100_000):
                lead = f"w{self.number}-{count}"
                for kind in ("lead.created", "form_submitted"):
                    self._send(lead, kind)
                if self.enough.is_set():
                    return
                time.sleep(0.3)
        except Exception as error:  # noqa: BLE001 the test tells it
            self.failed = error

    def _send(self, lead: str, kind: str) -> None:
        known = {"id": lead, "email": f"{lead}@example{self.number}.com"}
        event = {
            "kind": kind, "event_id": f"{lead} {kind}", "lead": known,
            "properties": {"email": known["email"], "seconds_to_fill": 40},
        }  # fmt: skip
        self.sent.add(event["event_id"])
        body = json.dumps(event).encode()
        while not self.installation.post("/api/v1/events", self.key, body):
            time.sleep(0.2)
        self.acknowledged.add(event["event_id"])


def wait_until(true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.2)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_nothing_is_lost_or_done_twice_whichever_process_is_killed(tmp_path: Path) -> None:
    dice = random.Random(7)
    with Told() as told, installed(tmp_path, own_server=True) as running:
        running.does("webhook", "add", told.url)
        workers = ["worker 1", "worker 2"] if running.database else ["worker 1"]
        everything = ["web", *workers]
        key = running.does("key", "create", "site", "--scope", "write")
        running.keep_running(*everything)
        wait_until(running.answers, "it does not answer")
        writers = [Writer(running, key, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        killed, crashed = 0, False
        while killed < KILLS:
            _let_it_work(running, workers)
            time.sleep(dice.uniform(0, 0.7))
            if killed >= KILLS // 2 and not crashed:
                running.crash_database()
                crashed = True
            # At once, so that starting again, which is what takes long, is waited for once.
            for pid in _victims(running, dice, workers):
                killed += running.kill(pid)
            running.keep_running(*everything)
        for writer in writers:
            writer.enough.set()
        wait_until(lambda: _go_on(running, everything, writers), "writers do not come to an end")
        wait_until(lambda: _is_quiet(running, everything), "the live flow does not come to rest")
        assert not [writer.failed for writer in writers if writer.failed]
        acknowledged = set[str]().union(*(writer.acknowledged for writer in writers))
        sent = set[str]().union(*(writer.sent for writer in writers))
        _check(running, acknowledged, sent)
        _check_told(running, told)


def _victims(running: Installation, dice: random.Random, workers: list[str]) -> list[int]:
    """All processes or all but one, in any order: workers, who answers, and who keeps them."""
    web = running.running["web"].pid
    pids = [*(running.running[name].pid for name in workers), *running.children("web"), web]
    return dice.sample(pids, dice.randint(len(pids) - 1, len(pids)))


def _let_it_work(running: Installation, workers: list[str]) -> None:
    """Until events came in and a worker decided something since the last kill."""
    before = _count(running, "ledger_event where decided"), _count(running, "ledger_event")

    def both() -> bool:
        running.keep_running("web", *workers)
        decided, there = (
            _count(running, "ledger_event where decided"),
            _count(running, "ledger_event"),
        )
        return decided > before[0] and there > before[1]

    wait_until(both, "nothing happens between kills")


def _go_on(running: Installation, everything: list[str], writers: list[Writer]) -> bool:
    running.keep_running(*everything)
    return not any(writer.is_alive() for writer in writers)


def _is_quiet(running: Installation, everything: list[str]) -> bool:
    running.keep_running(*everything)
    waiting = _count(running, "ledger_change")
    untold = "ledger_notice where state = 'waiting' and receiver like 'webhook %'"
    return not (
        waiting or _count(running, "ledger_clock where outcome = 'running'")
        or _count(running, untold)
    )  # fmt: skip


def _count(running: Installation, what: str) -> int:
    ((number,),) = running.rows(f"select count(*) from {what}")
    return int(number)


def _check(running: Installation, acknowledged: set[str], sent: set[str]) -> None:
    """What the database says of every event, lead, clock and notice."""
    logged = running.rows("select event_id, kind, lead_id from ledger_event where source = 'site'")
    ids = Counter(event_id for event_id, _, _ in logged)
    assert acknowledged <= ids.keys() <= sent
    assert set(ids.values()) == {1}
    leads = {lead for _, kind, lead in logged if kind == "form_submitted"}
    assert len(leads) == len(acknowledged) // 2 > WRITERS

    def of_each(statement: str) -> Counter[str]:
        return Counter(lead for (lead,) in running.rows(statement))

    once = dict.fromkeys(leads, 1)
    for kind in ("lead.handed_off", "lead.assigned"):
        assert of_each(f"select lead_id from ledger_event where kind = '{kind}'") == once, kind
    assert of_each("select lead_id from ledger_handoff where person is not null") == once
    assert of_each("select lead_id from ledger_clock where outcome = 'overdue'") == once
    people = "receiver not like 'webhook %'"
    for kind in ("handoff", "breach"):
        told = f"select lead_id from ledger_notice where kind = '{kind}' and {people}"
        assert of_each(told) == once, kind
    given = running.rows(
        "select e.lead_id, e.properties, h.person, s.holder from ledger_event e "
        "join ledger_handoff h on h.lead_id = e.lead_id "
        "join ledger_leadstate s on s.lead_id = e.lead_id where e.kind = 'lead.assigned'"
    )
    for lead, properties, person, holder in given:
        assert json.loads(properties)["to"] == person == holder, lead
    assert not _count(running, "ledger_quarantine")


def _check_told(running: Installation, told: Told) -> None:
    """Whoever is told by webhook heard of each handoff and breach, under an id of its own."""
    rows = running.rows("select key, lead_id, kind, state from ledger_notice")
    due = {key: (lead, kind) for key, lead, kind, _ in rows if " webhook " in f" {key} "}
    assert {state for key, _, _, state in rows if key in due} == {"sent"}
    assert told.about == due
    assert len(set(due.values())) == len(due)
    leads = running.rows("select lead_id from ledger_handoff")
    for kind in ("handoff", "breach"):
        assert {lead for lead, what in due.values() if what == kind} == {lead for (lead,) in leads}
