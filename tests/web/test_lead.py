"""A lead's page: what it tells whom, and what is done from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    Clock,
    Deal,
    Event,
    Exclusion,
    Lead,
    LeadState,
    NurtureEntry,
    Proposal,
)
from leadpact.ledger.selectors.voids import withdrawn
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.batches import begin
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from tests.api.conftest import signed_in
from tests.ledger.helpers import settle
from tests.web.registered import somebody


def now() -> datetime:
    return datetime.now(UTC)


def text_of(client: Client, key: str = "Ada") -> str:
    answer = client.get(reverse("lead", kwargs={"key": key}), follow=True)
    assert answer.status_code == 200
    return answer.text


def do(client: Client, what: str, **sent: Any) -> Any:
    """Do something from the page of Ada; the page afterwards, once a worker has looked."""
    told = {"lead": "Ada", "back": "/leads/Ada", **sent}
    client.post(reverse(f"work_{what}"), told)
    settle(now())
    return client.get("/leads/Ada").text


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("administrator", {"Ada", "Bo", "Cy"}),
        ("marketer", {"Ada", "Bo", "Cy"}),
        ("viewer", {"Ada", "Bo", "Cy"}),
        ("sales head", {"Ada", "Bo"}),
        ("rep", {"Ada"}),
    ],
)
def test_who_may_open_which_lead(company: None, role: str, seen: set[str]) -> None:
    """Marketing keeps leads to itself until the handoff; a rep sees those of their team."""
    client, _ = somebody(role)
    for name in ("lead", "why"):
        for key in ("Ada", "Bo", "Cy", "Nobody"):
            status = client.get(reverse(name, kwargs={"key": key})).status_code
            assert status == (200 if key in seen else 404), (name, key)


def test_it_tells_who_where_what_is_owed_and_why_there(company: None) -> None:
    text = text_of(signed_in("sales head"))
    for said in (
        "ada@adaworks.org", "Growing mid-market company", "First response to an MQL",
        "Accept or reject an MQL", "Handed to sales", "Route “Everyone else”", "form submitted",
        "met",
    ):  # fmt: skip
        assert said in text, said


def test_good_news_looks_different_from_bad(company: None) -> None:
    text = text_of(signed_in("sales head"))
    assert '<span class="badge good">met</span>' in text
    settle(now() + timedelta(days=30))
    assert '<span class="badge bad">overdue</span>' in text_of(signed_in("administrator"))


def test_only_who_works_it_is_offered_to(company: None) -> None:
    rep, _ = somebody("rep")
    assert 'data-act="accept"' in text_of(rep)
    assert 'data-act="accept"' not in text_of(signed_in("marketer"))
    assert 'data-act="accept"' not in text_of(signed_in("viewer"))
    do(rep, "reject", reason="no budget")
    assert 'data-act="accept"' not in text_of(rep)


def test_a_key_may_hold_anything(company: None) -> None:
    known = Known(id="a/b why?#%é")
    ingest([Fact("crm", "odd", "lead.created", now(), known, {"name": "Odd"}, now())], now=now())
    settle(now())
    client = signed_in("marketer")
    assert "Odd" in text_of(client, "a/b why?#%é")
    assert client.get(reverse("why", kwargs={"key": "a/b why?#%é"})).status_code == 200


def test_a_lead_that_nobody_looked_at_yet_has_a_page(company: None) -> None:
    ingest([Fact("crm", "n", "lead.created", now(), Known(id="New"), {}, now())], now=now())
    assert "No worker has looked at this lead yet" in text_of(signed_in("marketer"), "New")


def test_a_merge_is_proposed_done_followed_and_undone(company: None) -> None:
    row = Proposal.objects.create(
        first_id="Ada", second_id="Bo", weight=9.0, because="same phone", found_at=now()
    )
    client = signed_in("marketer")
    assert "same phone" in text_of(client)
    client.post(reverse("decide_proposal", args=[row.pk, "accept"]), {"back": "/leads/Ada"})
    settle(now())
    assert Lead.objects.get(key="Bo").merged_into_id == "Ada"
    assert "Bo was merged into this lead." in text_of(client, "Bo")
    assert "Undo the merge" in text_of(client)
    do(client, "unmerge", other="Bo")
    assert Lead.objects.get(key="Bo").merged_into_id is None
    assert client.post(reverse("decide_proposal", args=[row.pk, "x"])).status_code == 404


def test_a_lead_is_left_out_and_taken_back(company: None) -> None:
    client = signed_in("marketing head")
    assert "Left out of every figure: test" in do(client, "exclude", reason="test")
    assert Exclusion.objects.filter(lead="Ada").exists()
    assert "Left out of every figure: " not in do(client, "restore")


def test_a_mistake_is_withdrawn_and_stays_shown(company: None) -> None:
    row = Event.objects.get(lead="Ada", kind="form_submitted")
    client = signed_in("marketing head")
    text = do(client, "void", source=row.source, event_id=row.event_id)
    assert "withdrawn" in text
    assert Clock.objects.filter(lead="Ada", outcome="running").count() == 0
    assert "voided" in client.get("/why/Ada").text
    assert signed_in("marketer").post(reverse("work_void"), {"lead": "Ada"}).status_code == 403


def test_a_whole_import_that_was_withdrawn_is_shown_so(company: None) -> None:
    batch, _ = begin("b1", "list.csv", rejected=0, actor="test", now=now())
    row = Event.objects.get(lead="Ada", kind="form_submitted")
    Event.objects.filter(pk=row.pk).update(batch=batch)
    actions.void(Doing(of_operator(), now()), batch="b1")
    row.refresh_from_db()
    assert withdrawn([row]) == {(row.source, row.event_id)}


def test_a_lead_joins_a_program_is_touched_and_leaves(company: None) -> None:
    """Cy is still marketing's: nurture is for leads that are not ready."""
    client = signed_in("marketer")
    do(client, "enrol", lead="Cy", program="Stay in touch")
    step = NurtureEntry.objects.get(lead="Cy", program="Stay in touch").step
    assert "Take out" in text_of(client, "Cy")
    do(client, "touch", lead="Cy", program="Stay in touch")
    assert NurtureEntry.objects.get(lead="Cy", program="Stay in touch").step == step + 1
    do(client, "leave", lead="Cy", program="Stay in touch")
    assert NurtureEntry.objects.get(lead="Cy", program="Stay in touch").left_at


