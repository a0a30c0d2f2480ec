"""The schema for editors and the reference page: made from the models, kept in step with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leadpact.agreement import templates
from leadpact.agreement.example import example_sections, example_text
from leadpact.agreement.reference import reference_markdown
from leadpact.agreement.schema import agreement_schema, schema_text
from leadpact.agreement.spec import Agreement
from leadpact.agreement.tree_building import build

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = agreement_schema()


def as_json_values(text: str) -> Any:
    root = build(text).root
    assert root is not None
    return json.loads(json.dumps(root.plain(), default=str))


def complaints(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(as_json_values(text))]


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert json.loads(schema_text()) == SCHEMA


@pytest.mark.parametrize("name", templates.names())
def test_templates_hold_to_the_schema(name: str) -> None:
    assert complaints(templates.text(name)) == []


def test_the_example_holds_to_the_schema() -> None:
    assert complaints(example_text()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("side: marketing", "side: nobody"),
        ("purpose:", "purpos:"),
        ("points: 30", "points: many"),
        ("starts_on: handoff", "starts_on: handof"),
        ("by: 50 %", "by: half"),
        ("when: {event: pricing_viewed}", "when: {evnt: pricing_viewed}"),
    ],
)
def test_the_schema_refuses_what_loading_refuses(old: str, new: str) -> None:
    assert old in example_text()
    assert complaints(example_text().replace(old, new))


def _keys() -> Iterator[tuple[str, Any]]:
    for model, part in {"Agreement": SCHEMA, **SCHEMA["$defs"]}.items():
        for name, each in part.get("properties", {}).items():
            yield f"{model}.{name}", each


def test_every_key_explains_itself_in_a_line() -> None:
    keys = dict(_keys())
    assert len(keys) > 100
    for name, part in keys.items():
        assert 0 < len(part.get("description", "")) <= 90, name


def test_pydantic_s_own_titles_are_left_out() -> None:
    assert SCHEMA["title"] == "Leadpact agreement"
    assert "title" not in SCHEMA["$defs"]["Obligation"]
    assert "title" not in SCHEMA["properties"]["purpose"]
    assert "null" not in schema_text()


def test_every_section_has_an_example() -> None:
    assert set(example_sections()) == set(Agreement.model_fields)
    assert all(SCHEMA["properties"][key]["examples"] for key in Agreement.model_fields)


def test_the_reference_page_is_the_one_that_the_code_makes() -> None:
    page = (ROOT / "docs" / "reference" / "agreement.md").read_text(encoding="utf-8")
    assert page == reference_markdown(), "docs/reference/agreement.md is stale: run `make docs`"


def test_the_reference_tells_every_section_in_the_order_of_the_document() -> None:
    page = reference_markdown()
    places = [page.index(f"\n## {key}\n") for key in Agreement.model_fields]
    assert places == sorted(places)


def test_links_within_the_reference_lead_somewhere() -> None:
    page = reference_markdown()
    headings = {
        line.lstrip("# ").lower().replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    wanted = {part.split(")")[0] for part in page.split("](#")[1:]}
    assert wanted - headings == set()
