"""Of all voids of a log those that concern the rows at hand, and no others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leadpact.ledger.models import Event
from leadpact.ledger.selectors import logs, voids
from leadpact.ledger.services import batches
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY, fact, tell

HOUR = timedelta(hours=1)


def void(of: Any, hours: float, **more: str) -> Any:
    named = {"source": of.source, "event_id": of.event_id, **more}
    return fact("fact.voided", MONDAY + hours * HOUR, None, **named)


def voids_in(*leads: str) -> set[str]:
    log = logs.history_of(leads).log.to_pylist()
    return {row["event_id"] for row in log if row["kind"] == "fact.voided"}


def test_a_history_has_the_voids_of_its_own_rows_and_the_voids_of_those() -> None:
    ada, bob = (fact("form_submitted", MONDAY, who) for who in ("Ada", "Bob"))
    of_ada, of_bob = void(ada, 1), void(bob, 1)
    taken_back = void(of_ada, 2)
    tell(ada, bob, of_ada, of_bob, taken_back)
    assert voids_in("Ada") == {of_ada.event_id, taken_back.event_id}
    assert voids_in("Bob") == {of_bob.event_id}


def test_a_void_that_comes_before_its_row_is_found() -> None:
    ada = fact("form_submitted", MONDAY, "Ada")
    early = void(ada, -1)
    tell(early)
    tell(ada)
    assert voids_in("Ada") == {early.event_id}


def test_a_void_of_an_import_concerns_everybody() -> None:
    batch, _ = batches.begin("list", "List", rejected=0, actor="test", now=MONDAY)
    ada, bob = (fact("form_submitted", MONDAY, who) for who in ("Ada", "Bob"))
    ingest([ada], now=MONDAY, batch=batch)
    whole = fact("fact.voided", MONDAY + HOUR, None, batch=batch.key)
    tell(bob, whole)
    assert voids_in("Ada") == voids_in("Bob") == {whole.event_id}
    rows = Event.objects.filter(kind="form_submitted")
    assert voids.withdrawn(rows) == {(ada.source, ada.event_id)}


def test_the_latest_void_is_judged_first() -> None:
    ada, bob = (fact("form_submitted", MONDAY, who) for who in ("Ada", "Bob"))
    of_ada = void(ada, 1)
    tell(ada, bob, of_ada, void(bob, 1), void(of_ada, 2))
    rows = Event.objects.filter(kind="form_submitted")
    assert voids.withdrawn(rows) == {(bob.source, bob.event_id)}
