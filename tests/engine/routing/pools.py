"""Rosters of one team, made up at random, and leads routed to it one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.calendars import Calendar
from leadpact.engine.routing.decision import Decision
from leadpact.engine.routing.leads import Lead
from leadpact.engine.routing.people import Absence, Person, Roster
from leadpact.engine.routing.route import after, route
from leadpact.engine.routing.rules import Rules

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEAM = "Desk"

CALENDARS = (
    Calendar.around_the_clock(),
    Calendar("UTC", {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}),
    Calendar("UTC", {"mon": [("08:00", "12:00")], "wed": [("14:00", "22:00")]}),
    Calendar("Asia/Tokyo", {day: [("22:00", "06:00")] for day in ("mon", "tue", "sat")}),
)
WEIGHTS = st.sampled_from([0.1, 0.25, 0.5, 1, 1, 1, 2, 3, 10])


@cache
def rules(bulk: tuple[int, str] | None = None) -> Rules:
    """An agreement whose every lead goes to one team."""
    routing: dict[str, Any] = {
        "teams": [{"name": TEAM}],
        "routes": [{"name": "All", "to": TEAM}],
    }
    if bulk is not None:
        routing["bulk"] = {"at_most": bulk[0], "per": bulk[1]}
    document = {
        "leadpact": 1,
        "name": "One desk",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
        "stages": [{"name": "MQL"}],
        "handoff": {"stage": "MQL"},
        "routing": routing,
    }
    return Rules.of(Agreement.model_validate(document))


def person(number: int, **given: Any) -> Person:
    """The person of that number, around the clock unless said."""
    return Person(**{"name": f"P{number}", "team": TEAM, "calendar": CALENDARS[0], **given})


def moments() -> st.SearchStrategy[datetime]:
    """Hours of two weeks, so that openings and absences are hit exactly."""
    return st.integers(0, 14 * 24).map(lambda hours: MONDAY + hours * HOUR)


@st.composite
def absences(draw: st.DrawFn) -> tuple[Absence, ...]:
    """None, or up to three, which may overlap."""
    spans = draw(st.lists(st.tuples(moments(), st.integers(1, 100)), max_size=3))
    return tuple(Absence(start, start + hours * HOUR) for start, hours in spans)


@st.composite
def people(draw: st.DrawFn, most: int = 6) -> tuple[Person, ...]:
    """A team of all sorts: some away, some at weight or cap 0, some gone."""
    return tuple(
        person(
            number,
            calendar=draw(st.sampled_from(CALENDARS)),
            weight=draw(st.one_of(WEIGHTS, st.just(0))),
            cap=draw(st.one_of(st.none(), st.integers(0, 5))),
            active=draw(st.sampled_from([True, True, True, False])),
            absences=draw(absences()),
        )
        for number in range(draw(st.integers(1, most)))
    )


def routed(
    roster: Roster, at: Sequence[datetime], pace: tuple[int, str] | None = None, **lead: Any
) -> tuple[list[Decision], Roster]:
    """One lead at each moment, each routed on the roster that the one before it left."""
    decisions = []
    for number, moment in enumerate(at):
        each = Lead(f"L{number}", **lead)
        decision = route(rules(pace), each, moment, roster)
        roster = after(decision, each, moment, roster)
        decisions.append(decision)
    return decisions, roster


def with_person(roster: Roster, number: int, **given: Any) -> Roster:
    """The roster with one person changed."""
    changed = list(roster.people)
    changed[number] = replace(changed[number], **given)
    return replace(roster, people=tuple(changed))
