"""Pages that show parts of the figures as they are: goals, diagnosis and what-if."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents.parts.advice import KEYS, NOT_ADVISED
from leadpact.documents.parts.diagnosis import KEY as DIAGNOSIS
from leadpact.flows.measuring_daily import THRESHOLD
from leadpact.web.figures.parts import moved_to, told
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
    shown = told("Diagnosis", "", DIAGNOSIS, *KEYS.values(), NOT_ADVISED)
    found = {each["key"]: each for each in shown["sections"]}
    refused = found.get(NOT_ADVISED)
    shown["sections"] = [each for key, each in found.items() if key == DIAGNOSIS]
    shown["advised"] = [found[key] for key in KEYS.values() if key in found]
    shown["refused"] = refused if refused and refused["tables"] else None
    shown["tried_at"] = refused["made_at"] if refused else None
    return render(request, "figures/diagnosis.html", shown)


@page("what-if", name="what_if", roles=READERS, nav="What if", order=65)
def what_if(request: PageRequest) -> HttpResponse:
    """Another threshold over the company's own history; the address may name one."""
    shown = told("What if", "", THRESHOLD)
    points = request.GET.get("threshold", "")
    shown["sections"] = [moved_to(each, points) for each in shown["sections"]]
    return render(request, "figures/what_if.html", shown)
