"""Records of HubSpot that are merged, deleted, shared or imported wrongly."""

from __future__ import annotations

from leadpact.ledger.models import (
    Clock,
    Deal,
)
from tests.ledger.crm_company import ask_for_demo, call, company, lead
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import after


def test_people_merged_there_are_one_here_with_one_task() -> None:
    with company() as at:
        ada, other = ask_for_demo(at), ask_for_demo(at, "a.king@northwind.io")
        at.rest()
        at.time.pass_(minutes=5)
        at.portal.merge("contacts", ada, other)
        at.rest()
        at.rest()
        assert lead(other).status == "merged"
        assert lead(ada).status == "open"
        assert len(at.open_tasks()) == 1


def test_a_holder_who_came_with_a_merge_is_written_too() -> None:
    with company() as at:
        ada = at.portal.add("contacts", {"email": "ada@northwind.io", "lifecyclestage": "lead"})
        other = ask_for_demo(at, "a.king@northwind.io")
        at.time.pass_(minutes=1)
        at.pull()
        settle(at.time())
        assert lead(other).holder == "Ana"
        at.time.pass_(minutes=1)
        at.portal.merge("contacts", ada, other)
        at.rest()
        assert lead(ada).holder == "Ana"
        at.rest()
        assert at.contact(ada).values["hubspot_owner_id"] == "7"


def test_people_and_activities_that_are_deleted_there() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        done = call(at, ada)
        at.rest()
        assert Clock.objects.get().outcome == "met"
        at.portal.delete("calls", done)
        at.rest(minutes=40)
        assert Clock.objects.get().outcome == "running"
        at.portal.delete("contacts", ada)
        at.rest(minutes=40)
        assert (lead(ada).status, lead(ada).reason) == ("excluded", "deleted in HubSpot")
        at.portal.restore("contacts", ada)
        at.rest(minutes=40)
        assert lead(ada).status == "open"


def test_a_deal_with_three_contacts_is_one_deal() -> None:
    with company() as at:
        people = [at.portal.add("contacts", {"email": f"p{n}@northwind.io"}) for n in range(3)]
        deal = at.portal.add(
            "deals", {"dealstage": "new", "amount": "900"}, linked={"contacts": people}
        )
        at.rest()
        assert Deal.objects.get().roles.count() == 3
        at.time.pass_(hours=1)
        at.portal.set("deals", deal, {"dealstage": "closedwon"})
        at.rest()
        found = Deal.objects.get()
        assert (found.outcome, found.amount, found.roles.count()) == ("won", 900, 3)


def test_an_import_with_the_wrong_zone_is_undone_there_and_so_here() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        wrong = [call(at, ada) for _ in range(3)]
        for number in wrong:
            at.portal.set("calls", number, {"hs_timestamp": "2026-03-02T15:00:00Z"})
        at.rest()
        at.time.pass_(hours=8)
        settle(at.time())
        assert Clock.objects.get().outcome == "missed"
        for number in wrong:
            at.portal.set("calls", number, {"hs_timestamp": "2026-03-02T10:00:00Z"})
        at.rest()
        assert (Clock.objects.get().outcome, Clock.objects.get().stopped_at) == ("met", after(1))
