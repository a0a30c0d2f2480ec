"""The scores that a lead must reach to enter a stage: the numbers that people argue about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leadpact.agreement.conditions import ScoreCondition
from leadpact.agreement.problems import Path
from leadpact.agreement.spec import Agreement


@dataclass(frozen=True)
class Threshold:
    """A lead needs `points` of this score, or more, to enter the stage; `path` leads to them."""

    path: Path
    stage: str
    score: str
    points: float


def thresholds(agreement: Agreement) -> list[Threshold]:
    """Every score with an `at_least` in the conditions of stages, in the order of the document.

    What a segment asks instead is left out; so is what stands under `none`.
    """
    return [
        Threshold((*path, "at_least"), stage.name, leaf.score, float(leaf.at_least))
        for number, stage in enumerate(agreement.stages)
        if stage.when is not None
        for path, leaf in scores_of(stage.when, ("stages", number, "when"))
        if leaf.at_least is not None
    ]


def main_threshold(agreement: Agreement) -> Threshold | None:
    """The threshold of the stage that marketing hands over, or of the nearest stage before it.

    The total score comes before the scores of groups.
    """
    order = [stage.name for stage in agreement.stages]
    last = order.index(agreement.handoff.stage) if agreement.handoff.stage in order else -1
    known = [each for each in thresholds(agreement) if order.index(each.stage) <= last]
    nearest = max((order.index(each.stage) for each in known), default=-1)
    here = [each for each in known if order.index(each.stage) == nearest]
    return next((each for each in here if each.score == "total"), here[0] if here else None)


def scores_of(condition: Any, path: Path) -> Iterator[tuple[Path, ScoreCondition]]:
    """The scores that a condition at a path asks for, not those under `none`."""
    if isinstance(condition, ScoreCondition):
        yield path, condition
    for kind in ("all", "any"):
        for number, part in enumerate(getattr(condition, kind, None) or ()):
            yield from scores_of(part, (*path, kind, number))


def with_points(agreement: Agreement, threshold: Threshold, points: float) -> Agreement:
    """The agreement with other points asked for at a threshold, and nothing else changed."""
    changed: Agreement = _with_value(agreement, threshold.path, points)
    return changed


def _with_value(holder: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_with_value(each, rest, value) if n == step else each
                for n, each in enumerate(holder)]  # fmt: skip
    return holder.model_copy(update={step: _with_value(getattr(holder, step), rest, value)})
