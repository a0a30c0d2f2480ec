"""The sentence about a goal: what was delivered in its period, and what was promised."""

from __future__ import annotations

from leadpact.agreement.spec import Agreement, Goal
from leadpact.documents import words
from leadpact.documents.verdicts import Line, Verdict, against, hurdles
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.periods import Period, last_full, period_of
from leadpact.engine.metrics.registry import REGISTRY

#: What a side did, and what it counts; any other figure “stood at” its value.
_PHRASES = {
    "contacts_added": ("added", "contact"),
    "leads": ("brought in", "lead"),
    "mqls": ("delivered", "MQL"),
    "repeat_mqls": ("delivered", "repeat MQL"),
    "sals": ("accepted", "lead"),
    "sqls": ("made", "SQL"),
    "customers": ("won", "customer"),
    "won_deals": ("won", "deal"),
}


def goal_line(measures: Measures, goal: Goal) -> Line | None:
    """The line of a goal for its last full period, else for the present one so far.

    None for a goal that this report does not judge (`not_judged` says which).
    """
    if _unjudged(goal):
        return None
    period, so_far = _period(measures, goal)
    figure = _figure(measures, goal, period)
    minimum, target = hurdles(goal.hurdles)
    achieved, promised = _bar(figure, target)
    return Line(
        name=goal.name,
        side=str(goal.side),
        verdict=_verdict(goal, figure, minimum, target, so_far),
        sentence=_sentence(goal, figure, target, f"in {period.title}{so_far}"),
        shown=words.value(figure) if figure else "",
        asked=_target(goal, target) if target is not None else "",
        achieved=achieved,
        promised=promised,
    )


def not_judged(agreement: Agreement) -> list[str]:
    """Names of the goals that have no line."""
    return [goal.name for goal in agreement.goals if _unjudged(goal)]


def _unjudged(goal: Goal) -> bool:
    return goal.metric not in REGISTRY or goal.relative_to is not None


def _period(measures: Measures, goal: Goal) -> tuple[Period, str]:
    as_of = measures.result.as_of
    full = last_full(as_of, goal.per, measures.zone)
    if full.ends > measures.begins:
        return full, ""
    return period_of(as_of, goal.per, measures.zone), " so far"


def _figure(measures: Measures, goal: Goal, period: Period) -> Figure | None:
    kept = {
        "segment": [goal.segment] if goal.segment else None,
        "origin": [goal.origin] if goal.origin else None,
        "holder": _holders(measures.result.agreement, goal),
        "part": [goal.obligation] if goal.obligation else None,
    }
    where = {name: values for name, values in kept.items() if values is not None}
    found = [
        figure
        for figure in measures.of(goal.metric, goal.per, where=where)
        if figure.period == period.label and _is_asked(figure, goal)
    ]
    return found[0] if found else None


def _is_asked(figure: Figure, goal: Goal) -> bool:
    if goal.metric == "stage_entries":
        return figure.name == f"stage_entries: {goal.stage}"
    if goal.metric == "conversion" and goal.stage:
        return figure.name.startswith(f"conversion: {goal.stage} → ")
    return ":" not in figure.name or bool(goal.obligation)


def _bar(figure: Figure | None, target: float | None) -> tuple[float | None, float | None]:
    """The figure and the target as parts of a bar; counts fill it up to the larger of the two."""
    if figure is None or figure.value is None or figure.unit == "cases" or not target:
        return None, None
    whole = 1.0 if figure.unit == "share" else max(figure.value, target)
    return max(0.0, min(figure.value / whole, 1.0)), min(target / whole, 1.0)


def _holders(agreement: Agreement, goal: Goal) -> list[str] | None:
    if goal.person:
        return [goal.person]
    if goal.team:
        teams = [team for team in agreement.routing.teams if team.name == goal.team]
        return [member.name for team in teams for member in team.people]
    return None


def _verdict(
    goal: Goal, figure: Figure | None, minimum: float | None, target: float | None, so_far: str
) -> Verdict:
    if figure is None or figure.value is None:
        return Verdict.NONE
    if figure.unit == "cases":
        return Verdict.FEW
    if target is None:
        return Verdict.NO_TARGET
    verdict = against(figure.value, minimum, target, goal.direction)
    return Verdict.RUNNING if so_far and verdict is not Verdict.KEPT else verdict


def _sentence(goal: Goal, figure: Figure | None, target: float | None, when: str) -> str:
    who = words.capital(str(goal.side))
    if figure is None or figure.value is None:
        return f"{who}: “{goal.name}” has no cases {when}."
    named = (goal.segment, goal.team, goal.person)
    whom = "".join(f" for {each}" for each in named if each)
    whom += f" of origin {goal.origin}" if goal.origin else ""
    promise = f"; the target was {_target(goal, target)}" if target is not None else ""
    return f"{who}{_did(goal, figure)}{whom} {when}{promise}."


def _did(goal: Goal, figure: Figure) -> str:
    if goal.metric in _PHRASES:
        verb, noun = _PHRASES[goal.metric]
        return f" {verb} {words.plural(round(figure.value or 0), noun)}"
    if goal.metric == "revenue":
        return f" closed revenue of {words.value(figure)}"
    cases = f" ({words.out_of(figure.numerator, figure.n)})" if figure.unit == "share" else ""
    return f": “{goal.name}” stood at {words.value(figure)}{cases}"


def _target(goal: Goal, target: float) -> str:
    unit = REGISTRY[goal.metric].unit
    if unit == "share":
        return words.percent(target)
    return words.duration(target) if unit == "seconds" else words.number(target)
