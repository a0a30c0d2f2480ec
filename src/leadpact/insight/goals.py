"""Every promise in numbers, for any period: reached or not, on course or not, and how likely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from leadpact.agreement.spec import Agreement, Goal
from leadpact.agreement.vocabulary import METRICS
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.periods import Period, period_of, periods_between
from leadpact.engine.metrics.tables import microseconds
from leadpact.insight import hurdles as bars
from leadpact.insight.baseline import Baseline, baseline
from leadpact.insight.changes import change
from leadpact.insight.ending import Outlook, outlook
from leadpact.insight.evenness import evenness
from leadpact.insight.evidence import Evidence, evidence_as_of
from leadpact.insight.hurdles import Hurdle, Verdict
from leadpact.insight.maturity import Ripening, ripening
from leadpact.insight.pace import Course, course
from leadpact.insight.promises import Promise, promises, quotas
from leadpact.insight.question import NotJudgedError, Question, question_of
from leadpact.insight.sentences import brief, sentence, short
from leadpact.insight.standing import GoalStanding, Maturing, Official, Projection

_MOMENT = timedelta(microseconds=1)
#: What is added up, so that its target can be shared out over the days of a period.
_ADDED_UP = ("count", "sum")
EVENNESS = "evenness"


def standings(measures: Measures, as_of: datetime, back: int = 1) -> list[GoalStanding]:
    """Every promise of the agreement in force, in its present period and so many before it.

    Obligations with hurdles come first, then the goals, each with its present period first.
    A closed period is judged by the version that was in force when it ended. `as_of` may differ
    from the moment of the evaluation, which is then made anew.
    """
    return recent(evidence_as_of(measures, as_of), back)


def recent(evidence: Evidence, back: int = 1) -> list[GoalStanding]:
    """The same of evidence that is there already."""
    asked = [
        (promise, period)
        for promise in promises(evidence.in_force(evidence.as_of))
        for period in _periods(evidence, promise.goal, back)
    ]
    return _in_periods(evidence, asked)


def ended_in(evidence: Evidence, stretch: Period) -> list[GoalStanding]:
    """Every goal of the agreement in force in each of its periods that ended in a stretch."""
    asked = []
    for promise in promises(evidence.in_force(evidence.as_of)):
        if promise.kind != "goal":
            continue
        last = stretch.ends - _MOMENT
        for period in periods_between(stretch.starts, last, promise.goal.per, evidence.zone):
            ended = period.ends <= min(stretch.ends, evidence.as_of)
            if ended and period.ends > evidence.measures.begins:
                asked.append((promise, period))
    return _in_periods(evidence, asked)


def _in_periods(evidence: Evidence, asked: Sequence[tuple[Promise, Period]]) -> list[GoalStanding]:
    """Promises in their periods, where the version then made them.

    They are judged in the order in which periods end, so that what was known of an earlier moment
    is asked for at once.
    """
    order = sorted(range(len(asked)), key=lambda number: asked[number][1].ends)
    judged = {number: _in_period(evidence, *asked[number]) for number in order}
    return [made for number in range(len(asked)) if (made := judged[number])]


def _in_period(evidence: Evidence, promise: Promise, period: Period) -> GoalStanding | None:
    """A promise as the version made it that is in force when the period ends; None without it."""
    then = evidence.in_force(min(period.ends - _MOMENT, evidence.as_of))
    same = [p for p in promises(then) if _is_same(p, promise)]
    return standing(evidence, then, same[0], period) if same else None


def standing(
    evidence: Evidence, version: Agreement, promise: Promise, period: Period
) -> GoalStanding:
    """One promise of a version of the agreement in one period that has begun."""
    goal = promise.goal
    made = _blank(evidence, promise, period)
    try:
        made = _judged(evidence, version, goal, period, made)
    except NotJudgedError as reason:
        made = replace(made, why_not=str(reason))
    own = tuple(
        standing(evidence, version, Promise(promise.kind, quota), period)
        for quota in quotas(version, goal)
    )
    made = replace(made, quotas=own)
    zone = evidence.zone
    return replace(
        made, sentence=sentence(made, zone), brief=brief(made, zone), short=short(made, zone)
    )


def _is_same(one: Promise, other: Promise) -> bool:
    return (one.kind, one.goal.name, one.goal.side, one.goal.per) == (
        *(other.kind, other.goal.name, other.goal.side, other.goal.per),
    )


def _periods(evidence: Evidence, goal: Goal, back: int) -> Iterator[Period]:
    period = period_of(evidence.as_of, goal.per, evidence.zone)
    yield period
    for _ in range(back):
        period = period_of(period.starts - timedelta(hours=12), goal.per, evidence.zone)
        if period.ends <= evidence.measures.begins:
            return
        yield period


def _blank(evidence: Evidence, promise: Promise, period: Period) -> GoalStanding:
    goal = promise.goal
    title, unit = METRICS.get(goal.metric, (goal.metric, ""))
    return GoalStanding(
        name=goal.name,
        promise=promise.kind,
        side=str(goal.side),
        metric=goal.metric,
        title=title,
        unit=unit,
        direction=goal.direction,
        per=goal.per,
        period=period.label,
        period_title=period.title,
        starts=period.starts,
        ends=period.ends,
        as_of=evidence.as_of,
        closed=period.ends <= evidence.as_of,
        verdict=Verdict.NONE,
    )


def _judged(
    evidence: Evidence, version: Agreement, goal: Goal, period: Period, made: GoalStanding
) -> GoalStanding:
    if goal.metric == EVENNESS:
        return _even(evidence, version, goal, period, made)
    question = question_of(goal)
    base = baseline(evidence, version, goal, question) if goal.relative_to else None
    made = replace(made, hurdles=_hurdles(goal, base, question), baseline=base)
    ripe = ripening_of(evidence, question)
    made = replace(made, maturing=_maturing(evidence, question, period, ripe))
    made = _valued(evidence, version, question, period, made)
    if made.closed and made.maturing is None:
        return _settled(evidence, goal, question, period, made)
    return _under_way(evidence, question, period, made, ripe)


def _hurdles(goal: Goal, base: Baseline | None, question: Question) -> tuple[Hurdle, ...]:
    if base is None:
        return bars.absolute(goal.hurdles)
    return bars.relative(goal.hurdles, base.value, goal.by or "percent", question.metric.unit)


# -------------------------------------------------------------------------------------- the value


def _valued(
    evidence: Evidence,
    version: Agreement,
    question: Question,
    period: Period,
    made: GoalStanding,
) -> GoalStanding:
    """With the figure of the period; the official one of a period that is frozen."""
    now = evidence.figure(question, period)
    if not made.closed or evidence.rows(question).reached is not None:
        return _with(made, question, now)
    frozen_at = _frozen_at(version, period)
    if frozen_at > evidence.as_of:
        return replace(_with(made, question, now), final_at=frozen_at)
    then = None
    if evidence.is_in_term(version, period):
        then = evidence.figure_known_at(frozen_at, question, period)
    if then is None:
        return _with(made, question, now)
    found = _with(made, question, then)
    return replace(found, official=Official(frozen_at, _value(now)))


def _frozen_at(version: Agreement, period: Period) -> datetime:
    limit = version.handoff.late_logging
    late = timedelta(microseconds=limit.limit.microseconds) if limit else timedelta()
    return period.ends + late


def _with(made: GoalStanding, question: Question, figure: Figure) -> GoalStanding:
    is_share = figure.unit in ("share", "cases")
    return replace(
        made,
        value=_value(figure),
        n=figure.n,
        met=figure.numerator if is_share and question.metric.measure == "share" else None,
        low=figure.low,
        high=figure.high,
    )


def _value(figure: Figure) -> float | None:
    return None if figure.unit == "cases" else figure.value


# --------------------------------------------------------------------------------- closed periods


def _settled(
    evidence: Evidence, goal: Goal, question: Question, period: Period, made: GoalStanding
) -> GoalStanding:
    if made.value is None:
        return replace(made, verdict=Verdict.FEW if made.n else Verdict.NONE)
    value = made.value
    judged = tuple(
        replace(hurdle, reached=bars.reaches(value, hurdle, goal.direction))
        for hurdle in made.hurdles
    )
    target = bars.target(judged)
    added_up = question.metric.measure in _ADDED_UP
    return replace(
        made,
        hurdles=judged,
        verdict=bars.verdict(value, judged, goal.direction),
        change=change(evidence, question, period, goal.per),
        share_passed=1.0,
        expected_now=target.value if target and added_up else None,
    )


# -------------------------------------------------------------------------------- periods to come


def _under_way(
    evidence: Evidence,
    question: Question,
    period: Period,
    made: GoalStanding,
    ripe: Ripening | None,
) -> GoalStanding:
    path = _course(evidence, question, period)
    rows = evidence.rows(question)
    now = float(microseconds(evidence.as_of))
    found = outlook(
        question.metric.measure,
        rows.between(period.starts, period.ends),
        rows.kept(rows.at <= now),
        path,
        now,
        ripe,
    )
    made = replace(made, share_passed=path.share_passed, working_days_left=path.working_days_left)
    made = replace(made, projected=_projection(found), hurdles=_chances(made, question, found))
    reached = bars.target([h for h in made.hurdles if h.reached])
    verdict = Verdict.RUNNING
    if reached is not None and reached == bars.target(made.hurdles):
        verdict = Verdict.KEPT
    return replace(_paced(made, question), verdict=verdict)


def _course(evidence: Evidence, question: Question, period: Period) -> Course:
    return course(evidence.rows(question).day, evidence.as_of, period, evidence.calendar)


def _projection(found: Outlook | None) -> Projection | None:
    ends = found.range if found else None
    if ends is None:
        return None
    return Projection(*(float(end) if np.isfinite(end) else None for end in ends))


def _chances(made: GoalStanding, question: Question, found: Outlook | None) -> tuple[Hurdle, ...]:
    """Hurdles with their chances; those that a count or sum has passed are decided."""
    judged = []
    for hurdle in made.hurdles:
        chance = found.chance(hurdle.value, made.direction) if found else None
        reached = None
        if question.metric.measure in _ADDED_UP and made.value is not None:
            is_past = made.value >= hurdle.value
            if is_past and made.direction == "up":
                reached, chance = True, 1.0
            elif made.value > hurdle.value and made.direction == "down":
                reached, chance = False, 0.0
        judged.append(replace(hurdle, chance=chance, reached=reached))
    return tuple(judged)


def _paced(made: GoalStanding, question: Question) -> GoalStanding:
    """With what was due by now, and what is needed from here."""
    target = bars.target(made.hurdles)
    if question.metric.measure not in _ADDED_UP or target is None or made.value is None:
        return made
    due = target.value * (made.share_passed or 0.0)
    left, missing = made.working_days_left or 0.0, target.value - made.value
    needed = missing / left if made.direction == "up" and missing > 0 and left > 0 else None
    return replace(made, expected_now=due, needed_per_working_day=needed)


# ---------------------------------------------------------------------------------------- cohorts


def ripening_of(evidence: Evidence, question: Question) -> Ripening | None:
    """How conversions come with age; among all leads where those asked about are too few."""
    for asked in (question, replace(question, kept=())):
        rows = evidence.rows(asked)
        if rows.reached is None:
            return None
        if found := ripening(rows.age(evidence.as_of), rows.delay):
            return found
    return None


def _maturing(
    evidence: Evidence, question: Question, period: Period, ripe: Ripening | None
) -> Maturing | None:
    rows = evidence.rows(question)
    if rows.reached is None:
        return None
    if ripe is None:
        return Maturing(None, None, None)
    until = period.ends + timedelta(days=ripe.mature)
    if until <= evidence.as_of:
        return None
    young = rows.between(period.starts, period.ends)
    waiting = young.kept(young.numerator == 0)
    still = ripe.still(waiting.age(evidence.as_of), ripe.share)
    return Maturing(ripe.mature, until, float(still.sum()))


# --------------------------------------------------------------------------------------- evenness


def _even(
    evidence: Evidence, version: Agreement, goal: Goal, period: Period, made: GoalStanding
) -> GoalStanding:
    """The share of weeks at or above 70 % of their due, of the MQLs promised for the period."""
    counted = what_is_even(version, goal)
    question = question_of(counted)
    promised = bars.target(bars.absolute(counted.hurdles)) if counted.hurdles else None
    found = evenness(evidence, question, period, promised.value if promised else None)
    ended, kept = found.ended, found.kept
    made = replace(
        made,
        evenness=found,
        n=ended,
        met=kept,
        value=kept / ended if ended else None,
        hurdles=bars.absolute(goal.hurdles),
    )
    if made.value is None:
        return made
    weeks = len(found.weeks)
    least, most = kept / weeks, (kept + weeks - ended) / weeks
    judged = tuple(_decided(hurdle, least, most, goal) for hurdle in made.hurdles)
    verdict = bars.verdict(made.value, judged, goal.direction) if made.closed else Verdict.RUNNING
    return replace(made, hurdles=judged, verdict=verdict)


def _decided(hurdle: Hurdle, least: float, most: float, goal: Goal) -> Hurdle:
    """Reached or not once the weeks to come cannot change it."""
    ends = {bars.reaches(each, hurdle, goal.direction) for each in (least, most)}
    return replace(hurdle, reached=ends.pop() if len(ends) == 1 else None)


def what_is_even(version: Agreement, goal: Goal) -> Goal:
    """The first goal for MQLs with the same period and leads, else MQLs without a promise."""
    narrowed = ("segment", "origin", "team", "person")
    for other in version.goals:
        same = all(getattr(goal, n) in (None, getattr(other, n)) for n in narrowed)
        absolute = other.relative_to is None and other.direction == "up"
        if other.metric == "mqls" and other.per == goal.per and same and absolute:
            return other
    return goal.model_copy(update={"metric": "mqls", "hurdles": {}})
