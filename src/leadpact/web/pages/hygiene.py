"""Leads that are left out, each with its reason and a way back; and leads that may be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Exclusion, Proposal
from leadpact.ledger.selectors.excluded import excluded_for, reasons
from leadpact.ledger.selectors.proposals import proposals_for
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page

_MOST_PROPOSALS = 20


def _rows(request: PageRequest) -> QuerySet[Exclusion]:
    return excluded_for(request.caller).select_related("lead__state")


def _reasons(_request: PageRequest) -> Sequence[Choice]:
    return [(reason, f"{reason} ({count:,})") for reason, count in reasons()]


def _also(row: Exclusion) -> str | None:
    return f"repeats {row.duplicate_of}" if row.duplicate_of else row.detail


HYGIENE: Listing[Exclusion] = Listing(
    name="hygiene",
    title="Data quality",
    rows=_rows,
    columns=(
        Column("lead", "Lead", lambda row: name_of(row.lead), cell="lists/cells/of_lead.html"),
        Column("email", "Email", lambda row: known(row.lead).get("email")),
        Column("reason", "Left out because", lambda row: row.reason, order="reason"),
        Column("detail", "Detail", _also),
        Column("at", "When", lambda row: row.at, order="at"),
        Column("undo", "Undo", lambda _: "", cell="lists/cells/restore.html"),
    ),
    order="-at",
    filters=(Filter("reason", "Reason", _reasons, lambda rows, v: rows.filter(reason=v)),),
    empty=Empty(
        "Nobody is left out",
        "Duplicates, bots, competitors, own people, opt-outs and addresses that cannot be are left "
        "out as the agreement says under `hygiene`, and stand here with their reason.",
    ),
)


@page("hygiene", name="hygiene", roles=READERS, nav="Data quality", order=60)
def hygiene(request: PageRequest) -> HttpResponseBase:
    """What may be one lead, then what is left out."""

    def beside(_shown: Shown) -> Mapping[str, Any]:
        open_pairs = proposals_for(request.caller).filter(state=Proposal.State.OPEN)
        rows = list(
            open_pairs.select_related("first__state", "second__state").order_by("-weight", "pk")[
                : _MOST_PROPOSALS + 1
            ]
        )
        return {
            "proposals": [
                {"row": row, "sides": _pair(row.first, row.second)}
                for row in rows[:_MOST_PROPOSALS]
            ],
            "more_proposals": len(rows) > _MOST_PROPOSALS,
            "may_clean": request.caller.may(Act.CLEAN),
            "answer": _answer(_rows(request).count(), open_pairs.count()),
        }

    return answer(request, HYGIENE, "figures/hygiene.html", beside=beside)


def _answer(left_out: int, pairs: int) -> str:
    leads = f"{left_out:,} {'lead is' if left_out == 1 else 'leads are'} not counted"
    if not pairs:
        return f"{leads}, and no two look like one person."
    return f"{leads}; {pairs:,} {'pair looks' if pairs == 1 else 'pairs look'} like one person."


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
