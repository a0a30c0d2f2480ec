"""Many write and several workers turn at once, on PostgreSQL: nobody waits in a circle for another,
no lead is given twice, and nobody is given more than they take.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leadpact.agreement.loading import load_text
from leadpact.flows import live
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Change, Event, Handoff, Lead, LeadState, Standing
from leadpact.ledger.selectors.health import anything_to_do
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import go_live
from tests.ledger.installation import AGREEMENT

WRITERS, WORKERS = 8, 4
LEADS, CAP = 60, 20
LONGEST = 180.0
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(hours=1)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="several workers: PostgreSQL"),
]


def in_threads(count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


@pytest.fixture
def mistakes() -> list[Exception]:
    return []


def test_eight_writers_and_four_workers(mistakes: list[Exception]) -> None:
    loaded = load_text(AGREEMENT % {"caps": f", cap: {CAP}"}, "agreement.yaml")
    publish(loaded, actor="test", now=BEGIN)
    go_live(BEGIN)
    written = threading.Event()

    def guarded(work: Callable[[int], None]) -> Callable[[int], None]:
        def run(number: int) -> None:
            try:
                work(number)
            except Exception as error:  # noqa: BLE001 the test tells it
                mistakes.append(error)
            finally:
                connection.close()

        return run

    def write(number: int) -> None:
        # Every lead is told of by two writers, in opposite order, under the same mailbox.
        order = range(LEADS) if number % 2 else reversed(range(LEADS))
        for lead in order:
            if lead % (WRITERS // 2) != number // 2:
                continue
            known = Known(email=f"p{lead}@example{lead}.com", visitor=f"v{lead}")
            kinds = ("lead.created", "form_submitted")
            told = {"email": known.email, "seconds_to_fill": 40}
            ingest(
                [Fact(f"w{number}", f"{lead} {kind}", kind, NOW, known, told) for kind in kinds],
                now=NOW,
            )

    def turn(_number: int) -> None:
        until = time.monotonic() + LONGEST
        while not written.is_set() or anything_to_do(NOW):
            assert time.monotonic() < until, "the workers do not come to an end"
            live.turn(lambda: NOW, 7)
            live.serve_queue(lambda: NOW)

    writers = in_threads(WRITERS, guarded(write))
    workers = in_threads(WORKERS, guarded(turn))
    for thread in writers:
        thread.join(LONGEST)
    written.set()
    for thread in workers:
        thread.join(LONGEST)
    assert not mistakes
    assert not any(thread.is_alive() for thread in (*writers, *workers))
    live.serve_queue(lambda: NOW)
    _check()


def test_many_tell_of_the_same_new_ids_at_once(mistakes: list[Exception]) -> None:
    ids = [f"{lead:02}" for lead in range(LEADS)]
    ready = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        try:
            ready.wait(LONGEST)
            for begin in range(0, LEADS, 20):
                some = ids[begin : begin + 20]
                ordered = some if number % 2 else some[::-1]
                facts = [Fact(f"w{number}", i, "page_viewed", NOW, Known(id=i)) for i in ordered]
                ingest(facts, now=NOW)
        except Exception as error:  # noqa: BLE001 the test tells it
            mistakes.append(error)
        finally:
            connection.close()

    for thread in in_threads(WRITERS, write):
        thread.join(LONGEST)
    assert not mistakes
    assert set(Lead.objects.values_list("key", flat=True)) == set(ids)
    told = Counter(Event.objects.values_list("lead_id", flat=True))
    assert told == dict.fromkeys(ids, WRITERS)


def _check() -> None:
    assert Lead.objects.filter(merged_into=None).count() == LEADS
    assert Event.objects.filter(decided=False).count() == LEADS * 2 * 2
    assert not Change.objects.exists()
    handed = Counter(Event.objects.filter(kind="lead.handed_off").values_list("lead_id", flat=True))
    assert set(handed.values()) == {1}
    assert len(handed) == LEADS
    given = Counter(Event.objects.filter(kind="lead.assigned").values_list("lead_id", flat=True))
    assert set(given.values()) == {1}
    held = Counter(Handoff.objects.exclude(person=None).values_list("person", flat=True))
    assert held == {"Ann Lee": CAP, "Bob Ray": CAP}
    assert held == Counter(LeadState.objects.exclude(holder=None).values_list("holder", flat=True))
    assert Handoff.objects.filter(person=None).count() == LEADS - 2 * CAP
    assert sum(Standing.objects.values_list("had", flat=True)) == 2 * CAP
