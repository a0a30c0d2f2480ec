"""What happens to a connection while the customer system is being read or written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from leadpact.demo.hubspot.company import DEMO_FORM
from leadpact.flows import crm
from leadpact.flows.crm_pull import Pull
from leadpact.flows.crm_reading import Taking
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Batch, CrmCursor, CrmOwner, Event
from leadpact.ledger.services import crm_connections
from leadpact.ledger.services.crm_connections import ConnectionRefusal
from leadpact.ledger.services.ingest import ingest
from leadpact.sources.crm.connector import Outcome, Wanted
from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.records import Deletion
from leadpact.sources.hubspot.connector import HubSpotConnector
from tests.ledger import salesforce_company as salesforce
from tests.ledger.crm_company import ask_for_demo, call, company, lead
from tests.ledger.helpers import settle
from tests.ledger.test_crm_feeds import ADA, PAGE, WITH_FEEDS, come, told
from tests.sources.crm.helpers import MAPPING


def test_a_mapping_changed_while_everything_is_read_counts_for_all_that_is_read() -> None:
    more = MAPPING.replace(
        "      title: jobtitle\n", "      title: jobtitle\n      industry: industry\n"
    )
    with company() as at:
        for n in range(120):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io", "industry": "Software"})

        def changed(_of: str, count: int) -> None:
            if count == 100:
                crm.connect(parse_crm(more, "crm.yaml"), {"token": at.portal.token},
                            at.simulator.address, actor="test", now=at.time())  # fmt: skip

        with pytest.raises(ConnectionRefusal), crm.session(at.row, "one", at.time) as of:
            crm.pull(of, at.time, changed)
        with crm.session(at.row, "one", at.time) as of:
            crm.pull(of, at.time, lambda _of, _count: None)
        rows = Event.objects.filter(kind="lead.updated").values_list("properties", flat=True)
        assert sum('"industry":"Software"' in row for row in rows) == 120


def test_a_connection_cut_while_everything_is_read_ends_the_reading() -> None:
    with company() as at:
        for n in range(120):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})

        def cut(_of: str, count: int) -> None:
            crm_connections.disconnect(at.row, actor="test", now=at.time())

        with pytest.raises(ConnectionRefusal), crm.session(at.row, "one", at.time) as of:
            crm.pull(of, at.time, cut)
        assert not CrmCursor.objects.exists()


def test_a_webhook_before_the_first_reading_ended_costs_no_form() -> None:
    with company(mapping=WITH_FEEDS) as at:
        come(at)
        at.portal.mail.submit(DEMO_FORM, ADA, PAGE, at=at.time() - timedelta(days=30))
        at.portal.mail.submit(DEMO_FORM, "bob@acme.io", PAGE, at=at.time())
        second = come(at, "bob@acme.io")
        at.portal.set("contacts", second, {"recent_conversion_date": at.time().isoformat()})
        crm_connections.nudged(at.row, [("contacts", second, "k", False)], now=at.time())
        assert Pull(at.row, at.crm, at.connector, at.time).nudged() == 1
        at.rest()
        assert len(told("form_submitted")) == 2


def test_each_of_two_systems_is_told_of_every_lead() -> None:
    quiet = "write: {tasks: false, notes: false}\n"
    with (
        company(mapping=MAPPING + quiet) as hub,
        salesforce.company(mapping=salesforce.MAPPING + quiet) as force,
    ):
        ada = hub.portal.add("contacts", {"email": "ada@northwind.io", "lifecyclestage": "lead"})
        lead_there = force.ask_for_demo("ada@northwind.io", Title="")
        for each in (hub, force):
            each.rest()
            each.rest(minutes=30)
        at = hub.time()
        asked = Fact("site", "1", "form_submitted", at, Known(email="ada@northwind.io"))
        ingest([asked], now=at)
        settle(at)
        hub.push()
        force.push()
        assert hub.contact(ada).values["leadpact_stage"] == "MQL"
        assert force.row_of("Lead", lead_there)["leadpact_stage__c"] == "MQL"


def test_a_merge_that_was_first_taken_for_a_deletion_leaves_the_lead_in() -> None:
    with company() as at:
        ada, other = ask_for_demo(at), ask_for_demo(at, "ada@gmail.example")
        at.rest()
        at.time.pass_(minutes=1)
        at.portal.merge("contacts", ada, other)
        gone = Deletion("contacts", other, at.time())
        Taking(at.row, at.crm, {}, at.time()).take("contacts", [], [gone])
        settle(at.time())
        assert lead(other).status == "excluded"
        at.rest()
        assert lead(ada).status == "open"
        assert lead(other).status == "merged"


def test_a_worker_that_was_held_up_makes_no_task_that_another_has_made() -> None:
    with company() as at:
        ask_for_demo(at)
        at.pull()
        settle(at.time())
        at.row.refresh_from_db()
        assert crm_connections.lease(at.row, "one", now=at.time())
        slow = crm.Session(at.row, at.crm, at.connector, "one", at.time)
        write = HubSpotConnector.write

        def held_up(self: HubSpotConnector, wanted: Sequence[Wanted]) -> Sequence[Outcome]:
            patch.setattr(HubSpotConnector, "write", write)
            at.time.pass_(minutes=6)
            assert crm_connections.lease(at.row, "two", now=at.time())
            at.push()
            crm_connections.release(at.row, "two")
            return write(self, wanted)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HubSpotConnector, "write", held_up)
            with pytest.raises(ConnectionRefusal):
                crm.push(slow, at.time)
        assert len(at.open_tasks()) == 1


def test_what_is_connected_anew_takes_and_makes_nothing_twice() -> None:
    with company() as at:
        ada, _waits = ask_for_demo(at), ask_for_demo(at, "bob@northwind.io")
        at.rest()
        changed, gone = call(at, ada), call(at, ada)
        at.rest()
        crm_connections.disconnect(at.row, actor="test", now=at.time())
        assert not crm.turn(at.time, "one")
        at.time.pass_(minutes=5)
        at.portal.set("calls", changed, {"hs_call_disposition": "left voicemail"})
        at.portal.delete("calls", gone)
        connected, _ = crm.connect(
            parse_crm(MAPPING, "crm.yaml"), {"token": at.portal.token}, at.simulator.address,
            actor="test", now=at.time(),
        )  # fmt: skip
        assert connected.shadow, "what was cut is in shadow again"
        crm_connections.set_shadow(connected, False, actor="test", now=at.time())
        at.row = connected
        at.rest()
        at.rest()
        standing = Event.objects.filter(kind="sales.attempted").exclude(
            event_id__in=[
                json.loads(row)["event_id"]
                for row in Event.objects.filter(kind="fact.voided").values_list(
                    "properties", flat=True
                )
            ]
        )
        (row,) = standing
        assert "left voicemail" in row.properties
        assert len(at.portal.objects["tasks"]) == 2
        assert len(at.open_tasks()) == 1


def test_who_comes_again_after_their_record_was_deleted_is_a_lead_again() -> None:
    with company() as at:
        ada = at.portal.add("contacts", {"email": "ada@northwind.io", "lifecyclestage": "lead"})
        at.rest()
        at.portal.delete("contacts", ada)
        at.rest(minutes=40)
        assert lead(ada).status == "excluded"
        again = ask_for_demo(at)
        at.rest()
        assert again != ada
        assert (lead(ada).status, lead(ada).stage) == ("open", "MQL")
        assert at.contact(again).values["lifecyclestage"] == "marketingqualifiedlead"


def test_merges_in_a_chain_between_two_readings_leave_one_lead() -> None:
    with company() as at:
        first, second, third = (ask_for_demo(at, f"ada@{n}.example") for n in "abc")
        at.rest()
        at.time.pass_(minutes=1)
        at.portal.merge("contacts", second, first)
        at.portal.merge("contacts", third, second)
        at.rest(minutes=40)
        at.rest(minutes=40)
        assert [lead(each).status for each in (first, second, third)] == [
            "merged",
            "merged",
            "open",
        ]


def test_the_first_reading_is_an_import_that_is_finished_once_all_was_read() -> None:
    with company() as at:
        ask_for_demo(at)
        at.pull()
        batch = Batch.objects.get()
        assert (batch.finished_at, batch.rows) == (at.time(), Event.objects.count())


def test_who_is_deleted_in_one_of_two_systems_and_stands_in_the_other_stays_in() -> None:
    with company() as hub, salesforce.company() as force:
        ada, there = ask_for_demo(hub), force.ask_for_demo("ada@northwind.io")
        hub.rest()
        force.rest()
        hub.portal.delete("contacts", ada)
        hub.rest(minutes=40)
        assert lead(ada).status == "open"
        force.time.pass_(minutes=50)
        force.org.delete("Lead", there)
        force.rest(minutes=40)
        assert lead(ada).status == "excluded"


def test_an_owner_whom_both_lists_tell_is_taken_as_the_later_says() -> None:
    with company() as at:
        told = {"number": "7", "name": "Ana", "email": "", "person": "Ana"}
        crm_connections.note_owners(at.row, [told | {"active": True}, told | {"active": False}])
        assert not CrmOwner.objects.get(number="7").active
