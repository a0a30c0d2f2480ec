"""Nurture carried out: who joins a program, which touch is due, how a lead leaves, who is told."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadpact.engine.nurture import evaluate_with_programs
from leadpact.flows.measuring import measure
from leadpact.flows.nurturing import figures_of_programs
from leadpact.ledger.models import Clock, Event, Notice, NurtureEntry, Webhook
from leadpact.ledger.sealing import seal
from leadpact.ledger.selectors import agreements, logs
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY, fact, go_live, put_into_force, settle, tell

DAY = timedelta(days=1)
AGREEMENT: dict[str, Any] = {
    "leadpact": 1,
    "name": "Nurtured",
    "parties": {"marketing": {"head": {"name": "Mia Moss"}}, "sales": {"head": {"name": "Sam So"}}},
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "definitions": {"MQL": "Somebody who asked for a demo."},
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {"name": "MQL", "side": "marketing", "when": {"event": "demo_asked"}},
        {"name": "Won", "side": "sales", "outcome": "won", "when": {"event": "deal.won"}},
    ],
    "handoff": {
        "stage": "MQL", "rejections": [{"reason": "no budget"}],
        "reentry": {"activity": {"event": "demo_asked"}},
    },
    "routing": {
        "teams": [{"name": "Desk", "side": "sales", "people": [{"name": "Ann Lee"}]}],
        "routes": [{"name": "All", "to": "Desk"}],
    },
    "nurture": [
        {
            "name": "Not ready", "owner": "Mia Moss", "enters": {"stage": "Lead"},
            "steps": [
                {"name": "Guide", "after": "2 days"},
                {"name": "Letter", "after": "7 days"},
                {"name": "Call", "after": "7 days", "channel": "phone"},
            ],
        },
        {
            "name": "Second chance", "owner": "Mia Moss", "enters": {"event": "sales.rejected"},
            "exits": {"event": "demo_asked"}, "steps": [{"name": "News", "after": "14 days"}],
        },
    ],
    "obligations": [
        {
            "name": "First touch", "side": "marketing", "within": "3 days",
            "starts_on": {"event": "nurture.entered", "where": {"program": "Second chance"}},
            "stops_on": {"event": "nurture.touched"},
        },
        {
            "name": "Call who answered", "side": "sales", "within": "1 business day",
            "starts_on": {"event": "mail_answered"}, "stops_on": {"event": "sales.attempted"},
        },
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def agreed() -> None:
    put_into_force(AGREEMENT)
    go_live(MONDAY)


def look(at: datetime) -> None:
    """Let the live flow work; what it wrote is what one evaluation of the whole log says."""
    settle(at)
    found = evaluate_with_programs(agreements.documents(), logs.whole_history(), as_of=at)
    written = {(r["lead_id"], r["episode"], r["program"]): r for r in NurtureEntry.objects.values()}
    expected = {(e.lead_id, e.episode, e.program): asdict(e) for e in found.entries}
    assert written.keys() == expected.keys()
    for key, row in written.items():
        assert {name: row[name] for name in expected[key]} == expected[key]


def entry(program: str, episode: int = 1, lead: str = "Ada") -> NurtureEntry:
    return NurtureEntry.objects.get(lead=lead, program=program, episode=episode)


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("id")
    return [(row.receiver, row.payload) for row in rows]


def test_a_lead_that_is_not_ready_is_in_a_program_with_an_owner_and_a_next_touch() -> None:
    tell(fact("lead.created", MONDAY, "Ada"))
    look(MONDAY)
    row = entry("Not ready")
    assert (row.owner, row.entered_at, row.step) == ("Mia Moss", MONDAY, 0)
    assert (row.next_step, row.next_touch_at) == ("Guide", MONDAY + 2 * DAY)
    (joined,) = Event.objects.filter(kind="nurture.entered")
    assert joined.decided
    assert json.loads(joined.properties) == {"program": "Not ready", "episode": 1}


def test_touches_move_it_on_and_one_that_was_not_reported_stays_due() -> None:
    tell(fact("lead.created", MONDAY, "Ada"))
    look(MONDAY + 3 * DAY)
    assert entry("Not ready").next_touch_at == MONDAY + 2 * DAY
    tell(fact("nurture.touched", MONDAY + 3 * DAY, "Ada", program="not ready"))
    look(MONDAY + 3 * DAY)
    assert (entry("Not ready").step, entry("Not ready").next_step) == (1, "Letter")
    assert entry("Not ready").next_touch_at == MONDAY + 10 * DAY
    later = fact("nurture.touched", MONDAY + 5 * DAY, "Ada", program="Not ready", step="call")
    tell(later, fact("nurture.touched", MONDAY + 5 * DAY, "Ada", program="Other"))
    look(MONDAY + 5 * DAY)
    row = entry("Not ready")
    assert (row.step, row.next_step, row.next_touch_at, row.left_at) == (3, None, None, None)
    void = {"source": "test", "event_id": later.event_id}
    tell(fact("fact.voided", MONDAY + 6 * DAY, None, **void))
    look(MONDAY + 6 * DAY)
    assert entry("Not ready").next_step == "Letter"


def test_qualifying_ends_it_at_once_and_a_lead_given_back_joins_the_next_program() -> None:
    tell(fact("lead.created", MONDAY, "Ada"), fact("demo_asked", MONDAY + DAY, "Ada"))
    look(MONDAY + DAY)
    assert (entry("Not ready").left_at, entry("Not ready").exit) == (MONDAY + DAY, "qualified")
    back = MONDAY + 2 * DAY
    actions.reject(Doing(of_operator(), back), "Ada", "no budget")
    look(back)
    again = entry("Second chance", 2)
    assert (again.entered_at, again.next_touch_at) == (back, back + 14 * DAY)
    assert entry("Not ready", 2).entered_at == back
    assert Clock.objects.get(lead="Ada", obligation="First touch").due_at == back + 3 * DAY
    tell(fact("nurture.touched", back + DAY, "Ada", program="Second chance"))
    look(back + DAY)
    assert Clock.objects.get(lead="Ada", obligation="First touch").outcome == "met"
    tell(fact("demo_asked", back + 2 * DAY, "Ada"))
    look(back + 2 * DAY)
    assert entry("Second chance", 2).exit == "exit"
    assert entry("Not ready", 2).exit == "qualified"
    exits = Event.objects.filter(kind="nurture.left").values_list("properties", flat=True)
    assert sorted(json.loads(each)["reason"] for each in exits) == [
        "exit", "qualified", "qualified",
    ]  # fmt: skip


def test_people_may_let_a_lead_join_and_leave() -> None:
    tell(fact("lead.created", MONDAY, "Ada"))
    look(MONDAY)
    doing = Doing(of_operator(), MONDAY + DAY)
    actions.enrol(doing, "Ada", "second chance")
    look(MONDAY + DAY)
    assert entry("Second chance").entered_at == MONDAY + DAY
    actions.leave_program(Doing(of_operator(), MONDAY + 2 * DAY), "Ada", "Not ready", "asked to")
    look(MONDAY + 2 * DAY)
    row = entry("Not ready")
    assert (row.left_at, row.exit, row.next_touch_at) == (MONDAY + 2 * DAY, "asked to", None)
    with pytest.raises(actions.Refused, match="There is no nurture program"):
        actions.enrol(doing, "Ada", "Third")


def test_the_end_of_a_passage_and_an_exclusion_end_it() -> None:
    tell(fact("lead.created", MONDAY, "Ada"), fact("lead.created", MONDAY, "Bo"))
    tell(fact("deal.won", MONDAY + DAY, "Ada", deal_id="1"))
    tell(fact("lead.excluded", MONDAY + DAY, "Bo", reason="test"))
    look(MONDAY + DAY)
    assert (entry("Not ready").left_at, entry("Not ready").exit) == (MONDAY + DAY, "won")
    assert (entry("Not ready", lead="Bo").exit) == "excluded"


def test_a_duty_of_sales_to_whoever_answers_has_a_clock() -> None:
    tell(fact("lead.created", MONDAY, "Ada"), fact("mail_answered", MONDAY + DAY, "Ada"))
    look(MONDAY + DAY)
    assert Clock.objects.get(lead="Ada", obligation="Call who answered").outcome == "running"
    assert set(Clock.objects.values_list("obligation", flat=True)) == {"Call who answered"}


def test_the_marketing_tool_is_told_and_the_owner_of_what_nobody_mails() -> None:
    Webhook.objects.create(url="https://a.org", secret=seal("x"), created_at=MONDAY)
    tell(fact("lead.created", MONDAY, "Ada"))
    look(MONDAY)
    ((hook, payload),) = told("enrolled")
    assert hook.startswith("webhook")
    assert json.loads(payload)["program"] == "Not ready"
    for days in (1, 2, 3):
        look(MONDAY + days * DAY)
    ((hook, payload),) = told("touch")
    assert json.loads(payload)["step"] == "Guide"
    tell(fact("nurture.touched", MONDAY + 3 * DAY, "Ada", program="Not ready", step="Letter"))
    look(MONDAY + 10 * DAY)
    receivers = {receiver for receiver, payload in told("touch") if "Call" in payload}
    assert receivers == {"Mia Moss", hook}
    tell(fact("demo_asked", MONDAY + 11 * DAY, "Ada"))
    look(MONDAY + 11 * DAY)
    assert [json.loads(payload)["exit"] for _, payload in told("left")] == ["qualified"]


def test_what_was_before_going_live_joins_and_tells_nobody() -> None:
    go_live(MONDAY + 30 * DAY)
    Webhook.objects.create(url="https://a.org", secret=seal("x"), created_at=MONDAY)
    tell(fact("lead.created", MONDAY, "Ada"))
    look(MONDAY + 31 * DAY)
    assert entry("Not ready").entered_at == MONDAY
    assert not Event.objects.filter(decided=True).exists()
    assert not Notice.objects.exists()


def test_the_figures_of_a_program_by_hand() -> None:
    """Ada qualifies after 1 day, Bo after 3, Cy is still inside with a late touch, Di was excluded
    after 1: four entries; of those known so long half have qualified by the third day.
    """
    for lead in ("Ada", "Bo", "Cy", "Di"):
        tell(fact("lead.created", MONDAY, lead))
    tell(fact("demo_asked", MONDAY + DAY, "Ada"), fact("demo_asked", MONDAY + 3 * DAY, "Bo"))
    tell(fact("lead.excluded", MONDAY + DAY, "Di", reason="test"))
    look(MONDAY + 3 * DAY)
    assert measure(MONDAY + 3 * DAY, "test", lambda *_: None)
    known = figures_of_programs(MONDAY + 3 * DAY)
    (program,) = known.found
    assert known.as_of == MONDAY + 3 * DAY
    assert (program.program, program.entries, program.inside) == ("Not ready", 4, 1)
    assert (program.qualified, program.median_days_to_qualify) == (2, 3.0)
    assert program.exits == {"excluded": 1, "qualified": 2}
    assert program.touches_late == 1
