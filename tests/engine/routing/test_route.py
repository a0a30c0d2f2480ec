"""What routing never does, whoever is on the roster; and what it says no to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.engine.routing.decision import Outcome
from leadpact.engine.routing.draining import Drain
from leadpact.engine.routing.leads import Lead, Waiting
from leadpact.engine.routing.people import Absence, Owner, Person, Pool, Roster, people_of
from leadpact.engine.routing.route import after, reassign, route
from leadpact.engine.routing.rules import Rules
from tests.engine.routing.pools import (
    CALENDARS,
    MONDAY,
    TEAM,
    moments,
    people,
    person,
    routed,
    rules,
)

PACES = st.sampled_from([None, (1, "business hour"), (2, "business day")])


def away(someone: Person, moment: datetime) -> bool:
    """Absent now, or when next at work; told without the engine's help."""
    opens = someone.calendar.add(moment, timedelta(0))
    return any(a.start <= at < a.end for a in someone.absences for at in (moment, opens))


@given(people(), st.lists(moments(), min_size=1, max_size=25), st.booleans(), PACES)
def test_only_people_who_can_take_a_lead_are_given_one(
    team: tuple[Person, ...], at: list[datetime], bulk: bool, pace: Any
) -> None:
    roster = Roster(team)
    at = sorted(at)
    decisions, _ = routed(roster, at, pace, bulk=bulk)
    held = Counter[str]()
    for moment, decision in zip(at, decisions, strict=True):
        able = {
            p.name: p.calendar.add(moment, timedelta(0))
            for p in team
            if p.active and p.weight and not away(p, moment)
            if p.cap is None or held[p.name] < p.cap
        }
        if bulk and pace:
            able = {name: opens for name, opens in able.items() if opens == moment}
        if decision.outcome is Outcome.QUEUED:
            assert not able or (bulk and pace)
            continue
        assert able[decision.to_person or ""] == min(able.values())
        held[decision.to_person or ""] += 1


@given(
    people(),
    st.lists(moments(), min_size=1, max_size=20),
    st.sampled_from([(1, "business hour"), (2, "business hour"), (2, "business day")]),
)
def test_the_pace_of_bulk_arrivals_is_kept_and_used(
    team: tuple[Person, ...], at: list[datetime], pace: tuple[int, str]
) -> None:
    at = sorted(at * 3)
    decisions, _ = routed(Roster(team), at, pace, bulk=True)
    had: dict[str, list[datetime]] = {p.name: [] for p in team}
    for moment, decision in zip(at, decisions, strict=True):
        free = [
            p.name
            for p in team
            if p.active and p.weight and not away(p, moment) and p.calendar.is_open(moment)
            if p.cap is None or len(had[p.name]) < p.cap
            if sum(_alike(p, earlier, moment, pace[1]) for earlier in had[p.name]) < pace[0]
        ]
        if decision.to_person is None:
            assert not free
        else:
            assert decision.to_person in free
            had[decision.to_person].append(moment)


def test_a_pace_that_was_lowered_waits_until_enough_time_has_passed() -> None:
    given = tuple(MONDAY + minutes * timedelta(minutes=1) for minutes in (0, 20, 40))
    roster = Roster((person(0),), bulk_given={"P0": given})
    now = MONDAY + timedelta(minutes=45)
    looks = [
        route(rules((most, "business hour")), Lead("L", bulk=True), now, roster).look_again
        for most in (3, 2, 1)
    ]
    assert looks == [at + timedelta(hours=1) for at in given]


def _alike(someone: Person, earlier: datetime, moment: datetime, per: str) -> bool:
    if per == "business hour":
        return someone.calendar.elapsed(earlier, moment) < timedelta(hours=1)
    days = [someone.calendar.end_of_business_day(at, 0) for at in (earlier, moment)]
    return days[0] == days[1]


