"""The JSON Schema of the agreement file, by which editors complete, explain and check it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pydantic import BaseModel

from leadpact.agreement.example import example_values
from leadpact.agreement.spec import Agreement

#: The draft that every editor's YAML support understands.
DRAFT = "http://json-schema.org/draft-07/schema#"

_CONDITION = (
    "A question about a lead: `field`, `event`, `score`, or several with `all`, `any`, `none`."
)


def agreement_schema() -> dict[str, Any]:
    """The schema as JSON values, dates as texts.

    It knows the form of the file; what it accepts, `leadpact check` may still refuse.
    """
    schema = schema_of(Agreement, "Leadpact agreement")
    for section, value in example_values().items():
        schema["properties"][section]["examples"] = [json.loads(json.dumps(value, default=_iso))]
    return schema


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema of a file with these contents as JSON values, dates as texts."""
    schema = _tidied(model.model_json_schema(by_alias=True))
    if "Condition" in schema.get("$defs", {}):
        schema["$defs"]["Condition"]["description"] = _CONDITION
    described = {"$schema": DRAFT, "title": title} | schema
    return dict(json.loads(json.dumps(described, default=_iso)))


def schema_text() -> str:
    """The schema as a JSON text that ends with a line break."""
    return json.dumps(agreement_schema(), ensure_ascii=False, indent=2) + "\n"


def _tidied(schema: Any) -> Any:
    """Leave out what pydantic writes for programs and an editor would show to people."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    for tidy in (_without_title, _without_null, _with_any_of):
        schema = tidy(schema)
    return {
        key: {name: _tidied(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _tidied(value)
        for key, value in schema.items()
    }


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`X or null` as X: a key with nothing after it is one that was forgotten."""
    members = schema.get("anyOf", [])
    if {"type": "null"} not in members:
        return schema
    left = [member for member in members if member != {"type": "null"}]
    rest = {k: v for k, v in schema.items() if k != "anyOf" and (k, v) != ("default", None)}
    if len(left) > 1:
        return rest | {"anyOf": left}
    # Beside a `$ref`, draft 7 reads no description, so that it stands one step outside.
    return rest | ({"allOf": left} if "$ref" in left[0] else left[0] | rest)


def _with_any_of(schema: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in schema:
        schema = {"anyOf": schema["oneOf"]} | {k: v for k, v in schema.items() if k != "oneOf"}
    if "$ref" in schema and len(schema) > 1:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {"allOf": [{"$ref": schema["$ref"]}]} | rest
    return schema


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a schema")