def test_a_head_waives_and_a_rep_disputes(company: None) -> None:
    head, (rep, _) = signed_in("sales head"), somebody("rep")
    assert "Why it is waived" in text_of(head)
    assert "Why it is waived" not in text_of(rep)
    duty = "First response to an MQL"
    do(rep, "dispute", obligation=duty, reason="I was not there")
    assert Event.objects.filter(lead="Ada", kind="clock.disputed").exists()
    assert "“I was not there”" in text_of(rep)
    assert "rules on it." in text_of(rep)
    assert "is disputed" not in do(head, "rule", obligation=duty, upheld="yes", note="agreed")
    do(head, "waive", obligation=duty, reason="trade fair")
    assert Clock.objects.get(lead="Ada", obligation=duty).outcome == "waived"


def test_the_timeline_is_leafed_through(company: None) -> None:
    at = now()
    known = Known(id="Ada")
    facts = [
        Fact("crm", f"v{n}", "page_viewed", at, known, {"page": f"p{n}"}, at) for n in range(60)
    ]
    ingest(facts, now=at)
    client = signed_in("marketer")
    text = text_of(client)
    assert "?from=40#timeline" in text
    later = client.get("/leads/Ada", {"from": "40"}).text
    assert "lead created" in later
    for odd in ("x", "-1", "²", "9" * 30):
        assert "?from=40#timeline" in client.get("/leads/Ada", {"from": odd}).text


def test_every_point_and_every_clock_is_explained(company: None) -> None:
    text = signed_in("marketer").get("/why/Ada").text
    for said in (
        "200 people or more", "employees is 800", "form submitted (form is demo)",
        "First response to an MQL", "2 business hours", "200 to 5000 people", "Moment by moment",
    ):  # fmt: skip
        assert said in text, said


def test_a_deal_is_recorded_by_who_works_the_lead(company: None) -> None:
    rep, _ = somebody("rep")
    told = {"deal_id": "D1", "outcome": "opened", "amount": "12500.50", "currency": "eur"}
    text = do(rep, "deal", **told)
    assert "12,500.5 EUR" in text
    for odd in ("-1", "many", "nan", "inf", "1e99"):
        rep.post(reverse("work_deal"), {**told, "lead": "Ada", "amount": odd, "back": "/leads/Ada"})
        assert "An amount is a number" in rep.get("/leads/Ada").text
    text = do(rep, "deal", **{**told, "outcome": "won"})
    assert Deal.objects.get(key="D1").outcome == "won"
    assert "Record a deal" not in text
    assert "Customer" in text


def test_two_leads_are_merged_by_key(company: None) -> None:
    client = signed_in("marketer")
    do(client, "merge", other="Bo")
    assert Lead.objects.get(key="Bo").merged_into_id == "Ada"
    assert "There is no lead Nobody" in do(client, "merge", other="Nobody")


def test_a_stage_is_declared(company: None) -> None:
    rep, _ = somebody("rep")
    do(rep, "stage", stage="SAL")
    assert LeadState.objects.get(lead="Ada").stage == "SAL"
