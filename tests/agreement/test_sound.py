"""A document with errors: the rest of it is examined all the same, and nothing is invented."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadpact.agreement import example, templates
from leadpact.agreement.lint import lint
from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.problems import Problem

TODAY = date(2026, 3, 1)
FAULTS = {
    "goals": {
        "name": "Odd goal", "side": "marketing", "metric": "mqls", "per": "month",
        "hurdles": {"minimum": 50, "target": 40, "stretch": 60},
    },
    "obligations": {
        "name": "Odd promise", "side": "sales", "starts_on": "handoff",
        "stops_on": {"event": "sales.connectd"}, "within": "2 business hours",
        "warnings": ["3 business hours"],
    },
    "stages": {"name": "Odd stage", "side": "sales", "when": {"field": "nowhere", "is": 1}},
}  # fmt: skip


def loaded(data: Any) -> Loaded:
    return load_text(json.dumps(data, default=str, ensure_ascii=False, indent=1), "a.yaml")


def faulty(text: str) -> dict[str, Any]:
    """A document that can be read, with something for lint to find in several sections."""
    root = load_text(text, "a.yaml").tree.root
    assert root is not None
    data = copy.deepcopy(root.plain())
    for section, fault in FAULTS.items():
        data.setdefault(section, []).append(fault)
    data["stages"][-2:] = data["stages"][:-3:-1]
    return data


BASIC, EXAMPLE = faulty(templates.text("basic")), faulty(example.example_text())


def told(source: Loaded) -> set[tuple[str | None, str]]:
    return {(problem.rule, problem.message) for problem in lint(source, TODAY)}


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in steps:
        yield (*path, step)
        if isinstance(value, dict | list):
            yield from places(value, (*path, step))


def damaged(data: Any, path: tuple[Any, ...], how: str) -> Any:
    """The document with one thing wrong at a place."""
    data = copy.deepcopy(data)
    inside = data
    for step in path[:-1]:
        inside = inside[step]
    if how in ("misspelt", "unknown") and isinstance(inside, dict):
        new = {"misspelt": f"{path[-1]}x", "unknown": "qqqq"}[how]
        entries = [(new if key == path[-1] else key, value) for key, value in inside.items()]
        inside.clear()
        inside.update(entries)
    elif how == "absent":
        del inside[path[-1]]
    else:
        inside[path[-1]] = {"empty": None, "list": [[1]], "mapping": {"zz": 1}}.get(how, "¿")
    return data


HOW = ["misspelt", "unknown", "absent", "empty", "list", "mapping", "word"]


def check(data: Any, path: tuple[Any, ...], how: str) -> None:
    """One damage is told, and of what lint finds nothing is new, nothing elsewhere lost."""
    broken = loaded(damaged(data, path, how))
    if broken.agreement is not None:
        return
    assert broken.problems
    before, after = told(loaded(data)), told(broken)
    assert after <= before
    only = broken.problems[0]
    if len(broken.problems) == 1 and "not known" in only.message and "did you" in (only.hint or ""):
        assert after == before
    if path[0] in ("purpose", "parties", "meetings", "responsibilities", "nurture"):
        lost = {rule for rule, _ in before - after}
        assert lost <= {"unknown-person", "unused-field", "unknown-program"}


@pytest.mark.parametrize("how", HOW)
def test_every_damage_to_a_basic_agreement_is_told_alone(how) -> None:
    assert len(told(loaded(BASIC))) >= 5
    for path in places(BASIC):
        check(BASIC, path, how)


@settings(max_examples=25)
@given(st.sampled_from(sorted(places(EXAMPLE), key=repr)), st.sampled_from(HOW))
def test_a_damage_to_a_large_agreement_invents_nothing(path, how) -> None:
    check(EXAMPLE, path, how)


def problems(text: str) -> list[Problem]:
    source = load_text(text, "a.yaml")
    return [*source.problems, *lint(source, TODAY)]


GOALS = """goals:
  - {name: A, side: marketing, per: month, hurdles: {minimum: 1, target: 2, stretch: 3}}
  - {name: B, side: marketing, metric: mqls, per: month,
     hurdles: {minimum: 80, target: 50, stretch: 60}}
"""


def basic(goals: str = GOALS) -> str:
    return templates.text("basic").partition("# What is promised for a period")[0] + goals


def test_what_lint_finds_stands_at_its_own_line() -> None:
    missing, order = problems(basic())
    assert missing.message == "the goal “A” has no “metric”"
    assert (order.rule, order.line - missing.line) == ("hurdles-out-of-order", 2)
    assert order.path == ("goals", 1, "hurdles", "target")


def test_a_misspelt_section_is_examined_as_the_one_that_was_meant() -> None:
    goals = GOALS.replace("goals:", "goalz:").replace("  - {name: A", "  - {metric: mqls, name: A")
    misspelt, order = problems(basic(goals))
    assert misspelt.message == "“goalz” is not known in an agreement"
    assert order.path == ("goalz", 1, "hurdles", "target")


def test_wrong_hours_hide_nothing_and_nothing_hides_them() -> None:
    text = basic().replace('"09:00-17:00"', '"09:00-25:00"')
    assert [each.message.split(":")[0] for each in problems(text)] == [
        "“09", "the goal “A” has no “metric”", "“B”",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "- a\n", "leadpact: 1\n", "a: [", "stages: []\n"])
def test_where_too_little_is_left_nothing_is_examined(text) -> None:
    assert load_text(text, "a.yaml").sound is None


def test_a_key_given_twice_is_no_reason_to_stop(tmp_path: Path) -> None:
    twice, missing, order = problems(basic().replace("handoff:", "name: Again\nhandoff:"))
    assert "given twice" in twice.message
    assert (missing.rule, order.rule) == (None, "hurdles-out-of-order")
