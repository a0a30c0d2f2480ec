"""Whether what was promised comes all along, and not on the last day: week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.weeks import ENOUGH_OF_DUE, weeks_of
from leadpact.insight.evidence import Evidence
from leadpact.insight.question import Question


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
    rows = evidence.rows(question)
    since = evidence.measures.begins.astimezone(evidence.zone).date()
    found = []
    for week in weeks_of(period, evidence.calendar, since):
        starts, ends = (_midnight(day, evidence) for day in (week.first, week.after))
        came = int(rows.between(starts, ends).numerator.sum())
        found.append(Week(starts, ends, week.worked, 0.0, came, None))
    if promised is None:
        ended = [week for week in found if week.ends <= evidence.as_of]
        whole = float(sum(week.came for week in ended))
        days = sum(week.working_days for week in ended)
    else:
        whole, days = promised, evidence.working_days(period)
    each = whole / max(days, 1)
    return Evenness([_judged(week, each, evidence.as_of) for week in found], whole)


def _judged(week: Week, due_a_day: float, as_of: datetime) -> Week:
    due = due_a_day * week.working_days
    kept = week.came >= ENOUGH_OF_DUE * due - 1e-9 if week.ends <= as_of else None
    return replace(week, due=due, kept=kept)


def _midnight(day: date, evidence: Evidence) -> datetime:
    return datetime.combine(day, time(), evidence.zone)
