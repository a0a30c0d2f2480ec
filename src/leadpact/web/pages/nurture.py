"""Who is in which nurture program, what comes next, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import NurtureEntry
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.lists import nurture_for, nurtured
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page

_NOW, _LEFT = "in it now", "left"


def _rows(request: PageRequest) -> QuerySet[NurtureEntry]:
    return nurture_for(request.caller).select_related("lead__state")


def _programs(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    return [(p.name, p.name) for p in version.agreement.nurture] if version else []


def next_touch(row: NurtureEntry) -> str | None:
    if row.left_at is not None or row.next_step is None:
        return None
    return f"{row.next_step} ({row.next_channel})" if row.next_channel else row.next_step


def _state(rows: QuerySet[NurtureEntry], value: str) -> QuerySet[NurtureEntry]:
    return rows.filter(left_at__isnull=value == _NOW)


NURTURE: Listing[NurtureEntry] = Listing(
    name="nurture",
    title="Nurture",
    rows=_rows,
    columns=(
        Column("lead", "Lead", lambda row: name_of(row.lead), cell="lists/cells/of_lead.html"),
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
    filters=(
        Filter("program", "Program", _programs, lambda rows, v: rows.filter(program=v)),
        Filter("state", "State", lambda _: [(each, each) for each in (_NOW, _LEFT)], _state),
    ),
    empty=Empty(
        "Nobody is in a program",
        "Leads that are not ready, and those that sales gives back, enter one as the agreement "
        "says under `nurture`.",
    ),
)


@page("nurture", name="nurture", roles=READERS, nav="Nurture", order=50)
def nurture(request: PageRequest) -> HttpResponseBase:
    """How many are in a program and what is late, then the list."""
    return answer(request, NURTURE, beside=lambda shown: _beside(request, shown))


def _beside(request: PageRequest, shown: Shown) -> Mapping[str, Any]:
    for row in shown.rows:
        row.next_touch = next_touch(row)
        row.late = row.left_at is None and (row.next_touch_at or request.now) < request.now
    found = nurtured(request.caller, request.now)
    leads = f"{found.leads:,} {'lead is' if found.leads == 1 else 'leads are'} nurtured now"
    late = f"{found.late:,} {'touch is' if found.late == 1 else 'touches are'} overdue"
    return {"answer": f"{leads}; {late if found.late else 'no touch is overdue'}."}