@given(people(), moments(), st.booleans(), PACES, st.randoms(use_true_random=False))
def test_the_order_of_everything_but_the_roster_changes_nothing(
    team: tuple[Person, ...], moment: datetime, bulk: bool, pace: Any, random: Random
) -> None:
    before, roster = routed(Roster(team), [MONDAY] * 7, pace, bulk=bulk)
    assert routed(Roster(team), [MONDAY] * 7, pace, bulk=bulk) == (before, roster)
    owners = tuple(
        Owner(p.name, by, MONDAY - timedelta(days=n % 3))
        for n, p in enumerate(team)
        for by in ("deal", "lead")
    )
    roster = replace(roster, owners={"Acme": owners})
    other = Roster(
        people=tuple(replace(p, absences=_shuffled(p.absences, random)) for p in team),
        open_leads=dict(_shuffled(roster.open_leads.items(), random)),
        standings=dict(_shuffled(roster.standings.items(), random)),
        bulk_given={n: _shuffled(at, random) for n, at in roster.bulk_given.items()},
        owners={"Acme": _shuffled(owners, random)},
    )
    for lead in (Lead("A", bulk=bulk), Lead("B", company_id="Acme", bulk=bulk)):
        assert route(rules(pace), lead, moment, roster) == route(rules(pace), lead, moment, other)


def _shuffled(items: Any, random: Random) -> tuple[Any, ...]:
    listed = list(items)
    random.shuffle(listed)
    return tuple(listed)


@given(people(), moments(), st.integers(1, 15), PACES, st.randoms(use_true_random=False))
def test_draining_is_routing_the_most_urgent_first(
    team: tuple[Person, ...], moment: datetime, number: int, pace: Any, random: Random
) -> None:
    leads = [
        Lead(
            f"L{n:02}",
            bulk=random.random() < 0.5,
            tier=random.choice(["A1", "B2", None]),
            quality=random.choice(["high", "low"]),
            score=random.choice([None, 10.0, 50.0]),
            late_holders=frozenset(p.name for p in team if random.random() < 0.3),
        )
        for n in range(number)
    ]
    queue = [Waiting(lead, MONDAY - timedelta(hours=random.randrange(3))) for lead in leads]
    drain = Drain(rules(pace), _shuffled(queue, random), moment, Roster(team))
    drained = list(drain)

    def urgency(w: Waiting) -> Any:
        lead = w.lead
        by_score = -(lead.score or 0) if lead.tier is None else 0
        return (
            lead.bulk,
            lead.quality != "high",
            lead.tier or "Z",
            by_score,
            w.since,
            lead.lead_id,
        )

    roster, expected, looks = Roster(team), [], []
    for waiting in sorted(queue, key=urgency):
        decision = route(rules(pace), waiting.lead, moment, roster)
        roster = after(decision, waiting.lead, moment, roster)
        if decision.outcome is Outcome.ASSIGNED:
            expected.append(decision)
        else:
            looks.append(decision.look_again)
    assert drained == expected
    assert drain.roster == roster
    assert drain.next_look == min((look for look in looks if look), default=None)


@given(people(), moments(), st.booleans(), PACES)
def test_the_next_look_comes_neither_too_late_nor_in_vain(
    team: tuple[Person, ...], moment: datetime, bulk: bool, pace: Any
) -> None:
    """Time alone changes nothing before it; at it, something about somebody has changed."""
    _, roster = routed(Roster(team), [moment] * 4, pace, bulk=bulk)
    lead = Lead("one more", bulk=bulk)
    decision = route(rules(pace), lead, moment, roster)
    if decision.outcome is Outcome.ASSIGNED:
        return
    look = decision.look_again
    until = look or moment + timedelta(days=14)
    for minutes in (1, 60, 240, 24 * 60, 5 * 24 * 60):
        earlier = moment + timedelta(minutes=minutes)
        if earlier < until:
            assert route(rules(pace), lead, earlier, roster).outcome is Outcome.QUEUED
    if look is not None:
        then = route(rules(pace), lead, look, roster)
        assert then.outcome is Outcome.ASSIGNED or then.steps != decision.steps


