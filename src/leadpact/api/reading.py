"""Facts as programs send them: one, a list, or one a line; every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic.json_schema import models_json_schema

from leadpact.api.bodies import body_of
from leadpact.api.endpoints import Instant
from leadpact.api.problems import Fault, Faulty
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.services.permits import Caller, act_for
from leadpact.sources.mapping import known_kind

MOST_FACTS = 10_000
MOST_FAULTS = 100
LARGEST_BODY = 32 * 1024 * 1024
LARGEST_PROPERTIES = 32 * 1024
NDJSON = ("application/x-ndjson", "application/jsonl", "application/ndjson")


class LeadIn(BaseModel):
    """Whose a fact is: any of a lead's id, its email, a visitor's id."""

    id: str | None = Field(None, min_length=1, max_length=200)
    email: str | None = Field(None, min_length=3, max_length=320)
    visitor: str | None = Field(None, min_length=1, max_length=200)

    @model_validator(mode="after")
    def _names_somebody(self) -> LeadIn:
        if not (self.id or self.email or self.visitor):
            raise ValueError("names nobody; give an id, an email or a visitor")
        return self


class EventIn(BaseModel):
    """A fact. `event_id` is unique for its source, so that sending it twice does no harm."""

    event_id: str = Field(min_length=1, max_length=200)
    kind: str = Field(min_length=1, max_length=120)
    happened_at: Instant | None = None
    lead: LeadIn | None = None
    properties: dict[str, Any] = Field(default_factory=dict)
    source: str | None = Field(None, min_length=1, max_length=120)

    @field_validator("kind")
    @classmethod
    def _is_a_kind(cls, kind: str) -> str:
        return known_kind(kind)

    @field_validator("properties")
    @classmethod
    def _is_small(cls, properties: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(properties)) > LARGEST_PROPERTIES:
            raise ValueError(f"is larger than {LARGEST_PROPERTIES:,} characters")
        return properties


def shapes() -> dict[str, Any]:
    """The shape of a fact, for the interface's description: facts are read here, not by ninja."""
    _, told = models_json_schema(
        [(EventIn, "validation")], ref_template="#/components/schemas/{model}"
    )
    shapes: dict[str, Any] = told["$defs"]
    return shapes


def facts_of(
    request: HttpRequest, caller: Caller, *, now: datetime, history: bool = False
) -> list[Fact]:
    """The facts in a request's body; those of `history` were known when they happened.

    Raises Faulty with every fault and its place; nothing is taken then.
    """
    faults: list[Fault] = []
    facts: list[Fact] = []
    for place, value in _values(request):
        if len(faults) >= MOST_FAULTS:
            break
        try:
            told = EventIn.model_validate(value)
        except ValidationError as error:
            faults += [Fault(at=_at(place, each["loc"]), message=each["msg"])
                       for each in error.errors()]  # fmt: skip
            continue
        if not caller.may(act := act_for(told.kind)):
            faults.append(Fault(at=_at(place, ("kind",)), message=f"needs the right to {act}"))
            continue
        facts.append(_fact(told, caller, now, history))
    if faults:
        raise Faulty("Nothing was taken: some facts are not as they must be.", faults)
    return facts


def _fact(told: EventIn, caller: Caller, now: datetime, history: bool) -> Fact:
    lead = told.lead
    return Fact(
        source=told.source or caller.name,
        event_id=told.event_id,
        kind=told.kind,
        happened_at=told.happened_at or now,
        lead=Known(lead.id, lead.email, lead.visitor) if lead else None,
        properties=told.properties,
        recorded_at=None if history else now,
        actor=caller.name,
    )


def _values(request: HttpRequest) -> Iterator[tuple[str, Any]]:
    body = body_of(request, LARGEST_BODY)
    kind = (request.content_type or "").lower()
    found = _lines(body) if kind in NDJSON else _one_or_many(body)
    if len(found) > MOST_FACTS:
        raise Faulty(f"Send at most {MOST_FACTS:,} facts at once, not {len(found):,}.", status=413)
    if not found:
        raise Faulty("There is no fact in the body.")
    return iter(found)


def _one_or_many(body: bytes) -> list[tuple[str, Any]]:
    value = parsed(body)
    if isinstance(value, list):
        return [(f"[{number}]", each) for number, each in enumerate(value)]
    return [("", value)]


def _lines(body: bytes) -> list[tuple[str, Any]]:
    found, faults = [], []
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append((f"line {number}", parsed(line)))
        except Faulty as error:
            faults.append(Fault(at=f"line {number}", message=error.detail))
    if faults:
        raise Faulty("Nothing was taken: some lines cannot be read.", faults[:MOST_FAULTS])
    return found


def parsed(body: bytes) -> Any:
    """JSON as Python values; raises Faulty for what is none."""
    try:
        return json.loads(body, parse_constant=_refused)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Faulty("This cannot be read as JSON.", status=400) from None


def _refused(name: str) -> Any:
    raise ValueError(name)


def _at(place: str, steps: tuple[int | str, ...]) -> str:
    path = ".".join(str(step) for step in steps)
    return ", ".join(part for part in (place, path) if part)
