"""What a figure was counted from: its leads, in the words of the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from leadpact.documents.stored import leads_in
from leadpact.ledger.models import Lead
from leadpact.ledger.selectors import figures
from leadpact.ledger.selectors.visible import leads_for
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page


@page("figures/behind/<str:key>", name="behind", roles=READERS)
def behind(request: PageRequest, key: str) -> HttpResponse:
    """The leads behind a figure, those that the reader may see by name: four queries."""
    row = figures.behind(key)
    if row is None:
        raise Http404
    told = json.loads(row.value)
    seen = leads_for(request.caller).filter(key__in=leads_in(told)).select_related("state")
    names = {lead.key: _named(lead) for lead in seen}
    shown = {
        "told": told,
        "groups": [_group(each, names) for each in told["groups"]],
        "measurement": figures.measurement(),
    }
    return render(request, "figures/behind.html", shown)


def _group(group: list[Any], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    name, total, cases = group
    return {"name": name, "total": total, "shown": len(cases), "cases": list(_cases(cases, names))}


def _cases(cases: list[Any], names: dict[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for lead, at, why in cases:
        name, company = names.get(lead, ("", ""))
        yield {
            "lead": lead if lead in names else None,
            "hidden": lead is not None and lead not in names,
            "name": name,
            "company": company,
            "at": datetime.fromisoformat(at) if at else None,
            "why": why,
        }


def _named(lead: Lead) -> tuple[str, str]:
    """How a lead is called, and its company."""
    state = getattr(lead, "state", None)
    known = json.loads(state.attributes) if state else {}
    name = known.get("name") or known.get("email") or lead.key
    return str(name), str(known.get("company") or "")
