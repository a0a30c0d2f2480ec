"""What records say of leads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadpact.sources.crm.facts import Reader, Statement
from leadpact.sources.crm.mapping import Stated
from leadpact.sources.crm.records import moment_of
from leadpact.sources.crm.told import print_of, typed
from tests.sources.crm.helpers import MAPPING, MONDAY, after, mapping, record

READER = Reader(mapping(), {"7": "Ana", "8": "Ben"})


def said(statements: list[Statement]) -> list[tuple[str, Any, dict[str, Any]]]:
    return [(each.kind, each.at, dict(each.properties)) for each in statements]


def test_the_history_of_a_person_becomes_rows_at_their_own_instants() -> None:
    ada = record(
        history={
            "email": [("ada@example.com", MONDAY)],
            "jobtitle": [("CTO", MONDAY), ("CEO", after(3))],
            "numemployees": [("200", MONDAY)],
            "lifecyclestage": [("lead", MONDAY), ("marketingqualifiedlead", after(1))],
            "hubspot_owner_id": [("7", after(2)), ("8", after(4))],
            "recent_conversion_event_name": [("Demo", after(0.5))],
            "hs_lead_status": [("NEW", MONDAY), ("UNQUALIFIED", after(5))],
        }
    )
    assert said(READER.person(ada)) == [
        ("lead.created", MONDAY, {}),
        ("lead.updated", MONDAY, {"email": "ada@example.com", "title": "CTO", "employees": 200.0}),
        ("stage.entered", MONDAY, {"stage": "Lead"}),
        ("form_submitted", after(0.5), {"form": "Demo"}),
        ("stage.entered", after(1), {"stage": "MQL"}),
        ("lead.assigned", after(2), {"to": "Ana"}),
        ("lead.updated", after(3), {"title": "CEO"}),
        ("lead.assigned", after(4), {"to": "Ben"}),
        ("lead.disqualified", after(5), {"reason": "unqualified"}),
    ]
    assert {each.about for each in READER.person(ada)} == {"hubspot:contacts/101"}
    assert {each.email for each in READER.person(ada)} == {"ada@example.com"}


def test_a_later_reading_gives_the_same_ids_and_the_new_versions_besides() -> None:
    first = record(history={"lifecyclestage": [("lead", MONDAY)]})
    later = record(history={"lifecyclestage": [("lead", MONDAY), ("salesqualifiedlead", after(9))]})
    before = {each.id for each in READER.person(first)}
    afterwards = {each.id for each in READER.person(later)}
    assert before < afterwards
    assert len(afterwards - before) == 1


def test_a_property_without_a_history_counts_when_it_is_another_than_last_time() -> None:
    ada = record(jobtitle="CTO", modified=after(2))
    assert ("lead.updated", MONDAY, {"title": "CTO"}) in said(READER.person(ada))
    known = {"jobtitle": print_of("CTO")}
    assert said(READER.person(ada, known)) == [("lead.created", MONDAY, {})]
    promoted = record(jobtitle="CEO", modified=after(3))
    assert said(READER.person(promoted, known))[1:] == [
        ("lead.updated", after(3), {"title": "CEO"})
    ]


def test_first_and_last_name_are_one_name_whenever_one_of_them_changes() -> None:
    text = """\
leadpact_crm: 1
system: hubspot
people: {contacts: {fields: {name: [firstname, lastname]}}}
"""
    ada = record(
        history={
            "firstname": [("Ada", MONDAY)],
            "lastname": [("Byron", MONDAY), ("King", after(2))],
        }
    )
    assert said(Reader(mapping(text)).person(ada))[1:] == [
        ("lead.updated", MONDAY, {"name": "Ada Byron"}),
        ("lead.updated", after(2), {"name": "Ada King"}),
    ]
    assert mapping(text).read_of("contacts") == ["firstname", "lastname"]
    known = {"firstname": print_of("Ada"), "lastname": print_of("Byron")}
    married = record(firstname="Ada", lastname="King", modified=after(3))
    assert said(Reader(mapping(text)).person(married, known))[1:] == [
        ("lead.updated", after(3), {"name": "Ada King"})
    ]


def test_what_leadpact_wrote_itself_says_nothing() -> None:
    ada = record(
        history={"lifecyclestage": [("lead", MONDAY), ("marketingqualifiedlead", after(1))]}
    )
    reader = Reader(mapping(), {}, lambda _record, _name, version: version.at == after(1))
    stages = [
        each.properties["stage"] for each in reader.person(ada) if each.kind == "stage.entered"
    ]
    assert stages == ["Lead"]


def test_dates_of_stages_tell_of_entries_beyond_the_history() -> None:
    text = """\
leadpact_crm: 1
system: hubspot
people:
  contacts:
    fields: {email: email}
    stages:
      property: lifecyclestage
      values: {marketingqualifiedlead: MQL, salesqualifiedlead: SQL}
      dates: {MQL: became_mql, SQL: became_sql}
