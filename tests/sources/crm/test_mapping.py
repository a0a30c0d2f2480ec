"""The mapping of a customer system: what can be written, and every problem at its line."""

from __future__ import annotations

import json

import pytest

from leadpact.agreement.loading import load_text
from leadpact.sources.crm.loading import (
    MappingError,
    parse_crm,
    problems_with_account,
    problems_with_agreement,
)
from leadpact.sources.crm.reference import example
from tests.sources.crm.helpers import MAPPING, mapping


def test_the_properties_to_read_are_those_with_a_meaning() -> None:
    crm = mapping()
    assert crm.objects == ["contacts", "deals", "calls"]
    assert "jobtitle" in crm.read_of("contacts")
    assert crm.read_of("deals") == ["amount", "closedate", "dealstage", "hubspot_owner_id"]
    assert crm.with_history("deals") == ["dealstage"]
    assert crm.with_history("calls") == []


def test_all_problems_are_told_at_their_lines() -> None:
    text = """\
leadpact_crm: 1
system: hubspott
people:
  contacts:
    feilds: {email: email}
    fields: {email: {}}
    stages: {property: lifecyclestage, values: {a: A}, write: backwards}
    events: [{kind: sale.attempted, property: x}]
"""
    with pytest.raises(MappingError) as raised:
        parse_crm(text, "crm.yaml")
    assert sorted({each.line for each in raised.value.problems}) == [2, 5, 6, 7, 8]


def test_a_property_that_leadpact_writes_is_no_source() -> None:
    with pytest.raises(MappingError, match="leadpact_score"):
        parse_crm(MAPPING.replace("jobtitle", "leadpact_score"), "crm.yaml")


def test_stages_and_people_that_the_agreement_lacks_are_told_with_what_was_meant() -> None:
    document = {
        "leadpact": 1,
        "name": "Basic",
        "calendar": {"timezone": "UTC", "hours": {"mon-fri": "09:00-17:00"}},
        "stages": [{"name": "Lead"}, {"name": "MQLs", "when": {"event": "any"}}, {"name": "SQL"}],
        "handoff": {"stage": "MQLs"},
    }
    agreement = load_text(json.dumps(document), "agreement.yaml")
    assert agreement.agreement, agreement.problems
    found = problems_with_agreement(parse_crm(MAPPING, "crm.yaml"), agreement.agreement)
    assert [(each.line, each.message, each.hint) for each in found] == [
        (12, "the agreement has no stage “MQL”", "did you mean “MQLs”?")
    ]


def test_properties_and_values_that_the_account_lacks_are_told() -> None:
    loaded = parse_crm(MAPPING, "crm.yaml")
    known: dict[str, dict[str, dict[str, str]]] = {
        name: {each: {} for each in loaded.crm.read_of(name)} for name in loaded.crm.objects
    }
    assert problems_with_account(loaded, known) == []
    del known["contacts"]["jobtitle"], known["calls"]
    known["contacts"]["jobtitles"] = {}
    known["contacts"]["lifecyclestage"] = {"lead": "Lead", "marketingqualifiedlead": "MQL"}
    known["deals"]["dealstage"] = {"new": "New", "closedwon": "Won"}
    assert [(p.line, p.message) for p in problems_with_account(loaded, known)] == [
        (7, "contacts have no property “jobtitle”"),
        (12, "“lifecyclestage” has no value “salesqualifiedlead”"),
        (24, "“dealstage” has no value “closedlost”"),
        (29, "the account has no object “calls”"),
    ]


def test_the_example_of_the_reference_can_be_read() -> None:
    assert parse_crm(example(), "crm.yaml").crm.system == "hubspot"
