"""How a pool shares leads: as the weights say, at every moment, and nothing is made up for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.engine.routing.decision import Decision
from leadpact.engine.routing.people import Pool, Roster
from tests.engine.routing.pools import MONDAY, TEAM, WEIGHTS, person, routed, with_person

MINUTE = timedelta(minutes=1)
ROUNDING = 1e-6


def behind(decisions: Iterable[Decision], weights: dict[str, float]) -> list[dict[str, float]]:
    """After each lead, how many leads everybody is behind the share of their weight."""
    whole = sum(weights.values())
    had = Counter[str]()
    told = []
    for number, decision in enumerate(decisions, start=1):
        had[decision.to_person or ""] += 1
        told.append({name: number * w / whole - had[name] for name, w in weights.items()})
    return told


def farthest_behind(people: int) -> float:
    """The proven bound: 1/2 + 1/3 + … + 1/n."""
    return sum(1 / k for k in range(2, people + 1))


@given(st.lists(WEIGHTS, min_size=1, max_size=12))
def test_shares_are_as_the_weights_say_at_every_moment(weights: list[float]) -> None:
    roster = Roster(tuple(person(n, weight=w) for n, w in enumerate(weights)))
    decisions, _ = routed(roster, [MONDAY + n * MINUTE for n in range(150)])
    for each in behind(decisions, {p.name: p.weight for p in roster.people}):
        assert min(each.values()) > -1
        assert max(each.values()) <= farthest_behind(len(weights)) + ROUNDING


@given(st.integers(1, 12))
def test_with_equal_weights_everybody_takes_turns(number: int) -> None:
    roster = Roster(tuple(person(n) for n in range(number)))
    decisions, _ = routed(roster, [MONDAY + n * MINUTE for n in range(5 * number)])
    order = [decision.to_person for decision in decisions]
    assert order == [p.name for p in roster.people] * 5


@given(st.lists(st.sampled_from([0.5, 1, 2, 3]), min_size=2, max_size=6))
def test_nobody_starves(weights: list[float]) -> None:
    """From a whole lead ahead to as far behind as can be is the longest that anybody waits."""
    roster = Roster(tuple(person(n, weight=w) for n, w in enumerate(weights)))
    decisions, _ = routed(roster, [MONDAY + n * MINUTE for n in range(200)])
    for someone in roster.people:
        longest = (farthest_behind(len(weights)) + 1) * sum(weights) / someone.weight + 1
        turns = [n for n, d in enumerate(decisions) if d.to_person == someone.name]
        waits = [later - earlier for earlier, later in pairwise([-1, *turns, len(decisions)])]
        assert max(waits) <= longest


@given(
    weights=st.lists(WEIGHTS, min_size=2, max_size=6),
    before=st.integers(0, 30),
    meanwhile=st.integers(1, 120),
    how=st.sampled_from(["absent", "inactive", "at the cap"]),
)
def test_who_comes_back_is_given_the_share_of_the_weight_and_no_more(
    weights: list[float], before: int, meanwhile: int, how: str
) -> None:
    """However long the absence and however many leads came meanwhile."""
    roster = Roster(tuple(person(n, weight=w) for n, w in enumerate(weights)))
    first, roster = routed(roster, [MONDAY + n * MINUTE for n in range(before)])
    away = {"inactive": {"active": False}, "at the cap": {"cap": 0}}.get(how, {"weight": 0})
    _, roster = routed(with_person(roster, 0, **away), [MONDAY + MINUTE] * meanwhile)
    back = with_person(roster, 0, weight=weights[0], active=True, cap=None)
    then, _ = routed(back, [MONDAY + 2 * MINUTE] * 100)
    share = weights[0] / sum(weights)
    owed = before * share - sum(decision.to_person == "P0" for decision in first)
    for number in range(1, 101):
        got = sum(decision.to_person == "P0" for decision in then[:number])
        assert got < owed + number * share + 1 + ROUNDING


@given(st.lists(WEIGHTS, min_size=2, max_size=6))
def test_a_newcomer_begins_with_nothing_due(weights: list[float]) -> None:
    roster = Roster(tuple(person(n, weight=w) for n, w in enumerate(weights)))
    _, roster = routed(roster, [MONDAY] * 100)
    joined = Roster((*roster.people, person(99)), standings=roster.standings)
    then, _ = routed(joined, [MONDAY + MINUTE] * 60)
    share = 1 / (sum(weights) + 1)
    for number in range(1, 61):
        got = sum(decision.to_person == "P99" for decision in then[:number])
        assert got < number * share + 1


def test_the_arithmetic_of_small_parts_decides_nothing() -> None:
    """Ten tenths are a whole lead, so ten people and a newcomer are equals, in their order."""
    roster = Roster(tuple(person(n) for n in range(10)))
    _, roster = routed(roster, [MONDAY] * 10)
    joined = Roster((*roster.people, person(99)), standings=roster.standings)
    (decision,), _ = routed(joined, [MONDAY])
    assert decision.to_person == "P0"


def test_a_raised_weight_is_not_made_up_for() -> None:
    roster = Roster((person(0, weight=0.5), person(1)))
    _, roster = routed(roster, [MONDAY] * 99)
    then, _ = routed(with_person(roster, 0, weight=1), [MONDAY + MINUTE] * 40)
    assert Counter(d.to_person for d in then) == {"P0": 20, "P1": 20}


@given(
    sizes=st.lists(WEIGHTS, min_size=2, max_size=8),
    sets=st.lists(st.sets(st.integers(0, 7), min_size=1), min_size=1, max_size=120),
)
def test_whoever_is_away_when_what_is_due_and_had_stays_balanced(
    sizes: list[float], sets: list[set[int]]
) -> None:
    """For any sequence of absences the sums agree, and nobody is far ahead or behind."""
    people = tuple(person(n, weight=w) for n, w in enumerate(sizes))
    roster = Roster(people)
    for present in sets:
        here = {n for n in present if n < len(people)} or {0}
        for n in range(len(people)):
            roster = with_person(roster, n, active=n in here)
        (decision,), roster = routed(roster, [MONDAY])
        assert set(decision.shares) == {f"P{n}" for n in here}
        assert sum(decision.shares.values()) == pytest.approx(1)
    pool = Pool(TEAM, bulk=False)
    standings = [roster.standing(pool, p.name) for p in people]
    assert sum(s.had for s in standings) == len(sets)
    assert sum(s.due for s in standings) == pytest.approx(len(sets))
    assert all(abs(s.due - s.had) < len(people) - 1 + ROUNDING for s in standings)
