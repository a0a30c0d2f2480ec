"""Who kept which promise, in the sentences that a head of sales reads first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from leadpact.agreement.conditions import AnyOf, EventCondition
from leadpact.agreement.durations import Term
from leadpact.agreement.spec import Agreement, Obligation
from leadpact.documents import words
from leadpact.documents.goals import goal_lines
from leadpact.documents.verdicts import WORST_FIRST, Line, hurdles
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.measures import Measures, Span
from leadpact.engine.metrics.obligations import ObligationFigure, obligations
from leadpact.engine.metrics.periods import Period, last_full
from leadpact.engine.metrics.standouts import Standout, Standouts, standouts
from leadpact.insight.hurdles import Verdict, absolute
from leadpact.insight.hurdles import verdict as judged
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Stretch:
    """The time a first screen speaks of: a calendar period, or all of it when `period` is None."""

    period: Period | None
    title: str

    @property
    def due(self) -> tuple[datetime, datetime] | None:
        """Bounds for clocks due in it."""
        return (self.period.starts, self.period.ends) if self.period else None

    @property
    def label(self) -> str:
        """How figures name it."""
        return self.period.label if self.period else "all"


def stretch_to_report(measures: Measures) -> Stretch:
    """The last full quarter in which a promise was due or a lead arrived; else all time."""
    result = measures.result
    period = last_full(result.as_of, "quarter", measures.zone)
    busy = {
        f.period
        for name in ("leads", "won_deals", "attainment")
        for f in measures.of(name, "quarter")
        if f.value
    }
    while period.ends > measures.begins:
        if period.label in busy:
            return Stretch(period, period.title)
        period = last_full(period.starts, "quarter", measures.zone)
    return Stretch(None, "all the time covered")


def lines(
    measures: Measures,
    stretch: Stretch,
    recent: Sequence[GoalStanding],
    inside: Sequence[GoalStanding],
) -> list[Line]:
    """Every promise with a figure, the worst kept first; `inside` are the stretch's own periods."""
    agreement = measures.result.agreement
    promised = {(o.name, str(o.side)): o for o in agreement.obligations}
    always = {(f.name, f.side): f for f in obligations(measures.result)}
    goals = {(line.name, line.side): line for line in goal_lines(recent, inside, measures.zone)}
    repeated = {key: goals.pop(key) for key in repeats(agreement) if key in goals}
    whose = {repeats(agreement)[key]: line for key, line in repeated.items()}
    kept = [
        _with_months(
            _obligation_line(measures, stretch, figure, promised[key], always[key]), whose.get(key)
        )
        for figure in obligations(measures.result, stretch.due)
        if (key := (figure.name, figure.side)) in promised
    ]
    return sorted([*kept, *goals.values()], key=lambda line: WORST_FIRST.index(line.verdict))


def repeats(agreement: Agreement) -> dict[tuple[str, str], tuple[str, str]]:
    """Goals that promise what an obligation does, each with that obligation; by name and side.

    Such a goal asks for all of its attainment, with the same target: it is the same promise.
    """
    targets = {(o.name, str(o.side)): hurdles(o.hurdles)[1] for o in agreement.obligations}
    found = {}
    for goal in agreement.goals:
        key = goal.obligation or "", str(goal.side)
        narrowed = goal.segment or goal.origin or goal.team or goal.person or goal.relative_to
        target = targets.get(key)
        is_same = target is not None and target == hurdles(goal.hurdles)[1]
        if goal.metric == "attainment" and is_same and not narrowed:
            found[goal.name, str(goal.side)] = key
    return found


def _with_months(line: Line, goal: Line | None) -> Line:
    """The line of an obligation with the later periods of the goal that repeats it."""
    return replace(line, note=goal.note, newest=goal.newest, ahead=goal.ahead) if goal else line


def _obligation_line(
    measures: Measures,
    stretch: Stretch,
    figure: ObligationFigure,
    obligation: Obligation,
    always: ObligationFigure,
) -> Line:
    _, target = hurdles(obligation.hurdles)
    verdict = _judge(figure, obligation)
    missed = _where_missed(measures, stretch, figure)
    return Line(
        name=figure.name,
        side=figure.side,
        verdict=verdict,
        sentence=_obligation_sentence(measures.result.agreement, obligation, figure, target),
        where=_missed_most(figure, missed) if missed else "",
        before=_always(always) if stretch.period else "",
        shown=_shown(figure),
        asked=words.percent(target) if target is not None else "",
        achieved=figure.rate if figure.decided >= ENOUGH else None,
        promised=target,
        missed=missed,
        terms=list(_of_segments(measures, stretch, obligation)),
    )


