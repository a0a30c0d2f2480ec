"""The stand-in behind HTTP, with HubSpot's limits and, where wanted, its bad days."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from leadpact.demo.faults import Faults
from leadpact.demo.hubspot import calls, mail_calls
from leadpact.demo.hubspot.limits import Limits
from leadpact.demo.hubspot.page import Desk
from leadpact.demo.hubspot.portal import Faulty, Portal
from leadpact.demo.serving import Reply, StandIn

_TOKEN = "/oauth/v1/token"
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
    ("GET", r"/marketing/v3/forms", mail_calls.list_forms),
    ("GET", r"/form-integrations/v1/submissions/forms/([\w-]+)", mail_calls.form_submissions),
    ("GET", r"/email/public/v1/events", mail_calls.email_events),
    ("GET", r"/email/public/v1/campaigns/(\d+)", mail_calls.email_campaign),
    ("POST", r"/oauth/v2/private-apps/get/access-token-info", calls.token_info),
)


class Simulator(StandIn):
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
        super().__init__(lambda: portal.now(), port, desk)
        self.portal, self.limits, self.faults = portal, limits, faults

    def respond(self, method: str, target: str, token: str, text: bytes) -> Reply | None:
        """The answer to a program; None where it gets lost on its way."""
        answer = self.answer(method, target, token, text)
        if answer is None:
            return None
        status, told = answer
        return Reply(status, json.dumps(told), headers=self.limits.headers())

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
