"""When people hear of a broken promise: each step against plain arithmetic on a list of hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadpact.agreement.durations import Term, TimeKind
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.engine.warnings import Warned
from tests.oracle.hours import Hours

AGREEMENT = """
leadpact: 1
name: Ladder
parties:
  marketing: {head: {name: Maya, role: Head of marketing}}
  sales: {head: {name: Saul, role: Head of sales}, contacts: [{name: Lia}]}
calendar:
  timezone: Europe/Berlin
  hours: {mon-thu: ["09:00-12:30", "13:30-18:00"], fri: ["09:00-14:00"]}
  holidays: {country: DE}
calendars:
  night: {timezone: America/New_York, hours: {mon-sat: ["20:00-04:00"]}}
stages: [{name: Lead, side: marketing}, {name: MQL, side: marketing}]
handoff: {stage: MQL}
routing:
  teams:
    - {name: North, lead: Lia, people: [{name: Ana}, {name: Ben, calendar: night}]}
    - {name: South, people: [{name: Cleo}]}
obligations:
  - name: Answer
    side: sales
    starts_on: handoff
    stops_on: {event: sales.connected}
    within: 2 business hours
    calendar: person
    escalate_to: %s
"""


def agreed(ladder: str) -> Agreement:
    found = load_text(AGREEMENT % ladder, "agreement.yaml").agreement
    assert found is not None
    return found


def clock(due: datetime, holder: str | None = "Ana") -> dict[str, Any]:
    return {"obligation": "Answer", "due_at": due, "holder": holder}


def plain(hours: Hours, due: datetime, term: Term) -> datetime:
    match term.kind:
        case TimeKind.CLOCK:
            return due + timedelta(microseconds=term.amount)
        case TimeKind.BUSINESS:
            return hours.add(due, timedelta(microseconds=term.amount))
        case TimeKind.BUSINESS_DAYS:
            return hours.business_days(due, term.amount)
        case _:
            return max(due, hours.end_of_day(due, term.amount))


TERMS = st.sampled_from(
    [
        "20 business minutes",
        "4 business hours",
        "31 business hours",
        "1 business day",
        "3 business days",
        "end of the business day",
        "end of the next business day",
        "90 clock minutes",
        "2 days",
    ]
)
DUE = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)).map(
    lambda at: at.replace(tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(due=DUE, term=TERMS, holder=st.sampled_from(["Ana", "Ben", None]))
def test_a_step_is_told_when_so_much_of_the_clocks_time_has_passed(
    due: datetime, term: str, holder: str | None
) -> None:
    agreement = agreed(f"[{{after: {term}, to: Saul}}]")
    spec = agreement.calendars["night"] if holder == "Ben" else agreement.calendar
    (rung,) = Warned.of(agreement).escalations(clock(due, holder))
    assert rung.at == plain(Hours(spec), due, Term.parse(term))


def test_steps_come_in_order_of_time_and_a_closed_day_moves_them() -> None:
    agreement = agreed(
        "[Lia, {after: 2 days, to: [Saul, Maya]}, {after: 1 business day, to: Saul}]"
    )
    due = datetime(2026, 3, 3, 10, tzinfo=UTC)
    told = [
        (each.at.day, list(each.names)) for each in Warned.of(agreement).escalations(clock(due))
    ]
    assert told == [(3, ["Lia"]), (4, ["Saul"]), (5, ["Saul", "Maya"])]
    closed = Warned.of(agreement, [(date(2026, 3, 4), "organisation")])
    assert [each.at.day for each in closed.escalations(clock(due))] == [3, 5, 5]


@pytest.mark.parametrize(
    ("name", "holder", "meant"),
    [
        ("team lead", "Ana", ["Lia"]),
        ("Team lead", "north", ["Lia"]),
        ("team lead", "Cleo", []),
        ("team lead", None, []),
        ("head of Sales", "Ana", ["Saul"]),
        ("Somebody else", "Ana", ["Somebody else"]),
    ],
)
def test_a_role_and_the_team_lead_are_people(
    name: str, holder: str | None, meant: list[str]
) -> None:
    due = datetime(2026, 3, 3, 10, tzinfo=UTC)
    (rung,) = Warned.of(agreed(f"[{name}]")).escalations(clock(due, holder))
    assert list(rung.names) == meant


def test_a_clock_without_a_due_time_tells_nobody() -> None:
    version = Warned.of(agreed("[Lia]"))
    assert version.escalations({"obligation": "Answer", "due_at": None, "holder": None}) == []
    due = datetime(2026, 3, 3, 10, tzinfo=UTC)
    other = {"obligation": "Another", "due_at": due, "holder": None}
    assert version.escalations(other) == []
