"""The worker: it turns, it puts aside what it cannot look at, it ends when asked."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows import journal, live
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Change, Heartbeat, LeadState, Quarantine
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from leadpact.worker import Worker
from tests.ledger.helpers import MONDAY, go_live

NOW = MONDAY.replace(hour=16)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def time() -> Time:
    loaded = load_text(templates.text("b2b-saas"), "agreement.yaml")
    publish(loaded, actor="test", now=MONDAY)
    go_live(MONDAY)
    return Time()


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Leads that nobody can look at."""
    names: set[str] = set()
    look_at = live.look_at

    def stumbling(versions: Any, claim: Any, now: datetime) -> live.Turn:
        if ill := names & claim.leads:
            raise KeyError(f"ada@acme.org is in {ill}")
        return look_at(versions, claim, now)

    monkeypatch.setattr(live, "look_at", stumbling)
    return names


def arrive(*leads: str, at: datetime = NOW) -> None:
    ingest(
        [Fact("api", f"{lead} {at}", "page_viewed", at, Known(id=lead)) for lead in leads], now=at
    )


def until_quiet(worker: Worker) -> int:
    for rounds in range(100):
        if not worker.once():
            return rounds
    raise AssertionError("the worker does not come to rest")


def looked_at() -> set[str]:
    return set(LeadState.objects.values_list("lead_id", flat=True))


def test_it_looks_at_what_changed_and_then_has_nothing_to_do(time: Time) -> None:
    arrive("Ada", "Bo")
    until_quiet(Worker(time))
    assert looked_at() == {"Ada", "Bo"}
    assert not Change.objects.exists()


def test_a_lead_that_cannot_be_looked_at_holds_up_nobody(time: Time, poisoned: set[str]) -> None:
    leads = [f"L{number:02}" for number in range(20)]
    arrive(*leads)
    poisoned |= {"L03", "L17"}
    until_quiet(Worker(time))
    assert looked_at() == set(leads) - poisoned
    assert set(Quarantine.objects.values_list("lead_id", flat=True)) == poisoned


def test_what_the_database_refuses_to_hold_is_no_database_that_is_gone(
    time: Time, poisoned: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at = live.look_at

    def refusing(versions: Any, claim: Any, now: datetime) -> live.Turn:
        if poisoned & claim.leads:
            cause = psycopg.errors.ProgramLimitExceeded("index row requires 10344 bytes")
            raise OperationalError("index row requires 10344 bytes") from cause
        return look_at(versions, claim, now)

    monkeypatch.setattr(live, "look_at", refusing)
    arrive("Ada", "Bo")
    poisoned.add("Ada")
    until_quiet(Worker(time))
    assert set(Quarantine.objects.values_list("lead_id", flat=True)) == {"Ada"}


def test_what_is_written_of_it_names_the_place_and_nothing_of_the_lead(
    time: Time, poisoned: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    arrive("Ada")
    poisoned.add("Ada")
    with caplog.at_level(logging.INFO, "leadpact"):
        until_quiet(Worker(time))
    error = Quarantine.objects.get().error
    assert error.startswith("KeyError")
    lines = [journal.AsJson().format(record) for record in caplog.records]
    assert "lead put aside" in [json.loads(line)["event"] for line in lines]
    assert not [line for line in (*lines, error) if "ada@" in line or "Ada" in line]


def test_a_lead_that_was_put_aside_is_tried_again_and_let_go(
    time: Time, poisoned: set[str]
) -> None:
    arrive("Ada")
    poisoned.add("Ada")
    worker = Worker(time)
    until_quiet(worker)
    time.passes(minutes=2)
    until_quiet(worker)
    assert Quarantine.objects.get().attempts == 2
    poisoned.clear()
    time.passes(hours=6)
    until_quiet(worker)
    assert not Quarantine.objects.exists()
    assert looked_at() == {"Ada"}


def test_what_is_new_of_a_lead_that_was_put_aside_is_looked_at_at_once(
    time: Time, poisoned: set[str]
) -> None:
    arrive("Ada")
    poisoned.add("Ada")
    worker = Worker(time)
    until_quiet(worker)
    poisoned.clear()
    arrive("Ada", at=NOW + timedelta(seconds=1))
    until_quiet(worker)
    assert looked_at() == {"Ada"}
    assert not Quarantine.objects.exists()


def test_when_no_lead_can_be_looked_at_they_are_not_all_put_aside(
    time: Time, poisoned: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [f"L{number:02}" for number in range(60)]
    arrive(*leads)
    poisoned |= set(leads)
    worker = Worker(time)
    monkeypatch.setattr(worker._stopping, "wait", lambda _seconds: False)
    for _ in range(100):
        worker.once()
    assert Quarantine.objects.count() <= 20
    poisoned.clear()
    time.passes(minutes=2)
    until_quiet(worker)
    assert looked_at() == set(leads)


def test_a_database_that_is_gone_for_a_while_is_waited_for(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive("Ada")
    worker = Worker(time)
    turn, failures = live.turn, iter([True, True])

    def now_and_then(*words: Any) -> live.Turn:
        if next(failures, False):
            raise OperationalError("the server closed the connection")
        return turn(*words)

    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if looked_at():
            worker.stop()
        return False

    monkeypatch.setattr(live, "turn", now_and_then)
    monkeypatch.setattr("leadpact.worker.connection.close", lambda: None)
    monkeypatch.setattr(worker._stopping, "wait", wait)
    worker.run()
    assert looked_at() == {"Ada"}
    assert not Quarantine.objects.exists()
    assert pauses[0] < pauses[1]


def test_a_lead_whose_time_has_come_is_looked_at_without_any_event(time: Time) -> None:
    arrive("Ada")
    worker = Worker(time)
    until_quiet(worker)
    first = LeadState.objects.get().evaluated_at
    time.passes(days=2)
    until_quiet(worker)
    assert LeadState.objects.get().evaluated_at > first


def test_it_gives_signs_of_life_that_tell_what_it_did(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadpact.worker.connection.close", lambda: None)
    arrive("Ada", "Bo")
    worker = Worker(time)
    until_quiet(worker)
    worker.stop()
    worker.run()
    beat = Heartbeat.objects.get()
    assert (beat.turns, beat.looks, beat.failures) == (1, 2, 0)
