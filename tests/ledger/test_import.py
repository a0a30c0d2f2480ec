"""A history comes in: the same leads and figures as `run`, once, and it tells nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import OperationalError

from leadpact.agreement.loading import load
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.flows import importing, piecewise
from leadpact.flows.importing import Imported, import_history
from leadpact.flows.reading import read_history
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    Batch,
    Change,
    Clock,
    Deal,
    Event,
    Handoff,
    Identity,
    Lead,
    LeadState,
    Notice,
)
from leadpact.ledger.services import actions, newcomers
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from leadpact.sources.reading import Read
from tests.ledger.helpers import go_live, settle

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "small-agency"
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def silently(_done: float, _what: str) -> None:
    pass


@pytest.fixture(scope="module")
def found() -> Read:
    return read_history(str(EXAMPLE / "sources.yaml"), None, silently)


def imported(found: Read, now: datetime = NOW) -> Imported:
    return import_history(found, name="history", actor="test", now=now, tell=silently)


def rows(log: pa.Table) -> set[tuple[str, str]]:
    return set(zip(log["source"].to_pylist(), log["event_id"].to_pylist(), strict=True))


def in_the_log() -> set[tuple[str, str]]:
    return set(Event.objects.filter(decided=False).values_list("source", "event_id"))


def test_every_row_is_there_once_under_its_lead(found: Read) -> None:
    done = imported(found)
    log = found.history.log
    assert in_the_log() == rows(log)
    assert done.fresh == done.rows == log.num_rows
    assert done.leads == Lead.objects.count() == Change.objects.filter(bulk=True).count()
    assert not Event.objects.exclude(recorded=None).filter(decided=False).exists()


def test_the_figures_are_those_of_run(found: Read) -> None:
    version = load(EXAMPLE / "agreement.yaml")
    assert version.agreement is not None
    publish(version, actor="test", now=NOW)
    imported(found)
    settle(NOW, limit=200)
    told = evaluate([version.agreement], found.history, as_of=NOW)
    once = {row["lead_id"]: row for row in told.lead_states.to_pylist()}
    keys = dict(Identity.objects.filter(kind="id").values_list("value", "lead_id"))
    assert len(once) > 20
    for lead, row in once.items():
        state = LeadState.objects.get(lead=keys[lead])
        assert (state.stage, state.status, state.score) == (
            row["stage"], row["status"], row["score"]
        )  # fmt: skip
    assert Clock.objects.count() == told.clocks.num_rows
    assert {deal.key for deal in Deal.objects.all()} == set(
        found.history.deals["deal_id"].to_pylist()
    )


def test_a_history_starts_nothing_and_tells_nobody(found: Read) -> None:
    publish(load(EXAMPLE / "agreement.yaml"), actor="test", now=NOW)
    go_live(NOW)
    imported(found)
    settle(NOW, limit=200)
    assert LeadState.objects.count() == Lead.objects.count()
    assert not Handoff.objects.exists()
    assert not Notice.objects.exists()
    assert not Event.objects.filter(decided=True).exclude(kind="lead.excluded").exists()


def test_the_same_rows_again_change_nothing(found: Read) -> None:
    imported(found)
    Change.objects.all().delete()
    again = imported(found, NOW + timedelta(days=1))
    assert again.finished_before
    assert Batch.objects.count() == 1
    assert in_the_log() == rows(found.history.log)
    assert not Change.objects.exists()


def test_an_import_that_was_interrupted_goes_on(
    found: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_ROWS", 40)
    write, pieces = importing._write, []

    def killed(*words: object) -> tuple[int, set[str]]:
        if len(pieces) == 2:
            raise KeyboardInterrupt
        pieces.append(words)
        return write(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        imported(found)
    assert Event.objects.count() == 80
    assert Batch.objects.get().finished_at is None
    monkeypatch.setattr(importing, "_write", write)
    done = imported(found)
    assert in_the_log() == rows(found.history.log)
    assert done.fresh == found.history.log.num_rows - 80
    assert Batch.objects.get().finished_at is not None
    assert set(Change.objects.values_list("lead_id", flat=True)) == set(
        Lead.objects.values_list("key", flat=True)
    )


def test_a_list_that_grew_brings_only_what_is_new(found: Read) -> None:
    log = found.history.log
    early = Read(History(log.slice(0, 100), found.history.deals), [], [])
    imported(early)
    Change.objects.all().delete()
    done = imported(found)
    assert done.fresh == log.num_rows - 100
    assert in_the_log() == rows(log)
    assert Batch.objects.count() == 2


def test_a_lead_that_is_known_by_its_mailbox_is_the_same_lead() -> None:
    known = Known(email="ada@acme.org")
    (receipt,) = ingest([Fact("api", "1", "page_viewed", NOW, known)], now=NOW)
    row = {
        "event_id": "a", "source": "crm", "lead_id": "10482", "happened_at": NOW,
        "kind": "lead.created", "properties": '{"email": "Ada@Acme.org"}',
    }  # fmt: skip
    imported(_read([row]))
    assert Lead.objects.count() == 1
    assert Event.objects.get(source="crm").lead_id == receipt.lead


def test_leads_who_share_a_mailbox_are_one() -> None:
    made = [
        {
            "event_id": lead, "source": "crm", "lead_id": lead, "happened_at": NOW,
            "kind": "lead.created", "properties": f'{{"email": "{email}"}}',
        }
        for lead, email in [("1", "ada@acme.org"), ("2", "bo@acme.org"), ("3", " ADA@acme.org ")]
    ]  # fmt: skip
    imported(_read(made))
    leads = dict(Event.objects.values_list("event_id", "lead_id"))
    assert leads["1"] == leads["3"] != leads["2"]
    assert Lead.objects.count() == 2
    assert Identity.objects.filter(kind="id").count() == 3


def test_somebody_else_writes_the_same_leads_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who look unknown, and are known when they are written, are looked at one by one."""
    known = Known(id="10482", email="ada@acme.org")
    (receipt,) = ingest([Fact("api", "1", "page_viewed", NOW, known)], now=NOW)
    monkeypatch.setattr(newcomers, "_strangers", lambda some: pa.array([True] * len(some)))
    made = [
        {
            "event_id": lead, "source": "crm", "lead_id": lead, "happened_at": NOW,
            "kind": "lead.created", "properties": f'{{"email": "{lead}@acme.org"}}',
        }
        for lead in ("ada", "bo", "10482")
    ]  # fmt: skip
    imported(_read(made))
    assert Lead.objects.count() == 2
    leads = dict(Event.objects.filter(source="crm").values_list("event_id", "lead_id"))
    assert leads["ada"] == leads["10482"] == receipt.lead != leads["bo"]


