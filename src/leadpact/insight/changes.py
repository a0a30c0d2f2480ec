"""How a closed period differs from the one before, and whether that may be chance."""

from __future__ import annotations

from datetime import timedelta

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.periods import Period, Unit, period_of
from leadpact.insight import statistics
from leadpact.insight.differences import difference
from leadpact.insight.evidence import Evidence
from leadpact.insight.pace import course
from leadpact.insight.question import Question
from leadpact.insight.standing import Change
from leadpact.insight.statistics import Estimate

_LEVELS = {"p50": 0.5, "p90": 0.9}


def change(evidence: Evidence, question: Question, period: Period, unit: Unit) -> Change | None:
    """The change from the period before; None when the record does not hold it, or has no cases.

    Counts and sums are compared per working day, and as scattered as the company's own are.
    """
    before = period_of(period.starts - timedelta(hours=12), unit, evidence.zone)
    if not evidence.covers(before):
        return None
    one, other = (estimate(evidence, question, each) for each in (period, before))
    if one is None or other is None:
        return None
    added_up = question.metric.measure in ("count", "sum")
    days = [evidence.working_days(each) if added_up else 1 for each in (period, before)]
    if not all(days):
        return None
    enough = 0 if question.metric.measure == "count" else ENOUGH
    found = difference(one.per(days[0]), other.per(days[1]), enough)
    return Change(before.label, before.title, other.value, one.value - other.value, found)


def estimate(evidence: Evidence, question: Question, period: Period) -> Estimate | None:
    """The figure of a period with its interval; None without a case."""
    rows = evidence.rows(question).between(period.starts, period.ends)
    measure = question.metric.measure
    if measure == "count":
        return statistics.count(float(rows.numerator.sum()), _scatter(evidence, question))
    if measure == "sum":
        return statistics.total(rows.numerator, _scatter(evidence, question))
    if not rows.denominator.sum():
        return None
    if measure in _LEVELS:
        return statistics.percentile(rows.numerator, rows.denominator > 0, _LEVELS[measure])
    if measure == "share" and rows.is_plain:
        return statistics.share(int(rows.numerator.sum()), int(rows.denominator.sum()))
    return statistics.mean(rows.numerator, rows.denominator)


def _scatter(evidence: Evidence, question: Question) -> float:
    """How much more than by chance the company's counts scatter."""
    today = period_of(evidence.as_of, "week", evidence.zone)
    path = course(evidence.rows(question).day, evidence.as_of, today, evidence.calendar)
    return path.scatter
