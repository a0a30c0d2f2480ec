"""Who is away: a rep says so of themselves, those who manage people of anybody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from leadpact.flows.absences import add_absence
from leadpact.ledger.models import Absence, Role
from leadpact.ledger.services import absences
from leadpact.ledger.services.absences import AbsenceError
from leadpact.ledger.services.permits import Act
from leadpact.web.going_back import back_of
from leadpact.web.registry import PageRequest, action

_WHO = frozenset({Role.REP, Role.SALES_HEAD, Role.MARKETING_HEAD, Role.ADMINISTRATOR})


@action("away/add", name="away_add", act=Act.READ, roles=_WHO)
def add(request: PageRequest) -> HttpResponse:
    """Somebody is away from one day to another."""
    told = request.POST
    person = told.get("person", "") or request.caller.person or ""
    try:
        absences.permit(request.caller, person)
        row = add_absence(
            person, told.get("begins", ""), told.get("ends", ""),
            told.get("reason", "")[:200], actor=request.caller.name, now=request.now,
        )  # fmt: skip
    except AbsenceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row.person} takes no new leads while away.")
    return redirect(back_of(request))


@action("away/<int:number>/remove", name="away_remove", act=Act.READ, roles=_WHO)
def remove(request: PageRequest, number: int) -> HttpResponse:
    """Somebody is there after all."""
    row = Absence.objects.select_related("person").filter(pk=number).first()
    try:
        if row is None:
            raise AbsenceError("That absence is not there any more.")
        absences.permit(request.caller, row.person.name)
    except AbsenceError as error:
        messages.error(request, str(error))
    else:
        absences.remove(row, actor=request.caller.name, now=request.now)
        messages.success(request, f"{row.person} is there after all.")
    return redirect(back_of(request))
