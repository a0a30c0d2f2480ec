"""Why a lead stands where it stands: every point, every stage, every clock, from the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from leadpact.flows.explained import explained
from leadpact.flows.messages import name_of
from leadpact.ledger.selectors import one_lead
from leadpact.web.registry import PageRequest, page


@page("why/<path:key>", name="why")
def show(request: PageRequest, key: str) -> HttpResponseBase:
    """The explanation of a lead, as `leadpact explain` gives it, made on the spot."""
    lead = one_lead.lead_for(request.caller, key)
    if lead is None:
        raise Http404
    try:
        found = explained(key, request.now).as_json()
    except (LookupError, ValueError):
        found = None
    told = {"lead": lead, "name": name_of(lead), "found": _with_instants(found)}
    return render(request, "lead/why.html", told)


def _with_instants(value: Any) -> Any:
    """The record with its instants as such: everything named `at` or after what happened then."""
    if isinstance(value, Mapping):
        return {name: _instant(name, each) for name, each in value.items()}
    return [_with_instants(each) for each in value] if isinstance(value, list) else value


_INSTANTS = ("at", "until", "since", "from", "to", "as_of", "cool_down_until")


def _instant(name: str, value: Any) -> Any:
    if name in ("properties", "attributes"):
        return value
    if isinstance(value, str) and (name in _INSTANTS or name.endswith("_at")):
        return datetime.fromisoformat(value)
    return _with_instants(value)
