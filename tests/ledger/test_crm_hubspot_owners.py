"""Who holds a lead, where HubSpot and Leadpact both say."""

from __future__ import annotations

import json

import pytest

from leadpact.ledger.models import (
    CrmOwner,
    CrmWrite,
    Event,
    Person,
)
from tests.ledger.crm_company import Company, ask_for_demo, company, lead
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING


def test_of_two_owners_named_at_once_the_customer_system_keeps_its_own() -> None:
    with company() as at:
        ada = _named_at_once(at)
        at.push()
        settle(at.time())
        at.push()
        assert lead(ada).holder == "Ben"
        assert at.contact(ada).values["hubspot_owner_id"] == "8"


def test_whom_they_name_after_that_counts_though_it_is_read_later() -> None:
    with company() as at:
        ada = _named_at_once(at)
        at.time.pass_(minutes=5)
        at.portal.set("contacts", ada, {"hubspot_owner_id": "7"})
        at.time.pass_(minutes=5)
        at.push()
        settle(at.time())
        for _ in range(3):
            at.rest()
        assert (lead(ada).holder, at.contact(ada).values["hubspot_owner_id"]) == ("Ana", "7")


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


def _named_at_once(at: Company) -> str:
    """A contact that somebody gave to Ben while Leadpact, not knowing, gave it to Ana."""
    ada = ask_for_demo(at)
    at.time.pass_(minutes=1)
    at.pull()
    at.portal.set("contacts", ada, {"hubspot_owner_id": "8"})
    at.time.pass_(minutes=1)
    settle(at.time())
    assert lead(ada).holder == "Ana"
    at.time.pass_(minutes=1)
    at.pull()
    return ada
