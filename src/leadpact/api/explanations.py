"""Why a lead stands where it stands, for programs and for whoever reads over their shoulder."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import answers, router
from leadpact.api.problems import Faulty
from leadpact.flows.explained import explained
from leadpact.ledger.selectors import one_lead
from leadpact.ledger.services.permits import Act


class ExplanationOut(Schema):
    """Every point, stage and clock of a lead, with what caused it.

    `text` tells it for people, as `leadpact explain` does; `record` for programs, as its `--json`.
    """

    lead: str
    as_of: datetime
    text: str
    record: dict[str, Any]


@router.get("/leads/{key}/explanation", response=answers(ExplanationOut, 409), tags=["leads"])
def explanation(request: HttpRequest, key: str) -> Any:
    """Why a lead stands where it stands, worked out now. 409 before an agreement is published."""
    caller, at = caller_of(request, Act.READ), now()
    if one_lead.lead_for(caller, key) is None:
        raise Faulty(f"There is no lead {key}.", status=404)
    try:
        found = explained(key, at)
    except (LookupError, ValueError):
        detail = "Nothing is known of this lead under any agreement yet."
        raise Faulty(detail, status=409) from None
    return ExplanationOut(lead=key, as_of=at, text=found.as_text(), record=found.as_json())
