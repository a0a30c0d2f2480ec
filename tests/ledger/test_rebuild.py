"""The tables of state are what the log says: made anew they are the same, and a change shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows.rebuilding import Rebuilt, rebuild
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Change, Clock, Deal, Episode, Event, LeadState, StageEntry
from leadpact.ledger.selectors.standing import standing_of
from leadpact.ledger.services import actions
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY, go_live, settle

NOW = MONDAY.replace(hour=16)
LEADS = [f"L{number:02}" for number in range(12)]
LATER = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def a_ledger_with_a_past() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)
    for number, lead in enumerate(LEADS):
        known = Known(id=lead, email=f"{lead}@acme{number}.org")
        stated = {"email": known.email, "country": "US", "employees": 800, "origin": "marketing"}
        facts = [Fact("api", f"{lead} 1", "lead.created", NOW, known, stated)]
        if number % 3:
            filled = {"form": "demo", "seconds_to_fill": 40}
            facts.append(Fact("api", f"{lead} 2", "form_submitted", NOW, known, filled))
        ingest(facts, now=NOW)
    settle(NOW)
    doing = actions.Doing(of_operator(), NOW + timedelta(minutes=20))
    actions.accept(doing, "L01")
    actions.reject(doing, "L02", "wrong timing")
    actions.deal(doing, "L04", "D1", "won", amount=1200.0, currency="EUR")
    actions.merge(doing, "L05", "L06")
    actions.exclude(doing, "L07", "a test of ours")
    settle(NOW + timedelta(minutes=21))
    settle(LATER)


def rebuilt(at: datetime = LATER, *, keep: bool = True) -> Rebuilt:
    return rebuild(lambda: at, lambda _done, _what: None, keep=keep)


def test_made_anew_all_stand_as_before() -> None:
    before = standing_of(LEADS)
    assert Clock.objects.count() > 10
    done = rebuilt()
    assert (done.leads, done.behind, done.differences) == (len(LEADS), 0, [])
    assert standing_of(LEADS) == before


def test_what_was_lost_is_there_again() -> None:
    before = standing_of(LEADS)
    for model in (LeadState, Clock, StageEntry, Episode):
        model.objects.all().delete()
    Deal.objects.update(outcome="open", amount=None)
    done = rebuilt()
    assert {each.lead for each in done.differences} == set(LEADS)
    assert standing_of(LEADS) == before
    assert not rebuilt().differences


def test_a_row_that_was_altered_is_told_with_its_lead() -> None:
    Clock.objects.filter(lead="L01", outcome="met").update(outcome="missed")
    done = rebuilt()
    (difference,) = done.differences
    assert difference.lead == "L01"
    assert {table for table, _ in difference.was} == {"Clock"}
    assert not Clock.objects.filter(lead="L01", outcome="missed").exists()


def test_a_clock_that_began_at_the_last_look_makes_no_difference() -> None:
    known = Known(id="new", email="new@acme77.org")
    stated = {"email": known.email, "country": "US", "employees": 800, "origin": "marketing"}
    filled = {"form": "demo", "seconds_to_fill": 40}
    ingest([Fact("api", "new 1", "lead.created", LATER, known, stated),
            Fact("api", "new 2", "form_submitted", LATER, known, filled)], now=LATER)  # fmt: skip
    settle(LATER)
    assert Clock.objects.filter(lead="new", outcome="running").exists()
    assert rebuilt(LATER + timedelta(minutes=1)).differences == []


def test_only_comparing_writes_nothing() -> None:
    Clock.objects.filter(lead="L01", outcome="met").update(outcome="missed")
    assert len(rebuilt(keep=False).differences) == 1
    assert Clock.objects.filter(lead="L01", outcome="missed").exists()


def test_a_lead_that_waits_to_be_looked_at_is_not_called_different() -> None:
    ingest([Fact("api", "new", "page_viewed", LATER, Known(id="L01"))], now=LATER)
    actions.disqualify(actions.Doing(of_operator(), LATER), "L03", "no budget")
    done = rebuilt()
    assert (done.behind, done.differences) == (2, [])
    assert Change.objects.filter(lead="L01").exists()


def test_it_decides_nothing() -> None:
    before = Event.objects.count()
    rebuilt(LATER + timedelta(days=30))
    assert Event.objects.count() == before
