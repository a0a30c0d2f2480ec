"""The line about a goal: how its last period ended, and how the present one goes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.verdicts import Line
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.insight.goals import EVENNESS
from leadpact.insight.hurdles import Hurdle, Verdict, target
from leadpact.insight.standing import GoalStanding


def goal_lines(standings: Sequence[GoalStanding]) -> list[Line]:
    """A line for each goal: its last closed period with anything to say, else the present one.

    The standings of a goal stand together, its present period first.
    """
    found = [standing for standing in standings if standing.promise == "goal"]
    return [
        _line(present, next((each for each in closed if each.closed and _says(each)), None))
        for _, (present, *closed) in groupby(found, key=lambda each: (each.name, each.side))
    ]


def not_judged(agreement: Agreement) -> list[str]:
    """Names of the goals for figures that are not measured."""
    return [g.name for g in agreement.goals if g.metric not in (*REGISTRY, EVENNESS)]


def _says(standing: GoalStanding) -> bool:
    return standing.verdict is not Verdict.NONE


def _line(present: GoalStanding, closed: GoalStanding | None) -> Line:
    told = closed or present
    achieved, promised = _bar(told)
    bar = target(told.hurdles)
    return Line(
        name=told.name,
        side=told.side,
        verdict=told.verdict,
        sentence=told.brief,
        note=present.brief if closed and _says(present) else "",
        shown=shown(told),
        asked=asked(told, bar) if bar and told.value is not None else "",
        achieved=achieved,
        promised=promised,
        told=told,
        ahead=present if closed else None,
    )


def asked(standing: GoalStanding, hurdle: Hurdle) -> str:
    """A hurdle as it is promised; `at most` so much where less is better."""
    most = "at most " if standing.direction == "down" else ""
    return f"{most}{words.amount(hurdle.value, standing.unit)}"


def shown(standing: GoalStanding) -> str:
    """The figure of a goal as the first screen shows it."""
    if standing.value is not None:
        return words.amount(standing.value, standing.unit)
    return words.out_of(standing.met or 0, standing.n) if standing.n else ""


def _bar(standing: GoalStanding) -> tuple[float | None, float | None]:
    """Figure and target as parts of a bar; counts fill it up to the larger of the two."""
    bar = target(standing.hurdles)
    if standing.value is None or bar is None or bar.value <= 0:
        return None, None
    whole = 1.0 if standing.unit == "share" else max(standing.value, bar.value)
    return max(0.0, min(standing.value / whole, 1.0)), min(bar.value / whole, 1.0)
