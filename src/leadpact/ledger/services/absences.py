"""Who is away: nobody who is gets a lead meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadpact.ledger.models import Absence, Person
from leadpact.ledger.services import audit
from leadpact.ledger.services.permits import Act, Caller


class AbsenceError(Exception):
    """An absence cannot be as asked; the message is a sentence for the user."""


def permit(caller: Caller, person: str) -> None:
    """Raises AbsenceError unless the caller manages people or is this person."""
    if not (caller.may(Act.MANAGE_PEOPLE) or (person and caller.person == person)):
        raise AbsenceError("You may say so of yourself alone.")


@transaction.atomic
def add(
    person: Person, begins: datetime, ends: datetime, reason: str, *, actor: str, now: datetime
) -> Absence:
    """Somebody takes no leads from `begins` up to `ends`. Raises AbsenceError."""
    if ends <= begins:
        raise AbsenceError("An absence ends later than it begins.")
    row = Absence.objects.create(person=person, begins=begins, ends=ends, reason=reason.strip())
    audit.record(actor, "added", f"absence {row.pk} of {person}", _stretch(row), now=now)
    return row


@transaction.atomic
def remove(row: Absence, *, actor: str, now: datetime) -> None:
    """Somebody is there after all."""
    told = _stretch(row)
    number, person = row.pk, row.person
    row.delete()
    audit.record(actor, "removed", f"absence {number} of {person}", told, now=now)


def _stretch(row: Absence) -> dict[str, str]:
    return {"begins": row.begins.isoformat(), "ends": row.ends.isoformat()}
