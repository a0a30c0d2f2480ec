"""Whether the installation is ready, and how far it is behind."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from leadpact.flows.journal import AsJson
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Clock, Heartbeat, Lead
from leadpact.ledger.services import heartbeats
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
    assert float(told["leadpact_oldest_change_seconds"]) > 0


def test_figures_are_named_and_told_as_prometheus_asks(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.content.decode()))
    kinds = {each.name: each.type for each in families}
    assert len(kinds) == len(families)
    assert kinds["leadpact_evaluation_seconds"] == "summary"
    assert kinds["leadpact_looks"] == "counter"
    for each in families:
        assert re.fullmatch(r"leadpact_[a-z][a-z_]*[a-z]", each.name)
        assert each.type in ("gauge", "counter", "summary")
        assert each.documentation.endswith(".")
        assert not each.name.endswith(("_count", "_sum", "_bucket", "_total"))
        assert each.samples
    assert not [
        each.name for each in families if re.search("_(ms|minutes|hours|micros)", each.name)
    ]


def test_a_promise_that_ran_out_is_due_until_somebody_looks_then_overdue(client: Client) -> None:
    lead = Lead.objects.create(key="Ada", begins=NOW)
    clock = Clock.objects.create(
        lead=lead, episode=1, obligation="Answer", side="sales", version=0, started_at=MONDAY,
        due_at=MONDAY, outcome="running",
    )  # fmt: skip
    assert figures(client)["leadpact_clocks_due"] == 1
    clock.outcome = "overdue"
    clock.save()
    told = figures(client)
    assert (told["leadpact_clocks_due"], told["leadpact_clocks_overdue"]) == (0, 1)


def figures(client: Client) -> dict[str, float]:
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {each.name: each.value for family in families for each in family.samples}


def test_what_workers_did_stays_counted_when_they_are_gone(client: Client) -> None:
    def worker(name: str, at: datetime) -> None:
        done = {"turns": 3, "looks": 20, "decisions": 5, "failures": 1, "seconds": 1.5}
        heartbeats.beat(Heartbeat(worker=name, started_at=at, **done), now=at)

    for days in range(4):
        worker(f"host:{days}", NOW + timedelta(days=2 * days))
        assert figures(client)["leadpact_looks_total"] == 20 * (days + 1)
    told = figures(client)
    assert told["leadpact_evaluation_seconds_count"] == 12
    assert told["leadpact_evaluation_seconds_sum"] == 6
    assert Heartbeat.objects.count() == 2


def test_figures_are_for_this_machine_or_a_key_that_reads(client: Client) -> None:
    def asked(**headers: str) -> int:
        return client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers=headers).status_code

    _, admin = create_key("monitor", "admin", actor="test", now=NOW)
    _, collects = create_key("site", "collect", actor="test", now=NOW)
    _, reader = create_key("reader", "read", actor="test", now=NOW)
    assert asked() == 401
    assert asked(authorization=f"Bearer {collects}") == 401
    assert asked(authorization=f"Bearer {reader}") == 200
    assert asked(authorization=f"Bearer {admin}") == 200


def test_a_proxy_on_this_machine_does_not_lend_its_address(client: Client) -> None:
    answer = client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 401


def test_the_journal_tells_of_a_request_what_was_asked_and_nothing_of_whom(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/api/v1/leads/ada-lovelace/record")
    client.get("/nowhere/ada-lovelace")
    told = [json.loads(AsJson().format(record)) for record in caplog.records]
    refused = [each for each in told if each["by"] == "django.request"]
    assert [(each["event"], each["status"]) for each in refused] == [
        ("request refused", 401), ("request refused", 404),
    ]  # fmt: skip
    assert refused[0]["page"].endswith("record")
    assert "ada-lovelace" not in json.dumps(refused)
