"""Who is away: a rep says so of themselves, those who manage people of anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template import Context

from leadpact.flows.absences import add_absence
from leadpact.ledger.models import Absence, Role
from leadpact.ledger.selectors import access, agreements
from leadpact.ledger.services import absences
from leadpact.ledger.services.absences import AbsenceError
from leadpact.ledger.services.permits import Act
from leadpact.web.absent_days import days_of, zone_of_days
from leadpact.web.figures.roles import READERS
from leadpact.web.going_back import back_of
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.set_people import team_choices
from leadpact.web.registry import PageRequest, action, page
from leadpact.web.set_up import counted

_WHO = frozenset({Role.REP, Role.SALES_HEAD, Role.MARKETING_HEAD, Role.ADMINISTRATOR})
_NOW, _AHEAD, _OVER = "away now", "ahead", "over"


@page("team/away", name="away", roles=READERS)
def away(request: PageRequest) -> HttpResponseBase:
    """Every absence, and a form to note one."""
    told = {
        "may_edit": request.caller.may(Act.MANAGE_PEOPLE),
        "persons": access.people_on_teams().order_by("name"),
        "answer": _answer(request.now),
    }
    return answer(request, _listing(request), "team/absences.html", lambda _: told)


def _answer(now: datetime) -> str:
    count = _when(now)(access.all_absences(), _NOW).values("person").distinct().count()
    if not count:
        return "Nobody is away now."
    return f"{counted(count, 'person is', 'people are')} away now."


def _listing(request: PageRequest) -> Listing[Absence]:
    managing = request.caller.may(Act.MANAGE_PEOPLE)
    zone = zone_of_days(agreements.in_force(request.now))
    undo = Column[Absence](
        "undo",
        "Take back",
        lambda row: _stands(row, request.now),
        cell="lists/cells/take_back.html",
        in_file=False,
    )
    return Listing(
        name="absences",
        title="Away",
        rows=lambda _: access.all_absences(),
        columns=(
            Column("person", "Person", lambda row: row.person.name, order="person__name"),
            Column("team", "Team", lambda row: row.person.team and row.person.team.name,
                   order="person__team__position"),
            Column("begins", "From", lambda row: row.begins, order="begins", cell=_day(zone, 0)),
            Column("ends", "Until", lambda row: row.ends, order="ends", cell=_day(zone, 1)),
            Column("stands", "Stands", lambda row: _stands(row, request.now)),
            Column("reason", "Reason", lambda row: row.reason),
            *((undo,) if managing else ()),
        ),
        order="-ends",
        filters=(
            Filter("when", "When", one_of((_NOW, _AHEAD, _OVER)),
                   _when(request.now)),
            Filter("team", "Team", team_choices,
                   lambda rows, name: rows.filter(person__teams__name=name)),
        ),
        search=lambda rows, text: rows.filter(
            Q(person__name__icontains=text) | Q(reason__icontains=text)
        ),
        searched="Name or reason",
        empty=Empty(
            "No absence is noted",
            "Who is away gets no new leads meanwhile; those that they have stay with them. "
            "Reps note their own on their first page.",
        ),
    )  # fmt: skip


def _day(zone: ZoneInfo, which: int) -> cells.Drawn:
    """Draws the first or the last day, or the instant where it is no whole days."""

    def drawn(context: Context, row: Absence, value: datetime) -> str:
        days = days_of(row, zone)
        return cells.day(context, row, days[which]) if days else cells.plain(context, value)

    return drawn


def _when(now: datetime) -> Callable[[QuerySet[Absence], str], QuerySet[Absence]]:
    meant = {
        _NOW: Q(begins__lte=now, ends__gt=now), _AHEAD: Q(begins__gt=now), _OVER: Q(ends__lte=now),
    }  # fmt: skip
    return lambda rows, value: rows.filter(meant[value])


def _stands(row: Absence, now: datetime) -> str:
    if row.ends <= now:
        return _OVER
    return _NOW if row.begins <= now else _AHEAD


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
