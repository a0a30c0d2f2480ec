"""What a day begins with: promises that wait or were broken, and leads that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Min, Q, QuerySet

from leadpact.ledger.models import Absence, Clock, DigestDay, Episode

#: What is told of a promise.
TOLD = ("lead_id", "obligation", "side", "due_at", "holder", "outcome")


class Back(StrEnum):
    """What it means for a reader that a lead came back."""

    FROM_SALES = "from sales"
    TO_MARKETING = "to marketing"
    TO_ME = "to me"


@dataclass(frozen=True)
class Day:
    """What a reader is told of: some clocks that started since `live`, from one day's begin on."""

    clocks: Q
    since: datetime
    until: datetime
    live: datetime

    def broken(self) -> QuerySet[Clock]:
        """Promises that ran out since then, answered meanwhile or not."""
        ran_out = Q(due_at__gte=self.since, due_at__lt=self.until)
        return self._clocks(ran_out, outcome__in=("overdue", "missed"))

    def overdue(self) -> QuerySet[Clock]:
        """Promises that ran out before it and are still not kept."""
        return self._clocks(Q(due_at__lt=self.since), outcome="overdue")

    def leads_waiting(self) -> int:
        """How many leads somebody still owes something."""
        return self._waiting().values("lead_id").distinct().count()

    def first_waiting(self, most: int) -> list[dict[str, Any]]:
        """Of those with the least time left the promise that comes first."""
        by_lead = self._waiting().order_by().values("lead_id").annotate(first=Min("due_at"))
        some = [row["lead_id"] for row in by_lead.order_by("first", "lead_id")[:most]]
        found: dict[str, dict[str, Any]] = {}
        for row in self._waiting().filter(lead_id__in=some).values(*TOLD):
            found.setdefault(row["lead_id"], row)
        return list(found.values())

    def _waiting(self) -> QuerySet[Clock]:
        return self._clocks(Q(due_at__isnull=False), outcome="running", paused=False)

    def _clocks(self, which: Q, **more: object) -> QuerySet[Clock]:
        # The steps of a contact protocol are told with the promise that they serve.
        found = Clock.objects.filter(
            self.clocks, which, protocol_step=None, started_at__gte=self.live, **more
        )
        return found.order_by("due_at", "lead_id", "obligation")


def given_back(since: datetime, until: datetime) -> QuerySet[Episode]:
    """Episodes in which sales had the lead and marketing has it again."""
    return Episode.objects.filter(
        ending="recycled", ended_at__gte=since, ended_at__lt=until, handed_off_at__isnull=False
    ).order_by("ended_at", "lead_id")


def returned_to(person: str, since: datetime, until: datetime) -> QuerySet[Episode]:
    """Leads that were handed to somebody once more."""
    again = Episode.objects.filter(episode__gt=1, handed_off_at__gte=since, handed_off_at__lt=until)
    return again.filter(lead__state__holder=person, ending="open").order_by("handed_off_at")


def seen_to(since: datetime) -> set[tuple[str, str]]:
    """Receivers and days (as ISO dates) whose digest was seen to, from the day of `since` on."""
    rows = DigestDay.objects.filter(day__gte=since.date()).values_list("receiver", "day")
    return {(receiver, day.isoformat()) for receiver, day in rows}


def away(now: datetime) -> set[str]:
    """Who is absent."""
    rows = Absence.objects.filter(begins__lte=now, ends__gt=now)
    return set(rows.values_list("person__name", flat=True))
