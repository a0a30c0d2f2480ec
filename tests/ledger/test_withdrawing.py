"""Decisions follow their cause: what rested on withdrawn rows is withdrawn, and nothing else is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadpact.engine.nurture import evaluate_with_programs
from leadpact.flows import withdrawing
from leadpact.ledger.models import (
    Clock,
    Event,
    Handoff,
    LeadState,
    Notice,
    NurtureEntry,
    StageEntry,
)
from leadpact.ledger.services import actions, installation
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY, fact, go_live, put_into_force, settle, tell
from tests.ledger.test_nurture import AGREEMENT, DAY, look

HOUR = timedelta(hours=1)
DEMO = fact("demo_asked", MONDAY + HOUR, "Ada")


@pytest.fixture(autouse=True)
def agreed() -> None:
    put_into_force(AGREEMENT)
    go_live(MONDAY)
    tell(fact("lead.created", MONDAY, "Ada"))
    settle(MONDAY)


def void(row: Any, at: datetime) -> Any:
    named = {"source": row.source, "event_id": row.event_id}
    told = fact("fact.voided", at, None, **named)
    tell(told, now=at)
    look(at)
    return told


def standing(*kinds: str) -> list[str]:
    """Decisions of the system that were not withdrawn, by id."""
    gone = {
        (row["source"], row["event_id"])
        for text in Event.objects.filter(kind="fact.voided", decided=True).values_list(
            "properties", flat=True
        )
        for row in [json.loads(text)]
    }
    rows = Event.objects.filter(decided=True, kind__in=kinds).order_by("event_id")
    return [row.event_id for row in rows if (row.source, row.event_id) not in gone]


def test_a_stage_its_handoff_and_its_holder_go_with_the_form_that_made_them() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    assert StageEntry.objects.filter(lead="Ada", stage="MQL").exists()
    assert LeadState.objects.get(lead="Ada").holder == "Ann Lee"
    void(DEMO, MONDAY + 2 * HOUR)
    state = LeadState.objects.get(lead="Ada")
    assert (state.stage, state.holder) == ("Lead", None)
    assert not StageEntry.objects.filter(lead="Ada", stage="MQL").exists()
    assert not Handoff.objects.exists()
    assert standing("stage.entered", "lead.handed_off", "lead.assigned", "nurture.left") == []
    (told,) = Notice.objects.filter(kind="withdrawn")
    assert (told.receiver, told.lead_id) == ("Ann Lee", "Ada")
    # The program that it left by qualifying has it again.
    assert NurtureEntry.objects.get(lead="Ada").left_at is None


def test_it_can_be_decided_anew_and_a_void_that_is_withdrawn_brings_all_back() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    told = void(DEMO, MONDAY + 2 * HOUR)
    void(told, MONDAY + 3 * HOUR)
    state = LeadState.objects.get(lead="Ada")
    assert (state.stage, state.holder) == ("MQL", "Ann Lee")
    assert standing("stage.entered") == ["Ada 1 MQL (2)"]
    assert standing("lead.assigned") == ["Ada 1 assigned (2)"]
    assert Handoff.objects.get().person == "Ann Lee"
    tell(fact("fact.voided", MONDAY + 4 * HOUR, None, source="test", event_id=DEMO.event_id))
    look(MONDAY + 4 * HOUR)
    assert LeadState.objects.get(lead="Ada").stage == "Lead"
    assert standing("stage.entered", "lead.handed_off", "lead.assigned") == []


def test_what_was_withdrawn_in_shadow_mode_is_acted_on_when_it_ends() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    installation.set_shadow(True, actor="test", now=MONDAY + HOUR)
    void(DEMO, MONDAY + 2 * HOUR)
    look(MONDAY + 3 * HOUR)
    assert standing("lead.handed_off") == ["Ada 1 handed off"]
    installation.set_shadow(False, actor="test", now=MONDAY + 4 * HOUR)
    look(MONDAY + 4 * HOUR)
    assert standing("stage.entered", "lead.handed_off", "lead.assigned") == []
    assert LeadState.objects.get(lead="Ada").holder is None
    assert Notice.objects.filter(kind="withdrawn", receiver="Ann Lee").count() == 1


def test_another_row_that_holds_the_decision_keeps_it() -> None:
    again = fact("demo_asked", MONDAY + HOUR, "Ada", form="second")
    tell(DEMO, again)
    look(MONDAY + HOUR)
    void(DEMO, MONDAY + 2 * HOUR)
    assert standing("stage.entered") == ["Ada 1 MQL"]
    assert LeadState.objects.get(lead="Ada").holder == "Ann Lee"


def test_what_came_later_neither_makes_nor_keeps_a_decision() -> None:
    """The second form is known only after the decision: it decides for itself, at its own time."""
    tell(DEMO)
    look(MONDAY + HOUR)
    tell(fact("demo_asked", MONDAY + 3 * HOUR, "Ada"))
    look(MONDAY + 3 * HOUR)
    void(DEMO, MONDAY + 4 * HOUR)
    assert standing("stage.entered") == ["Ada 1 MQL (2)"]
    assert StageEntry.objects.get(lead="Ada", stage="MQL").entered_at == MONDAY + 3 * HOUR


def test_a_void_of_something_else_touches_no_decision() -> None:
    other = fact("page_viewed", MONDAY + HOUR, "Ada")
    tell(DEMO, other)
    look(MONDAY + HOUR)
    void(other, MONDAY + 2 * HOUR)
    assert standing("stage.entered", "lead.handed_off", "lead.assigned") == [
        "Ada 1 MQL", "Ada 1 assigned", "Ada 1 handed off",
    ]  # fmt: skip


def test_what_people_did_with_a_lead_keeps_its_handoff() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    actions.attempt(Doing(of_operator(), MONDAY + 2 * HOUR), "Ada", "phone")
    look(MONDAY + 2 * HOUR)
    void(DEMO, MONDAY + 3 * HOUR)
    state = LeadState.objects.get(lead="Ada")
    assert (state.stage, state.holder) == ("Lead", "Ann Lee")
    assert standing("stage.entered") == []
    assert standing("lead.handed_off", "lead.assigned") == ["Ada 1 assigned", "Ada 1 handed off"]


def test_a_rejection_that_was_a_mistake_takes_the_next_passage_with_it() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    no = actions.reject(Doing(of_operator(), MONDAY + DAY), "Ada", "no budget")
    look(MONDAY + DAY)
    assert NurtureEntry.objects.filter(lead="Ada", episode=2).count() == 2
    rejected = Event.objects.get(event_id=no.event_id)
    void(rejected, MONDAY + 2 * DAY)
    state = LeadState.objects.get(lead="Ada")
    assert (state.episode, state.stage, state.holder) == (1, "MQL", "Ann Lee")
    assert not NurtureEntry.objects.filter(lead="Ada", episode=2).exists()
    assert [each for each in standing("nurture.entered") if each.startswith("Ada 2")] == []


def test_only_watching_nothing_is_withdrawn() -> None:
    from leadpact.ledger.models import Installation

    tell(DEMO)
    look(MONDAY + HOUR)
    Installation.objects.update(shadow=True)
    void(DEMO, MONDAY + 2 * HOUR)
    assert standing("stage.entered") == ["Ada 1 MQL"]


def test_no_breach_of_a_withdrawn_handoff_is_told() -> None:
    tell(DEMO)
    look(MONDAY + HOUR)
    void(DEMO, MONDAY + 2 * HOUR)
    look(MONDAY + 20 * DAY)
    assert not Notice.objects.filter(kind__in=("breach", "escalation")).exists()
    assert not Clock.objects.filter(side="sales").exists()


def test_a_decision_is_judged_once_however_often_the_lead_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[datetime] = []

    def counted(*words: Any, as_of: datetime) -> Any:
        judged.append(as_of)
        return evaluate_with_programs(*words, as_of=as_of)

    monkeypatch.setattr(withdrawing, "evaluate_with_programs", counted)
    seen, more = fact("page_viewed", MONDAY, "Ada"), fact("page_viewed", MONDAY, "Ada", page="/x")
    tell(seen, more)
    tell(DEMO)
    look(MONDAY + HOUR)
    void(seen, MONDAY + 2 * HOUR)
    once = len(judged)
    assert once > 0
    look(MONDAY + 3 * HOUR)
    tell(fact("page_viewed", MONDAY + 4 * HOUR, "Ada"))
    look(MONDAY + 4 * HOUR)
    assert len(judged) == once
    void(more, MONDAY + 5 * HOUR)
    assert len(judged) > once, "it rests on less than before"
    assert standing("stage.entered") == ["Ada 1 MQL"]
