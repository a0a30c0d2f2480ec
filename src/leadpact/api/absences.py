"""Who is away: heads say so of anybody, a rep of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from leadpact.api.callers import NotAllowed, now
from leadpact.api.endpoints import Instant, answers, router
from leadpact.api.problems import Faulty
from leadpact.ledger.models import Absence, Person
from leadpact.ledger.services import absences
from leadpact.ledger.services.permits import Act, Caller


class AbsenceIn(Schema):
    """From `begins` up to, not including, `ends` somebody gets no leads."""

    begins: Instant
    ends: Instant
    reason: str = Field("", max_length=500)


class AbsenceAdded(Schema):
    """An absence, with the number by which it is taken back."""

    id: int
    person: str
    begins: datetime
    ends: datetime
    reason: str


class TakenBack(Schema):
    """An absence is gone."""

    removed: bool = True


@router.post("/people/{int:number}/absences", response=answers(AbsenceAdded, 409), tags=["people"])
def absence_added(request: HttpRequest, number: int, given: AbsenceIn) -> Any:
    """Somebody is away."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    person = Person.objects.filter(pk=number).first()
    _permit(caller, person)
    if person is None:
        raise Faulty(f"There is no person {number}.", status=404)
    row = absences.add(person, given.begins, given.ends, given.reason, actor=caller.name, now=now())
    return AbsenceAdded(
        id=row.pk, person=person.name, begins=row.begins, ends=row.ends, reason=row.reason
    )


@router.delete("/absences/{int:number}", response=answers(TakenBack), tags=["people"])
def absence_removed(request: HttpRequest, number: int) -> Any:
    """Somebody is there after all."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    row = Absence.objects.select_related("person").filter(pk=number).first()
    _permit(caller, row.person if row else None)
    if row is None:
        raise Faulty(f"There is no absence {number}.", status=404)
    absences.remove(row, actor=caller.name, now=now())
    return TakenBack()


def _permit(caller: Caller, person: Person | None) -> None:
    """Raises NotAllowed unless the caller manages people or is this person."""
    try:
        absences.permit(caller, person.name if person else "")
    except absences.AbsenceError:
        raise NotAllowed(Act.MANAGE_PEOPLE) from None
