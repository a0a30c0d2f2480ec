"""What Leadpact writes into Salesforce: each value once, each task once, nothing stops the rest."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from leadpact.demo.faults import Faults
from leadpact.sources.crm.connector import Made, NotSetUpError, OwnProperty, Wanted
from leadpact.sources.salesforce.package import package
from tests.sources.salesforce.helpers import MONDAY, organisation

PROPERTIES = [
    OwnProperty("leadpact_score", "Score", "number", "How many points."),
    OwnProperty("leadpact_sla", "Promise", "choice", "How it <stands>.", ("waiting", "kept")),
]


def task(lead: str, key: str = "k1", **more: object) -> Made:
    told = {"title": "First answer", "text": "Form &amp; phone", "at": MONDAY,
            "due": MONDAY + timedelta(hours=2)}  # fmt: skip
    return Made(key=key, about=("Lead", lead), **{**told, **more})  # type: ignore[arg-type]


def test_values_arrive_typed_and_come_back_under_our_names() -> None:
    with organisation() as at:
        ada = at.lead()
        values = {"leadpact_score": "62.5", "leadpact_due": "2026-03-02T11:00:00.000Z",
                  "Status": "Working", "OwnerId": at.ben}  # fmt: skip
        (outcome,) = at.connector.write([Wanted("Lead", ada, values)])
        assert (outcome.id, outcome.error) == (ada, "")
        assert at.org.tables["Lead"][ada]["leadpact_score__c"] == 62.5
        (record,) = at.connector.read("Lead", [ada]).records
        assert record.values["leadpact_score"] == "62.5"
        assert record.versions("Status")[-1].by == at.connector.account().own_mark
        at.connector.write([Wanted("Lead", ada, {"leadpact_due": ""})])
        assert at.org.tables["Lead"][ada]["leadpact_due__c"] is None


def test_two_hundred_go_in_one_call_and_one_that_is_refused_stops_no_other() -> None:
    with organisation() as at:
        ids = [at.lead(f"l{n}@a.io") for n in range(450)]
        at.org.locked = {ids[3]}
        at.org.convert(ids[4])
        at.org.delete("Lead", ids[5])
        wanted = [Wanted("Lead", each, {"leadpact_score": "1"}) for each in ids]
        outcomes = at.connector.write(wanted)
        assert at.simulator.limits.by_kind["PATCH composite/sobjects"] == 3
        ill = {at_: (o.error, o.again) for at_, o in enumerate(outcomes) if o.error}
        assert ill == {
            3: ("UNABLE_TO_LOCK_ROW", True),
            4: ("CANNOT_UPDATE_CONVERTED_LEAD", False),
            5: ("ENTITY_IS_DELETED", False),
        }


def test_an_owner_who_left_is_refused() -> None:
    with organisation() as at:
        ada = at.lead()
        at.org.deactivate(at.ben)
        (outcome,) = at.connector.write([Wanted("Lead", ada, {"OwnerId": at.ben})])
        assert outcome.error == "OPERATION_WITH_INVALID_USER_TYPE_EXCEPTION"


def test_a_task_is_there_once_however_often_it_is_made() -> None:
    with organisation() as at:
        ada = at.lead()
        (first,) = at.connector.make_tasks([task(ada, owner=at.ana)])
        (again,) = at.connector.make_tasks([task(ada, owner=at.ana, again=True)])
        assert first.id == again.id
        (row,) = at.org.tables["Task"].values()
        assert (row["Status"], row["OwnerId"], row["WhoId"]) == ("Not Started", at.ana, ada)
        assert row["Description"] == "Form & phone"
        (record,) = at.connector.read("Task", [first.id]).records
        assert record.made_by == at.org.me
        changed = task(ada, owner=at.ben, due=MONDAY + timedelta(days=1))
        assert not at.connector.change_tasks([first.id], [changed])[0].error
        assert (row["OwnerId"], row["ActivityDate"]) == (at.ben, "2026-03-03")
        assert not at.connector.end_tasks([first.id])[0].error
        assert row["IsClosed"]


def test_answers_that_get_lost_make_no_second_task() -> None:
    with organisation(faults=Faults(random.Random(2), broken=0.2, lost=0.3)) as at:
        leads = [at.lead(f"l{n}@a.io") for n in range(30)]
        made = [task(lead, key=f"k{n}") for n, lead in enumerate(leads)]
        for _ in range(3):
            assert not [o for o in at.connector.make_tasks(made) if o.error]
        assert len(at.org.tables["Task"]) == 30


def test_a_note_is_a_task_that_is_done() -> None:
    with organisation() as at:
        at.connector.make_notes([task(at.lead(), title="", due=None)])
        (row,) = at.org.tables["Task"].values()
        assert (row["Status"], row["Subject"]) == ("Completed", "Leadpact")


def test_fields_that_are_missing_are_named_until_the_package_is_deployed() -> None:
    with organisation() as at:
        with pytest.raises(NotSetUpError, match=r"Lead lacks leadpact_sla__c\. Deploy the package"):
            at.connector.set_up("Lead", PROPERTIES)
        at.org.add_field("Lead", "leadpact_sla__c", "picklist")
        assert at.connector.set_up("Lead", PROPERTIES) == []


def test_the_package_has_every_field_and_who_may_fill_it() -> None:
    told = package({"Lead": PROPERTIES, "Contact": PROPERTIES}, "leadpact_key")
    assert told == package({"Lead": PROPERTIES, "Contact": PROPERTIES}, "leadpact_key")
    with zipfile.ZipFile(io.BytesIO(told)) as zipped:
        trees = {name: ElementTree.fromstring(zipped.read(name)) for name in zipped.namelist()}
    assert set(trees) == {
        "package.xml", "objects/Lead.object", "objects/Contact.object", "objects/Activity.object",
        "permissionsets/Leadpact.permissionset",
    }  # fmt: skip
    space = "{http://soap.sforce.com/2006/04/metadata}"
    names = [e.text for e in trees["objects/Lead.object"].iter(f"{space}fullName")]
    assert names == ["leadpact_score__c", "leadpact_sla__c", "waiting", "kept"]
    granted = {e.text for e in trees["permissionsets/Leadpact.permissionset"].iter(f"{space}field")}
    assert granted == {
        "Lead.leadpact_score__c", "Lead.leadpact_sla__c", "Contact.leadpact_score__c",
        "Contact.leadpact_sla__c", "Task.leadpact_key__c",
    }  # fmt: skip
    (key,) = [e.text for e in trees["objects/Activity.object"].iter(f"{space}externalId")]
    assert key == "true"
