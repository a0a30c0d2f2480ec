"""Nurture: which lead is in which program, what comes next, and how the programs do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import Instant, answers, router
from leadpact.api.lists import Asked
from leadpact.api.paging import Page, page
from leadpact.flows.nurturing import figures_of_programs
from leadpact.ledger.models import NurtureEntry
from leadpact.ledger.selectors import lists
from leadpact.ledger.services.permits import Act


class EntryOut(Schema):
    """A lead's time in a program. `next_touch_at` may be past: then that touch is late."""

    lead: str
    episode: int
    program: str
    owner: str
    entered_at: datetime
    touches: int
    next_step: str | None
    next_channel: str | None
    next_touch_at: datetime | None
    left_at: datetime | None
    exit: str | None


class ProgramOut(Schema):
    """What became of the entries into a program, as of the last measurement.

    `median_days_to_qualify` is the time within which half of them qualified while in it, null where
    not half did so far. `inside` and `touches_late` are of this moment.
    """

    program: str
    entries: int
    inside: int
    touches_late: int
    exits: dict[str, int]
    qualified: int
    median_days_to_qualify: float | None


class Programs(Schema):
    """Every program that has had a lead; `as_of` is null before the first measurement."""

    as_of: datetime | None
    items: list[ProgramOut]


@router.get("/nurture", response=answers(Page[EntryOut]), tags=["nurture"])
def entries(
    request: HttpRequest,
    at: Asked,
    lead: str | None = None,
    program: str | None = None,
    inside: bool | None = None,
    due_before: Instant | None = None,
) -> Any:
    """Entries into programs; `inside` those that have not left, `due_before` whose touch is due."""
    found = lists.nurture_for(caller_of(request, Act.READ))
    if lead is not None:
        found = found.filter(lead=lead)
    if program is not None:
        found = found.filter(program=program)
    if inside is not None:
        found = found.filter(left_at__isnull=inside)
    if due_before is not None:
        found = found.filter(next_touch_at__lt=due_before)
    return page(found, _entry, at.cursor, at.limit)


@router.get("/programs", response=answers(Programs), tags=["nurture"])
def programs(request: HttpRequest) -> Any:
    """How each nurture program does."""
    caller_of(request, Act.READ)
    known = figures_of_programs(now())
    return Programs(as_of=known.as_of, items=[ProgramOut(**asdict(each)) for each in known.found])


def _entry(row: NurtureEntry) -> EntryOut:
    told = (
        *("episode", "program", "owner", "entered_at", "next_step", "next_channel"),
        *("next_touch_at", "left_at", "exit"),
    )
    return EntryOut(
        lead=row.lead_id, touches=row.step, **{name: getattr(row, name) for name in told}
    )