def test_hostile_and_strange_text_comes_in_as_it_is() -> None:
    texts = ['a,"b"', "=1+1", "zeile\nzwei", "<script>", "\\.", "\\N", "", "ü😀", "a\tb"]
    made = [
        {
            "event_id": f"e{n}{text}", "source": text or "s", "lead_id": f"L {text}",
            "happened_at": NOW, "kind": "page_viewed", "actor": text,
            "properties": importing.ingest.json_of({"note": text}),
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    imported(_read(made))
    for n, text in enumerate(texts):
        event = Event.objects.get(event_id=f"e{n}{text}")
        assert (event.source, event.actor) == (text or "s", text)
        assert event.properties == importing.ingest.json_of({"note": text})


def test_a_whole_import_can_be_withdrawn(found: Read) -> None:
    publish(load(EXAMPLE / "agreement.yaml"), actor="test", now=NOW)
    done = imported(found)
    settle(NOW, limit=200)
    assert Clock.objects.exists()
    later = NOW + timedelta(hours=1)
    actions.void(actions.Doing(of_operator(), later), batch=done.batch)
    settle(later, limit=200)
    assert not Clock.objects.exists()
    assert in_the_log() >= rows(found.history.log)


def _read(made: list[dict[str, object]]) -> Read:
    from leadpact.engine.log import LOG_SCHEMA

    return Read(History(pa.Table.from_pylist(made, schema=LOG_SCHEMA)), [], [])


@pytest.mark.django_db(transaction=True)
def test_pieces_that_are_written_at_once_bring_every_row_once(
    found: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_ROWS", 25)
    log = found.history.log
    early = Read(History(log.slice(0, 60), found.history.deals), [], [])
    assert imported(early).fresh == 60
    done = imported(found)
    assert done.fresh == log.num_rows - 60
    assert in_the_log() == rows(log)
    assert set(Change.objects.values_list("lead_id", flat=True)) == set(
        Lead.objects.values_list("key", flat=True)
    )


class DeadlockError(Exception):
    sqlstate = "40P01"


def test_pieces_that_wait_for_each_other_are_done_again_and_other_mistakes_end_it() -> None:
    tried: list[int] = []

    def collides(piece: int) -> int:
        tried.append(piece)
        if piece == 2 and tried.count(2) == 1:
            raise OperationalError("deadlock detected") from DeadlockError()
        return piece

    assert sorted(piecewise._at_once(collides, [1, 2, 3])) == [1, 2, 3]
    assert sorted(tried) == [1, 2, 2, 3]

    def fails(piece: int) -> int:
        raise OperationalError("gone")

    with pytest.raises(OperationalError, match="gone"):
        list(piecewise._at_once(fails, [1, 2, 3]))
