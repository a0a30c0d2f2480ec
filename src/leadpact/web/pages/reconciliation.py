"""Our counts beside the customer system's, and every record on which both differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from leadpact.flows.crm_reading import NAMES
from leadpact.ledger.models import CrmComparison, CrmConnection, CrmDisagreement, Lead, Role
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Act
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.leads import name_of
from leadpact.web.registry import PageRequest, page

READERS = frozenset({Role.ADMINISTRATOR, Role.MARKETING_HEAD, Role.SALES_HEAD, Role.MARKETER})


def _rows(request: PageRequest) -> QuerySet[CrmDisagreement]:
    """Differences about leads that the reader may see, and about deals."""
    found = CrmDisagreement.objects.select_related("lead__state")
    if request.caller.sees_before_handoff:
        return found
    return found.filter(lead__in=leads_for(request.caller)) | found.filter(lead=None)


def _whats(request: PageRequest) -> Sequence[Choice]:
    return _counted(request, "what")


def _causes(request: PageRequest) -> Sequence[Choice]:
    return _counted(request, "cause")


def _counted(request: PageRequest, name: str) -> Sequence[Choice]:
    found = _rows(request).values_list(name).annotate(n=Count("pk")).order_by("-n", name)
    return [(value, f"{value} ({n:,})") for value, n in found]


DIFFERENCES: Listing[CrmDisagreement] = Listing(
    name="reconciliation",
    title="Reconciliation",
    rows=_rows,
    columns=(
        Column("what", "Differs", lambda row: row.what, order="what"),
        Column(
            "lead", "Lead", lambda row: name_of(row.lead) if row.lead else "", cell=cells.of_lead
        ),
        Column("key", "Lead's key", lambda row: row.lead_id or "", on_page=False),
        Column(
            "record",
            "Record there",
            lambda row: row.record,
            "record",
            "lists/cells/record_there.html",
        ),
        Column("here", "Here", lambda row: row.here),
        Column("there", "There", lambda row: row.there),
        Column("cause", "Because", lambda row: row.cause, order="cause"),
    ),
    order="what",
    filters=(
        Filter("what", "Differs", _whats, lambda rows, value: rows.filter(what=value)),
        Filter("cause", "Because", _causes, lambda rows, value: rows.filter(cause=value)),
    ),
    search=lambda rows, text: (
        rows.filter(record__icontains=text)
        | rows.filter(lead__in=with_text(Lead.objects.all(), text))
    ),
    searched="Name, email or record",
    empty=Empty(
        "Both sides agree",
        "As far as both sides were read, they say the same of every record.",
    ),
)


@page(
    "reconciliation", name="reconciliation", act=Act.READ, roles=READERS,
    nav="Reconciliation", order=70,
)  # fmt: skip
def reconciliation(request: PageRequest) -> HttpResponseBase:
    """The counts of both sides, then every difference with its cause."""
    if not CrmConnection.objects.exists():
        connect = reverse("settings_crm") if request.caller.may(Act.ADMINISTER) else ""
        told = {"title": DIFFERENCES.title, "connect": connect}
        return render(request, "figures/unconnected.html", told)

    def beside(_shown: Shown) -> Mapping[str, Any]:
        found = CrmComparison.objects.select_related("connection").order_by("connection__system")
        return {
            "comparisons": [
                {
                    "row": each,
                    "name": NAMES.get(each.connection.system, each.connection.system),
                    "counts": json.loads(each.counts),
                }
                for each in found
            ]
        }

    return answer(request, DIFFERENCES, "figures/reconciliation.html", beside=beside)
