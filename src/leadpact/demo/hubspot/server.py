"""The stand-in behind HTTP, with HubSpot's limits and, where wanted, its bad days."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from leadpact.demo.hubspot import calls
from leadpact.demo.hubspot.limits import Faults, Limits
from leadpact.demo.hubspot.page import Desk
from leadpact.demo.hubspot.portal import Faulty, Portal

_TOKEN = "/oauth/v1/token"
#: What people see: all contacts, or the one with this number.
_SEEN = r"/(?:contacts/\d+/record/0-1/(\d+))?"
_CALLS: tuple[tuple[str, str, calls.Call], ...] = (
    ("GET", r"/crm/v3/objects/(\w+)", calls.list_objects),
    ("POST", r"/crm/v3/objects/(\w+)/search", calls.search_objects),
    ("POST", r"/crm/v3/objects/(\w+)/batch/read", calls.read_objects),
    ("POST", r"/crm/v3/objects/(\w+)/batch/update", calls.update_objects),
    ("POST", r"/crm/v3/objects/(\w+)/batch/create", calls.create_objects),
    ("POST", r"/crm/v4/associations/(\w+)/(\w+)/batch/read", calls.read_associations),
    ("GET", r"/crm/v3/owners", calls.list_owners),
    ("GET", r"/crm/v3/properties/(\w+)", calls.list_properties),
    ("POST", r"/crm/v3/properties/(\w+)/batch/create", calls.create_properties),
    ("POST", r"/crm/v3/properties/(\w+)/groups", calls.create_group),
    ("GET", r"/oauth/v1/access-tokens/([\w-]+)", calls.oauth_token_info),
    ("POST", _TOKEN, calls.renew_token),
    ("GET", r"/account-info/v3/details", calls.account_details),
    ("POST", r"/oauth/v2/private-apps/get/access-token-info", calls.token_info),
)


class Simulator:
    """Serves an account on this machine while it is entered; with `desk` also what people see."""

    def __init__(
        self,
        portal: Portal,
        limits: Limits,
        faults: Faults | None = None,
        *,
        port: int = 0,
        desk: Desk | None = None,
    ) -> None:
        self.portal, self.limits, self.faults, self.desk = portal, limits, faults, desk
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="hubspot", daemon=True
        )

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Simulator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, target: str, token: str, text: bytes) -> calls.Answer | None:
        """The answer to a request; None where it gets lost on its way."""
        parts = urlsplit(target)
        fate = self.faults.draw() if self.faults else ""
        with self.portal.lock:
            exceeded = self.limits.take(
                re.sub(r"^/crm/v\d+/", "", parts.path), search=parts.path.endswith("/search")
            )
            if exceeded or fate == "refused":
                return 429, _error("RATE_LIMITS", policyName=exceeded or "SECONDLY")
            if fate == "broken":
                return 502, _error("INTERNAL_ERROR")
            if token != f"Bearer {self.portal.token}" and parts.path != _TOKEN:
                return 401, _error("INVALID_AUTHENTICATION")
            found = self._call(method, parts.path, dict(parse_qsl(parts.query)), text)
        return None if fate == "lost" else found

    def _call(self, method: str, path: str, query: dict[str, str], text: bytes) -> calls.Answer:
        for verb, pattern, call in _CALLS:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                try:
                    body = dict(parse_qsl(text.decode())) if path == _TOKEN else _json(text)
                    return call(self.portal, match.groups(), query, body)
                except Faulty as faulty:
                    return 400, _error(faulty.category, message=str(faulty))
        return 404, _error("NOT_FOUND")


def _json(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _error(category: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, **more}


def _handler(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = re.fullmatch(_SEEN, self.path)
            if simulator.desk and seen:
                self._at_desk(simulator.desk, text, seen[1] or "")
                return
            token = self.headers.get("Authorization", "")
            answer = simulator.answer(self.command, self.path, token, text)
            if answer is None:
                self.close_connection = True
                return
            status, told = answer
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            for name, value in simulator.limits.headers().items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def _at_desk(self, desk: Desk, text: bytes, contact: str) -> None:
            if self.command == "POST":
                desk.act(dict(parse_qsl(text.decode())))
                self.send_response(303)
                self.send_header("Location", self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            said = desk.page(contact).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 the names of the base class

        def log_message(self, format: str, *args: object) -> None:
            """Its requests are no news."""

    return Handler
