"""The delivery log: what became of every notice and of every call of a webhook."""

from __future__ import annotations

from django.http import HttpResponseBase

from leadpact.flows.telling import KINDS, OF_A_LEAD
from leadpact.ledger.models import Notice
from leadpact.ledger.services.permits import Act
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import name_of
from leadpact.web.pages.settings import tabs
from leadpact.web.registry import PageRequest, page

DELIVERIES = Listing[Notice](
    name="deliveries",
    title="Delivery log",
    rows=lambda _: Notice.objects.select_related("lead__state"),
    columns=(
        Column("at", "Due", lambda row: row.send_at, order="send_at"),
        Column("kind", "Kind", lambda row: row.kind),
        Column("receiver", "Receiver", lambda row: row.receiver, order="receiver"),
        Column(
            "lead", "Lead", lambda row: name_of(row.lead) if row.lead else "",
            cell=cells.of_lead,
        ),
        Column("key", "Key", lambda row: row.lead_id or "", on_page=False),
        Column("state", "State", lambda row: row.state, order="state"),
        Column("attempts", "Tries", lambda row: row.attempts, order="attempts", numeric=True),
        Column("error", "What went wrong", lambda row: row.last_error),
    ),
    order="-at",
    filters=(
        Filter(
            "state", "State",
            lambda _: [(state, state) for state in Notice.State.values],
            lambda rows, state: rows.filter(state=state),
        ),
        Filter(
            "kind", "Kind",
            lambda _: [(kind, kind) for kind in dict.fromkeys((*KINDS, *OF_A_LEAD))],
            lambda rows, kind: rows.filter(kind=kind),
        ),
    ),
    search=lambda rows, text: rows.filter(receiver__icontains=text),
    searched="Search receivers",
    empty=Empty(
        "Nobody was told anything yet",
        "Once you are live, every notice and every call of a webhook stands here.",
    ),
)  # fmt: skip


@page("settings/notices/log", name="settings_deliveries", act=Act.ADMINISTER)
def deliveries(request: PageRequest) -> HttpResponseBase:
    """What became of every notice and call."""
    return answer(
        request, DELIVERIES, "settings/deliveries.html", lambda _: {"tabs": tabs(request)}
    )
