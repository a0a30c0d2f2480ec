"""The examples in the description of the interface are as it says, and none is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leadpact.api.app import api
from leadpact.api.examples import EXAMPLES
from leadpact.api.writing import ActionIn

DESCRIBED: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
SHAPES: dict[str, Any] = DESCRIBED["components"]["schemas"]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_has_examples_that_are_as_it_says(name: str) -> None:
    examples = SHAPES[name]["examples"]
    assert examples
    shape = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    validator = Draft202012Validator(shape)
    for example in examples:
        assert [fault.message for fault in validator.iter_errors(example)] == []
        known = set(SHAPES[name]["properties"])
        assert set(example) <= known
        if not name.endswith("In"):
            assert set(example) == known


def test_no_example_is_of_a_shape_that_is_gone() -> None:
    assert set(EXAMPLES) <= set(SHAPES)


def test_examples_of_actions_can_be_read() -> None:
    for example in EXAMPLES["ActionIn"]:
        assert ActionIn(**example).action == example["action"]
