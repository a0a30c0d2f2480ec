"""A version of the agreement comes into the ledger, with the teams and people it names."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from importlib.metadata import version as release_of
from zoneinfo import ZoneInfo

from django.db import transaction

from leadpact.agreement.calendars import with_holidays_resolved
from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.calendars import start_of
from leadpact.ledger.instants import instant
from leadpact.ledger.models import AgreementVersion, Installation, Lead, Person, Team
from leadpact.ledger.services import audit
from leadpact.ledger.services.ingest import mark_changed


class PublishError(Exception):
    """A version that cannot be published; the message is a sentence for the user."""


@transaction.atomic
def publish(loaded: Loaded, *, actor: str, now: datetime) -> AgreementVersion:
    """Put a version into force from its term on; the very same text twice is one version.

    Raises PublishError for an agreement with errors, and for another text that comes into force
    at the same instant as a published one.
    """
    agreement = loaded.agreement
    if agreement is None:
        raise PublishError(f"{loaded.file} has errors; leadpact check {loaded.file} shows them.")
    there = AgreementVersion.objects.filter(sha256=loaded.sha256).first()
    if there:
        return there
    effective = effective_from(agreement, now)
    if rival := AgreementVersion.objects.filter(effective_from=effective).first():
        raise PublishError(
            f"Another version, “{rival.name}”, comes into force at the same time; give this one "
            "a later day under `term: {from: …}`."
        )
    made = AgreementVersion.objects.create(
        name=agreement.name,
        text=loaded.text,
        sha256=loaded.sha256,
        resolved=with_holidays_resolved(agreement).model_dump_json(by_alias=True),
        zone_release=release_of("tzdata"),
        effective_from=effective,
        published_at=now,
        published_by=actor,
    )
    take_roster(agreement, now=now)
    Installation.objects.get_or_create(pk=1, defaults={"created_at": now})
    mark_changed(Lead.objects.values_list("key", flat=True), now=now, bulk=True)
    audit.record(
        actor,
        "published",
        f"agreement {loaded.sha256[:12]}",
        {"name": made.name, "sha256": made.sha256},
        now=now,
    )
    return made


def effective_from(agreement: Agreement, now: datetime) -> datetime:
    """When a version is in force that is published now: from its first day on, else from now."""
    begins = start_of(agreement, agreement.calendar.timezone)
    return now if begins is None else instant(begins)


def first_day(agreement: Agreement, now: datetime) -> date:
    """The day on which a next version begins that is drafted now, in the agreement's zone.

    Today, or the next day with which no published version begins.
    """
    zone = ZoneInfo(agreement.calendar.timezone)
    begins = AgreementVersion.objects.values_list("effective_from", flat=True)
    taken = {each.astimezone(zone) for each in begins}
    day = now.astimezone(zone).date()
    while datetime.combine(day, time.min, zone) in taken:
        day += timedelta(days=1)
    return day


def take_roster(agreement: Agreement, *, now: datetime) -> None:
    """Teams and people as the agreement has them; who is no longer named receives no more."""
    named_teams: list[str] = []
    teams_of: dict[str, list[Team]] = {}
    for place, team in enumerate(agreement.routing.teams):
        row, _ = Team.objects.update_or_create(
            name=team.name,
            defaults={"side": team.side.value, "position": place, "active": True},
        )
        named_teams.append(team.name)
        for number, member in enumerate(team.people):
            teams_of.setdefault(member.name, []).append(row)
            if len(teams_of[member.name]) > 1:
                continue
            facts = {
                "team": row,
                "calendar": member.calendar or "",
                "weight": member.weight,
                "cap": member.cap,
                "position": number,
                "active": True,
            }
            if member.email:
                facts["email"] = member.email
            Person.objects.update_or_create(
                name=member.name, defaults=facts, create_defaults=facts | {"joined_at": now}
            )
    Team.objects.exclude(name__in=named_teams).update(active=False)
    Person.objects.exclude(name__in=list(teams_of)).update(active=False)
    for person in Person.objects.all():
        person.teams.set(teams_of.get(person.name, []))
