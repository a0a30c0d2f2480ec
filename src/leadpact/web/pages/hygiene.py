"""Leads that are left out, each with its reason and a way back; and leads that may be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Exclusion, Lead
from leadpact.ledger.selectors.excluded import excluded_for, reasons
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.proposals import count_open_pairs, many_pairs, open_pairs
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.roles import READERS
from leadpact.web.lists import cells
from leadpact.web.lists.asked import MOST_ROWS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.pages.pairs import pairs_of
from leadpact.web.registry import PageRequest, page

#: Pairs that the page itself shows; all have a list of their own.
_MOST_PROPOSALS = 4


def _rows(request: PageRequest) -> QuerySet[Exclusion]:
    return excluded_for(request.caller).select_related("lead__state")


def _reasons(request: PageRequest) -> Sequence[Choice]:
    return [(reason, f"{reason} ({count:,})") for reason, count in reasons(request.caller)]


def _also(row: Exclusion) -> str | None:
    return f"repeats {row.duplicate_of}" if row.duplicate_of else row.detail


HYGIENE: Listing[Exclusion] = Listing(
    name="hygiene",
    title="Data quality",
    rows=_rows,
    columns=(
        Column("lead", "Lead", lambda row: name_of(row.lead), cell=cells.of_lead),
        Column("email", "Email", lambda row: known(row.lead).get("email"), cell=cells.in_pieces),
        Column("reason", "Left out because", lambda row: row.reason, order="reason"),
        Column("detail", "Detail", _also),
        Column("at", "When", lambda row: row.at, order="at"),
        Column("undo", "Undo", lambda _: "", cell="lists/cells/restore.html"),
    ),
    order="-at",
    filters=(Filter("reason", "Reason", _reasons, lambda rows, v: rows.filter(reason=v)),),
    search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
    searched="Name, company or email",
    empty=Empty(
        "Nobody is left out",
        "Duplicates, bots, competitors, own people, opt-outs and addresses that cannot be are left "
        "out as the agreement says under `hygiene`, and stand here with their reason.",
    ),
)


@page("hygiene", name="hygiene", roles=READERS, nav="Data quality", order=60)
def hygiene(request: PageRequest) -> HttpResponseBase:
    """What may be one lead, then what is left out."""

    def beside(shown: Shown) -> Mapping[str, Any]:
        likeliest = open_pairs(request.caller).order_by("-weight", "-pk")
        rows = likeliest.select_related("first__state", "second__state")[:_MOST_PROPOSALS]
        pairs = count_open_pairs(request.caller)
        return {
            "proposals": pairs_of(rows),
            "may_clean": request.caller.may(Act.CLEAN),
            "answer": _answer(_left_out(request, shown), pairs, request.caller.which_leads),
        }

    return answer(request, HYGIENE, "figures/hygiene.html", beside=beside)


def _left_out(request: PageRequest, shown: Shown) -> int:
    """How many leads are left out; a list of all of them was counted already."""
    if shown.asked.narrowed or shown.total > MOST_ROWS:
        return _rows(request).count()
    return shown.total


def _answer(left_out: int, pairs: int, which: str) -> str:
    noun, are = ("lead", "is") if left_out == 1 else ("leads", "are")
    leads = f"{left_out:,} {noun}{which} {are} not counted"
    if not pairs:
        return f"{leads}, and no two look like one person."
    return f"{leads}; {many_pairs(pairs)} like one person."
