"""The chain from volume to results in figures, each against its promise and the period before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from leadpact.agreement.spec import Goal
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.engine.metrics.tables import microseconds
from leadpact.insight import statistics
from leadpact.insight.changes import change, estimate
from leadpact.insight.differences import Difference, Word, difference
from leadpact.insight.evidence import Evidence
from leadpact.insight.goals import EVENNESS, ripening_of
from leadpact.insight.hurdles import Direction, Hurdle, absolute, reaches, target
from leadpact.insight.promises import Promise, promises
from leadpact.insight.question import NotJudgedError, Question, question_of
from leadpact.insight.rows import Rows
from leadpact.insight.standing import GoalStanding
from leadpact.insight.statistics import Estimate

Bounds = tuple[datetime, datetime]
_ADDED_UP = ("count", "sum")


class Kind(StrEnum):
    """What a figure of the chain speaks of, from the first link to the last."""

    VOLUME = "volume"
    QUALITY = "quality"
    FOLLOW_UP = "follow-up"
    RESULTS = "results"


class Stand(StrEnum):
    """A figure against what was promised of it."""

    MET = "kept"
    NARROW = "missed, perhaps by chance"
    SHORT = "missed"
    UNKNOWN = "cannot be judged"


#: Figures of each kind in the order in which they are told.
OF_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.VOLUME: ("contacts_added", "leads", "mqls"),
    Kind.QUALITY: (
        *("high_quality_share", "quality_rating", "acceptance_rate", "rejection_rate"),
        *("mql_to_sql", "mql_to_close"),
    ),
    Kind.FOLLOW_UP: ("protocol_completion", "attempts_per_lead", "speed_to_lead_person"),
    Kind.RESULTS: ("sqls", "opportunities", "won_deals", "revenue", "win_rate", "average_sale"),
}
#: Of goals of marketing and of sales, the figures of each kind; others tell nothing of it.
_OF_MARKETING = {
    Kind.VOLUME: ("contacts_added", "leads", "mqls", "repeat_mqls", "sals", "sqls"),
    Kind.QUALITY: (
        *("high_quality_share", "quality_rating", "acceptance_rate", "rejection_rate"),
        *("recycle_rate", "mql_to_sql", "mql_to_close"),
    ),
}
_OF_SALES = {
    Kind.FOLLOW_UP: (
        *("attainment", "response_rate", "response_p50", "response_p90", "protocol_completion"),
        *("attempts_per_lead", "speed_to_lead", "speed_to_lead_person"),
    ),
    Kind.RESULTS: (
        *("sals", "sqls", "opportunities", "customers", "won_deals", "revenue"),
        *("win_rate", "average_sale", "mql_to_sql", "mql_to_close", "conversion"),
    ),
}


@dataclass(frozen=True)
class Link:
    """One figure of the chain in a stretch, as it was before, and what was promised of it.

    `change` compares with the period before, counts and sums per working day, shares that grow with
    age among cases old enough. `young` says that some of its cases are too young to judge.
    `promise` is the promise's name, `promised` its target and `least` its minimum, in the figure's
    unit.
    """

    kind: Kind
    side: str
    title: str
    question: Question
    bounds: Bounds
    now: Estimate | None
    before: Estimate | None = None
    before_bounds: Bounds | None = None
    change: Difference | None = None
    young: bool = False
    promise: str = ""
    promised: float | None = None
    least: float | None = None
    direction: Direction = "up"
    stand: Stand = Stand.UNKNOWN

    @property
    def measure(self) -> str:
        """How its cases become its value."""
        return self.question.metric.measure

    @property
    def enough(self) -> bool:
        """Whether there are cases enough to call it a share, an average or a time."""
        return self.now is not None and (self.measure in _ADDED_UP or self.now.n >= ENOUGH)

    @property
    def changed(self) -> Word | None:
        """The word for how it changed; None where there is nothing before it."""
        return self.change.word if self.change else None

    @property
    def is_worse(self) -> bool:
        """Whether it is clearly worse than before."""
        worse = Word.LOWER if self.question.metric.direction == "up" else Word.HIGHER
        return self.changed is worse

    @property
    def is_as_before(self) -> bool:
        """Whether there are cases enough to say that it is no worse."""
        return self.changed not in (None, Word.FEW) and not self.is_worse


def chain(
    evidence: Evidence, stretch: Period, before: Period | None, inside: Sequence[GoalStanding]
) -> list[Link]:
    """Every figure that the agreement in force can tell, by kind.

    `inside` are the goals in their periods that ended in the stretch.
    """
    wanted = [*_promised(evidence, stretch, inside), *_usual(evidence, stretch)]
    asked: dict[Question, Link] = {}
    for each in wanted:
        asked.setdefault(each.question, each)
    found = [_measured(evidence, each, before) for each in asked.values()]
    return sorted((each for each in found if each.now and not _is_silent(each)), key=_place)


def _is_silent(link: Link) -> bool:
    """Whether nobody promised it and nothing of it is on record, such as calls nobody logs."""
    seen = [each.value for each in (link.now, link.before) if each]
    return not link.promise and not any(seen)


def _place(link: Link) -> tuple[int, int]:
    order = OF_KIND[link.kind]
    name = link.question.metric.name
    first = -1 if link.kind is Kind.FOLLOW_UP and link.promise else len(order)
    return list(Kind).index(link.kind), order.index(name) if name in order else first


# ----------------------------------------------------------------------------------- what is asked


def _usual(evidence: Evidence, stretch: Period) -> Iterator[Link]:
    applies = {metric.name for metric in evidence.measures.metrics}
    for kind, names in OF_KIND.items():
        for name in names:
            if name in applies:
                metric = REGISTRY[name]
                question = Question(metric, None, ())
                bounds = stretch.starts, stretch.ends
                yield Link(kind, str(metric.side), metric.title, question, bounds, None)


def _promised(
    evidence: Evidence, stretch: Period, inside: Sequence[GoalStanding]
) -> Iterator[Link]:
    for promise in promises(evidence.in_force(evidence.as_of)):
        goal = promise.goal
        kind = kind_of(goal)
        if kind is None or goal.team or goal.person or goal.metric == EVENNESS:
            continue
        try:
            question = question_of(goal)
        except NotJudgedError:
            continue
        own = [each for each in inside if _is_of(each, promise)]
        bounds, promised, least = _aim(evidence, question, promise, own, stretch)
        title = goal.name if question.part or question.kept else question.metric.title
        yield Link(
            kind,
            str(goal.side),
            title,
            question,
            bounds,
            None,
            promise=goal.name,
            promised=promised,
            least=least,
            direction=goal.direction,
        )


def kind_of(goal: Goal) -> Kind | None:
    """What a goal speaks of; None for one that tells nothing of the chain."""
    if goal.metric == "attainment" and goal.obligation:
        return Kind.FOLLOW_UP
    known = _OF_MARKETING if goal.side == "marketing" else _OF_SALES
    return next((kind for kind, metrics in known.items() if goal.metric in metrics), None)


def _is_of(standing: GoalStanding, promise: Promise) -> bool:
    goal = promise.goal
    asked = goal.name, str(goal.side), goal.per
    return promise.kind == "goal" and (standing.name, standing.side, standing.per) == asked


def _aim(
    evidence: Evidence,
    question: Question,
    promise: Promise,
    own: Sequence[GoalStanding],
    stretch: Period,
) -> tuple[Bounds, float | None, float | None]:
    """The time in which a promise is judged, its target there, and its minimum.

    What is added up has the hurdles of all its periods that ended in the stretch and are whole on
    record; what is not, those of the last.
    """
    whole = stretch.starts, stretch.ends
    if promise.kind == "obligation":
        hurdles = absolute(promise.goal.hurdles)
        return whole, _value(hurdles), _least(hurdles)
    judged = [each for each in own if target(each.hurdles) and _is_whole(evidence, each)]
    if not judged:
        return whole, None, None
    aims = [_value(each.hurdles) or 0.0 for each in judged]
    least = [_least(each.hurdles) for each in judged]
    if question.metric.measure not in _ADDED_UP:
        return whole, aims[-1], least[-1]
    known = [each for each in least if each is not None]
    bounds = judged[0].starts, judged[-1].ends
    return bounds, sum(aims), sum(known) if len(known) == len(least) else None


def _is_whole(evidence: Evidence, standing: GoalStanding) -> bool:
    period = Period(standing.period, standing.period_title, standing.starts, standing.ends)
    return evidence.covers(period)


def _value(hurdles: Sequence[Hurdle]) -> float | None:
    aim = target(hurdles)
    return aim.value if aim else None


def _least(hurdles: Sequence[Hurdle]) -> float | None:
    return next((each.value for each in hurdles if each.name == "minimum"), None)


# ------------------------------------------------------------------------------- what is measured


def _measured(evidence: Evidence, link: Link, before: Period | None) -> Link:
    try:
        made = replace(link, now=_known(evidence, link.question, link.bounds))
    except NotJudgedError:
        return link
    if before:
        made = _beside(evidence, made, before)
    if made.promised is None:
        return made
    found, direction = made.now, made.direction
    if made.question.metric.name == "acceptance_rate":
        found = _not_rejected(evidence, made)
    added_up = made.measure in _ADDED_UP
    if added_up and found and made.least is not None and _is_below(found, made.least, direction):
        return replace(made, stand=Stand.SHORT)
    stands = stand(found, made.promised, direction, counted=added_up)
    if made.young and stands is not Stand.MET:
        stands = Stand.UNKNOWN
    return replace(made, stand=stands)


def _is_below(found: Estimate, least: float, direction: Direction) -> bool:
    return not reaches(found.value, Hurdle("minimum", "", least), direction)


def stand(
    found: Estimate | None, promised: float, direction: Direction, *, counted: bool = False
) -> Stand:
    """A figure against a target: missed, but perhaps by chance, where its interval holds it."""
    if found is None or (not counted and found.n < ENOUGH):
        return Stand.UNKNOWN
    aim = Hurdle("target", "", promised)
    if reaches(found.value, aim, direction):
        return Stand.MET
    end = found.high if direction == "up" else found.low
    if end is None:
        return Stand.UNKNOWN
    return Stand.NARROW if reaches(end, aim, direction) else Stand.SHORT


def _known(evidence: Evidence, question: Question, bounds: Bounds) -> Estimate | None:
    return estimate(evidence, question, Period("", "", *bounds))


def _not_rejected(evidence: Evidence, link: Link) -> Estimate | None:
    """The share accepted, had sales accepted all on which it did not decide."""
    question = replace(link.question, metric=REGISTRY["rejection_rate"])
    found = _known(evidence, question, link.bounds)
    return statistics.share(round((1 - found.value) * found.n), found.n) if found else None


def _beside(evidence: Evidence, link: Link, before: Period) -> Link:
    """With the period before."""
    if not evidence.covers(before):
        return link
    then = before.starts, before.ends
    made = replace(link, before=_known(evidence, link.question, then), before_bounds=then)
    rows = evidence.rows(link.question)
    if rows.reached is None:
        now = Period("", "", *link.bounds)
        found = change(evidence, link.question, now, "quarter")
        return replace(made, change=found.difference if found else None)
    return _of_age(evidence, made, rows)


def _of_age(evidence: Evidence, link: Link, rows: Rows) -> Link:
    """Two cohorts compared at the same age; only cases that have reached it."""
    ripe = ripening_of(evidence, link.question)
    if ripe is None or link.before_bounds is None:
        return link
    oldest = evidence.as_of - timedelta(days=ripe.mature)
    young = link.bounds[1] > oldest
    sides = []
    for bounds in (link.bounds, link.before_bounds):
        own = rows.between(bounds[0], min(bounds[1], oldest))
        came = np.nan_to_num(own.delay, nan=np.inf) <= ripe.mature
        counted = int((came & (own.numerator > 0)).sum())
        sides.append(statistics.share(counted, len(own)) if len(own) else None)
    one, other = sides
    found = difference(one, other) if one and other else None
    return replace(link, change=found, young=young)


@dataclass(frozen=True)
class Reason:
    """Why sales gave leads back: the part of all rejections, now and before."""

    name: str
    now: Estimate
    before: Estimate
    change: Difference


def reasons(evidence: Evidence, stretch: Period, before: Period | None) -> list[Reason]:
    """Every reason for a rejection that moved clearly between two periods, the largest move first.

    The more reasons are compared, the wider is the interval of each (Bonferroni).
    """
    if before is None or not evidence.covers(before):
        return []
    columns = ("placed_at", "numerator", "part")
    cases = evidence.measures.population("rejection_rate", columns)
    at = cases["placed_at"].cast("int64").to_numpy()
    given = np.array([part or "" for part in cases["part"].to_pylist()], object)
    rejected = np.nan_to_num(cases["numerator"].cast("float64").to_numpy()) > 0
    spans = [
        rejected & (at >= microseconds(each.starts)) & (at < microseconds(each.ends))
        for each in (stretch, before)
    ]
    names = sorted(set(given[spans[0] | spans[1]]) - {""})
    if not names or not all(span.any() for span in spans):
        return []
    level = 1 - (1 - statistics.LEVEL) / len(names)
    found = []
    for name in names:
        mine = given == name
        now, then = (
            statistics.share(int((mine & span).sum()), int(span.sum()), level) for span in spans
        )
        moved = difference(now, then)
        if moved.word in (Word.HIGHER, Word.LOWER):
            found.append(Reason(name, now, then, moved))
    return sorted(found, key=lambda each: -abs(each.change.value))
