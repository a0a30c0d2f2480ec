"""Who is in which nurture program, what comes next, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Lead, NurtureEntry
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.lists import nurture_for, nurtured
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page

_NOW, _LATE, _LEFT = "in it now", "touch overdue", "left"


def _rows(request: PageRequest) -> QuerySet[NurtureEntry]:
    return nurture_for(request.caller).select_related("lead__state")


def _programs(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    return [(p.name, p.name) for p in version.agreement.nurture] if version else []


def next_touch(row: NurtureEntry) -> str | None:
    if row.left_at is not None or row.next_step is None:
        return None
    return f"{row.next_step} ({row.next_channel})" if row.next_channel else row.next_step


def _state(now: datetime) -> Callable[[QuerySet[NurtureEntry], str], QuerySet[NurtureEntry]]:
    def narrowed(rows: QuerySet[NurtureEntry], value: str) -> QuerySet[NurtureEntry]:
        found = rows.filter(left_at__isnull=value != _LEFT)
        return found.filter(next_touch_at__lt=now) if value == _LATE else found

    return narrowed


def _listing(request: PageRequest) -> Listing[NurtureEntry]:
    states = [(each, each) for each in (_NOW, _LATE, _LEFT)]
    return replace(
        NURTURE,
        filters=(*NURTURE.filters, Filter("state", "State", lambda _: states, _state(request.now))),
    )


NURTURE: Listing[NurtureEntry] = Listing(
    name="nurture",
    title="Nurture",
    rows=_rows,
    columns=(
        Column("lead", "Lead", lambda row: name_of(row.lead), cell=cells.of_lead),
        Column("company", "Company", lambda row: known(row.lead).get("company")),
        Column("program", "Program", lambda row: row.program, order="program"),
        Column("entered", "Since", lambda row: row.entered_at, order="entered_at"),
        Column("step", "Touches", lambda row: row.step, order="step", numeric=True),
        Column(
            "due",
            "Next touch due",
            lambda row: row.next_touch_at,
            order="next_touch_at",
            cell="lists/cells/next_touch.html",
        ),
        Column("next", "Next touch", next_touch, on_page=False),
        Column("left", "Left on", lambda row: row.left_at, order="left_at", on_page=False),
        Column("exit", "Status", lambda row: row.exit, cell="lists/cells/ended.html"),
        Column("owner", "Owner", lambda row: row.owner, order="owner"),
    ),
    order="due",
    filters=(Filter("program", "Program", _programs, lambda rows, v: rows.filter(program=v)),),
    search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
    searched="Name, company or email",
    empty=Empty(
        "Nobody is in a program",
        "Leads that are not ready, and those that sales gives back, enter one as the agreement "
        "says under `nurture`.",
    ),
)


@page("nurture", name="nurture", roles=READERS, nav="Nurture", order=50)
def nurture(request: PageRequest) -> HttpResponseBase:
    """How many are in a program and what is late, the list, and how each program does."""
    return answer(
        request,
        _listing(request),
        "figures/nurture.html",
        beside=lambda shown: _beside(request, shown),
    )


def _beside(request: PageRequest, shown: Shown) -> Mapping[str, Any]:
    for row in shown.rows:
        row.next_touch = next_touch(row)
        row.late = row.left_at is None and (row.next_touch_at or request.now) < request.now
    return {
        **told("Nurture", "", "nurture"),
        "answer": None,
        "nurtured": nurtured(request.caller, request.now),
        "now": urlencode({"state": _NOW}),
        "late": urlencode({"state": _LATE}),
    }
