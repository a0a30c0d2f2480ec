"""Every lead that the reader may see: where it stands, with whom, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Lead, LeadState
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.lists import names_of_people
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller
from leadpact.web.lists import cells
from leadpact.web.lists.asked import MOST_ROWS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.registry import PageRequest, page

#: Owners that are no name: the reader, who has them newly too, and nobody.
_MINE, NEWLY, _NOBODY = "me", "me-new", "-"
#: A lead is new to its owner for so long.
WEEK = timedelta(days=7)
_WITH_SALES = "with sales"
_STATUS = ("open", _WITH_SALES, "won", "lost", "disqualified", "excluded")


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


def _segments(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    return [(s.name, s.name) for s in version.agreement.segments] if version else []


def _holders(request: PageRequest) -> Sequence[Choice]:
    own = [(_MINE, "mine"), (NEWLY, "mine, new this week")] if request.caller.person else []
    everybody = [(name, name) for name in names_of_people()]
    return [*own, (_NOBODY, "nobody yet"), *everybody]


def _held(caller: Caller, now: datetime) -> Callable[[QuerySet[Lead], str], QuerySet[Lead]]:
    """Leads of one person, the reader's own, the new ones among these, or those that nobody has."""
    meant = {_MINE: caller.person, NEWLY: caller.person, _NOBODY: None}

    def narrowed(rows: QuerySet[Lead], name: str) -> QuerySet[Lead]:
        found = rows.filter(state__holder=meant.get(name, name))
        return found.filter(state__handed_off_at__gte=now - WEEK) if name == NEWLY else found

    return narrowed


def _listing(request: PageRequest) -> Listing[Lead]:
    return replace(
        LEADS,
        filters=(
            *LEADS.filters,
            Filter("holder", "Owner", _holders, _held(request.caller, request.now)),
            Filter("segment", "Segment", _segments, lambda rows, v: rows.filter(state__segment=v)),
        ),
    )


def _standing(rows: QuerySet[Lead], status: str) -> QuerySet[Lead]:
    """Leads of a status; sales has the open ones that were handed over and not given back."""
    if status == _WITH_SALES:
        return rows.filter(state__status="open", state__handed_off_at__isnull=False)
    return rows.filter(state__status=status)


LEADS: Listing[Lead] = Listing(
    name="leads",
    title="Leads",
    rows=_rows,
    columns=(
        Column("name", "Lead", name_of, cell=cells.lead),
        Column("company", "Company", _attribute("company")),
        Column("stage", "Stage", _of_state("stage"), order="state__stage"),
        Column(
            "status",
            "Status",
            _of_state("status"),
            order="state__status",
            cell=cells.status,
        ),
        Column(
            "score",
            "Score",
            _of_state("score"),
            order="state__score",
            cell=cells.score,
            numeric=True,
        ),
        Column("segment", "Segment", _of_state("segment"), on_page=False),
        Column("holder", "Owner", _of_state("holder"), order="state__holder"),
        Column("source", "Source", _attribute("source"), cell=cells.in_words),
        Column("came", "Created", lambda lead: lead.begins, order="begins"),
    ),
    order="-came",
    filters=(
        Filter(
            "status",
            "Status",
            one_of(_STATUS),
            _standing,
        ),
        Filter("stage", "Stage", _stages, lambda rows, v: rows.filter(state__stage=v)),
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
    """How many they are, then the list."""
    return answer(
        request,
        _listing(request),
        beside=lambda shown: {"answer": _answer(shown, request.caller.which_leads)},
    )


def _answer(shown: Shown, which: str) -> str:
    """How many leads the reader sees, or of these fit what was asked for."""
    count = f"more than {MOST_ROWS:,}" if shown.total > MOST_ROWS else f"{shown.total:,}"
    noun, fit = ("lead", "fits") if shown.total == 1 else ("leads", "fit")
    order = ", the newest first" if shown.asked.order == shown.asked.standard_order else ""
    return f"You see {count} {noun}{which}{f' that {fit}' if shown.asked.narrowed else ''}{order}."
