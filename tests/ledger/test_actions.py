"""What people do with leads, and what they are refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    AgreementVersion,
    AuditEntry,
    Clock,
    Event,
    Handoff,
    LeadState,
    Notice,
    Person,
)
from leadpact.ledger.selectors import agreements, rosters
from leadpact.ledger.selectors.visible import may_work
from leadpact.ledger.services import actions, audit
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Act, Caller, of_operator, of_person
from tests.ledger.helpers import MONDAY, go_live, put_into_force, settle

NOW = MONDAY.replace(hour=16)  # eleven in New York
OPERATOR = of_operator()


@pytest.fixture(autouse=True)
def a_lead_that_was_handed_over() -> None:
    loaded = load_text(templates.text("b2b-saas"), "agreement.yaml")
    publish(loaded, actor="test", now=MONDAY)
    go_live(MONDAY)
    known = Known(id="Ada", email="ada@acme.org")
    stated = {"email": "ada@acme.org", "country": "US", "employees": 800, "origin": "marketing"}
    ingest(
        [
            Fact("api", "1", "lead.created", NOW, known, stated, recorded_at=NOW),
            Fact("api", "2", "form_submitted", NOW, known,
                 {"form": "demo", "seconds_to_fill": 40}, recorded_at=NOW),
        ],
        now=NOW,
    )  # fmt: skip
    settle(NOW)


def rep(name: str, team: str = "Americas") -> Caller:
    acts = frozenset({Act.READ, Act.WORK_LEAD, Act.RATE, Act.DISPUTE})
    return Caller(name, acts, role="rep", person=name, team=team, teams=frozenset({team}))


def holder() -> str:
    held = Handoff.objects.get(lead="Ada").person
    assert held is not None
    return held


def doing(caller: Caller = OPERATOR, minutes: int = 30, key: str = "") -> Doing:
    return Doing(caller, NOW + timedelta(minutes=minutes), key)


def clock(obligation: str) -> Clock:
    return Clock.objects.get(lead="Ada", obligation=obligation)


def test_the_lead_is_with_somebody_who_was_told() -> None:
    assert Notice.objects.filter(kind="handoff", receiver=holder()).count() == 1
    assert clock("First response to an MQL").outcome == "running"


def test_accepting_stops_the_clock_that_asks_for_it() -> None:
    actions.accept(doing(rep(holder())), "Ada", rating=4)
    settle(NOW + timedelta(minutes=31))
    assert clock("Accept or reject an MQL").outcome == "met"
    assert LeadState.objects.get(lead="Ada").stage == "SAL"


def test_rejecting_for_a_reason_gives_the_lead_back_and_tells_marketing() -> None:
    actions.reject(doing(rep(holder())), "Ada", "Wrong Timing", rating=2)
    settle(NOW + timedelta(minutes=31))
    state = LeadState.objects.get(lead="Ada")
    assert (state.status, state.episode, state.stage) == ("open", 2, "Lead")
    assert Notice.objects.filter(kind="returned").count() == 1


def test_a_reason_that_nobody_agreed_on_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="wrong timing"):
        actions.reject(doing(), "Ada", "did not like the name")


def test_the_same_key_acts_once() -> None:
    for _ in range(2):
        actions.attempt(doing(rep(holder()), key="k1"), "Ada", "Phone")
    assert Event.objects.filter(kind="sales.attempted").count() == 1


def test_a_colleague_sees_the_lead_but_may_not_work_it() -> None:
    other = next(n for n in ("Ana Silva", "Ben Carter") if n != holder())
    with pytest.raises(Refused, match="held by somebody else"):
        actions.accept(doing(rep(other)), "Ada")


def test_somebody_of_another_team_finds_no_such_lead() -> None:
    with pytest.raises(Refused, match="There is no lead Ada"):
        actions.accept(doing(rep("Emma Fischer", "EMEA")), "Ada")


def test_a_rep_may_not_waive_and_a_waiver_leaves_a_trace() -> None:
    with pytest.raises(Refused, match="may not waive"):
        actions.waive(doing(rep(holder())), "Ada", "Connect with an MQL", "on holiday")
    actions.waive(doing(), "Ada", "connect with an mql", "on holiday")
    settle(NOW + timedelta(minutes=31))
    assert clock("Connect with an MQL").outcome == "waived"
    assert AuditEntry.objects.filter(action="clock.waived").count() == 1
    assert audit.verify()[1] is None


def test_what_was_voided_leaves_no_trace_but_stays() -> None:
    receipt = actions.reject(doing(), "Ada", "wrong timing")
    settle(NOW + timedelta(minutes=31))
    actions.void(doing(minutes=40), source="people", event_id=receipt.event_id)
    settle(NOW + timedelta(minutes=41))
    state = LeadState.objects.get(lead="Ada")
    assert (state.episode, state.stage) == (1, "MQL")
    assert Event.objects.filter(kind="sales.rejected").count() == 1


def test_an_excluded_lead_is_not_worked_until_it_is_restored() -> None:
    actions.exclude(doing(), "Ada", "a test of ours")
    settle(NOW + timedelta(minutes=31))
    with pytest.raises(Refused, match="restore it first"):
        actions.accept(doing(minutes=32), "Ada")
    actions.restore(doing(minutes=33), "Ada")
    settle(NOW + timedelta(minutes=34))
    assert LeadState.objects.get(lead="Ada").status == "open"


def test_a_merge_and_its_undoing() -> None:
    known = Known(id="Bo", email="bo@acme.org")
    ingest([Fact("api", "3", "lead.created", NOW, known, {"email": "bo@acme.org"})], now=NOW)
    settle(NOW)
    actions.merge(doing(), "Ada", "Bo")
    settle(NOW + timedelta(minutes=31))
    assert LeadState.objects.get(lead="Bo").status == "merged"
    actions.unmerge(doing(minutes=35), "Ada", "Bo")
    settle(NOW + timedelta(minutes=36))
    assert LeadState.objects.get(lead="Bo").status == "open"


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_is_from_one_to_five(rating: int) -> None:
    with pytest.raises(Refused, match="from 1 to 5"):
        actions.accept(doing(), "Ada", rating=rating)


def test_whoever_is_on_two_teams_works_what_waits_for_either() -> None:
    document = json.loads(AgreementVersion.objects.get().resolved)
    americas, emea = document["routing"]["teams"][:2]
    both = americas["people"][0]
    emea["people"].append({**both, "weight": 0.25})
    put_into_force(document | {"term": None}, NOW)
    person = Person.objects.get(name=both["name"])
    caller = of_person(person)
    assert caller is not None
    assert (caller.team, caller.teams) == (americas["name"], {americas["name"], emea["name"]})
    Handoff.objects.filter(lead="Ada").update(person=None, queue="late", team=emea["name"])
    LeadState.objects.filter(lead="Ada").update(holder=None)
    assert may_work(caller, "Ada")
    stranger = of_person(Person.objects.get(name=americas["people"][1]["name"]))
    assert stranger is not None
    assert not may_work(stranger, "Ada")
    places = rosters.roster(agreements.documents()[-1], [], now=NOW).people
    weights = {place.team: place.weight for place in places if place.name == both["name"]}
    assert weights == {americas["name"]: both["weight"], emea["name"]: 0.25}
