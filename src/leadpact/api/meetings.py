"""When both sides meet next, and what they settled; reps are shown neither, as on the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import now, reader_of_all
from leadpact.api.endpoints import answers, router
from leadpact.api.lists import Asked
from leadpact.api.paging import Page, page
from leadpact.insight.meetings import Held, next_meetings
from leadpact.ledger.models import Outcome
from leadpact.ledger.selectors import agreements


class MeetingOut(Schema):
    """The next time of a meeting."""

    name: str
    begins: datetime
    ends: datetime
    every: str
    goal: str | None
    attendees: list[str]
    agenda: list[str]


class Meetings(Schema):
    """The next time of every meeting of the agreement within a year."""

    items: list[MeetingOut]


class OutcomeOut(Schema):
    """A decision of a meeting, or an action of somebody; an action is open until it is done."""

    id: int
    kind: str
    meeting: str
    held_on: date
    text: str
    owner: str
    due: date | None
    by: str
    at: datetime
    done_at: datetime | None
    done_by: str


@router.get("/meetings", response=answers(Meetings), tags=["meetings"])
def list_meetings(request: HttpRequest) -> Any:
    """When each meeting of the agreement in force is held next."""
    reader_of_all(request)
    version = agreements.in_force(now())
    coming = next_meetings(version.agreement, now()) if version else []
    return Meetings(items=[_meeting(each) for each in coming])


@router.get("/outcomes", response=answers(Page[OutcomeOut]), tags=["meetings"])
def list_outcomes(
    request: HttpRequest,
    at: Asked,
    kind: Literal["decision", "action"] | None = None,
    done: bool | None = None,
) -> Any:
    """What was settled when both sides met; actions that are not `done` are open."""
    reader_of_all(request)
    found = Outcome.objects.all()
    if kind is not None:
        found = found.filter(kind=kind)
    if done is not None:
        found = found.filter(kind=Outcome.Kind.ACTION, done_at__isnull=not done)
    return page(found, _outcome, at.cursor, at.limit)


def _meeting(held: Held) -> MeetingOut:
    names = ("name", "every", "goal", "attendees", "agenda")
    told = {name: getattr(held.meeting, name) for name in names}
    return MeetingOut(begins=held.begins, ends=held.ends, **told)


def _outcome(row: Outcome) -> OutcomeOut:
    return OutcomeOut(**{name: getattr(row, name) for name in OutcomeOut.model_fields})
