"""Leads that may be one person: listed, accepted, refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import answers, router
from leadpact.api.lists import Asked
from leadpact.api.paging import Page, page
from leadpact.ledger.models import Proposal
from leadpact.ledger.selectors.proposals import proposals_for
from leadpact.ledger.services import proposals
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.permits import Act


class ProposalOut(Schema):
    """Two leads that may be one person, of whom `first` came earlier.

    `weight` is how many times over the odds double that they are one: from 0, as likely as not, up.
    """

    id: int
    first: str
    second: str
    weight: float
    because: str
    state: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str


class VerdictIn(Schema):
    """What somebody says of a proposal."""

    verdict: Literal["accept", "refuse"]


@router.get("/proposals", response=answers(Page[ProposalOut]), tags=["leads"])
def list_proposals(
    request: HttpRequest,
    at: Asked,
    state: Literal["open", "accepted", "refused"] | None = None,
    lead: str | None = None,
) -> Any:
    """Leads that may be one person; none is merged before somebody says so."""
    found = proposals_for(caller_of(request, Act.CLEAN))
    if state is not None:
        found = found.filter(state=state)
    if lead is not None:
        found = found.filter(first=lead) | found.filter(second=lead)
    return page(found, _shown, at.cursor, at.limit)


@router.post("/proposals/{int:number}", response=answers(ProposalOut, 409), tags=["leads"])
def decide(request: HttpRequest, number: int, said: VerdictIn) -> Any:
    """Accept: the later lead is merged into the earlier. Refuse: it is not proposed again."""
    doing = Doing(caller_of(request, Act.CLEAN), now())
    did = proposals.accept if said.verdict == "accept" else proposals.refuse
    return _shown(did(doing, number))


def _shown(row: Proposal) -> ProposalOut:
    names = [name for name in ProposalOut.model_fields if name not in ("first", "second")]
    told = {name: getattr(row, name) for name in names}
    return ProposalOut(first=row.first_id, second=row.second_id, **told)
