"""What a relative goal is measured against: an earlier period, as it was known at acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadpact.agreement.spec import Agreement, Goal
from leadpact.engine.metrics.periods import Period, period_named, period_of
from leadpact.insight.evidence import Evidence, start
from leadpact.insight.question import NotJudgedError, Question
from leadpact.insight.words import plural

#: With fewer cases a baseline measures nothing: one more or less would move it by a fifth.
LEAST = 5


@dataclass(frozen=True)
class Baseline:
    """The figure of the baseline period and its `n` cases.

    `known_at` is when it was frozen, None if it was not; `partly` is the moment at which the record
    begins when it covers the period in part only.
    """

    label: str
    title: str
    value: float
    n: int
    known_at: datetime | None
    partly: datetime | None


def baseline(evidence: Evidence, version: Agreement, goal: Goal, question: Question) -> Baseline:
    """The baseline of a relative goal of a version; raises NotJudgedError when there is none.

    It is the figure as known when the version's term began, or when the baseline period ended if
    that was later. Without a term, or when nothing was known then, it is the figure known now.
    """
    label = goal.relative_to or ""
    period = period_named(label, evidence.zone)
    if period is None:
        raise NotJudgedError(f"“{label}” is not a period")
    begins = evidence.measures.begins
    if begins >= period.ends or period.ends > evidence.as_of:
        raise NotJudgedError(f"the record does not hold {period.title}, which it is measured by")
    if question.metric.measure in ("count", "sum") and not _as_long(period, goal, evidence):
        raise NotJudgedError(f"{period.title} is not as long as a {goal.per}")
    began = start(version)
    known_at = None if began is None else max(began, period.ends)
    then = None
    if known_at is not None and known_at <= evidence.as_of:
        then = evidence.figure_known_at(known_at, question, period)
    figure = then or evidence.figure(question, period)
    if figure.value is None:
        raise NotJudgedError(f"{period.title} has no cases to measure by")
    if figure.unit == "cases":
        raise NotJudgedError(f"{period.title} has {figure.n} cases, too few to measure by")
    if figure.n < LEAST and not _is_added_to(goal, question):
        few = plural(figure.n, "case")
        raise NotJudgedError(f"{period.title} has {few}, and it takes {LEAST} to measure by")
    return Baseline(
        label=period.label,
        title=period.title,
        value=figure.value,
        n=figure.n,
        known_at=known_at if then else None,
        partly=None if evidence.covers(period) else begins,
    )


def _is_added_to(goal: Goal, question: Question) -> bool:
    """Whether a hurdle is a number more or less, which means the same beside any other number."""
    return goal.by == "points" and question.metric.measure in ("count", "sum")


def _as_long(period: Period, goal: Goal, evidence: Evidence) -> bool:
    middle = period.starts + (period.ends - period.starts) / 2
    return period_of(middle, goal.per, evidence.zone) == period
