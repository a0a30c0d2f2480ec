"""Funnel and closed loop: who moves on, by period, and where the customers came from."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page

_INTRO = (
    "How leads move from stage to stage, month by month, and which sources, campaigns, pages and "
    "assets brought those who became customers."
)


@page("funnel", name="funnel", roles=READERS, nav="Funnel", order=40)
def funnel(request: PageRequest) -> HttpResponse:
    """Conversion as cohort and as flow, and the closed loop."""
    keys = ("funnel", "months", "sources", "credit")
    return render(request, "figures/base.html", told("Funnel and closed loop", _INTRO, *keys))
