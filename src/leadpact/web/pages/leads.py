"""Every lead that the reader may see: where it stands, with whom, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Lead, LeadState
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.lists import people
from leadpact.ledger.selectors.visible import leads_for
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.registry import PageRequest, page

_STATUS = ("open", "won", "lost", "disqualified", "excluded")


def known(lead: Lead) -> dict[str, Any]:
    """What is known of a lead; nothing of one that was not looked at yet."""
    state = _state(lead)
    found: dict[str, Any] = json.loads(state.attributes) if state else {}
    return found


def name_of(lead: Lead) -> str:
    """How a lead is called."""
    told = known(lead)
    return str(told.get("name") or told.get("email") or lead.key)


def _state(lead: Lead) -> LeadState | None:
    return getattr(lead, "state", None)


def _of_state(name: str) -> Any:
    return lambda lead: getattr(_state(lead), name, None)


def _attribute(name: str) -> Any:
    return lambda lead: known(lead).get(name)


def _rows(request: PageRequest) -> QuerySet[Lead]:
    return leads_for(request.caller).select_related("state")


def _stages(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    return [(s.name, s.name) for s in version.agreement.stages] if version else []


def _holders(_request: PageRequest) -> Sequence[Choice]:
    return [(each.name, each.name) for each in people().order_by("name")]


LEADS: Listing[Lead] = Listing(
    name="leads",
    title="Leads",
    rows=_rows,
    columns=(
        Column("name", "Lead", name_of, cell="lists/cells/lead.html"),
        Column("company", "Company", _attribute("company")),
        Column("stage", "Stage", _of_state("stage"), order="state__stage"),
        Column(
            "status",
            "Status",
            _of_state("status"),
            order="state__status",
            cell="lists/cells/status.html",
        ),
        Column("score", "Score", _of_state("score"), order="state__score", numeric=True),
        Column("holder", "Owner", _of_state("holder"), order="state__holder"),
        Column("source", "Source", _attribute("source"), cell="lists/cells/plainly.html"),
        Column("came", "Created", lambda lead: lead.begins, order="begins"),
    ),
    order="-came",
    filters=(
        Filter(
            "status",
            "Status",
            lambda _: [(each, each) for each in _STATUS],
            lambda rows, value: rows.filter(state__status=value),
        ),
        Filter("stage", "Stage", _stages, lambda rows, v: rows.filter(state__stage=v)),
        Filter("holder", "Owner", _holders, lambda rows, v: rows.filter(state__holder=v)),
    ),
    search=with_text,
    searched="Name, email, company",
    empty=Empty(
        "No leads yet",
        "They come from forms, from your site, from imports and through the API. Those that are "
        "handed to sales are shown to sales.",
    ),
)


@page("leads", name="leads", nav="Leads", order=20)
def leads(request: PageRequest) -> HttpResponseBase:
    """The list."""
    return answer(request, LEADS)
