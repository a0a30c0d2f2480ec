"""What a goal counts: which metric, which part of it, and whose cases."""

from __future__ import annotations

from dataclasses import dataclass

from leadpact.agreement.spec import Goal
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.registry import REGISTRY


class NotJudgedError(Exception):
    """A goal that cannot be judged; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Question:
    """The cases of a metric that a goal asks about.

    `part` is the part of the metric's cases, or how its name begins where it ends in an arrow.
    `kept` names the values of dimensions that count, by the column of a population.
    """

    metric: Metric
    part: str | None
    kept: tuple[tuple[str, tuple[str, ...]], ...]


#: What narrows a goal, and the column of a population that tells it.
_COLUMNS = {"segment": "segment", "origin": "origin", "team": "team", "person": "holder"}


def question_of(goal: Goal) -> Question:
    """What a goal asks; raises NotJudgedError for a metric that is not measured, or not so."""
    metric = REGISTRY.get(goal.metric)
    if metric is None:
        raise NotJudgedError(f"the figure {goal.metric} is not measured")
    named = {name: value for name in _COLUMNS if (value := getattr(goal, name))}
    for name in named:
        if not metric.can_be_split(name):
            raise NotJudgedError(f"“{metric.title}” is not known by {name}")
    kept = tuple((_COLUMNS[name], (value,)) for name, value in named.items())
    return Question(metric, _part(goal), kept)


def _part(goal: Goal) -> str | None:
    if goal.metric == "conversion" and goal.stage:
        return f"{goal.stage} → "
    return goal.stage or goal.obligation
