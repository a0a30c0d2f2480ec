"""Whether what was promised comes all along, and not on the last day: week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.weeks import due_a_day, is_kept, weeks_of
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
    pieces = list(weeks_of(period, evidence.calendar, since))
    spans = [tuple(_midnight(day, evidence) for day in (w.first, w.after)) for w in pieces]
    came = [int(rows.between(*span).numerator.sum()) for span in spans]
    if promised is None:
        ended = [n for n, (_, ends) in enumerate(spans) if ends <= evidence.as_of]
        whole = float(sum(came[n] for n in ended))
        each = due_a_day([pieces[n] for n in ended], [came[n] for n in ended])
    else:
        whole, each = promised, promised / max(evidence.working_days(period), 1)
    found = []
    for piece, (starts, ends), arrived in zip(pieces, spans, came, strict=True):
        due = each * piece.worked
        kept = bool(is_kept(arrived, due)) if ends <= evidence.as_of else None
        found.append(Week(starts, ends, piece.worked, due, arrived, kept))
    return Evenness(found, whole)


def _midnight(day: date, evidence: Evidence) -> datetime:
    return datetime.combine(day, time(), evidence.zone)
