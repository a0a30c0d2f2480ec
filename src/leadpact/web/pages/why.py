"""Why a lead stands where it stands: every point, every stage, every clock, from the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from leadpact.documents import charts
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
        found = _with_instants(explained(key, request.now).as_json())
    except (LookupError, ValueError):
        found = None
    course = _course(found, request.zone) if found and found["score"] else []
    told = {
        "lead": lead,
        "name": name_of(lead),
        "found": found,
        "course": course,
        "chart": charts.course(course, _entries(found, request.zone)) if course else None,
    }
    return render(request, "lead/why.html", told)


def _course(found: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The score after each moment that changed it, and now, on the reader's wall clock."""
    moments = [
        (each["at"], each["score"])
        for each in found["moments"]
        if each["at"] is not None and each["score"] is not None
    ]
    if not moments:
        return []
    moments.append((found["score"]["at"], found["score"]["total"]))
    return [{"at": _on_the_wall(at, zone), "value": value} for at, value in moments]


def _entries(found: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The entries into stages, as marks beside the score."""
    stages = [each for passage in found["passages"] for each in passage["stages"]]
    return [
        {"at": _on_the_wall(each["at"], zone), "label": each["stage"]}
        for each in stages
        if each["at"] is not None
    ]


def _on_the_wall(at: datetime, zone: ZoneInfo) -> str:
    """An instant without its zone, so that a chart shows it as it is."""
    return at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


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
