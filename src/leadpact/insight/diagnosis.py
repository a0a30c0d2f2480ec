"""Who falls short and why: the rules of semantics §20 over the chain of figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from leadpact.engine.metrics.periods import Period, last_full
from leadpact.insight.chain import Kind, Link, Reason, Stand, chain, reasons
from leadpact.insight.evidence import Evidence
from leadpact.insight.goals import ended_in
from leadpact.insight.standing import GoalStanding

#: Of marketing's goals for a number those of the first of these figures decide.
NUMBERS_OF_MARKETING = ("mqls", "sqls", "sals", "leads", "contacts_added")
#: Goals of sales for one of these decide, told from the end of the funnel.
NUMBERS_OF_SALES = ("revenue", "won_deals", "customers", "opportunities", "sqls", "sals")
#: Without such a goal, its goals for one of these.
RATES_OF_SALES = ("win_rate", "mql_to_close", "mql_to_sql", "conversion", "average_sale")
#: Figures that speak of quality also where nobody promised them.
TELLS_QUALITY = ("high_quality_share", "quality_rating", "rejection_rate")
_MOMENT = timedelta(microseconds=1)


class State(StrEnum):
    """How a side, the quality or the follow-up does."""

    GOOD = "good"
    NARROW = "short, perhaps by chance"
    BAD = "short"
    UNKNOWN = "cannot be told"


class Cause(StrEnum):
    """Why somebody falls short."""

    VOLUME = "volume"
    QUALITY = "quality"
    FOLLOW_UP = "follow-up"
    LATER = "after the first talk"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True)
class Row:
    """A row of the table of causes: what must be so, None for anything."""

    cause: Cause
    sales: State | None = None
    volume: State | None = None
    quality: State | None = None
    follow_up: State | None = None


#: Every row that fits names a cause; UNKNOWN is told where none does and somebody falls short.
CAUSES = (
    Row(Cause.VOLUME, volume=State.BAD),
    Row(Cause.QUALITY, quality=State.BAD),
    Row(Cause.FOLLOW_UP, follow_up=State.BAD),
    Row(Cause.LATER, State.BAD, State.GOOD, State.GOOD, State.GOOD),
    Row(Cause.LATER, State.BAD, State.UNKNOWN, State.GOOD, State.GOOD),
)


@dataclass(frozen=True)
class Diagnosis:
    """What a whole period says of both sides, and every figure from which that follows.

    `before` is the period that figures are compared with; None where the record does not hold it.
    The four lists name what decided, what speaks most clearly first.
    """

    stretch: Period
    before: Period | None
    links: Sequence[Link]
    reasons: Sequence[Reason]
    marketing: State
    sales: State
    volume: State
    quality: State
    follow_up: State
    causes: Sequence[Cause]
    of_marketing: Sequence[Link]
    of_sales: Sequence[Link]
    of_quality: Sequence[Link]
    of_follow_up: Sequence[Link]

    def of_kind(self, kind: Kind) -> list[Link]:
        """The figures of a kind."""
        return [each for each in self.links if each.kind is kind]


def diagnose(
    evidence: Evidence,
    stretch: Period | None,
    inside: Sequence[GoalStanding] | None = None,
) -> Diagnosis:
    """Judge a whole period, or all that is on record where None is given.

    `inside` are the goals in their periods that ended in the stretch, where that is known already.
    """
    whole = stretch or all_time(evidence)
    before = last_full(whole.starts, "quarter", evidence.zone) if stretch else None
    if before and not evidence.covers(before):
        before = None
    ended = ended_in(evidence, whole) if inside is None else inside
    links = chain(evidence, whole, before, ended)
    return judged(whole, before, links, reasons(evidence, whole, before))


def all_time(evidence: Evidence) -> Period:
    """All that is on record, as a period."""
    return Period("all", "all the time covered", evidence.measures.begins, evidence.as_of + _MOMENT)


def judged(
    stretch: Period, before: Period | None, links: Sequence[Link], moved: Sequence[Reason]
) -> Diagnosis:
    """The verdict that follows from the figures."""
    quality, of_quality = _quality(links)
    follow_up, of_follow_up = _follow_up(links)
    numbers = _numbers_of_marketing(links)
    volume = marketing = _state(numbers)
    if marketing is State.UNKNOWN:
        numbers = [e for e in links if e.kind is Kind.QUALITY and _promised_by(e, "marketing")]
        marketing = _state(numbers)
    results, sales = _of_sales(links)
    return Diagnosis(
        stretch,
        before,
        links,
        moved,
        marketing,
        sales,
        volume,
        quality,
        follow_up,
        causes(marketing, sales, volume, quality, follow_up),
        _worst_first(numbers),
        _missed_first(results),
        of_quality,
        of_follow_up,
    )


def _of_sales(links: Sequence[Link]) -> tuple[list[Link], State]:
    """What sales is judged by: its numbers, else its rates, else its promises of follow-up."""
    own = [e for e in links if _promised_by(e, "sales")]
    for names in (NUMBERS_OF_SALES, RATES_OF_SALES):
        results = [
            e
            for name in names
            for e in own
            if e.kind is Kind.RESULTS and e.question.metric.name == name
        ]
        if (state := _state(results)) is not State.UNKNOWN:
            return results, state
    follow_up = [e for e in own if e.kind is Kind.FOLLOW_UP]
    return follow_up, _state(follow_up)


def causes(
    marketing: State, sales: State, volume: State, quality: State, follow_up: State
) -> tuple[Cause, ...]:
    """Every cause that the table names; none where nobody falls short and nothing is amiss."""
    rows = [
        row.cause
        for row in CAUSES
        if _fits(row.sales, sales)
        and _fits(row.volume, volume)
        and _fits(row.quality, quality)
        and _fits(row.follow_up, follow_up)
    ]
    if not rows and State.BAD in (marketing, sales):
        return (Cause.UNKNOWN,)
    return tuple(rows)


def _fits(asked: State | None, found: State) -> bool:
    """Whether a state is as a row asks; what is narrow is not short."""
    return asked is None or found is asked or (asked is State.GOOD and found is State.NARROW)


def _promised_by(link: Link, side: str) -> bool:
    return bool(link.promise) and link.side == side


def _numbers_of_marketing(links: Sequence[Link]) -> list[Link]:
    """Its goals for a number: for all leads where there are any, else for those of segments."""
    own = [e for e in links if e.kind is Kind.VOLUME and _promised_by(e, "marketing")]
    for name in NUMBERS_OF_MARKETING:
        named = [e for e in own if e.question.metric.name == name and e.stand is not Stand.UNKNOWN]
        if named:
            columns = [dict(each.question.kept) for each in named]
            whole = [e for e, kept in zip(named, columns, strict=True) if "segment" not in kept]
            return whole or named
    return []


def _state(links: Sequence[Link]) -> State:
    found = {each.stand for each in links}
    if Stand.SHORT in found:
        return State.BAD
    if Stand.NARROW in found:
        return State.NARROW
    return State.GOOD if Stand.MET in found else State.UNKNOWN


def _quality(links: Sequence[Link]) -> tuple[State, list[Link]]:
    """Short where marketing clearly missed a promise about it, or what tells it clearly fell."""
    promised = [e for e in links if e.kind is Kind.QUALITY and _promised_by(e, "marketing")]
    told = [
        e
        for e in links
        if e.kind is Kind.QUALITY and e.question.metric.name in TELLS_QUALITY
        if not e.question.kept
    ]
    weak = [e for e in promised if e.stand is Stand.SHORT] + [e for e in told if e.is_worse]
    if weak:
        return State.BAD, _worst_first(dict.fromkeys(weak))
    held = [e for e in promised if e.stand in (Stand.MET, Stand.NARROW)]
    held += [e for e in told if e.is_as_before]
    if not held:
        return State.UNKNOWN, []
    return (State.GOOD, list(dict.fromkeys(held)))


def _follow_up(links: Sequence[Link]) -> tuple[State, list[Link]]:
    """Short where sales clearly missed a promise about it."""
    own = [e for e in links if e.kind is Kind.FOLLOW_UP and _promised_by(e, "sales")]
    state = _state(own)
    wanted = {
        State.BAD: (Stand.SHORT,),
        State.NARROW: (Stand.NARROW,),
        State.GOOD: (Stand.MET,),
        State.UNKNOWN: (),
    }[state]
    return state, _worst_first(e for e in own if e.stand in wanted)


def _worst_first(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=_reached)


def _missed_first(links: Sequence[Link]) -> list[Link]:
    order = (Stand.SHORT, Stand.NARROW, Stand.MET, Stand.UNKNOWN)
    return sorted(links, key=lambda each: order.index(each.stand))


def _reached(link: Link) -> tuple[int, float]:
    """What was missed before what was kept, then by the part of the target that was reached."""
    order = (Stand.SHORT, Stand.NARROW, Stand.UNKNOWN, Stand.MET)
    if link.now is None or not link.promised or not link.now.value:
        return order.index(link.stand), 1.0
    part = link.now.value / link.promised
    return order.index(link.stand), part if link.direction == "up" else 1 / part
