"""Records of a customer system in the ledger: changed, merged, deleted, read twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import pytest

from leadpact.flows.crm_reading import Taking
from leadpact.flows.erasing import erase
from leadpact.ledger.models import (
    CrmConnection,
    CrmDue,
    CrmRecord,
    CrmWrite,
    Deal,
    DealRole,
    Event,
    Lead,
    LeadState,
)
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.records import Deletion, Record
from tests.ledger.helpers import put_into_force, settle
from tests.sources.crm.helpers import MAPPING, MONDAY, after, mapping, record

AGREEMENT = {
    "leadpact": 1,
    "name": "Basic",
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": "09:00-17:00"}},
    "stages": [
        {"name": "Lead"},
        {"name": "MQL", "when": {"event": "form_submitted"}, "role": "mql"},
        {"name": "SQL", "role": "sql"},
    ],
    "handoff": {"stage": "MQL"},
    "obligations": [
        {
            "name": "Answer",
            "side": "sales",
            "starts_on": {"event": "form_submitted"},
            "stops_on": {"event": "sales.attempted"},
            "within": "2 business hours",
        }
    ],
}


@pytest.fixture
def connection() -> CrmConnection:
    put_into_force(AGREEMENT)
    return crm_connections.connect(
        "hubspot", {"token": "secret"}, MAPPING, account="1", own_mark="INTEGRATION app",
        address="", actor="test", now=MONDAY,
    )  # fmt: skip


def take(
    connection: CrmConnection,
    of: str,
    *records: Record,
    deletions: Sequence[Deletion] = (),
    now: datetime | None = None,
) -> None:
    Taking(connection, mapping(), {"7": "Ana", "8": "Ben"}, now or after(100)).take(
        of, records, deletions
    )


def state(lead: str = "hubspot:contacts/101") -> LeadState:
    settle(after(100))
    return LeadState.objects.get(lead=lead)


def kinds() -> list[str]:
    return list(Event.objects.order_by("happened", "id").values_list("kind", flat=True))


def test_a_person_read_twice_is_there_once(connection: CrmConnection) -> None:
    ada = record(
        history={"lifecyclestage": [("lead", MONDAY), ("marketingqualifiedlead", after(1))]}
    )
    take(connection, "contacts", ada)
    take(connection, "contacts", ada)
    assert sorted(kinds()) == ["lead.created", "stage.entered", "stage.entered"]
    assert state().stage == "MQL"
    assert CrmDue.objects.filter(lead="hubspot:contacts/101").exists()


def test_a_person_with_an_email_that_is_known_is_that_lead(connection: CrmConnection) -> None:
    take(connection, "contacts", record(email="ada@example.com"))
    take(connection, "contacts", record(number="102", email="Ada@Example.com"))
    assert Lead.objects.filter(merged_into=None).count() == 1


def test_older_after_newer_changes_nothing(connection: CrmConnection) -> None:
    call = {"created": MONDAY, "contacts": ["101"], "hs_timestamp": "2026-03-02T10:00:00Z"}
    take(connection, "contacts", record())
    take(
        connection,
        "calls",
        record("calls", "9", modified=after(5), hs_call_disposition="connected", **call),
    )
    take(
        connection,
        "calls",
        record("calls", "9", modified=after(2), hs_call_disposition="busy", **call),
    )
    assert [kind for kind in kinds() if kind.startswith("sales")] == ["sales.connected"]


def test_an_activity_counts_as_it_is_now_and_not_at_all_once_it_is_deleted(
    connection: CrmConnection,
) -> None:
    take(
        connection, "contacts", record(history={"recent_conversion_event_name": [("Demo", MONDAY)]})
    )
    call = {"contacts": ["101"], "hs_timestamp": "2026-03-02T10:00:00Z"}
    clocks = lambda: Lead.objects.get().clocks.get(obligation="Answer")  # noqa: E731
    take(connection, "calls", record("calls", "9", modified=after(1), **call))
    state()
    assert (clocks().outcome, clocks().stopped_at) == ("met", after(1))

    moved = call | {"hs_timestamp": "2026-03-02T12:30:00Z"}
    take(connection, "calls", record("calls", "9", modified=after(4), **moved))
    state()
    assert (clocks().outcome, clocks().stopped_at) == ("missed", after(3.5))

    take(connection, "calls", record("calls", "9", modified=after(5), **call))
    state()
    assert (clocks().outcome, clocks().stopped_at) == ("met", after(1)), "as it was at first"

    take(connection, "calls", deletions=[Deletion("calls", "9", after(6))])
    state()
    assert clocks().outcome == "overdue"
    take(connection, "calls", record("calls", "9", modified=after(7), **call))
    state()
    assert clocks().outcome == "met", "brought back"


def test_an_activity_with_somebody_else_in_the_end_is_theirs(connection: CrmConnection) -> None:
    take(connection, "contacts", record(), record(number="102"))
    take(connection, "calls", record("calls", "9", modified=after(1), contacts=["101"]))
    take(connection, "calls", record("calls", "9", modified=after(2), contacts=["102"]))
    told = Event.objects.filter(kind="sales.attempted").values_list("lead", flat=True)
    voided = [json.loads(each.properties) for each in Event.objects.filter(kind="fact.voided")]
    first, second = sorted(told)
    assert (first, second) == ("hubspot:contacts/101", "hubspot:contacts/102")
    assert [each["event_id"] for each in voided] == [
        Event.objects.get(kind="sales.attempted", lead=first).event_id
    ]


def test_a_deal_with_three_people_is_one_deal(connection: CrmConnection) -> None:
    take(connection, "contacts", *(record(number=n) for n in ("1", "2", "3")))
    won = {"dealstage": [("new", MONDAY), ("closedwon", after(9))]}
    take(
        connection,
        "deals",
        record("deals", "5", history=won, amount="900", contacts=["1", "2", "3"]),
    )
    settle(after(100))
    deal = Deal.objects.get()
    assert (deal.key, deal.outcome, deal.amount, deal.closed_at) == (
        "hubspot:deals/5", "won", 900, after(9),
    )  # fmt: skip
    assert DealRole.objects.count() == 3

    smaller = record(
        "deals", "5", history=won, modified=after(10), amount="450", contacts=["1", "2"]
    )
    take(connection, "deals", smaller)
    settle(after(100))
    assert Deal.objects.get().amount == 450
    assert DealRole.objects.count() == 2

    reopened = won["dealstage"] + [("new", after(11))]
    take(connection, "deals", record("deals", "5", history={"dealstage": reopened}, contacts=["1"]))
    settle(after(100))
    assert Deal.objects.get().outcome == "open"

    take(connection, "deals", deletions=[Deletion("deals", "5", after(12))])
    settle(after(100))
    assert not Deal.objects.exists()


def test_a_deal_stays_as_it_is_when_only_one_of_its_people_is_looked_at(
    connection: CrmConnection,
) -> None:
    take(connection, "contacts", record(number="1"), record(number="2"))
    path = [("new", MONDAY), ("closedwon", after(1))]
    for stages in (path, [*path, ("new", after(2))]):
        deal = record("deals", "5", history={"dealstage": stages}, contacts=["1", "2"])
        take(connection, "deals", deal)
        settle(after(100))
    take(connection, "calls", record("calls", "9", contacts=["1"]))
    settle(after(100))
    assert Deal.objects.get().outcome == "open"


def test_a_deal_without_people_is_told_as_it_is(connection: CrmConnection) -> None:
    take(connection, "deals", record("deals", "5", dealstage="new", amount="10"))
    take(
        connection,
        "deals",
        record("deals", "5", dealstage="closedlost", amount="20", modified=after(3)),
    )
    deal = Deal.objects.get()
    assert (deal.outcome, deal.amount, deal.closed_at) == ("lost", 20, after(3))


def test_people_who_are_merged_there_are_one_lead_here(connection: CrmConnection) -> None:
    take(
        connection,
        "contacts",
        record(number="1", email="ada@northwind.io",
               history={"hubspot_owner_id": [("7", after(1))]}),
        record(number="2", email="ada.king@northwind.io",
               history={"recent_conversion_event_name": [("Demo", after(2))]}),
    )  # fmt: skip
    assert state("hubspot:contacts/1").stage == "Lead"
    whole = record(number="1", email="ada@northwind.io", modified=after(3),
                   history={"hubspot_owner_id": [("7", after(1))]},
                   absorbed=[("contacts", "2")])  # fmt: skip
    take(connection, "contacts", whole)
    take(connection, "contacts", whole, deletions=[Deletion("contacts", "2", after(3))])
    assert state("hubspot:contacts/1").status == "open"
    assert state("hubspot:contacts/2").status == "merged"
    assert kinds().count("lead.merged") == 1
    assert "lead.excluded" not in kinds()


def test_whom_a_merged_record_was_given_to_takes_the_survivor_from_nobody(
    connection: CrmConnection,
) -> None:
    """What was read too late says no more than what was read in time: its holder stays."""
    ada = {"email": "ada@a.io", "hubspot_owner_id": "8"}
    other = {"email": "ada@b.io", "created": after(1)}
    take(connection, "contacts", record(number="101", **ada), record(number="102", **other))
    merged = record(number="101", modified=after(5), absorbed=[("contacts", "102")], **ada)
    take(connection, "contacts", merged)
    assert state().holder == "Ben"
    given = {"hubspot_owner_id": [("7", after(3))]}
    take(connection, "contacts", record(number="102", history=given, modified=after(4), **other))
    assert state().holder == "Ben"


def test_a_person_deleted_there_is_left_out_until_they_are_restored(
    connection: CrmConnection,
) -> None:
    ada = {"recent_conversion_event_name": [("Demo", MONDAY)]}
    take(connection, "contacts", record(history=ada))
    gone = [Deletion("contacts", "101", after(2))]
    take(connection, "contacts", deletions=gone)
    take(connection, "contacts", deletions=gone)
    found = state()
    assert (found.status, found.reason) == ("excluded", "deleted in HubSpot")
    take(connection, "contacts", record(history=ada, modified=after(1)))
    assert state().status == "open"
    take(connection, "contacts", deletions=[Deletion("contacts", "101", after(5))])
    assert state().status == "excluded"


def test_a_stage_moved_back_by_hand_changes_nothing(connection: CrmConnection) -> None:
    path = [("lead", MONDAY), ("salesqualifiedlead", after(1)), ("lead", after(2))]
    take(connection, "contacts", record(history={"lifecyclestage": path}))
    assert state().stage == "SQL"


def test_what_was_written_there_is_recognised_when_it_is_read_again(
    connection: CrmConnection,
) -> None:
    take(connection, "contacts", record(history={"lifecyclestage": [("lead", MONDAY)]}))
    row = CrmRecord.objects.get()
    CrmWrite.objects.create(
        record=row, field="lifecyclestage", wanted="marketingqualifiedlead", wanted_at=after(1),
        written="marketingqualifiedlead", written_at=after(1), open=False,
    )  # fmt: skip
    echo = [("lead", MONDAY), ("marketingqualifiedlead", after(1, minutes=1))]
    take(connection, "contacts", record(history={"lifecyclestage": echo}))
    assert kinds().count("stage.entered") == 1
    by_hand = [*echo, ("lead", after(3)), ("marketingqualifiedlead", after(4))]
    take(connection, "contacts", record(history={"lifecyclestage": by_hand}))
    assert [json.loads(e.properties) for e in Event.objects.filter(kind="stage.entered")][-1] == {
        "stage": "MQL"
    }


def test_what_happens_a_little_in_the_future_counts_when_it_is_past(
    connection: CrmConnection,
) -> None:
    early = record(
        history={"lifecyclestage": [("lead", MONDAY), ("marketingqualifiedlead", after(1))]}
    )
    take(connection, "contacts", early, now=after(0.99))
    settle(after(0.99))
    assert LeadState.objects.get().stage == "Lead"
    settle(after(1.01))
    assert LeadState.objects.get().stage == "MQL"


def test_who_was_erased_stays_so_though_the_system_keeps_them(connection: CrmConnection) -> None:
    ada = record(email="ada@example.com", history={"jobtitle": [("CTO", MONDAY)]})
    take(connection, "contacts", ada)
    settle(after(100))
    erase("ada@example.com", actor="test", now=after(101))
    assert not CrmRecord.objects.exists()
    take(connection, "contacts", ada, now=after(102))
    assert CrmRecord.objects.get().lead is None
    assert "ada@example.com" not in str(list(Event.objects.values()))
    assert Lead.objects.count() == 1