@given(people(), moments())
def test_a_late_lead_never_returns_to_who_was_late(
    team: tuple[Person, ...], moment: datetime
) -> None:
    with_reassigning = _reassigning()
    late: list[str] = []
    lead, roster = Lead("L"), Roster(team)
    decision = route(with_reassigning, lead, moment, roster)
    while decision.outcome is Outcome.ASSIGNED and decision.to_person is not None:
        assert decision.to_person not in late
        roster = after(decision, lead, moment, roster)
        assert sum(roster.open_leads.values()) == 1
        lead = replace(lead, holder=decision.to_person, late_holders=frozenset(late))
        decision = reassign(with_reassigning, lead, moment, roster)
        late.append(lead.holder or "")
    if decision.outcome is Outcome.KEPT:
        assert decision.to_person == lead.holder
        assert after(decision, lead, moment, roster) == roster


def _reassigning() -> Rules:
    agreement = rules().agreement
    routing = agreement.routing.model_copy(update={"reassign_on_breach": True})
    return Rules(agreement.model_copy(update={"routing": routing}), rules().conditions)


@given(people(), moments())
def test_everybody_considered_is_told_and_every_sentence_is_whole(
    team: tuple[Person, ...], moment: datetime
) -> None:
    decision = route(rules(), Lead("L"), moment, Roster(team))
    told = Counter(step.what for step in decision.steps)
    assert {p.name: told[p.name] for p in team} == dict.fromkeys((p.name for p in team), 1)
    for sentence in decision.sentences:
        assert "None" not in sentence
        assert ": " in sentence
        assert not sentence.endswith((" ", ",", ":"))


