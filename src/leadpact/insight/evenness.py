"""Whether what was promised comes all along, and not on the last day: week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from leadpact.engine.metrics.periods import Period
from leadpact.insight.evidence import Evidence
from leadpact.insight.question import Question

#: A week is kept that brings at least this part of its due.
ENOUGH_OF_DUE = 0.7
#: A piece of a week at the period's edge with fewer working days belongs to the week beside it.
SMALLEST_PIECE = 3


@dataclass(frozen=True)
class Week:
    """One week within a period, or a piece of one: what was due in it and what came.

    `due` goes by working days. `kept` is None while the week has not ended.
    """

    starts: datetime
    ends: datetime
    working_days: int
    due: float
    came: int
    kept: bool | None


@dataclass(frozen=True)
class Evenness:
    """The weeks of a period; `of` is what was promised for the period, or came in it."""

    weeks: Sequence[Week]
    of: float

    @property
    def ended(self) -> int:
        """Weeks that have ended."""
        return sum(week.kept is not None for week in self.weeks)

    @property
    def kept(self) -> int:
        """Weeks at or above 70 % of their due."""
        return sum(bool(week.kept) for week in self.weeks)


def evenness(
    evidence: Evidence, question: Question, period: Period, promised: float | None
) -> Evenness:
    """The weeks of a period against what was promised for all of it.

    Without a promise the due is each week's part of what came in the weeks that have ended.
    """
    rows = evidence.rows(question).between(period.starts, period.ends)
    pieces = weeks_of(period, evidence)
    came = [int(rows.between(starts, ends).numerator.sum()) for starts, ends, _ in pieces]
    over = [ends <= evidence.as_of for _, ends, _ in pieces]
    days = sum(worked for _, _, worked in pieces)
    seen = sum(worked for (_, _, worked), ended in zip(pieces, over, strict=True) if ended)
    arrived = sum(number for number, ended in zip(came, over, strict=True) if ended)
    whole = promised if promised is not None else arrived * days / max(seen, 1)
    weeks = []
    for (starts, ends, worked), number, ended in zip(pieces, came, over, strict=True):
        due = whole * worked / days
        kept = number >= ENOUGH_OF_DUE * due - 1e-9 if ended else None
        weeks.append(Week(starts, ends, worked, due, number, kept))
    return Evenness(weeks, whole)


def weeks_of(period: Period, evidence: Evidence) -> list[tuple[datetime, datetime, int]]:
    """The period's weeks, each with its start, end and working days; none without working days.

    Weeks begin on Monday. The pieces at both ends of the period stand by themselves from three
    working days on.
    """
    zone, calendar = evidence.zone, evidence.calendar
    first = period.starts.astimezone(zone).date()
    after = period.ends.astimezone(zone).date()
    bounds = [first]
    monday = first + timedelta(days=7 - first.weekday())
    while monday < after:
        bounds.append(monday)
        monday += timedelta(days=7)
    bounds.append(after)

    def worked(start: date, end: date) -> int:
        days = range((end - start).days)
        return sum(calendar.is_business_day(start + timedelta(days=n)) for n in days)

    if len(bounds) > 2 and worked(bounds[0], bounds[1]) < SMALLEST_PIECE:
        del bounds[1]
    if len(bounds) > 2 and worked(bounds[-2], bounds[-1]) < SMALLEST_PIECE:
        del bounds[-2]
    spans = [(a, b, worked(a, b)) for a, b in pairwise(bounds)]

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone)

    return [(midnight(a), midnight(b), days) for a, b, days in spans if days]
