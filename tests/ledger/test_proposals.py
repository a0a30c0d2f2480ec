"""Leads that may be one are proposed; people decide, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadpact.flows import proposing
from leadpact.flows.erasing import erase
from leadpact.flows.proposing import propose
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import AuditEntry, Lead, Proposal
from leadpact.ledger.selectors.proposals import proposals_for
from leadpact.ledger.services import actions, proposals
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Act, Caller, of_operator
from tests.ledger.helpers import MONDAY, settle

NOW = MONDAY.replace(hour=16)
DOING = Doing(of_operator(), NOW)


@pytest.fixture(autouse=True)
def three_leads() -> None:
    """Two that look as if they were one, and somebody else."""
    from leadpact.agreement.loading import load_text
    from leadpact.ledger.services.agreements import publish
    from tests.ledger.installation import AGREEMENT

    publish(load_text(AGREEMENT % {"caps": ""}, "agreement.yaml"), actor="test", now=MONDAY)
    for number, (lead, name) in enumerate(
        [("A", "Ada Lovelace"), ("B", "Lovelace, Ada"), ("C", "Cy Coleman")]
    ):
        email = f"{lead}@adaworks.org".lower()
        at = NOW + timedelta(seconds=number)
        stated = {"name": name, "email": email}
        known = Known(id=lead, email=email)
        ingest([Fact("crm", lead, "lead.created", at, known, stated)], now=at)
    settle(NOW + timedelta(minutes=1))


def the_one() -> Proposal:
    propose(NOW)
    return Proposal.objects.get()


def test_what_looks_alike_is_proposed_and_not_merged() -> None:
    row = the_one()
    assert (row.first_id, row.second_id, row.state) == ("A", "B", "open")
    assert row.because == "the same name; the same company"
    assert not Lead.objects.exclude(merged_into=None)


def test_looking_again_finds_nothing_new_and_keeps_the_number() -> None:
    number = the_one().pk
    assert propose(NOW + timedelta(hours=1)) == 0
    assert Proposal.objects.get().pk == number


def test_accepted_the_later_is_merged_into_the_earlier() -> None:
    proposals.accept(DOING, the_one().pk)
    assert Lead.objects.get(key="B").merged_into_id == "A"
    assert AuditEntry.objects.filter(action="lead.merged").count() == 1
    settle(NOW + timedelta(minutes=2))
    assert propose(NOW) == 0
    assert Proposal.objects.get().state == "accepted"


def test_refused_it_is_never_proposed_again() -> None:
    proposals.refuse(DOING, the_one().pk)
    assert propose(NOW) == 0
    assert Proposal.objects.get().state == "refused"
    assert not Lead.objects.exclude(merged_into=None)


def test_it_is_decided_once() -> None:
    number = the_one().pk
    proposals.refuse(DOING, number)
    with pytest.raises(Refused, match="was refused by operator"):
        proposals.accept(DOING, number)
    with pytest.raises(Refused, match="There is no proposal"):
        proposals.accept(DOING, number + 1)


def test_what_no_longer_looks_alike_goes() -> None:
    the_one()
    told = Fact("crm", "B2", "lead.updated", NOW + timedelta(hours=1), Known(id="B"),
                {"name": "Bea Brown"})  # fmt: skip
    ingest([told], now=NOW + timedelta(hours=1))
    settle(NOW + timedelta(hours=2))
    propose(NOW + timedelta(hours=2))
    assert not Proposal.objects.exists()


def test_a_lead_that_is_left_out_is_nobody_to_merge() -> None:
    actions.exclude(DOING, "B", "a test of ours")
    settle(NOW + timedelta(minutes=2))
    propose(NOW)
    assert not Proposal.objects.exists()


def test_who_may_not_merge_may_not_decide_and_who_sees_neither_is_shown_none() -> None:
    number = the_one().pk
    reader = Doing(Caller("viewer", frozenset({Act.READ}), role="viewer"), NOW)
    with pytest.raises(Refused, match="may not"):
        proposals.accept(reader, number)
    sales = Caller("head", frozenset(Act), role="sales head")
    assert not proposals_for(sales).exists()
    with pytest.raises(Refused, match="There is no proposal"):
        proposals.accept(Doing(sales, NOW), number)


def test_it_is_looked_for_from_time_to_time() -> None:
    assert proposing.is_due(NOW)
    propose(NOW)
    assert not proposing.is_due(NOW + timedelta(minutes=59))
    assert proposing.is_due(NOW + timedelta(minutes=61))


def test_an_erased_person_is_in_no_proposal_by_name() -> None:
    the_one()
    (key,) = erase("B", actor="test", now=NOW).leads
    row = Proposal.objects.get()
    assert row.second_id == key
    propose(NOW)
    assert not Proposal.objects.exists()