# What it says no to.


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        route(rules(), Lead("L"), datetime(2026, 3, 9, 10), Roster(()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weight": -1}, "the weight of P0 is -1; it must be 0 or more"),
        ({"weight": float("nan")}, "the weight of P0 is nan; it must be 0 or more"),
        ({"cap": -1}, "the cap of P0 is -1; it must be 0 or more"),
    ],
)
def test_a_person_that_cannot_be(given: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        person(0, **given)


def test_an_absence_has_two_instants_in_order() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Absence(MONDAY, MONDAY)
    with pytest.raises(ValueError, match="needs a time zone"):
        Absence(MONDAY, datetime(2026, 3, 10))


def test_somebody_is_on_a_team_once() -> None:
    with pytest.raises(ValueError, match="P0 is on the team Desk twice"):
        Roster((person(0), person(0, name=" p0")))


# Single cases.


def test_calendars_of_people_are_their_own_else_the_team_s_else_the_organisation_s() -> None:
    agreement = load_text(templates.text("b2b-saas"), "b2b-saas").agreement
    assert agreement is not None
    zones = {p.name: p.calendar.timezone for p in people_of(agreement)}
    assert (zones["Ana Silva"], zones["Emma Fischer"]) == ("America/New_York", "Europe/London")
    bare = agreement.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for team in bare["routing"]["teams"]:
        for member in team["people"]:
            member.pop("calendar")
    bare["routing"]["teams"][0].pop("calendar")
    by_default = {p.name: p.calendar for p in people_of(Agreement.model_validate(bare))}
    assert by_default["Emma Fischer"].timezone == "Europe/London"
    assert by_default["Ana Silva"].timezone == agreement.calendar.timezone


def test_a_day_declared_closed_is_nobody_s() -> None:
    agreement = load_text(templates.text("b2b-saas"), "b2b-saas").agreement
    assert agreement is not None
    monday = datetime(2026, 3, 9, 15, tzinfo=UTC)
    usual = {p.name: p.calendar.is_open(monday) for p in people_of(agreement)}
    closed = people_of(agreement, [("london", monday.date()), ("gone", monday.date())])
    assert usual["Emma Fischer"]
    assert {p.calendar.is_open(monday) for p in closed if p.team == "EMEA"} == {False}
    assert {p.calendar.is_open(monday) for p in closed if p.team == "Americas"} == {True}


def test_names_are_compared_without_case_and_blanks() -> None:
    roster = Roster(
        (person(0, team=" DESK"), person(1)),
        owners={"Acme": (Owner(" p1 ", "deal", MONDAY),)},
    )
    assert route(rules(), Lead("L"), MONDAY, roster).to_person == "P0"
    owned = Lead("L", company_id="Acme", late_holders=frozenset())
    assert route(rules(), owned, MONDAY, roster).to_person == "P1"
    sent = rules().agreement.handoff.model_copy(update={"to": " desk "})
    routing = rules().agreement.routing.model_copy(update={"routes": []})
    default = rules().agreement.model_copy(update={"handoff": sent, "routing": routing})
    assert route(Rules.of(default), Lead("L"), MONDAY, roster).team == TEAM
    late = replace(owned, late_holders=frozenset({"P1 "}))
    assert route(rules(), late, MONDAY, roster).to_person == "P0"


def test_a_calendar_that_never_opens_again_is_no_hindrance_to_others() -> None:
    once = CALENDARS[0].__class__("UTC", {}, exceptions={MONDAY.date(): [("09:00", "10:00")]})
    roster = Roster((person(0, calendar=once), person(1)))
    decision = route(rules(), Lead("L"), MONDAY + timedelta(days=3), roster)
    assert decision.to_person == "P1"
    assert "P0: skipped, no working hours any more" in decision.sentences


def test_hostile_text_of_a_lead_is_cut_and_has_no_control_signs() -> None:
    hostile = "\x1b[31mred\x07 " + "<script>" * 50
    agreement = load_text(templates.text("b2b-saas"), "b2b-saas").agreement
    assert agreement is not None
    decision = route(
        Rules.of(agreement), Lead("L", {"country": hostile}), MONDAY, Roster(people_of(agreement))
    )
    for sentence in decision.sentences:
        assert sentence.isprintable()
        assert len(sentence) < 200


def test_a_long_year_is_shown_where_it_is_not_this_one() -> None:
    leave = Absence(MONDAY, datetime(2027, 1, 4, tzinfo=UTC))
    decision = route(rules(), Lead("L"), MONDAY, Roster((person(0, absences=(leave,)),)))
    assert "P0: skipped, absent until 4 Jan 2027" in decision.sentences


def test_a_holder_whom_the_roster_knows_no_lead_of_holds_none_afterwards() -> None:
    roster = Roster((person(0), person(1)))
    lead = Lead("L", holder="P0")
    decision = reassign(_reassigning(), lead, MONDAY, roster)
    assert after(decision, lead, MONDAY, roster).open_leads == {"P0": 0, "P1": 1}


def test_absences_that_follow_one_another_are_one() -> None:
    """Also where only closed hours lie between them."""
    office = CALENDARS[1]
    tuesday, thursday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)
    leave = (Absence(MONDAY, tuesday), Absence(tuesday + timedelta(hours=8), thursday))
    roster = Roster((person(0, calendar=office, absences=leave),))
    decision = route(rules(), Lead("L"), MONDAY + timedelta(hours=10), roster)
    assert decision.look_again == thursday
    assert "P0: skipped, absent until 12 Mar" in decision.sentences


def test_who_is_on_two_teams_has_a_share_in_each() -> None:
    twice = (person(0), person(0, team="Other", weight=0), person(1))
    decisions, roster = routed(Roster(twice), [MONDAY] * 4)
    assert Counter(d.to_person for d in decisions) == {"P0": 2, "P1": 2}
    assert roster.standing(Pool(TEAM, bulk=False), "P0").had == 2
