"""Clients that send events as fast as they are taken, or at a steady rate; when leads went over."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

#: How long handoffs are waited for.
PATIENCE = 120.0


class Client:
    """One connection that is kept, as client libraries keep theirs."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        basic = base64.b64encode(f"{key}:".encode()).decode()
        self._headers = {
            "/api": {"Authorization": f"Bearer {key}"},
            "/v1/": {"Authorization": f"Basic {basic}"},
        }

    def post(self, path: str, body: bytes, kind: str = "application/json") -> None:
        """Send something that must be taken."""
        headers = self._headers[path[:4]] | {"Content-Type": kind}
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path} answered {answer.status}: {told[:200]!r}")

    def track(self, name: str, event: str) -> None:
        """One call of the collector."""
        body = {
            "userId": name,
            "event": event,
            "messageId": f"{name} {event}",
            "context": {"traits": {"email": f"{name}@crowd.example"}},
            "properties": {"seconds_to_fill": 40},
        }
        self.post("/v1/track", json.dumps(body).encode())


def sent_by_many(port: int, key: str, clients: int, seconds: float) -> dict[str, Any]:
    """As many events as so many clients get rid of, each of a lead of its own."""
    taken: list[float] = []
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        client, count = Client(port, key), 0
        while time.monotonic() < until:
            started = time.perf_counter()
            client.track(f"many-{number}-{count}", "Page Viewed")
            taken.append(time.perf_counter() - started)
            count += 1

    began = time.perf_counter()
    _in_threads(clients, work)
    passed, ordered = time.perf_counter() - began, sorted(taken)
    return {
        "events": len(ordered),
        "seconds": round(passed, 3),
        "rate": round(len(ordered) / passed),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[int(len(ordered) * 0.99)],
    }


def sent_at_rate(port: int, key: str, rate: int, seconds: float) -> dict[str, float]:
    """Forms of new leads at a steady rate, some ten a call; when each was acknowledged."""
    acknowledged: dict[str, float] = {}
    clients, size = max(2, rate // 100), 10
    began = time.monotonic() + 0.5

    def work(number: int) -> None:
        client = Client(port, key)
        for count in range(int(rate * seconds / clients / size)):
            due = began + (count * clients + number) * size / rate
            time.sleep(max(0.0, due - time.monotonic()))
            names = [f"r{rate}-{number}-{count}-{i}" for i in range(size)]
            lines = [
                json.dumps(
                    {
                        "event_id": name,
                        "kind": "form_submitted",
                        "lead": {"id": name, "email": f"{name}@{name}.example"},
                    }
                )
                for name in names
            ]
            client.post("/api/v1/events", "\n".join(lines).encode(), "application/x-ndjson")
            acknowledged.update(dict.fromkeys(names, time.time()))

    _in_threads(clients, work)
    return acknowledged


def handed_over(database: str, sent: dict[str, float]) -> dict[str, Any]:
    """How long after its acknowledgement each lead's handoff was on record.

    The database itself says when the row that hands over was committed.
    """
    until = time.monotonic() + PATIENCE
    with psycopg.connect(database, autocommit=True) as connection:
        while True:
            rows = connection.execute(
                "select lead_id, extract(epoch from pg_xact_commit_timestamp(xmin)) "
                "from ledger_event where kind = 'lead.handed_off' and lead_id = any(%s)",
                [list(sent)],
            ).fetchall()
            if len(rows) == len(sent) or time.monotonic() > until:
                break
            time.sleep(0.5)
    waits = sorted(max(0.0, float(at) - sent[lead]) for lead, at in rows)
    passed = max(sent.values()) - min(sent.values())
    return {
        "events": len(sent),
        "seconds": round(passed, 3),
        "rate": round(len(sent) / passed),
        "p50": waits[len(waits) // 2],
        "p99": waits[int(len(waits) * 0.99)],
        "missing": len(sent) - len(waits),
    }


def _in_threads(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
