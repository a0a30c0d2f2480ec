"""Who is in which nurture program, what comes next, and when."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import NurtureEntry
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.lists import nurture_for
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page

_NOW, _LEFT = "in it now", "left"


def _rows(request: PageRequest) -> QuerySet[NurtureEntry]:
    return nurture_for(request.caller).select_related("lead__state")


def _programs(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    return [(p.name, p.name) for p in version.agreement.nurture] if version else []


def _next(row: NurtureEntry) -> str | None:
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
        Column("next", "Next touch", _next),
        Column("due", "Due", lambda row: row.next_touch_at, order="next_touch_at"),
        Column("left", "Left", lambda row: row.left_at, order="left_at"),
        Column("exit", "How", lambda row: row.exit),
        Column("owner", "Owner", lambda row: row.owner, order="owner"),
    ),
    order="-entered",
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


@page("nurture", name="nurture", roles=READERS, nav="Nurture", order=60)
def nurture(request: PageRequest) -> HttpResponseBase:
    """The list."""
    return answer(request, NURTURE)
