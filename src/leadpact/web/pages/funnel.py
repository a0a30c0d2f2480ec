"""Funnel and closed loop: who moves on, by period, and where the customers came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents.parts.loops import ALL, BY, LOOPS, key_of
from leadpact.ledger.selectors import figures
from leadpact.web.figures.parts import parts, told
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page

_INTRO = (
    "How leads move from stage to stage, month by month, and which sources, campaigns, pages, "
    "assets and segments brought those who became customers."
)


@dataclass(frozen=True)
class Choice:
    """Something to choose; `here` where it is chosen."""

    label: str
    query: str
    here: bool


@page("funnel", name="funnel", roles=READERS, nav="Funnel", order=40)
def funnel(request: PageRequest) -> HttpResponse:
    """Conversion as cohort and as flow; the closed loop by a chosen dimension, in a chosen time."""
    by, when = request.GET.get("by", BY[0]), request.GET.get("in", ALL)
    chosen = figures.part(key_of(by, when))
    if chosen is None:
        by, when = BY[0], ALL
    shown = told("Funnel and closed loop", _INTRO, "funnel", "months", LOOPS, "sources")
    loop = parts(key_of(by, when)).sections
    # The chart is of sources over all time, and the table below it of what was chosen.
    whole = [each for each in shown["sections"] if each["key"] == "sources"]
    shown["sections"] = [each for each in shown["sections"] if each["key"] != "sources"]
    shown["drawn"] = whole[0]["charts"] if whole else []
    shown["loop"] = loop[0] if loop else None
    shown |= _choices(shown["parts"].get(LOOPS), by, when)
    return render(request, "figures/funnel.html", shown)


def _choices(found: Any, by: str, when: str) -> dict[str, list[Choice]]:
    if not found:
        return {"bys": [], "times": []}
    return {
        "bys": [_choice(label, value, when, value == by) for value, label in found["by"]],
        "times": [_choice(label, by, value, value == when) for value, label in found["times"]],
    }


def _choice(label: str, by: str, when: str, here: bool) -> Choice:
    return Choice(label, urlencode({"by": by, "in": when}), here)
