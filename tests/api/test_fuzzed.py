"""The interface against its own description: whatever is sent, no crash and no surprise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from leadpact.ledger.services import access
from leadpact.notify import chat, webhooks
from tests.api.conftest import NOW

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
           "response_schema_conformance")  # fmt: skip


@schemathesis.serializer("application/x-ndjson")
def as_lines(ctx: Any, value: Any) -> bytes:
    """Lines as they are."""
    return str(value).encode("utf-8", "replace")


@pytest.fixture
def key(company: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key; requests leave the connection of the test open, as Django's own client does.

    Nobody is called, whatever address the fuzzer makes up.
    """
    monkeypatch.setattr(chat, "send", lambda *_, **__: None)
    monkeypatch.setattr(webhooks, "send", lambda *_, **__: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield access.create_key("fuzzer", "admin", actor="test", now=NOW)[1]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_crash_and_no_status_that_is_not_described(case: schemathesis.Case, key: str) -> None:
    response = case.call(headers={"Authorization": f"Bearer {key}"})
    case.validate_response(response, checks=[CHECKS.get_one(name) for name in CHECKED])
