"""The stand-in sends webhooks, signed as HubSpot signs them; some get lost, doubled, or late."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadpact.demo.hubspot.portal import Portal

SECRET = "the stand-in's secret"
Deliver = Callable[[bytes, dict[str, str]], None]


@dataclass
class Webhooks:
    """Keeps what happened until `send` delivers it. Shares say how often what goes wrong."""

    portal: Portal
    url: str
    secret: str
    dice: random.Random = field(default_factory=random.Random)
    lost: float = 0.0
    doubled: float = 0.0
    shuffled: bool = False
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.portal.listeners.append(self.waiting.append)

    def send(self, deliver: Deliver | None = None) -> int:
        """Deliver what waits, a hundred events a message; how many events went out."""
        with self.portal.lock:
            told, self.waiting[:] = list(self.waiting), []
        events = [event for event in told if self.dice.random() >= self.lost]
        events += [event for event in events if self.dice.random() < self.doubled]
        if self.shuffled:
            self.dice.shuffle(events)
        for begin in range(0, len(events), 100):
            some = [e | {"eventId": n, "attemptNumber": 0}
                    for n, e in enumerate(events[begin : begin + 100])]  # fmt: skip
            body = json.dumps(some).encode()
            (deliver or self._post)(body, self.headers(body, self.portal.now()))
        return len(events)

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """The signature, version 3, and the instant that it holds for."""
        stamp = str(int(at.timestamp() * 1000))
        text = f"POST{self.url}".encode() + body + stamp.encode()
        mac = hmac.new(self.secret.encode(), text, hashlib.sha256).digest()
        return {
            "X-HubSpot-Signature-v3": base64.b64encode(mac).decode(),
            "X-HubSpot-Request-Timestamp": stamp,
            "Content-Type": "application/json",
        }

    def _post(self, body: bytes, headers: dict[str, str]) -> None:
        request = urllib.request.Request(self.url, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=5):
            pass
