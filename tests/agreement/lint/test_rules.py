"""Every rule finds what breaks it, at its place, and leaves the nearest good document alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.lint.registry import RULES, Finding
from leadpact.agreement.spec import Agreement

TODAY = date(2026, 6, 1)
CASES: dict[str, Any] = YAML(typ="safe", pure=True).load(Path(__file__).with_name("cases.yaml"))
BASE = CASES.pop("base")
#: Found in documents too long to be written out; tested below.
LONG = {"too-much"}


def findings(document: dict[str, Any], rule: str) -> list[Finding]:
    agreement = Agreement.model_validate(BASE | document)
    return [found for by, found in examine(agreement, TODAY) if by.name == rule]


def test_base_is_good():
    assert list(examine(Agreement.model_validate(BASE), TODAY)) == []


def test_every_rule_has_a_case():
    assert set(CASES) | LONG == set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_bad_document_is_found_at_its_place(rule: str):
    assert [found.path for found in findings(CASES[rule]["bad"], rule)] == [
        tuple(CASES[rule]["at"])
    ]


@pytest.mark.parametrize("rule", CASES)
def test_good_document_passes(rule: str):
    assert findings(CASES[rule]["good"], rule) == []


@pytest.mark.parametrize("rule", CASES)
def test_bad_document_has_only_the_trouble_it_is_written_for(rule: str):
    agreement = Agreement.model_validate(BASE | CASES[rule]["bad"])
    others = {by.name for by, _ in examine(agreement, TODAY)} - {rule}
    assert others <= ALLOWED.get(rule, set())


#: Rules whose trouble cannot be had without another's.
ALLOWED = {
    "test-does-not-fit": {"never-holds"},
    "hurdle-in-wrong-unit": {"hurdles-out-of-order"},
}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_says_what_it_is_for(rule):
    assert rule.summary.endswith(".")
    assert len(rule.summary) > 20
    assert rule.severity in ("error", "warning", "note")


def obligation(number: int) -> dict[str, Any]:
    stop = {"event": "sales.connected"}
    named = {"name": f"Promise {number}", "side": "sales", "within": "1 business day"}
    return named | {"starts_on": "handoff", "stops_on": stop}


def test_too_much():
    sixty = [obligation(number) for number in range(60)]
    steps = [{"name": f"{n}", "channel": "phone", "within": "1 business day"} for n in range(5)]
    fits = {"obligations": sixty, "contact_protocol": {"steps": steps[:4]}}
    assert findings(fits, "too-much") == []
    too_many = {"obligations": sixty, "contact_protocol": {"steps": steps}}
    assert [found.path for found in findings(too_many, "too-much")] == [("obligations",)]


def test_too_many_scoring_rules():
    rules = [{"name": f"{n}", "when": {"event": "viewed"}, "points": 1} for n in range(201)]
    assert findings({"scoring": {"rules": rules[:200]}}, "too-much") == []
    found = findings({"scoring": {"rules": rules}}, "too-much")
    assert [one.path for one in found] == [("scoring", "rules")]
