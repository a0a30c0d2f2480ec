"""What can be written: facts, singly or many; what sales does with a lead."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Schema
from pydantic import Field

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import Instant, answers, router
from leadpact.api.reading import NDJSON, facts_of
from leadpact.flows.doing import Action, Deed, do
from leadpact.ledger.facts import Receipt
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Act


class ReceiptOut(Schema):
    """Where a fact went: the id of its lead, and whether it had been there before."""

    event_id: str
    lead: str | None
    repeated: bool


class Taken(Schema):
    """What was taken; a receipt for each fact, in order."""

    taken: int
    repeated: int
    receipts: list[ReceiptOut]


_ONE = {
    "event_id": "form-2041",
    "kind": "form_submitted",
    "happened_at": "2026-03-02T09:15:00Z",
    "lead": {"email": "ada@lovelace.example"},
    "properties": {"form": "demo"},
}


def _body(example: Any, schema: dict[str, Any]) -> dict[str, Any]:
    lines = {"schema": {"type": "string"}, "example": '{"event_id": "1", …}\n{"event_id": "2", …}'}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": example},
                NDJSON[0]: lines,
            },
        }
    }


@router.post(
    "/events",
    response=answers(Taken, 413, 415),
    tags=["events"],
    openapi_extra=_body(
        _ONE,
        {
            "oneOf": [
                {"$ref": "#/components/schemas/EventIn"},
                {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/EventIn"},
                    "minItems": 1,
                    "maxItems": 10_000,
                },
            ]
        },
    ),
)
def take_events(request: HttpRequest, history: bool = False) -> Any:
    """Facts: one object, a list, or one a line (NDJSON), up to 10,000; all are taken or none.

    `history` is for facts that were known when they happened, such as an earlier system's.
    """
    caller = caller_of(request, Act.COLLECT)
    moment = now()
    receipts = ingest(facts_of(request, caller, now=moment, history=history), now=moment)
    return Taken(
        taken=len(receipts),
        repeated=sum(each.repeated for each in receipts),
        receipts=[_shown(each) for each in receipts],
    )


IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=200),
]


class ActionIn(Schema):
    """What somebody did with a lead. Which values are needed depends on the action."""

    action: Action = Field(description="What was done.")
    happened_at: Instant | None = Field(None, description="When; by default now.")
    reason: str = Field("", max_length=500)
    rating: int | None = Field(None, ge=1, le=5)
    note: str = Field("", max_length=5000)
    channel: str = Field("", max_length=60)
    outcome: str = Field("", max_length=60)
    stage: str = Field("", max_length=200)
    obligation: str = Field("", max_length=200)
    program: str = Field("", max_length=200, description="A nurture program.")
    step: str = Field("", max_length=200, description="Its step; by default the next one.")
    upheld: bool = False
    to: str = Field("", max_length=200)
    other: str = Field("", max_length=200, description="The lead to merge, or to part again.")
    deal_id: str = Field("", max_length=200)
    amount: float | None = Field(None, ge=0, le=1e15)
    currency: str = Field("", max_length=3)


@router.post(
    "/leads/{key}/actions",
    response=answers(ReceiptOut, 409),
    tags=["leads"],
)
def act(
    request: HttpRequest,
    key: str,
    did: ActionIn,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Record what was done with a lead. The same `Idempotency-Key` acts once."""
    caller = caller_of(request, Act.READ)
    moment = now()
    doing = Doing(caller, moment, idempotency_key or "", _not_ahead(did.happened_at, moment))
    return _shown(do(doing, key, Deed(**did.model_dump(exclude={"happened_at"}))))


def _not_ahead(happened: datetime | None, moment: datetime) -> datetime | None:
    return min(happened, moment) if happened else None


class VoidIn(Schema):
    """One fact, by source and event id, or one whole import, by its batch."""

    source: str = Field("", max_length=120)
    event_id: str = Field("", max_length=200)
    batch: str = Field("", max_length=200)


@router.post("/voids", response=answers(ReceiptOut, 409), tags=["events"])
def void(request: HttpRequest, what: VoidIn) -> Any:
    """Withdraw a fact or an import: it leaves no trace in any figure and stays on record."""
    doing = Doing(caller_of(request, Act.VOID), now())
    found = actions.void(doing, source=what.source, event_id=what.event_id, batch=what.batch)
    return _shown(found)


def _shown(receipt: Receipt) -> ReceiptOut:
    return ReceiptOut(event_id=receipt.event_id, lead=receipt.lead, repeated=receipt.repeated)
