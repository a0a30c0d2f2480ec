"""What a goal counts: which metric, which part of it, and whose cases."""

from __future__ import annotations

from dataclasses import dataclass

from leadpact.agreement.spec import Agreement, Goal
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.registry import REGISTRY


class NotJudgedError(Exception):
    """A goal that cannot be judged; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Question:
    """The cases of a metric that a goal asks about.

    `part` is the part of the metric's cases, or how its name begins where it ends in an arrow.
    `kept` names the values of a dimension that count.
    """

    metric: Metric
    part: str | None
    kept: tuple[tuple[str, tuple[str, ...]], ...]


def question_of(agreement: Agreement, goal: Goal) -> Question:
    """What a goal asks; raises NotJudgedError for a metric that is not measured."""
    metric = REGISTRY.get(goal.metric)
    if metric is None:
        raise NotJudgedError(f"the figure {goal.metric} is not measured")
    kept = {
        "segment": (goal.segment,) if goal.segment else None,
        "origin": (goal.origin,) if goal.origin else None,
        "holder": _holders(agreement, goal),
    }
    named = tuple((name, values) for name, values in kept.items() if values is not None)
    return Question(metric, _part(goal), named)


def _part(goal: Goal) -> str | None:
    if goal.metric == "conversion" and goal.stage:
        return f"{goal.stage} → "
    return goal.stage or goal.obligation


def _holders(agreement: Agreement, goal: Goal) -> tuple[str, ...] | None:
    if goal.person:
        return (goal.person,)
    if goal.team:
        teams = [team for team in agreement.routing.teams if team.name == goal.team]
        return tuple(member.name for team in teams for member in team.people)
    return None
