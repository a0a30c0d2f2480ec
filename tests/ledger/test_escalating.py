"""The escalation ladder: who hears of a broken promise when, and who no more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows import messages
from leadpact.flows.quiet import zone_of
from leadpact.ledger.models import Event, Handoff, LeadState, Notice, Webhook
from leadpact.ledger.sealing import seal
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY, go_live, settle
from tests.ledger.test_sending import hand_over

HANDED = MONDAY.replace(hour=14)  # nine in New York, where the working day ends at 17:00
DUE = HANDED + timedelta(hours=2)
LATER = DUE + timedelta(hours=4)
LAST = DUE + timedelta(days=1)
JUST = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def agreed() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)
    hand_over("Ada", now=HANDED)


def told() -> list[str]:
    """Who heard of the first response in the end, beside whoever owed it."""
    rows = Notice.objects.filter(kind="escalation", payload__contains="First response")
    return list(rows.order_by("id").values_list("receiver", flat=True))


def owed_by() -> str:
    return str(Handoff.objects.get().person)


def doing(now: datetime) -> Doing:
    return Doing(of_operator(), now)


def test_each_step_is_told_at_its_time_and_once() -> None:
    for at, expected in (
        (DUE, []),
        (DUE + JUST, ["Luis Ortega"]),
        (LATER - JUST, ["Luis Ortega"]),
        (LATER, ["Luis Ortega", "Robert Adeyemi"]),
        (LAST - JUST, ["Luis Ortega", "Robert Adeyemi"]),
        (LAST, ["Luis Ortega", "Robert Adeyemi", "Maya Lindqvist"]),
        (LAST + timedelta(days=5), ["Luis Ortega", "Robert Adeyemi", "Maya Lindqvist"]),
    ):
        settle(at)
        assert told() == expected, at


def test_a_lead_is_looked_at_again_at_the_next_step() -> None:
    settle(DUE + JUST)
    due = LeadState.objects.get().next_at
    assert due is not None
    assert due <= LATER
    settle(LATER)
    due = LeadState.objects.get().next_at
    assert due is not None
    assert due <= LAST


def test_an_answer_ends_the_ladder() -> None:
    settle(DUE + JUST)
    actions.connect(doing(DUE + timedelta(hours=1)), "Ada", "phone")
    settle(LAST + timedelta(days=2))
    assert told() == ["Luis Ortega"]


def test_a_waiver_ends_it_and_a_void_of_the_waiver_takes_it_up_again() -> None:
    settle(DUE + JUST)
    at = DUE + timedelta(hours=1)
    waiver = actions.waive(doing(at), "Ada", "First response to an MQL", "asked for a letter")
    settle(LATER + timedelta(hours=1))
    assert told() == ["Luis Ortega"]
    row = Event.objects.get(event_id=waiver.event_id)
    actions.void(doing(LATER + timedelta(hours=2)), source=row.source, event_id=row.event_id)
    settle(LATER + timedelta(hours=2))
    assert told() == ["Luis Ortega", "Robert Adeyemi"]


def test_a_lead_that_left_tells_nobody_any_more() -> None:
    settle(DUE + JUST)
    actions.reject(doing(DUE + timedelta(hours=1)), "Ada", "wrong timing")
    settle(LAST)
    assert told() == ["Luis Ortega"]


def test_after_a_standstill_everybody_is_told_of_what_is_past() -> None:
    settle(LAST + timedelta(hours=1))
    assert sorted(told()) == ["Luis Ortega", "Maya Lindqvist", "Robert Adeyemi"]


def test_all_who_were_told_hear_when_the_answer_had_come() -> None:
    settle(LATER)
    actions.connect(
        Doing(of_operator(), LATER + JUST, happened_at=DUE - timedelta(minutes=1)), "Ada", "phone"
    )
    settle(LATER + JUST)
    corrected = Notice.objects.filter(kind="correction", payload__contains="First response")
    assert set(corrected.values_list("receiver", flat=True)) == {
        owed_by(), "Luis Ortega", "Robert Adeyemi",
    }  # fmt: skip


def test_what_is_told_says_how_long_it_is_since() -> None:
    settle(LATER)
    notice = Notice.objects.get(receiver="Robert Adeyemi")
    version = agreements.in_force(LATER)
    zone = zone_of(notice.receiver, version.agreement if version else None)
    message = messages.message_of(notice, zone, LATER, ())
    assert message.subject == (
        "Still overdue after 4 business hours: Ada · First response to an MQL"
    )
    assert f"{owed_by()} has the lead." in message.lines


def test_a_program_hears_of_each_step_once() -> None:
    Webhook.objects.create(
        url="https://hooks.example.com", secret=seal("whsec_x"), kinds='["escalation"]',
        created_at=MONDAY,
    )  # fmt: skip
    settle(DUE + JUST)
    settle(LATER)
    calls = Notice.objects.filter(receiver__startswith="webhook", payload__contains="First resp")
    assert [json.loads(each.payload).get("after") for each in calls.order_by("id")] == [
        None, "4 business hours",
    ]  # fmt: skip
