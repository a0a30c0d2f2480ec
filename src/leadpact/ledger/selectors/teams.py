"""The people of both teams with what they hold, owe and did: six queries, however many leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from leadpact.ledger.models import Clock, Person, PublishedMetric, Standing
from leadpact.ledger.selectors.lists import people
from leadpact.ledger.selectors.rosters import open_leads
from leadpact.ledger.services.states import OPEN_CLOCKS

#: Figures of each person that a team is shown by, over all time.
PERSONAL = RESPONSE, KEPT, ACCEPTED = (
    "speed_to_lead_person",
    "attainment_sales",
    "acceptance_rate",
)


@dataclass(frozen=True)
class Owed:
    """How many promises are open, and about how many leads."""

    promises: int
    leads: int


_NONE = Owed(0, 0)
_COUNTED = {"promises": Count("id"), "leads": Count("lead", distinct=True)}


@dataclass(frozen=True)
class Member:
    """Somebody of a team. `due` and `had` tell of the fair share; `away_until` of an absence;
    `late_leads` how many leads the overdue promises are about."""

    person: Person
    open_leads: int
    running: int
    overdue: int
    late_leads: int
    away_until: datetime | None
    due: float
    had: int
    figures: dict[str, PublishedMetric]

    @property
    def full(self) -> bool:
        """Whether the cap on open leads is reached."""
        return self.person.cap is not None and self.open_leads >= self.person.cap


def members(now: datetime) -> dict[str, list[Member]]:
    """By team, everybody who is active, in the order of the agreement."""
    rows = people().filter(active=True).order_by("team__position", "position", "name")
    held, clocks = open_leads(), _clocks()
    shares = _shares(Standing.objects.all())
    figures: dict[str, dict[str, PublishedMetric]] = defaultdict(dict)
    measured = PublishedMetric.objects.filter(by="person", period="all", name__in=PERSONAL)
    for metric in measured:
        figures[metric.group][metric.name] = metric
    found: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        share = shares.get(row.name, Share(0.0, 0))
        away = [each.ends for each in row.absences.all() if each.begins <= now < each.ends]
        found[row.team.name if row.team else ""].append(
            Member(
                person=row,
                open_leads=held.get(row.name, 0),
                running=clocks.get((row.name, "running"), _NONE).promises,
                overdue=clocks.get((row.name, "overdue"), _NONE).promises,
                late_leads=clocks.get((row.name, "overdue"), _NONE).leads,
                away_until=max(away, default=None),
                due=share.due,
                had=share.had,
                figures=figures[row.name],
            )
        )
    return dict(found)


@dataclass(frozen=True)
class Share:
    """Leads that somebody was due of what pools handed out one by one, and how many they had."""

    due: float
    had: int


def share_of(person: str) -> Share:
    """The share of one person."""
    return _shares(Standing.objects.filter(person=person)).get(person, Share(0.0, 0))


def _shares(rows: QuerySet[Standing]) -> dict[str, Share]:
    """By person, over all pools."""
    found: dict[str, Share] = {}
    for each in rows.filter(bulk=False):
        so_far = found.get(each.person, Share(0.0, 0))
        found[each.person] = Share(so_far.due + each.due, so_far.had + each.had)
    return found


def overdue_with_nobody() -> Owed:
    """What sales owes, and is overdue, for leads that nobody in sales has."""
    found = _open().filter(holder=None, outcome="overdue").aggregate(**_COUNTED)
    return Owed(**found)


def _open() -> QuerySet[Clock]:
    """Promises of sales that are open."""
    return Clock.objects.filter(side="sales", outcome__in=OPEN_CLOCKS, protocol_step=None)


def _clocks() -> dict[tuple[str, str], Owed]:
    """Promises of sales that run or are overdue; steps of the contact protocol are no promises."""
    rows: Any = _open().filter(holder__isnull=False)
    counted = rows.values("holder", "outcome").annotate(**_COUNTED)
    return {
        (str(row["holder"]), row["outcome"]): Owed(row["promises"], row["leads"]) for row in counted
    }
