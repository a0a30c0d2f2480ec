"""Where a lead would go: what the live flow does, told beforehand and without doing it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.flows.routed import from_ledger, from_sources, in_ledger, open_leads_of
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Absence, Event, Handoff, LeadState, Person
from leadpact.ledger.selectors import agreements, logs, rosters
from leadpact.ledger.selectors.rosters import open_leads
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import MONDAY, go_live, settle

NOW = MONDAY.replace(hour=16)
TEXT = templates.text("b2b-saas")


@pytest.fixture(autouse=True)
def in_force() -> None:
    publish(load_text(TEXT, "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)


def arrive(
    lead: str, country: str = "US", *, asks: bool = True, at: timedelta = timedelta()
) -> None:
    known = Known(id=lead, email=f"{lead}@{lead}works.org".lower())
    stated = {"email": known.email, "country": country, "employees": 800}
    facts = [Fact("crm", f"{lead} 1", "lead.created", NOW, known, stated)]
    if asks:
        filled = {"form": "demo", "seconds_to_fill": 40}
        facts.append(Fact("crm", f"{lead} 2", "form_submitted", NOW, known, filled))
    ingest(facts, now=NOW)


def test_it_tells_beforehand_what_the_live_flow_then_does() -> None:
    for number in range(4):
        lead, country = f"L{number}", ("US", "DE")[number // 2]
        arrive(lead, country, asks=False)
        settle(NOW)
        before = Event.objects.count(), Handoff.objects.count()
        told = from_ledger(agreements.documents(), in_ledger(lead), NOW)
        assert (Event.objects.count(), Handoff.objects.count()) == before
        arrive(lead, country)
        settle(NOW)
        row = Handoff.objects.get(lead=lead)
        assert row.person
        assert (told.decision.to_person, told.decision.route) == (row.person, row.route)
        assert str(told.decision.sentences[-1]) in row.steps


def test_whoever_is_away_is_passed_over_with_the_reason() -> None:
    arrive("Ada", asks=False)
    settle(NOW)
    first = from_ledger(agreements.documents(), in_ledger("Ada"), NOW).decision.to_person
    person = Person.objects.get(name=first)
    Absence.objects.create(person=person, begins=NOW, ends=NOW + timedelta(days=3))
    told = from_ledger(agreements.documents(), in_ledger("Ada"), NOW)
    assert told.decision.to_person not in (None, first)
    skipped = [step for step in told.decision.steps if step.what == first]
    assert [step.outcome for step in skipped] == ["skipped"]
    assert "absent" in skipped[0].why


def test_a_lead_that_is_held_is_routed_as_if_nobody_did() -> None:
    arrive("Ada")
    settle(NOW)
    holder = LeadState.objects.get(lead="Ada").holder
    told = from_ledger(agreements.documents(), in_ledger("Ada"), NOW)
    assert told.holder == holder
    assert not any("another open lead" in step.why for step in told.decision.steps)
    assert told.as_json()["held_by"] == holder


def test_a_lead_that_came_back_to_marketing_fills_nobodys_cap() -> None:
    arrive("Ada")
    settle(NOW)
    holder = LeadState.objects.get(lead="Ada").holder
    assert holder
    Person.objects.filter(name=holder).update(cap=1)
    assert open_leads()[holder] == 1
    later = NOW + timedelta(hours=1)
    known = Known(id="Ada")
    rejected = {"reason": "no budget", "rating": 2}
    ingest([Fact("crm", "Ada 9", "sales.rejected", later, known, rejected)], now=later)
    settle(later)
    state = LeadState.objects.get(lead="Ada")
    assert (state.episode, state.status, state.holder) == (2, "open", holder)
    assert holder not in open_leads()
    arrive("Bo", asks=False)
    settle(later)
    told = from_ledger(agreements.documents(), in_ledger("Bo"), later)
    assert not any(step.what == holder and "cap" in step.why for step in told.decision.steps)
    result = evaluate(agreements.documents(), logs.whole_history(), as_of=later)
    assert open_leads_of(result) == open_leads()


def test_a_proposal_may_be_tried() -> None:
    arrive("Ada", asks=False)
    settle(NOW)
    other = TEXT.replace("company_owner_first: true", "company_owner_first: false")
    proposal = load_text(other, "proposal.yaml").agreement
    assert proposal
    routes = [{"name": "All", "to": proposal.routing.teams[1].name}]
    routing = proposal.routing.model_copy(
        update={"routes": [type(proposal.routing.routes[0]).model_validate(routes[0])]}
    )
    told = from_ledger([proposal.model_copy(update={"routing": routing})], in_ledger("Ada"), NOW)
    assert told.decision.team == proposal.routing.teams[1].name


def test_exports_tell_who_works_with_the_company() -> None:
    arrive("Ada")
    settle(NOW)
    colleague = Known(id="Bea", email="bea@adaworks.org")
    stated = {"email": "bea@adaworks.org", "country": "DE", "employees": 800}
    ingest([Fact("crm", "Bea 1", "lead.created", NOW, colleague, stated)], now=NOW)
    settle(NOW)
    history = logs.whole_history()
    told = from_sources(agreements.documents(), history, "Bea", NOW)
    assert told.decision.to_person == LeadState.objects.get(lead="Ada").holder
    assert "owns an open lead of the same company" in told.decision.why
    live = from_ledger(agreements.documents(), in_ledger("Bea"), NOW)
    assert live.decision.to_person == told.decision.to_person


def test_a_lead_that_is_not_there_is_told_so() -> None:
    with pytest.raises(LookupError, match="no lead nobody"):
        in_ledger("nobody")
    arrive("Ada")
    with pytest.raises(LookupError, match="no lead nobody"):
        from_sources(agreements.documents(), logs.whole_history(), "nobody", NOW)


def test_what_the_agreement_does_not_ask_of_people_is_not_counted() -> None:
    agreement = agreements.documents()[0]
    teams = [
        team.model_copy(
            update={"people": [each.model_copy(update={"cap": None}) for each in team.people]}
        )
        for team in agreement.routing.teams
    ]
    free = agreement.routing.model_copy(
        update={"teams": teams, "bulk": None, "company_owner_first": False}
    )

    def statements(version: Agreement) -> str:
        with CaptureQueriesContext(connection) as caught:
            rosters.roster(version, ["acme.org"], now=NOW)
        return " ".join(each["sql"] for each in caught.captured_queries)

    tables = ('"ledger_leadstate"', '"ledger_handoff"', '"ledger_deal"')
    assert all(table in statements(agreement) for table in tables)
    without = statements(agreement.model_copy(update={"routing": free}))
    assert not any(table in without for table in tables)
