"""What programs are shown of leads, clocks and the rest."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ninja import Schema

from leadpact.ledger.instants import instant
from leadpact.ledger.models import AgreementVersion, Clock, Event, Handoff, Lead, Notice, Person


class LeadOut(Schema):
    """A lead as it stands: the engine's state, and what it stated of itself."""

    id: str
    status: str | None
    stage: str | None
    stage_since: datetime | None
    episode: int | None
    score: float | None
    fit: float | None
    engagement: float | None
    tier: str | None
    quality: str | None
    segment: str | None
    persona: str | None
    holder: str | None
    reason: str | None
    company: str | None
    attributes: dict[str, Any]
    evaluated_at: datetime | None


class ClockOut(Schema):
    """A promise about a lead. `working_seconds` is what it has consumed."""

    id: int
    lead: str
    episode: int
    obligation: str
    side: str
    outcome: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    paused: bool
    holder: str | None
    working_seconds: float | None
    late_seconds: float | None


class HandoffOut(Schema):
    """A lead that was passed to sales, where it went, and how that was found."""

    id: int
    lead: str
    episode: int
    handed_off_at: datetime
    assigned_at: datetime | None
    person: str | None
    team: str | None
    queue: str | None
    route: str | None
    steps: list[str]


class EventOut(Schema):
    """A row of the log."""

    id: int
    event_id: str
    source: str
    lead: str | None
    kind: str
    happened_at: datetime
    recorded_at: datetime | None
    actor: str
    decided: bool
    batch: str | None
    properties: dict[str, Any]


class AcceptanceOut(Schema):
    """The head of a side accepted the version."""

    side: str
    by: str
    at: datetime


class AgreementOut(Schema):
    """A version of the agreement, and the heads who accepted it."""

    id: int
    name: str
    sha256: str
    effective_from: datetime
    published_at: datetime
    published_by: str
    accepted: list[AcceptanceOut]


class AbsenceOut(Schema):
    """A stretch in which somebody takes no leads."""

    id: int
    begins: datetime
    ends: datetime
    reason: str


class PersonOut(Schema):
    """Somebody who may hold leads."""

    id: int
    name: str
    team: str | None
    weight: float
    cap: int | None
    active: bool
    absences: list[AbsenceOut]


class NoticeOut(Schema):
    """Something that somebody is told."""

    id: int
    kind: str
    receiver: str
    lead: str | None
    state: str
    created_at: datetime
    send_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str


def lead(row: Lead) -> LeadOut:
    """A lead; one that no worker has looked at yet has no state."""
    state = getattr(row, "state", None)
    names = (
        *("status", "stage", "stage_since", "episode", "score", "fit", "engagement", "tier"),
        *("quality", "segment", "persona", "holder", "reason", "evaluated_at"),
    )
    return LeadOut(
        id=row.key,
        company=row.company_id,
        attributes=json.loads(state.attributes) if state else {},
        **{name: getattr(state, name, None) for name in names},
    )


def clock(row: Clock) -> ClockOut:
    """A clock."""
    names = [name for name in ClockOut.model_fields if name != "lead"]
    return ClockOut(lead=row.lead_id, **{name: getattr(row, name) for name in names})


def handoff(row: Handoff) -> HandoffOut:
    """A handoff."""
    names = [name for name in HandoffOut.model_fields if name not in ("lead", "steps")]
    return HandoffOut(
        lead=row.lead_id,
        steps=json.loads(row.steps),
        **{name: getattr(row, name) for name in names},
    )


def event(row: Event) -> EventOut:
    """A row of the log."""
    return EventOut(
        id=row.pk,
        event_id=row.event_id,
        source=row.source,
        lead=row.lead_id,
        kind=row.kind,
        happened_at=instant(row.happened),
        recorded_at=instant(row.recorded) if row.recorded is not None else None,
        actor=row.actor,
        decided=row.decided,
        batch=row.batch_id,
        properties=json.loads(row.properties),
    )


def agreement(row: AgreementVersion) -> AgreementOut:
    """A version."""
    names = [name for name in AgreementOut.model_fields if name != "accepted"]
    accepted = [
        AcceptanceOut(side=each.side, by=each.by, at=each.at) for each in row.acceptances.all()
    ]
    return AgreementOut(accepted=accepted, **{name: getattr(row, name) for name in names})


def person(row: Person) -> PersonOut:
    """A person."""
    return PersonOut(
        id=row.pk,
        name=row.name,
        team=row.team.name if row.team else None,
        weight=row.weight,
        cap=row.cap,
        active=row.active,
        absences=[
            AbsenceOut(id=each.pk, begins=each.begins, ends=each.ends, reason=each.reason)
            for each in row.absences.all()
        ],
    )


def notice(row: Notice) -> NoticeOut:
    """A notice."""
    names = [name for name in NoticeOut.model_fields if name != "lead"]
    return NoticeOut(lead=row.lead_id, **{name: getattr(row, name) for name in names})
