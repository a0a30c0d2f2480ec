"""Who may sign in, who works leads, and who is both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from leadpact.ledger.models import Absence, Person, User

#: People on teams who may sign in, who were never invited, and who were let go.
SIGNS_IN = Q(user__is_active=True)
NOT_INVITED = Q(user=None)
LET_GO = Q(user__is_active=False)
#: Users who are on a team.
ON_A_TEAM = Q(person__active=True)


@dataclass(frozen=True)
class GettingIn:
    """How many are on teams, which is the sum of the next three; and how many others sign in."""

    on_teams: int
    signing_in: int
    not_invited: int
    let_go: int
    others: int


def getting_in() -> GettingIn:
    """Who gets in, counted: two queries."""
    on_teams = people_on_teams().aggregate(
        on_teams=Count("pk"),
        signing_in=Count("pk", filter=SIGNS_IN),
        not_invited=Count("pk", filter=NOT_INVITED),
        let_go=Count("pk", filter=LET_GO),
    )
    others = User.objects.filter(is_active=True).exclude(ON_A_TEAM).count()
    return GettingIn(**on_teams, others=others)


def people_on_teams() -> QuerySet[Person]:
    """Everybody who works leads."""
    return Person.objects.filter(active=True)


def users() -> QuerySet[User]:
    """Everybody who ever was let in, those who were let go as well."""
    return User.objects.select_related("person__team")


def all_absences() -> QuerySet[Absence]:
    """When somebody who works leads is, will be, or was away."""
    return Absence.objects.filter(person__active=True).select_related("person__team")


def absences(now: datetime, person: str | None = None) -> QuerySet[Absence]:
    """Who is away or will be, or when one person is, the next first."""
    found = all_absences().filter(ends__gt=now)
    if person is not None:
        found = found.filter(person__name=person)
    return found.order_by("begins")
