"""The stand-in behind HTTP, with Salesforce's limits and, where wanted, its bad days."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from leadpact.demo.faults import Faults
from leadpact.demo.salesforce.calls import Answer, Desk
from leadpact.demo.salesforce.org import FaultyError, Org
from leadpact.demo.salesforce.table import Row
from leadpact.demo.serving import Front, Reply, StandIn

_DATA = r"/services/data/v[\d.]+/"


@dataclass
class Limits:
    """Calls of 24 hours, and how many were made by kind."""

    of_a_day: int = 100_000
    used: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)


class Simulator(StandIn):
    """Serves an organisation on this machine while it is entered; `front` is what people see."""

    def __init__(
        self,
        org: Org,
        limits: Limits | None = None,
        faults: Faults | None = None,
        port: int = 0,
        front: Front | None = None,
    ) -> None:
        super().__init__(lambda: org.now(), port, front)
        self.org, self.desk = org, Desk(org, is_locked=self._is_locked)
        self.limits, self.faults = limits or Limits(), faults

    def respond(self, method: str, target: str, token: str, text: bytes) -> Reply | None:
        """The answer to a program; None where it gets lost on its way."""
        answer = self.answer(method, target, token, text)
        if answer is None:
            return None
        usage = {"Sforce-Limit-Info": f"api-usage={self.limits.used}/{self.limits.of_a_day}"}
        if answer.text is not None:
            return Reply(answer.status, answer.text, "text/csv;charset=UTF-8",
                         {**usage, **answer.headers})  # fmt: skip
        return Reply(answer.status, json.dumps(answer.told), headers={**usage, **answer.headers})

    def answer(self, method: str, target: str, token: str, text: bytes) -> Answer | None:
        """The answer to a request; None where it gets lost on its way."""
        parts = urlsplit(target)
        fate = self.faults.draw() if self.faults else ""
        with self.org.lock:
            if parts.path == "/services/oauth2/token":
                return self._token(dict(parse_qsl(text.decode())))
            if self.limits.used >= self.limits.of_a_day:
                return _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            self.limits.used += 1
            self.limits.by_kind[_kind(method, parts.path)] += 1
            if fate == "refused":
                told = "ConcurrentPerOrgLongTxn Limit exceeded."
                return _error(403, "REQUEST_LIMIT_EXCEEDED", told)
            if fate == "broken":
                return _error(503, "SERVER_UNAVAILABLE", "try again")
            if token != f"Bearer {self.org.token}":
                return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
            try:
                body = json.loads(text) if text else {}
                found = self._call(method, parts.path, dict(parse_qsl(parts.query)), body)
            except FaultyError as faulty:
                found = _error(faulty.status, faulty.code, str(faulty))
        return None if fate == "lost" else found

    def _is_locked(self) -> bool:
        return bool(self.faults and self.faults.dice.random() < self.faults.locked)

    def _token(self, asked: dict[str, str]) -> Answer:
        if asked.get("client_secret") != "secret" or not self.org.token:
            return Answer(400, {"error": "invalid_client"})
        told = {
            "access_token": self.org.token,
            "instance_url": self.address,
            "scope": "api",
            "id": f"{self.address}/id/{self.org.number}/{self.org.me}",
        }
        return Answer(200, told)

    def _call(self, method: str, path: str, query: dict[str, str], body: Row) -> Answer:
        desk = self.desk
        if path == "/services/oauth2/userinfo":
            return desk.user()
        rest = re.sub(_DATA, "", path)
        if method == "GET" and rest in ("query", "queryAll"):
            return desk.query(query, every=rest == "queryAll")
        if more := re.fullmatch(r"query(?:All)?/(\w+)-(\d+)", rest):
            return desk.more(more[1], int(more[2]))
        if described := re.fullmatch(r"sobjects/(\w+)/describe", rest):
            return desk.describe(described[1])
        if rest == "jobs/query" and method == "POST":
            return desk.begin(body)
        if job := re.fullmatch(r"jobs/query/(\w+)", rest):
            return desk.state(job[1])
        if job := re.fullmatch(r"jobs/query/(\w+)/results", rest):
            return desk.results(job[1], query)
        if rest == "composite/sobjects" and method == "PATCH":
            return desk.write(body)
        if upsert := re.fullmatch(r"composite/sobjects/(\w+)/(\w+)", rest):
            return desk.upsert(upsert[1], upsert[2], body)
        raise FaultyError("NOT_FOUND", "The requested resource does not exist", 404)


def _kind(method: str, path: str) -> str:
    """The call without what is special about it."""
    return f"{method} {re.sub(r'/(01g|750)[^/]*', '/…', re.sub(_DATA, '', path))}"


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, [{"errorCode": code, "message": message}])