"""
    ada = record(
        history={"lifecyclestage": [("salesqualifiedlead", after(9))]},
        became_mql="2026-03-02T10:00:00Z",
        became_sql="2026-03-02T11:00:00Z",
    )
    entered = [each for each in Reader(mapping(text)).person(ada) if each.kind == "stage.entered"]
    assert said(entered) == [
        ("stage.entered", after(1), {"stage": "MQL"}),
        ("stage.entered", after(9), {"stage": "SQL"}),
    ]


@pytest.mark.parametrize(
    ("day", "entered_at"),
    [("2026-03-02", MONDAY), ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC))],
)
def test_nobody_enters_a_dated_stage_before_their_record_was_made(
    day: str, entered_at: datetime
) -> None:
    text = """\
leadpact_crm: 1
system: salesforce
people:
  Lead:
    fields: {email: Email}
    stages: {property: Status, values: {Working: MQL}, dates: {MQL: MQL_Date__c}}
"""
    found = Reader(mapping(text)).person(record("Lead", created=MONDAY, MQL_Date__c=day))
    assert min(each.at for each in found) == MONDAY
    assert [each.at for each in found if each.kind == "stage.entered"] == [entered_at]


def test_no_deal_closes_before_it_was_opened() -> None:
    deal = record(
        "deals", "5", closedate="2026-03-02", history={"dealstage": [("closedwon", after(30))]}
    )
    assert READER.closing_of(deal) == (MONDAY, after(30))


def test_a_deal_gives_each_of_its_people_their_own_facts_of_one_deal() -> None:
    deal = record(
        "deals", "5", created=MONDAY, amount="1200", hubspot_owner_id="7",
        closedate="2026-03-03T09:00:00Z",
        history={"dealstage": [("new", MONDAY), ("closedwon", after(30))]},
    )  # fmt: skip
    found = READER.deal(deal, ["hubspot:contacts/1", "hubspot:contacts/2"])
    assert [(each.about, each.kind, each.at) for each in found] == [
        ("hubspot:contacts/1", "deal.opened", MONDAY),
        ("hubspot:contacts/1", "deal.won", after(24)),
        ("hubspot:contacts/2", "deal.opened", MONDAY),
        ("hubspot:contacts/2", "deal.won", after(24)),
    ]
    assert len({each.id for each in found}) == 4
    assert {each.properties["deal_id"] for each in found} == {"hubspot:deals/5"}
    won = found[1]
    assert (won.recorded, won.actor, won.properties["amount"]) == (after(30), "Ana", 1200.0)


@pytest.mark.parametrize(
    ("day", "won_at"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 22, 30, tzinfo=UTC)),
        ("2026-03-03", datetime(2026, 3, 2, 23, tzinfo=UTC)),
        ("2026-03-09", datetime(2026, 3, 8, 23, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_begins_in_the_zone_of_the_mapping(day: str, won_at: datetime) -> None:
    reader = Reader(mapping(MAPPING + "timezone: Europe/Paris\n"))
    noted = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    deal = record("deals", "5", closedate=day, history={"dealstage": [("closedwon", noted)]})
    assert [each.at for each in reader.deal(deal, ["a"])] == [MONDAY, won_at]


def test_an_open_deal_is_only_opened_and_one_without_people_says_nothing() -> None:
    deal = record("deals", "5", dealstage="new", closedate="2026-09-03T09:00:00Z")
    assert [each.kind for each in READER.deal(deal, ["a"])] == ["deal.opened"]
    assert READER.deal(deal, []) == []


@pytest.mark.parametrize(
    ("disposition", "kind", "properties"),
    [
        ("connected", "sales.connected", {"channel": "phone"}),
        ("Connected", "sales.connected", {"channel": "phone"}),
        ("no answer", "sales.attempted", {"channel": "phone", "outcome": "no answer"}),
        ("", "sales.attempted", {"channel": "phone"}),
    ],
)
def test_the_first_rule_that_fits_says_what_an_activity_means(
    disposition: str, kind: str, properties: dict[str, Any]
) -> None:
    call = record(
        "calls", "9", created=after(2), hs_timestamp="2026-03-02T10:00:00Z",
        hs_call_disposition=disposition, hubspot_owner_id="8",
    )  # fmt: skip
    (found,) = READER.activity(call, ["hubspot:contacts/101"])
    assert (found.kind, found.at, dict(found.properties)) == (kind, after(1), properties)
    assert (found.recorded, found.actor) == (after(2), "Ben")


def test_an_activity_that_is_changed_says_it_under_another_id() -> None:
    one = record("calls", "9", hs_call_disposition="no answer")
    other = record("calls", "9", hs_call_disposition="busy")
    assert READER.activity(one, ["a"])[0].id != READER.activity(other, ["a"])[0].id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:00:00Z", MONDAY),
        ("2026-03-02T10:00:00+01:00", MONDAY),
        ("1772442000000", MONDAY),
        ("soon", None),
        ("", None),
    ],
)
def test_moments_are_read(text: str, expected: Any) -> None:
    assert moment_of(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("12.5", "number", 12.5),
        ("nan", "number", None),
        ("many", "number", None),
        ("TRUE", "boolean", True),
        ("maybe", "boolean", None),
        ("2026-03-02", "date", "2026-03-02"),
        ("  ", "text", None),
    ],
)
def test_values_are_read_as_the_mapping_says(text: str, kind: str, expected: Any) -> None:
    assert typed(text, Stated(property="x", type=kind)) == expected
