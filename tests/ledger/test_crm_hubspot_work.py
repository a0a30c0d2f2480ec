"""What reps see and do in HubSpot counts here, and what stands here is written there."""

from __future__ import annotations

from typing import Any

from leadpact.ledger.models import (
    Clock,
    CrmWrite,
    Event,
)
from tests.ledger.crm_company import ask_for_demo, call, company, lead
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING, after


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


def test_a_value_of_ours_that_is_changed_by_hand_is_put_right() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.portal.set("contacts", ada, {"leadpact_score": "99"})
        at.rest()
        assert at.contact(ada).values["leadpact_score"] == "40"


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
