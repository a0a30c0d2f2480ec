"""Pages that show parts of the figures as they are: goals, diagnosis and what-if."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents.parts.diagnosis import KEY as DIAGNOSIS
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page

_PAGE = "figures/base.html"


@page("goals", name="goals", roles=READERS, nav="Goals", order=35)
def goals(request: PageRequest) -> HttpResponse:
    """Every goal with its hurdles, pace and chance."""
    return render(request, _PAGE, told("Goals", "", "goals"))


@page("diagnosis", name="diagnosis", roles=READERS, nav="Diagnosis", order=64)
def diagnosis(request: PageRequest) -> HttpResponse:
    """Who falls short, why, and what may help."""
    return render(request, _PAGE, told("Diagnosis", "", DIAGNOSIS))


@page("what-if", name="what_if", roles=READERS, nav="What if", order=65)
def what_if(request: PageRequest) -> HttpResponse:
    """Another threshold over the company's own history."""
    return render(request, "figures/what_if.html", told("What if", "", "threshold"))
