"""The digest: who reads what, when their day begins, and that it is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadpact.flows.digesting import MOST, plan_digests
from leadpact.flows.messages import message_of
from leadpact.flows.quiet import zone_of
from leadpact.ledger.models import Absence, Channel, Installation, Mute, Notice, Person
from leadpact.ledger.sealing import seal
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.channels import mute
from leadpact.ledger.services.permits import of_operator
from leadpact.worker import Worker
from tests.ledger.helpers import MONDAY, fact, go_live, put_into_force, settle, tell

TUESDAY = MONDAY + timedelta(days=1)  # nine o'clock in London
OFFICE = ["09:00-17:00"]
AGREEMENT: dict[str, Any] = {
    "leadpact": 1,
    "name": "Two desks",
    "parties": {
        "marketing": {"head": {"name": "Mia Moss"}, "contacts": [{"name": "Cal Cook"}]},
        "sales": {"head": {"name": "Sam Stone"}},
    },
    "calendar": {"timezone": "Europe/London", "hours": {"mon-fri": OFFICE}},
    "calendars": {"new_york": {"timezone": "America/New_York", "hours": {"mon-fri": OFFICE}}},
    "definitions": {"MQL": "Somebody who filled in a form."},
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {"name": "MQL", "side": "marketing", "when": {"event": "form_submitted"}},
        {"name": "Won", "side": "sales", "outcome": "won", "when": {"event": "deal.won"}},
    ],
    "handoff": {
        "stage": "MQL", "rejections": [{"reason": "no budget"}],
        "reentry": {"activity": {"event": "form_submitted"}},
    },
    "routing": {
        "teams": [
            {"name": "Near", "side": "sales", "people": [{"name": "Ann Lee"}]},
            {
                "name": "Far", "side": "sales", "calendar": "new_york",
                "people": [{"name": "Bob Ray"}],
            },
        ],
        "routes": [
            {"name": "Over there", "when": {"field": "country", "is": "US"}, "to": "Far"},
            {"name": "Here", "to": "Near"},
        ],
    },
    "obligations": [
        {
            "name": "Call", "side": "sales", "within": "4 business hours", "starts_on": "handoff",
            "stops_on": {"event": "sales.connected"}, "calendar": "person",
        },
        {
            "name": "Nurture", "side": "marketing", "within": "1 business day",
            "starts_on": {"event": "sales.rejected"}, "stops_on": {"event": "nurture.entered"},
        },
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def agreed() -> None:
    put_into_force(AGREEMENT)
    go_live(MONDAY)


def arrive(lead: str, at: datetime = MONDAY, **stated: str) -> None:
    tell(fact("lead.created", at, lead, **stated), fact("form_submitted", at, lead))
    settle(at)


def digests(at: datetime) -> dict[str, str]:
    """Who is told at a moment, and what: settled first, as the worker does."""
    settle(at)
    before = set(Notice.objects.values_list("pk", flat=True))
    plan_digests(at)
    fresh = Notice.objects.filter(kind="digest").exclude(pk__in=before)
    return {notice.receiver: text_of(notice, at) for notice in fresh}


def text_of(notice: Notice, at: datetime) -> str:
    version = agreements.in_force(at)
    assert version
    message = message_of(notice, zone_of(notice.receiver, version.agreement), at, ())
    return f"{message.subject}\n{message.text}"


def test_everybody_is_told_when_their_own_day_begins() -> None:
    arrive("Ada")
    arrive("Bea", country="US")
    assert digests(TUESDAY - timedelta(seconds=1)) == {}
    assert set(digests(TUESDAY)) == {"Ann Lee", "Sam Stone"}
    assert set(digests(TUESDAY + timedelta(hours=5, seconds=-1))) == set()
    assert set(digests(TUESDAY + timedelta(hours=5))) == {"Bob Ray"}


def test_what_waits_what_was_broken_and_what_came_back() -> None:
    arrive("Ada", name="Ada", company="Acme")
    arrive("Ben", MONDAY + timedelta(hours=5))
    arrive("Cleo", MONDAY + timedelta(hours=1))
    actions.reject(Doing(of_operator(), MONDAY + timedelta(hours=2)), "Cleo", "no budget")
    told = digests(TUESDAY)
    assert told["Ann Lee"] == (
        "Your day: 1 broken, 1 waiting\n"
        "Broken since yesterday (1):\n"
        "- Ada, Acme · Call · was due Mon 2 Mar, 13:00, still open\n"
        "\n"
        "Waiting, the least time left first (1):\n"
        "- Ben · Call · due today at 10:00"
    )
    assert told["Sam Stone"].startswith("The day: 1 broken, 1 waiting, 1 given back\n")
    assert "- Ben · Call · due today at 10:00 · Ann Lee" in told["Sam Stone"]
    assert "Given back to marketing since yesterday (1):\n- Cleo · no budget" in told["Sam Stone"]
    assert told["Mia Moss"].startswith("The day: 1 waiting, 1 came back\n")
    assert "- Cleo · Nurture · due today at 11:00" in told["Mia Moss"]
    assert told["Cal Cook"] == told["Mia Moss"]


def test_a_monday_tells_of_friday_and_an_old_breach_stays_until_it_is_answered() -> None:
    arrive("Ada")
    friday = MONDAY + timedelta(days=4)
    arrive("Ben", friday)
    text = digests(friday + timedelta(days=3))["Ann Lee"]
    assert "Broken since Friday (1):\n- Ben" in text
    assert "Still open, overdue from before (1):\n- Ada" in text
    connected = friday + timedelta(days=3, hours=1)
    tell(fact("sales.connected", connected, "Ada"), fact("sales.connected", connected, "Ben"))
    assert "Ann Lee" not in digests(friday + timedelta(days=5))


def test_a_lead_that_qualified_again_is_news_to_whoever_has_it() -> None:
    arrive("Ada")
    actions.reject(Doing(of_operator(), MONDAY + timedelta(hours=1)), "Ada", "no budget")
    settle(MONDAY + timedelta(hours=1))
    tell(fact("form_submitted", MONDAY + timedelta(hours=3), "Ada"))
    settle(MONDAY + timedelta(hours=3))
    assert "Qualified again and yours since yesterday (1):\n- Ada" in digests(TUESDAY)["Ann Lee"]


def test_nothing_to_say_is_not_said_and_not_made_up_for_later_in_the_day() -> None:
    assert digests(TUESDAY) == {}
    arrive("Ada", TUESDAY + timedelta(hours=1))
    assert digests(TUESDAY + timedelta(hours=2)) == {}


def test_a_day_is_told_once_whoever_is_started_again() -> None:
    arrive("Ada")
    settle(TUESDAY)
    for _ in range(3):
        Worker(lambda: TUESDAY).once()
    assert Notice.objects.filter(kind="digest", receiver="Ann Lee").count() == 1
    assert digests(TUESDAY + timedelta(hours=7)) == {}
    assert set(digests(TUESDAY + timedelta(days=1))) == {"Ann Lee", "Sam Stone"}


def test_a_worker_that_was_down_in_the_morning_tells_it_later_and_none_after_closing() -> None:
    arrive("Ada")
    assert "Ann Lee" in digests(TUESDAY + timedelta(hours=3))
    assert digests(TUESDAY + timedelta(days=1, hours=8)) == {}


def test_no_digest_on_a_closed_day_a_day_off_or_a_weekend() -> None:
    arrive("Ada")
    tell(fact("calendar.closed", MONDAY + timedelta(hours=1), None, date="2026-03-03"))
    assert digests(TUESDAY) == {}
    wednesday = TUESDAY + timedelta(days=1)
    Absence.objects.create(
        person=Person.objects.get(name="Ann Lee"), begins=wednesday - timedelta(hours=9),
        ends=wednesday + timedelta(hours=15),
    )  # fmt: skip
    assert set(digests(wednesday)) == {"Sam Stone"}
    assert digests(MONDAY + timedelta(days=5)) == {}


@pytest.mark.parametrize("state", [{"shadow": True}, {"live_since": None}])
def test_nobody_is_told_by_an_installation_that_only_watches(state: dict[str, Any]) -> None:
    arrive("Ada")
    settle(TUESDAY)
    Installation.objects.update(**state)
    assert plan_digests(TUESDAY) == 0


def test_the_day_on_which_it_goes_live_has_no_digest() -> None:
    arrive("Ada")
    go_live(TUESDAY + timedelta(hours=1))
    assert digests(TUESDAY + timedelta(hours=2)) == {}


def test_a_team_is_told_where_a_channel_is_its_own() -> None:
    Channel.objects.create(
        name="desk", address=seal("json://x"), receivers='["Near"]', created_at=MONDAY
    )
    arrive("Ada")
    text = digests(TUESDAY)["Near"]
    assert text.startswith("The day: 1 broken")
    assert "· Ann Lee" in text


def test_a_digest_can_be_turned_off() -> None:
    mute("Ann Lee", "digest", actor="test", now=MONDAY)
    Channel.objects.create(
        name="desk", address=seal("json://x"), receivers='["Near"]', kinds='["breach"]',
        created_at=MONDAY,
    )  # fmt: skip
    arrive("Ada")
    digests(TUESDAY)
    told = Notice.objects.filter(kind="digest").exclude(state="dropped")
    assert {each.receiver for each in told} == {"Sam Stone"}
    Mute.objects.all().delete()
    assert "Ann Lee" in digests(TUESDAY + timedelta(days=1))


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    for number in range(MOST + 3):
        arrive(f"L{number:02}", MONDAY + timedelta(minutes=number))
    text = digests(TUESDAY)["Ann Lee"]
    assert text.startswith(f"Your day: {MOST + 3} broken")
    assert text.count("\n- L") == MOST
    assert text.endswith("- and 3 more")


def test_two_workers_tell_it_once() -> None:
    from leadpact.ledger.services import notices

    assert notices.day_is_new("Ann Lee", TUESDAY.date())
    assert not notices.day_is_new("Ann Lee", TUESDAY.date())
    arrive("Ada")
    assert "Ann Lee" not in digests(datetime(2026, 3, 3, 10, tzinfo=UTC))
