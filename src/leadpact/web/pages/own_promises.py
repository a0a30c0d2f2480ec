"""What became of one's own promises of late: the leads behind the figures of a rep's home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Clock, Lead
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.inbox import promises_of
from leadpact.ledger.services.permits import Act
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import name_of
from leadpact.web.registry import PageRequest, page

#: How far back one's own promises are counted.
LATELY = timedelta(days=30)
_BECAME = ("met", "missed", "overdue")


def _rows(request: PageRequest) -> QuerySet[Clock]:
    person = request.caller.person
    own = promises_of(person, request.now - LATELY) if person else Clock.objects.none()
    return own.select_related("lead__state")


def _promises(request: PageRequest) -> Sequence[Choice]:
    version = agreements.in_force(request.now)
    named = version.agreement.obligations if version else []
    return [(each.name, each.name) for each in named if each.side == "sales"]


OWN: Listing[Clock] = Listing(
    name="own-promises",
    title="Your promises of the last 30 days",
    rows=_rows,
    columns=(
        Column("due", "Due", lambda clock: clock.due_at, order="due_at"),
        Column("lead", "Lead", lambda clock: name_of(clock.lead), cell=cells.of_lead),
        Column(
            "promise",
            "Promise",
            lambda clock: clock.obligation,
            order="obligation",
            cell="lists/cells/promise.html",
        ),
        Column(
            "became",
            "Became",
            lambda clock: clock.outcome,
            order="outcome",
            cell="lists/cells/became.html",
        ),
        Column("answered", "Answered", lambda clock: clock.stopped_at, order="stopped_at"),
    ),
    order="-due",
    filters=(
        Filter("promise", "Promise", _promises, lambda rows, v: rows.filter(obligation=v)),
        Filter(
            "became",
            "Became",
            one_of(_BECAME),
            lambda rows, v: rows.filter(outcome=v),
        ),
    ),
    search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
    searched="Name, company or email",
    empty=Empty(
        "Nothing was due",
        "Every promise about your leads stands here once it was kept, or its time is over.",
    ),
)


@page("promises", name="own_promises", act=Act.WORK_LEAD)
def own_promises(request: PageRequest) -> HttpResponseBase:
    """The list."""
    return answer(request, OWN)
