"""What can be read: leads, events, handoffs, clocks, agreements, people, notices."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from leadpact.api import shown
from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import answers, router
from leadpact.api.paging import Page, page
from leadpact.api.problems import Faulty
from leadpact.ledger.models import AgreementVersion, Lead, Notice
from leadpact.ledger.selectors import agreements as versions
from leadpact.ledger.selectors import lists
from leadpact.ledger.selectors.inbox import leads_to_work
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Act


class At(Schema):
    """Where in a list to begin, and how much of it to give."""

    cursor: str | None = Field(None, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="How many, at most.")


Asked = Annotated[At, Query(...)]


@router.get("/leads", response=answers(Page[shown.LeadOut]), tags=["leads"])
def leads(
    request: HttpRequest,
    at: Asked,
    id: str | None = None,
    status: str | None = None,
    stage: str | None = None,
    holder: str | None = None,
    tier: str | None = None,
    email: str | None = None,
    to_work: bool = False,
) -> Any:
    """Leads that the caller may see; `id` and `email` find one, `to_work` those of the inbox.

    An id that holds a slash can be found so, and not by an address of its own.
    """
    caller = caller_of(request, Act.READ)
    found = (leads_to_work if to_work else leads_for)(caller).select_related("state")
    for name, value in (("status", status), ("stage", stage), ("holder", holder), ("tier", tier)):
        if value is not None:
            found = found.filter(**{f"state__{name}": value})
    if id is not None:
        found = found.filter(key=id)
    if email is not None:
        found = lists.with_email(found, email)
    return page(found, shown.lead, at.cursor, at.limit)


@router.get("/leads/{key}", response=answers(shown.LeadOut), tags=["leads"])
def one_lead(request: HttpRequest, key: str) -> Any:
    """One lead."""
    return shown.lead(_lead(request, key))


@router.get("/events", response=answers(Page[shown.EventOut]), tags=["events"])
def events(
    request: HttpRequest, at: Asked, lead: str | None = None, kind: str | None = None
) -> Any:
    """Rows of the log about leads that the caller may see."""
    found = lists.events_for(caller_of(request, Act.READ))
    if lead is not None:
        found = found.filter(lead=lead)
    if kind is not None:
        found = found.filter(kind=kind)
    return page(found, shown.event, at.cursor, at.limit)


@router.get("/handoffs", response=answers(Page[shown.HandoffOut]), tags=["handoffs"])
def handoffs(
    request: HttpRequest,
    at: Asked,
    person: str | None = None,
    lead: str | None = None,
    waiting: bool | None = None,
) -> Any:
    """Leads that were passed to sales; `waiting` ones have nobody yet."""
    found = lists.handoffs_for(caller_of(request, Act.READ))
    if person is not None:
        found = found.filter(person=person)
    if lead is not None:
        found = found.filter(lead=lead)
    if waiting is not None:
        found = found.filter(person__isnull=waiting)
    return page(found, shown.handoff, at.cursor, at.limit)


@router.get("/clocks", response=answers(Page[shown.ClockOut]), tags=["clocks"])
def clocks(
    request: HttpRequest,
    at: Asked,
    outcome: str | None = None,
    holder: str | None = None,
    lead: str | None = None,
    obligation: str | None = None,
) -> Any:
    """Promises about leads that the caller may see."""
    found = lists.clocks_for(caller_of(request, Act.READ))
    asked = {"outcome": outcome, "holder": holder, "lead": lead, "obligation": obligation}
    found = found.filter(**{name: value for name, value in asked.items() if value is not None})
    return page(found, shown.clock, at.cursor, at.limit)


@router.get("/agreements", response=answers(Page[shown.AgreementOut]), tags=["agreements"])
def agreements(request: HttpRequest, at: Asked, in_force: bool = False) -> Any:
    """Every version of the agreement, or the one `in_force` alone."""
    caller_of(request, Act.READ)
    found = AgreementVersion.objects.prefetch_related("acceptances")
    if in_force:
        version = versions.in_force(now())
        found = found.filter(pk=version.id) if version else found.none()
    return page(found, shown.agreement, at.cursor, at.limit)


class TextOut(Schema):
    """The file of a version."""

    id: int
    sha256: str
    text: str


@router.get("/agreements/{int:number}", response=answers(TextOut), tags=["agreements"])
def one_agreement(request: HttpRequest, number: int) -> Any:
    """The text of a version, as it was published."""
    caller_of(request, Act.READ)
    found = AgreementVersion.objects.filter(pk=number).first()
    if found is None:
        raise Faulty(f"There is no version {number}.", status=404)
    return TextOut(id=found.pk, sha256=found.sha256, text=found.text)


@router.get("/people", response=answers(Page[shown.PersonOut]), tags=["people"])
def people(request: HttpRequest, at: Asked) -> Any:
    """Who may hold leads, with their absences."""
    caller_of(request, Act.READ)
    return page(lists.people(), shown.person, at.cursor, at.limit)


@router.get("/notices", response=answers(Page[shown.NoticeOut]), tags=["notices"])
def notices(
    request: HttpRequest, at: Asked, state: str | None = None, lead: str | None = None
) -> Any:
    """What somebody is told, about leads that the caller may see."""
    found: QuerySet[Notice] = lists.notices_for(caller_of(request, Act.READ))
    if state is not None:
        found = found.filter(state=state)
    if lead is not None:
        found = found.filter(lead=lead)
    return page(found, shown.notice, at.cursor, at.limit)


def _lead(request: HttpRequest, key: str) -> Lead:
    found = leads_for(caller_of(request, Act.READ)).select_related("state").filter(key=key).first()
    if found is None:
        raise Faulty(f"There is no lead {key}.", status=404)
    return found
