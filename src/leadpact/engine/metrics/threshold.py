"""The part of the MQL's condition that asks for scores: what “over the threshold” means."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.conditions import AllOf, AnyOf, NoneOf, ScoreCondition, leaves
from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.tables import stages

Scores = Mapping[str, NDArray[np.float64]]
Test = Callable[[Scores], NDArray[np.bool_]]

#: Scores of which it is known what they were; those of own groups are not among the results.
KNOWN = ("total", "fit", "engagement")
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
}


def thresholds(agreement: Agreement) -> dict[str | None, Test | None] | None:
    """For every segment, and None for all other leads, the test of its threshold.

    The test is None where no score is asked for; there is nothing at all where none is anywhere,
    or where one is asked for that nobody can look up later.
    """
    place = {row["role"]: row["stage"] for row in stages(agreement).to_pylist()}.get("mql")
    stage = next((each for each in agreement.stages if each.name == place), None)
    if stage is None:
        return None
    conditions: dict[str | None, Any] = {None: stage.when}
    for segment in agreement.segments:
        own = segment.stages.get(stage.name)
        conditions[segment.name] = own.when if own else stage.when
    asked = {name: score_part(each) for name, each in conditions.items()}
    used = [leaf for part in asked.values() if part is not None for leaf in leaves(part)]
    if not used or any(leaf.score not in KNOWN for leaf in used):
        return None
    return {name: None if part is None else _test(part) for name, part in asked.items()}


def score_part(condition: Any) -> Any:
    """What a condition asks of scores alone; None for nothing.

    Of parts that must all hold, those that ask for scores; of alternatives, those that ask for
    nothing else, or, where every one asks for more, what each asks of scores.
    """
    match condition:
        case ScoreCondition():
            return condition
        case AllOf():
            parts = _score_parts(condition.all)
            return AllOf(all=parts) if parts else None
        case NoneOf():
            parts = _score_parts(condition.none)
            return NoneOf(none=parts) if parts else None
        case AnyOf():
            alone = [part for part in condition.any if _only_scores(part)]
            parts = alone or _score_parts(condition.any)
            return AnyOf(any=parts) if parts else None
    return None


def _score_parts(parts: list[Any]) -> list[Any]:
    found = [score_part(part) for part in parts]
    return [part for part in found if part is not None]


def _only_scores(condition: Any) -> bool:
    return all(isinstance(leaf, ScoreCondition) for leaf in leaves(condition))


def _test(condition: Any) -> Test:
    def test(scores: Scores) -> NDArray[np.bool_]:
        match condition:
            case AllOf():
                return reduce(np.logical_and, [_test(part)(scores) for part in condition.all])
            case AnyOf():
                return reduce(np.logical_or, [_test(part)(scores) for part in condition.any])
            case NoneOf():
                return ~reduce(np.logical_or, [_test(part)(scores) for part in condition.none])
        have = np.round(scores[condition.score] * 1000)
        asked = {name: getattr(condition, name) for name in _COMPARED}
        return reduce(
            np.logical_and,
            [_COMPARED[n](have, round(b * 1000, 6)) for n, b in asked.items() if b is not None],
        )

    return test
