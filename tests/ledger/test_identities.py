"""Whose a fact is: mailboxes, ids, visitors, and two that come at the same instant."""

from __future__ import annotations

from datetime import timedelta

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.instants import instant
from leadpact.ledger.models import Batch, Change, Event, Identity, Lead
from leadpact.ledger.services.ingest import IDENTITY, ingest
from tests.ledger.helpers import MONDAY


def say(number: int, kind: str = "page_viewed", **known: str) -> Fact:
    return Fact("test", f"e{number}", kind, MONDAY + timedelta(minutes=number), Known(**known))


def leads_of(*facts: Fact) -> list[str | None]:
    return [receipt.lead for receipt in ingest(facts, now=MONDAY + timedelta(hours=1))]


def test_the_same_mailbox_is_the_same_lead_however_it_is_spelt() -> None:
    one, other = leads_of(
        say(1, email="Ada.L@Gmail.com"), say(2, email=" adal+news@googlemail.com")
    )
    assert one == other
    assert Lead.objects.count() == 1


def test_a_visitor_who_states_an_address_was_that_lead_all_along() -> None:
    (before,) = leads_of(say(1, visitor="v1"))
    (then,) = leads_of(say(2, visitor="v1", email="ada@acme.com"))
    (after,) = leads_of(say(3, email="ada@acme.com"))
    assert before == then == after
    assert not Event.objects.filter(kind="lead.merged").exists()


def test_a_visitor_and_an_address_known_apart_become_one_by_a_fact() -> None:
    (visitor,) = leads_of(say(1, visitor="v1"))
    (mailbox,) = leads_of(say(2, email="ada@acme.com"))
    assert visitor != mailbox
    leads_of(say(3, visitor="v1", email="ada@acme.com"))
    merge = Event.objects.get(kind="lead.merged")
    assert (merge.lead_id, merge.decided) == (mailbox, True)
    assert leads_of(say(4, visitor="v1")) == [mailbox]


def test_two_people_at_one_computer_stay_two() -> None:
    ada, bo = leads_of(
        say(1, visitor="v1", email="ada@a.com"), say(2, visitor="v1", email="bo@b.com")
    )
    assert ada != bo
    assert leads_of(say(3, visitor="v1")) == [ada]
    assert not Event.objects.filter(kind="lead.merged").exists()


def test_an_id_becomes_the_key_and_both_name_the_lead() -> None:
    assert leads_of(say(1, id="10482", email="ada@a.com")) == ["10482"]
    assert leads_of(say(2, email="ada@a.com"), say(3, id="10482")) == ["10482", "10482"]


def test_a_lead_without_an_id_is_named_by_the_key_it_was_given() -> None:
    (key,) = leads_of(say(1, email="ada@a.com"))
    assert key is not None
    assert leads_of(say(2, id=key)) == [key]
    assert Lead.objects.count() == 1


def test_two_records_with_one_mailbox_are_one_lead_with_two_ids() -> None:
    assert leads_of(say(1, id="1", email="ada@a.com"), say(2, id="2", email="ada@a.com")) == [
        "1",
        "1",
    ]
    assert set(Identity.objects.filter(lead="1").values_list("kind", "value")) == {
        ("id", "1"), ("id", "2"), ("email", "ada@a.com")
    }  # fmt: skip


def test_what_comes_twice_is_there_once_and_says_so() -> None:
    first = ingest([say(1, id="1")], now=MONDAY)
    again = ingest([say(1, id="1"), say(2, id="1"), say(2, id="1")], now=MONDAY)
    assert [receipt.repeated for receipt in first + again] == [False, True, False, False]
    assert Event.objects.count() == 2


def test_an_address_that_is_none_names_nobody() -> None:
    assert leads_of(say(1, email="not an address")) == [None]


def test_what_is_new_marks_its_lead_and_nothing_else() -> None:
    leads_of(say(1, id="1"), say(2, id="2"))
    Change.objects.all().delete()
    leads_of(say(1, id="1"), say(3, id="2"))
    assert set(Change.objects.values_list("lead_id", flat=True)) == {"2"}


def stated() -> list[tuple[str | None, int, str]]:
    """What the ledger itself states of leads: whose, at which minute, what."""
    rows = Event.objects.filter(source=IDENTITY, kind="lead.updated").order_by("id")
    minute = timedelta(minutes=1)
    return [
        (row.lead_id, (instant(row.happened) - MONDAY) // minute, row.properties) for row in rows
    ]


def test_whom_a_fact_names_by_an_address_can_be_reached_there() -> None:
    (visitor, lead) = leads_of(say(1, visitor="v1"), say(2, visitor="v1", email=" Ada@a.com"))
    assert visitor == lead
    leads_of(say(3, email="ada@A.com"), say(4, visitor="v1", email="ada@a.com"))
    assert stated() == [(lead, 2, '{"email":"Ada@a.com"}')]


def test_a_second_address_is_another_way_to_find_a_lead_and_not_another_statement() -> None:
    leads_of(say(1, id="1", email="ada@a.com"), say(2, id="1", email="ada@home.net"))
    leads_of(say(3, id="1", email="ada@new.com"))
    assert stated() == [("1", 1, '{"email":"ada@a.com"}')]


def test_an_address_that_a_fact_states_is_not_stated_again() -> None:
    known = Known(id="1", email="ada@a.com")
    told = Fact("test", "e1", "lead.updated", MONDAY, known, {"email": "Ada@a.com"})
    leads_of(say(2, id="1", email="ada@a.com"), told)
    assert stated() == []


def test_what_the_ledger_states_goes_with_the_import_that_it_came_with() -> None:
    batch = Batch.objects.create(key="list", name="list", started_at=MONDAY)
    ingest([say(1, email="ada@a.com")], now=MONDAY, batch=batch)
    assert set(Event.objects.values_list("batch_id", flat=True)) == {"list"}
