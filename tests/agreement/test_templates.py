"""The templates are what they say they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    EventCondition,
    FieldCondition,
    NoneOf,
    ScoreCondition,
)
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.agreement.templates import FOR_ANYBODY, about, names, text


def template(name: str) -> Agreement:
    agreement = load_text(text(name), name).agreement
    assert agreement is not None
    return agreement


def test_unknown_template_names_those_there_are():
    with pytest.raises(ValueError, match=r"choose one of: basic, services, .*b2b-saas"):
        text("b2c")


@pytest.mark.parametrize("name", FOR_ANYBODY)
def test_the_guide_says_of_each_what_the_page_says(name: str):
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "set-up-in-pages.md"
    row = f"| {name.replace('-', ' ')} | {about(name)} |"
    assert row in guide.read_text(encoding="utf-8").splitlines()


def test_basic_is_under_twenty_lines():
    lines = [line.strip() for line in text("basic").splitlines()]
    assert len([line for line in lines if line and not line.startswith("#")]) < 20


def test_basic_needs_no_scoring():
    agreement = template("basic")
    assert agreement.scoring is None
    mql = next(stage for stage in agreement.stages if stage.role == "mql")
    assert mql.when is None


@pytest.mark.parametrize("name", names())
def test_every_line_fits_a_screen(name: str):
    assert [line for line in text(name).splitlines() if len(line) > 100] == []


def test_b2b_saas_uses_every_part_of_the_document():
    by_kind: dict[type[BaseModel], set[str]] = defaultdict(set)
    for part in parts(template("b2b-saas")):
        by_kind[type(part)] |= part.model_fields_set
    unused = {
        f"{kind.__name__}.{name}"
        for kind, used in by_kind.items()
        for name in set(kind.model_fields) - used
        if kind.__module__ != "leadpact.agreement.conditions"
    }
    assert unused == set()
    assert by_kind.keys() >= {AllOf, AnyOf, NoneOf, EventCondition, ScoreCondition, FieldCondition}


def parts(value: Any) -> Iterator[BaseModel]:
    """Every model within a value."""
    match value:
        case BaseModel():
            yield value
            yield from parts([getattr(value, name) for name in type(value).model_fields])
        case dict():
            yield from parts(list(value.values()))
        case list():
            for item in value:
                yield from parts(item)
