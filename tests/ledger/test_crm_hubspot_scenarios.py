"""Both sides together, on the stand-in for HubSpot."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import pytest

from leadpact.flows import crm_pull
from leadpact.ledger.models import (
    Clock,
    CrmCursor,
    CrmOwner,
    CrmRecord,
    CrmWrite,
    Deal,
    Event,
    LeadState,
    Person,
)
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.connector import CredentialError, CrmError
from tests.ledger.crm_company import Company, company
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING, MONDAY, after


def lead(number: str) -> LeadState:
    return LeadState.objects.get(lead=f"hubspot:contacts/{number}")


def ask_for_demo(at: Company, email: str = "ada@northwind.io", **values: str) -> str:
    told = {"email": email, "recent_conversion_event_name": "Demo", "lifecyclestage": "lead"}
    return at.portal.add("contacts", told | values)


def call(at: Company, number: str, disposition: str = "busy") -> str:
    told = {"hs_timestamp": str(int(at.time().timestamp() * 1000)), "hubspot_owner_id": "7",
            "hs_call_disposition": disposition}  # fmt: skip
    return at.portal.add("calls", told, linked={"contacts": [number]})


def test_a_rep_who_stays_in_the_customer_system_has_everything_there() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        there = at.contact(ada).values
        assert there["lifecyclestage"] == "marketingqualifiedlead"
        assert there["hubspot_owner_id"] == "7"
        assert (there["leadpact_score"], there["leadpact_stage"]) == ("40", "MQL")
        assert there["leadpact_sla"] == "waiting"
        assert there["leadpact_due"] == "2026-03-02T11:01:00.000Z"
        assert "form submitted" in there["leadpact_reasons"]
        (task,) = at.open_tasks()
        assert task.values["hubspot_owner_id"] == "7"
        assert task.values["hs_timestamp"] == "2026-03-02T11:01:00.000Z"
        assert at.portal.links["tasks", task.number] == {"contacts": [ada]}

        at.time.pass_(minutes=30)
        call(at, ada)
        at.rest()
        (clock,) = Clock.objects.all()
        assert (clock.outcome, clock.stopped_at) == ("met", after(minutes=31))
        at.rest()
        assert at.contact(ada).values["leadpact_sla"] == "kept"
        assert at.contact(ada).values["leadpact_due"] == ""
        assert at.open_tasks() == []


def test_nothing_is_written_twice_and_what_was_written_is_no_news() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        for _ in range(4):
            at.rest(minutes=3)
        versions = at.contact(ada).history
        ours = [v for told in versions.values() for v in told if v["sourceType"] == "INTEGRATION"]
        names = [name for name, told in versions.items() for v in told
                 if v["sourceType"] == "INTEGRATION" and name != "hs_object_source"]  # fmt: skip
        assert len(names) == len(set(names))
        assert ours
        assert len(at.portal.objects["tasks"]) == 1
        kinds = Event.objects.filter(source="hubspot").values_list("kind", flat=True)
        assert sorted(kinds) == ["form_submitted", "lead.created", "lead.updated", "stage.entered"]
        used = at.limits.by_path.get("objects/contacts/batch/update", 0)
        at.rest()
        assert at.limits.by_path["objects/contacts/batch/update"] == used


def test_in_shadow_all_is_read_and_nothing_is_written() -> None:
    with company(shadow=True) as at:
        ada = ask_for_demo(at)
        at.rest()
        assert lead(ada).stage == "MQL"
        assert not any(name.startswith("leadpact") for name in at.contact(ada).values)
        assert "tasks" not in at.portal.objects
        assert CrmWrite.objects.filter(open=True).exists()


def test_an_installation_that_is_not_live_writes_neither_stage_nor_holder() -> None:
    with company(live=False) as at:
        ada = ask_for_demo(at)
        at.rest()
        there = at.contact(ada).values
        assert there["lifecyclestage"] == "lead"
        assert "hubspot_owner_id" not in there
        assert there["leadpact_stage"] == "MQL"


def test_what_a_rep_does_there_counts_here_and_is_not_overruled() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.time.pass_(minutes=10)
        at.portal.set("contacts", ada, {"hubspot_owner_id": "8", "lifecyclestage": "lead"})
        at.rest()
        at.rest()
        assert lead(ada).holder == "Ben"
        assert lead(ada).stage == "MQL", "a stage is never taken back"
        there = at.contact(ada).values
        assert there["hubspot_owner_id"] == "8"
        assert there["lifecyclestage"] == "lead", "moved back by hand, and left so"
        (task,) = at.open_tasks()
        assert task.values["hubspot_owner_id"] == "8"


def test_a_stage_moved_back_by_hand_is_left_so() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.time.pass_(minutes=5)
        at.portal.set("contacts", ada, {"lifecyclestage": "lead"})
        for _ in range(2):
            at.rest()
        assert at.contact(ada).values["lifecyclestage"] == "lead"
        assert lead(ada).stage == "MQL", "a stage is never taken back"
        assert [clock.outcome for clock in Clock.objects.all()] == ["running"]


def test_where_the_mapping_says_always_a_stage_moved_back_is_put_right() -> None:
    text = MAPPING.replace(
        "property: lifecyclestage\n", "property: lifecyclestage\n      write: always\n"
    )
    with company(mapping=text) as at:
        ada = ask_for_demo(at)
        at.rest()
        at.portal.set("contacts", ada, {"lifecyclestage": "lead"})
        at.rest()
        assert at.contact(ada).values["lifecyclestage"] == "marketingqualifiedlead"


def test_of_two_owners_named_at_once_the_customer_system_keeps_its_own() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.time.pass_(minutes=1)
        at.pull()
        at.portal.set("contacts", ada, {"hubspot_owner_id": "8"})
        at.time.pass_(minutes=1)
        settle(at.time())
        assert lead(ada).holder == "Ana"
        at.time.pass_(minutes=1)
        at.pull()
        at.push()
        settle(at.time())
        at.push()
        assert lead(ada).holder == "Ben"
        assert at.contact(ada).values["hubspot_owner_id"] == "8"


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_owner_who_was_overwritten_before_they_were_read_is_put_back(confirmed: bool) -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.pull()
        settle(at.time())
        assert lead(ada).holder == "Ana"
        at.time.pass_(minutes=5)
        at.portal.set("contacts", ada, {"hubspot_owner_id": "8"})
        at.time.pass_(minutes=1)
        at.push()
        assert at.contact(ada).values["hubspot_owner_id"] == "7"
        if not confirmed:
            CrmWrite.objects.filter(field="hubspot_owner_id").update(written=None, open=True)
        for _ in range(3):
            at.rest()
        assert lead(ada).holder == "Ben"
        assert at.contact(ada).values["hubspot_owner_id"] == "8"


def test_where_leadpact_wins_its_owner_is_written() -> None:
    text = MAPPING.replace(
        "holder: hubspot_owner_id", "holder: {property: hubspot_owner_id, wins: leadpact}"
    )
    with company(mapping=text) as at:
        ada = ask_for_demo(at)
        at.time.pass_(minutes=1)
        at.pull()
        at.portal.set("contacts", ada, {"hubspot_owner_id": "8"})
        at.time.pass_(minutes=1)
        settle(at.time())
        at.time.pass_(minutes=1)
        at.pull()
        at.push()
        assert at.contact(ada).values["hubspot_owner_id"] == "7"
        assert lead(ada).holder == "Ana"


def test_a_value_of_ours_that_is_changed_by_hand_is_put_right() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.portal.set("contacts", ada, {"leadpact_score": "99"})
        at.rest()
        assert at.contact(ada).values["leadpact_score"] == "40"


def test_an_owner_who_was_deactivated_is_written_nowhere_and_keeps_what_was_theirs() -> None:
    with company() as at:
        at.portal.dismiss("7")
        ada = ask_for_demo(at)
        at.rest()
        assert not CrmOwner.objects.get(number="7").active
        assert lead(ada).holder == "Ben", "nobody who left is given a lead"
        assert at.contact(ada).values["hubspot_owner_id"] == "8"
        at.portal.owners["7"]["archived"] = False
        at.rest()
        assert Person.objects.get(name="Ana").active


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


def test_a_token_that_was_revoked_is_told_once_and_nothing_is_lost() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.portal.token = "another"
        call(at, ada)
        with pytest.raises(CredentialError, match="does not accept the token"):
            at.pull()
        at.portal.token = "pat-demo"
        at.rest()
        assert Clock.objects.get().outcome == "met"


def test_a_first_reading_that_is_interrupted_goes_on_where_it_was() -> None:
    with company() as at:
        for n in range(230):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})
        at.limits.of_a_day = at.limits.used + 4
        with pytest.raises(CrmError, match="used up"):
            at.pull()
        cursor = CrmCursor.objects.get(object="contacts")
        assert (cursor.since, cursor.after) == (None, "200") or cursor.after
        read = CrmRecord.objects.count()
        assert 0 < read < 230
        at.limits.of_a_day, before = 1_000_000, at.limits.by_path.get("objects/contacts", 0)
        at.pull()
        assert CrmRecord.objects.count() == 230
        pages = at.limits.by_path["objects/contacts"] - before
        assert pages == 5 - read // 50 + 1, "the pages that were left, and one for deletions"


def test_a_record_that_is_refused_holds_up_no_other_and_its_other_fields_are_written() -> None:
    with company() as at:
        ada, bob = ask_for_demo(at), ask_for_demo(at, "bob@contoso.io")
        at.time.pass_(minutes=1)
        at.pull()
        settle(at.time())
        at.portal.dismiss("7")
        at.push()
        assert at.contact(ada).values["leadpact_score"] == "40"
        assert at.contact(bob).values["leadpact_score"] == "40"
        refused = CrmWrite.objects.filter(open=False).exclude(error="")
        assert sorted(row.field for row in refused)[0] == "hubspot_owner_id"
        assert all(row.error == "INVALID_OWNER_ID" for row in refused)


def test_a_task_whose_making_was_never_confirmed_is_made_once() -> None:
    with company() as at:
        ask_for_demo(at)
        at.time.pass_(minutes=1)
        at.pull()
        settle(at.time())
        answer = at.simulator.answer

        def lose(method: str, target: str, token: str, text: bytes) -> Any:
            found = answer(method, target, token, text)
            return None if target.endswith("tasks/batch/create") else found

        at.simulator.answer = lose  # type: ignore[method-assign]
        at.push()
        at.simulator.answer = answer  # type: ignore[method-assign]
        assert len(at.open_tasks()) == 1
        row = CrmWrite.objects.get(field__startswith="task")
        assert (row.made, row.open, row.error) == ("", True, "HubSpot cannot be reached.")
        at.rest(minutes=2)
        (task,) = at.open_tasks()
        assert CrmWrite.objects.get(field__startswith="task").made == task.number


def test_calls_stay_within_what_is_allowed() -> None:
    with company() as at:
        at.limits.in_ten_seconds = 10
        for n in range(700):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})
        at.pull()
        assert CrmRecord.objects.count() == 700
        assert at.limits.refused < at.limits.used


def test_credentials_are_kept_sealed(caplog: pytest.LogCaptureFixture) -> None:
    with company() as at:
        ask_for_demo(at)
        at.rest()
        at.row.refresh_from_db()
        assert at.portal.token not in at.row.credentials
        assert crm_connections.credentials_of(at.row) == {"token": at.portal.token}
        assert at.portal.token not in caplog.text
        assert at.portal.token not in json.dumps(list(Event.objects.values()), default=str)


def test_the_first_reading_takes_as_few_calls_as_hubspot_allows() -> None:
    """`LEADPACT_FIRST_READING` says of how many contacts (default 500)."""
    many = int(os.environ.get("LEADPACT_FIRST_READING", "500"))
    with company(MONDAY) as at:
        for n in range(many):
            told = {"email": f"p{n}@northwind.io", "lifecyclestage": "lead"}
            number = at.portal.add("contacts", told)
            at.portal.add("calls", {"hs_timestamp": "2026-03-02T09:00:00Z"},
                          linked={"contacts": [number]})  # fmt: skip
        began, waited = time.monotonic(), at.time()
        at.pull()
        took = f"{time.monotonic() - began:.0f} s of work, {at.time() - waited} of waiting"
        print(many, "contacts:", at.limits.used, "calls,", took, file=sys.stderr)
        assert CrmRecord.objects.count() == 2 * many
        assert at.limits.by_path["objects/contacts"] == -(-many // 50) + 1
        assert at.limits.by_path["objects/calls"] == -(-many // 100) + 1
        assert "associations/calls/contacts/batch/read" not in at.limits.by_path
        # The rest: who has the token, properties of ours, owners, deals, and what was deleted.
        assert at.limits.used == -(-many // 50) + -(-many // 100) + 14


def test_what_was_read_as_it_is_now_is_not_read_again() -> None:
    with company() as at:
        at.pull()
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(3)]
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 3
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 0
        at.portal.set("contacts", numbers[0], {"jobtitle": "Head of Sales"})
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 1
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 0


def test_where_much_was_deleted_that_is_asked_for_seldomer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm_pull, "_SWEEP_PAGE", timedelta(minutes=10))
    with company() as at:
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(101)]
        at.pull()
        at.time.pass_(minutes=31)
        for number in numbers:
            at.portal.delete("contacts", number)
        at.pull()
        assert CrmRecord.objects.filter(deleted_at=None).count() == 0
        at.portal.restore("contacts", numbers[0])
        at.time.pass_(minutes=31)
        at.pull()
        at.portal.delete("contacts", numbers[0])
        there = CrmRecord.objects.filter(deleted_at=None)
        at.time.pass_(minutes=1)
        at.pull()
        assert there.count() == 1, "four pages of deletions: after forty minutes, not thirty"
        at.time.pass_(minutes=10)
        at.pull()
        assert there.count() == 0


def test_whom_a_person_names_counts_though_leadpact_named_the_same_just_before() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        named = at.contact(ada).values["hubspot_owner_id"]
        other = "8" if named == "7" else "7"
        for owner in (other, named):
            at.time.pass_(minutes=2)
            at.portal.set("contacts", ada, {"hubspot_owner_id": owner})
        at.rest()
        told = Event.objects.filter(source="hubspot", kind="lead.assigned").order_by("happened")
        assert [json.loads(row.properties)["to"] for row in told] == (
            ["Ben", "Ana"] if named == "7" else ["Ana", "Ben"]
        )
        assert at.contact(ada).values["hubspot_owner_id"] == named