def _of_segments(measures: Measures, stretch: Stretch, obligation: Obligation) -> Iterator[str]:
    """How it was kept for each segment that has a term of its own."""
    own = [s for s in measures.result.agreement.segments if obligation.name in s.obligations]
    span: Span = "quarter" if stretch.period else "all"
    found = {
        figure.group: figure
        for figure in (measures.of("attainment", span, "segment") if own else [])
        if (figure.name, figure.period) == (f"attainment: {obligation.name}", stretch.label)
    }
    for segment in own:
        term = _by(segment.obligations[obligation.name].within)
        figure = found.get(segment.name)
        rate = words.rate(figure.numerator, figure.n) if figure else "nothing due"
        yield f"{segment.name}, {term}: {rate}."


def _judge(figure: ObligationFigure, obligation: Obligation) -> Verdict:
    if not figure.decided or figure.rate is None:
        return Verdict.NONE
    if obligation.hurdles and figure.decided < ENOUGH:
        return Verdict.FEW
    return judged(figure.rate, absolute(obligation.hurdles), "up")


def _obligation_sentence(
    agreement: Agreement, obligation: Obligation, figure: ObligationFigure, target: float | None
) -> str:
    who = words.capital(figure.side)
    whom, term = _whom(agreement, obligation), _term(agreement, obligation)
    verb = _verb(obligation)
    if not figure.decided:
        return f"{who}: nothing was due for “{figure.name}” ({whom}, {term})."
    few = figure.decided < ENOUGH or figure.rate is None
    share_of = (
        f"{words.out_of(figure.met, figure.decided)} "
        if few
        else f"{words.percent(figure.rate or 0)} of "
    )
    cases = "" if few else f" ({words.out_of(figure.met, figure.decided)})"
    promise = f"; the promise is {words.percent(target)}" if target is not None else ""
    done = verb or f"kept “{figure.name}” for"
    return f"{who} {done} {share_of}{whom} {term}{cases}{promise}."


#: What an obligation asks for, by the rows that stop its clock; the first that fits.
_VERBS = (
    ({"sales.attempted", "sales.connected", "sales.accepted", "sales.rejected"}, "answered"),
    ({"lead.assigned"}, "assigned"),
    ({"lead.handed_off", "lead.assigned"}, "handed over"),
)
_NARROW_VERBS = (
    ({"sales.connected"}, "spoke with"),
    ({"sales.accepted"}, "accepted"),
    ({"sales.accepted", "sales.rejected"}, "decided on"),
)


def _verb(obligation: Obligation) -> str | None:
    kinds = _kinds(obligation.stops_on)
    if not kinds:
        return None
    fitting = [verb for allowed, verb in (*_NARROW_VERBS, *_VERBS) if kinds <= allowed]
    return fitting[0] if fitting else None


def _kinds(condition: Any) -> set[str]:
    """The kinds of row that a condition waits for; none where it asks for anything else."""
    if isinstance(condition, EventCondition):
        return set(condition.kinds)
    if isinstance(condition, AnyOf):
        parts = [_kinds(part) for part in condition.any]
        return set().union(*parts) if all(parts) else set()
    return set()


def _whom(agreement: Agreement, obligation: Obligation) -> str:
    starts = obligation.starts_on
    if starts == "handoff":
        return words.leads_at(agreement.handoff.stage)
    stage = getattr(starts, "stage", None)
    return words.leads_at(stage) if stage else "leads"


def _term(agreement: Agreement, obligation: Obligation) -> str:
    has_others = any(obligation.name in each.obligations for each in agreement.segments)
    return f"{_by(obligation.within)}{', or the term of their segment' if has_others else ''}"


def _by(term: Term | Literal["not asked"]) -> str:
    if isinstance(term, str):
        return term
    return f"{'by the' if term.text.startswith('end of') else 'within'} {term}"


def _where_missed(
    measures: Measures, stretch: Stretch, figure: ObligationFigure
) -> Standouts | None:
    if figure.decided < ENOUGH or figure.met == figure.decided:
        return None
    return standouts(measures.result, figure.name, stretch.due)


def _missed_most(figure: ObligationFigure, found: Standouts) -> str:
    named = [standout(each) for each in (found.holder, found.time) if each]
    if named:
        return f"Missed most: {', '.join(named)}."
    return f"{misses(figure.decided - figure.met)}; no person or time of the week stands out."


def misses(count: int) -> str:
    """So many misses."""
    return words.plural(count, "miss", "misses")


def standout(found: Standout) -> str:
    """Who or what stands out, and by how much."""
    return f"{found.name} ({words.out_of(found.missed, found.n)})"


def _shown(figure: ObligationFigure) -> str:
    if not figure.decided:
        return ""
    if figure.decided < ENOUGH or figure.rate is None:
        return words.out_of(figure.met, figure.decided)
    return words.percent(figure.rate)


def _always(figure: ObligationFigure) -> str:
    return f"All time: {words.rate(figure.met, figure.decided)}." if figure.decided else ""
