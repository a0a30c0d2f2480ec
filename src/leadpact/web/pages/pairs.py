"""Pairs of leads that may be one person: what speaks for it, and what somebody decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Lead, Proposal
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.proposals import count_open_pairs, many_pairs, proposals_for
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.declared import Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page

_STATES: dict[str, str] = {
    Proposal.State.OPEN: "to be decided",
    Proposal.State.ACCEPTED: "merged",
    Proposal.State.REFUSED: "kept apart",
}


def _rows(request: PageRequest) -> QuerySet[Proposal]:
    return proposals_for(request.caller).select_related("first__state", "second__state")


def _with_text(rows: QuerySet[Proposal], text: str) -> QuerySet[Proposal]:
    found = with_text(Lead.objects.all(), text)
    return rows.filter(Q(first__in=found) | Q(second__in=found))


PAIRS: Listing[Proposal] = Listing(
    name="pairs",
    title="May be one person",
    rows=_rows,
    columns=(
        Column("weight", "Likelihood", lambda row: round(row.weight, 1), order="weight"),
        Column("first", "Lead", lambda row: name_of(row.first), order="first"),
        Column("first_key", "Key", lambda row: row.first_id),
        Column("second", "Other lead", lambda row: name_of(row.second), order="second"),
        Column("second_key", "Other key", lambda row: row.second_id),
        Column("because", "Because", lambda row: row.because),
        Column("state", "State", lambda row: _STATES[row.state], order="state"),
        Column("found", "Found", lambda row: row.found_at, order="found_at"),
        Column("decided", "Decided", lambda row: row.decided_at, order="decided_at"),
        Column("by", "Decided by", lambda row: row.decided_by, order="decided_by"),
    ),
    order="-weight",
    filters=(
        Filter(
            "state", "State", lambda _: [(str(value), told) for value, told in _STATES.items()],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    search=_with_text,
    searched="Name, company or email",
    empty=Empty(
        "No two leads look like one person",
        "Pairs with alike names, companies, phones or addresses stand here to be merged or kept "
        "apart. Leads of the very same mailbox are joined by themselves.",
    ),
    page_size=20,
    body="lists/pairs.html",
)  # fmt: skip


@page("hygiene/pairs", name="pairs", roles=READERS)
def pairs(request: PageRequest) -> HttpResponseBase:
    """Every pair that was proposed, the likeliest first."""

    def beside(shown: Shown) -> Mapping[str, Any]:
        text = many_pairs(count_open_pairs(request.caller))
        return {
            "proposals": pairs_of(shown.rows),
            "may_clean": request.caller.may(Act.CLEAN),
            "answer": f"{text[0].upper()}{text[1:]} like one person and wait to be decided.",
        }

    return answer(request, PAIRS, "lists/page_of_pairs.html", beside)


def pairs_of(rows: Iterable[Proposal]) -> list[dict[str, Any]]:
    """Pairs as cards: both leads side by side, and what became of the proposal."""
    return [
        {"row": row, "sides": _pair(row.first, row.second), "stands": _STATES[row.state]}
        for row in rows
    ]


def _pair(first: Any, second: Any) -> list[dict[str, Any]]:
    """Two leads side by side; what both say alike is marked, so that what differs stands out."""
    stated = [
        [told[each] for each in ("email", "company", "phone") if told.get(each)]
        for told in (known(first), known(second))
    ]
    return [
        {
            "key": lead.key,
            "name": name_of(lead),
            "told": [(text, text in other) for text in mine],
        }
        for lead, mine, other in ((first, *stated), (second, *reversed(stated)))
    ]
