"""A connection as people handle it: connected, checked, turned by the worker, reconciled."""

from __future__ import annotations

import pytest

from leadpact.flows import crm
from leadpact.flows.crm_push import compare
from leadpact.flows.crm_reconcile import reconcile
from leadpact.ledger.models import CrmConnection, CrmRecord, CrmWrite, Event, LeadState, Notice
from leadpact.ledger.services import crm_connections
from leadpact.ledger.services.crm_connections import ConnectionRefusal
from leadpact.sources.crm.connector import CredentialError
from leadpact.sources.crm.loading import MappingError, parse_crm
from tests.ledger.crm_company import ask_for_demo, call, company
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING


def test_a_mapping_is_suggested_that_fits_the_account_and_the_agreement() -> None:
    with company() as at:
        token = {"token": at.portal.token}
        text = crm.suggestion("hubspot", token, at.simulator.address, now=at.time())
        loaded = parse_crm(text, "crm.yaml")
        assert crm.check(loaded, at.connector, now=at.time()) == []
        assert loaded.crm.people["contacts"].stages
        assert loaded.crm.people["contacts"].stages.values == {
            "lead": "Lead", "marketingqualifiedlead": "MQL", "salesqualifiedlead": "SQL",
        }  # fmt: skip
        assert set(loaded.crm.activities) == {"calls", "emails", "meetings", "tasks"}
        assert loaded.crm.companies["companies"].owner == "hubspot_owner_id"


def test_connecting_tells_all_that_the_account_lacks() -> None:
    with company() as at:
        wrong = parse_crm(MAPPING.replace("jobtitle", "job_title"), "crm.yaml")
        token = {"token": at.portal.token}
        with pytest.raises(MappingError, match="job_title"):
            crm.connect(wrong, token, at.simulator.address, actor="test", now=at.time())
        with pytest.raises(CredentialError):
            crm.connect(parse_crm(MAPPING, "crm.yaml"), {"token": "wrong"}, at.simulator.address,
                        actor="test", now=at.time())  # fmt: skip
        good = parse_crm(MAPPING, "crm.yaml")
        row, account = crm.connect(good, token, at.simulator.address, actor="test", now=at.time())
        assert (row.account, row.own_mark) == ("900100", "INTEGRATION:4711")
        assert crm.lacking(row, account) == []


def test_an_oauth_app_gets_a_new_token_whenever_the_old_one_ends() -> None:
    with company() as at:
        ask_for_demo(at)
        credentials = {"client_id": "c", "client_secret": "s", "refresh_token": at.portal.refresh}
        row, account = crm.connect(
            parse_crm(MAPPING, "crm.yaml"), credentials, at.simulator.address, actor="test",
            now=at.time(),
        )  # fmt: skip
        assert (account.id, account.own_mark) == ("900100", "INTEGRATION:4711")
        connector = crm.connector_of(at.crm, credentials, at.simulator.address)
        assert connector.owners()
        at.portal.token = "ended"
        assert connector.owners()
        at.portal.refresh = "another"
        at.portal.token = "ended again"
        with pytest.raises(CredentialError, match="no token any more"):
            connector.owners()
        assert row.refused is False


def test_another_account_is_not_taken_for_the_same() -> None:
    with company() as at:
        at.portal.hub = "1"
        with pytest.raises(ConnectionRefusal, match="installation of its own"):
            crm.connect(parse_crm(MAPPING, "crm.yaml"), {"token": at.portal.token},
                        at.simulator.address, actor="test", now=at.time())  # fmt: skip


def test_another_mapping_lets_everything_be_read_anew() -> None:
    with company() as at:
        ada = ask_for_demo(at, industry="Software")
        at.rest()
        more = MAPPING.replace(
            "      title: jobtitle\n", "      title: jobtitle\n      industry: industry\n"
        )
        crm.connect(parse_crm(more, "crm.yaml"), {"token": at.portal.token}, at.simulator.address,
                    actor="test", now=at.time())  # fmt: skip
        at.crm = parse_crm(more, "crm.yaml").crm
        at.connector._crm = at.crm
        at.rest()
        assert '"industry":"Software"' in "".join(
            Event.objects.filter(lead=f"hubspot:contacts/{ada}").values_list(
                "properties", flat=True
            )
        )


def test_a_worker_talks_by_itself_and_alone() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        assert crm.turn(at.time, "one")
        settle(at.time())
        at.time.pass_(minutes=2)
        assert crm.turn(at.time, "one")
        assert at.contact(ada).values["lifecyclestage"] == "marketingqualifiedlead"
        row = CrmConnection.objects.get()
        assert (row.leased_by, row.calls > 0, row.pulled_at is not None) == ("", True, True)
        assert crm_connections.lease(row, "two", now=at.time())
        with (
            pytest.raises(ConnectionRefusal),
            crm.session(row, "one", at.time),
        ):
            pass


