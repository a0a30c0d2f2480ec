"""Whether the installation is ready, and how far it is behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.services.access import create_key
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY

NOW = MONDAY + timedelta(hours=7)


def test_it_is_ready_when_the_tables_are_there(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_it_is_not_ready_while_tables_are_missing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadpact.api.health.pending", lambda: ["0002_more"])
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")


def test_figures_tell_how_far_the_live_flow_is_behind(client: Client) -> None:
    facts = [Fact("api", name, "page_viewed", NOW, Known(id=name)) for name in ("Ada", "Bo")]
    ingest(facts, now=NOW)
    text = client.get("/metrics").content.decode()
    told = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert float(told["leadpact_changes"]) == 2
    assert float(told["leadpact_oldest_change"]) > 0
    assert "leadpact_evaluation_seconds_total" in told


def test_figures_are_for_this_machine_or_an_admin_key(client: Client) -> None:
    def asked(**headers: str) -> int:
        return client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers=headers).status_code

    _, admin = create_key("monitor", "admin", actor="test", now=NOW)
    _, reader = create_key("reader", "read", actor="test", now=NOW)
    assert asked() == 401
    assert asked(authorization=f"Bearer {reader}") == 401
    assert asked(authorization=f"Bearer {admin}") == 200


def test_a_proxy_on_this_machine_does_not_lend_its_address(client: Client) -> None:
    answer = client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 401