def test_whoever_takes_too_long_gives_way_to_who_took_over() -> None:
    with company() as at:
        for n in range(120):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})
        row = CrmConnection.objects.get()

        def another_takes_over(_of: str, _count: int) -> None:
            at.time.pass_(minutes=6)
            assert crm_connections.lease(row, "two", now=at.time())

        with (
            pytest.raises(ConnectionRefusal, match="Another process"),
            crm.session(row, "one", at.time) as of,
        ):
            crm.pull(of, at.time, another_takes_over)
        assert CrmRecord.objects.count() == 50
        row.refresh_from_db()
        assert row.leased_by == "two"


def test_a_revoked_token_is_told_to_both_heads_once_until_it_is_good_again() -> None:
    with company() as at:
        ask_for_demo(at)
        at.portal.token = "another"
        for _ in range(3):
            at.time.pass_(minutes=5)
            assert not crm.turn(at.time, "one")
        row = CrmConnection.objects.get()
        assert row.refused
        assert "token" in row.last_error
        assert "pat-demo" not in row.last_error
        told = Notice.objects.filter(kind="connection")
        assert sorted(told.values_list("receiver", flat=True)) == ["Mia", "Sam"]
        at.portal.token = "pat-demo"
        crm.connect(parse_crm(MAPPING, "crm.yaml"), {"token": "pat-demo"}, at.simulator.address,
                    actor="test", now=at.time())  # fmt: skip
        at.time.pass_(minutes=5)
        assert crm.turn(at.time, "one")
        assert CrmConnection.objects.get().last_error == ""
        assert CrmRecord.objects.count() == 1


def test_a_dry_run_tells_what_would_be_written_and_notes_nothing() -> None:
    with company(shadow=True) as at:
        ada = ask_for_demo(at)
        at.time.pass_(minutes=1)
        at.pull()
        settle(at.time())
        found = compare(at.row, at.crm, now=at.time(), keep=False).differences
        told = {each.field: each.wanted for each in found if each.number == ada}
        assert told["lifecyclestage"] == "marketingqualifiedlead"
        assert told["leadpact_score"] == "40"
        assert not CrmWrite.objects.exists()


def test_every_difference_has_a_cause_until_there_is_none() -> None:
    with company(shadow=True) as at:
        ada = ask_for_demo(at)
        quiet = at.portal.add("contacts", {"lifecyclestage": "salesqualifiedlead"})
        deal = {"dealstage": "closedwon", "amount": "500"}
        at.portal.add("deals", deal, linked={"contacts": [quiet]})
        at.rest()
        found = reconcile(at.row, at.crm, now=at.time())
        counts = {each.what: (each.here, each.there) for each in found.counts}
        assert counts["MQL or further"] == (2, 1)
        assert counts["SQL or further"] == (1, 1)
        assert counts["won deals"] == (1, 1)
        assert counts["amount of won deals"] == (500, 500)
        at.row.refresh_from_db()
        causes = {
            (what, cause) for what, cause, _ in reconcile(at.row, at.crm, now=at.time()).by_cause
        }
        assert ("MQL", "not written: writing is off") in causes
        page = f"{at.row.pages}/record/0-1/{ada}"
        assert {(each.record, each.url) for each in found.differences} == {
            (f"contacts {ada}", page)
        }

        crm_connections.set_shadow(at.row, False, actor="test", now=at.time())
        at.rest()
        found = reconcile(at.row, at.crm, now=at.time())
        assert {each.what: each.here == each.there for each in found.counts} == dict.fromkeys(
            counts, True
        )
        assert [each for each in found.differences if each.what != "holder"] == []


def test_what_was_moved_back_by_hand_and_who_was_left_out_is_told_as_such() -> None:
    with company() as at:
        ada, bob = ask_for_demo(at), ask_for_demo(at, "bob@contoso.io")
        at.rest()
        at.portal.set("contacts", ada, {"lifecyclestage": "lead"})
        at.rest()
        lead = LeadState.objects.get(lead=f"hubspot:contacts/{bob}").lead_id
        from leadpact.ledger.services import actions
        from leadpact.ledger.services.permits import of_operator

        actions.exclude(actions.Doing(of_operator("test"), at.time()), lead, "a friend of ours")
        at.rest()
        causes = {cause for _, cause, _ in reconcile(at.row, at.crm, now=at.time()).by_cause}
        assert causes == {"moved back there by hand", "left out here: a friend of ours"}


def test_a_disconnected_system_leaves_its_facts_in_the_log() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        call(at, ada)
        at.rest()
        facts = Event.objects.count()
        crm_connections.disconnect(at.row, actor="test", now=at.time())
        assert not CrmConnection.objects.exists()
        assert CrmConnection.ever.get().credentials == ""
        assert Event.objects.count() == facts
