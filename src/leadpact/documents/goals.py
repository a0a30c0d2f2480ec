"""The line about a goal: how its periods of a stretch ended, and how it goes since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.verdicts import JUDGED, Line, together
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.insight import sentences
from leadpact.insight.goals import EVENNESS
from leadpact.insight.hurdles import Hurdle, Verdict, target
from leadpact.insight.standing import GoalStanding


def goal_lines(
    recent: Sequence[GoalStanding], inside: Sequence[GoalStanding], zone: ZoneInfo
) -> list[Line]:
    """A line for each goal: its periods `inside` a stretch, and what is `recent`.

    A goal without such a period is told of its last one that is over, else of the present one. The
    recent standings of a goal stand together, its present period first.
    """
    found = [standing for standing in recent if standing.promise == "goal"]
    return [
        _line(present, list(filter(_says, closed)), _of(present, inside), zone)
        for _, (present, *closed) in groupby(found, key=_key)
    ]


def not_judged(agreement: Agreement) -> list[str]:
    """Names of the goals for figures that are not measured."""
    return [g.name for g in agreement.goals if g.metric not in (*REGISTRY, EVENNESS)]


def _key(standing: GoalStanding) -> tuple[str, str, str]:
    return standing.name, standing.side, standing.per


def _of(goal: GoalStanding, inside: Sequence[GoalStanding]) -> list[GoalStanding]:
    return [each for each in inside if _key(each) == _key(goal) and _says(each)]


def _says(standing: GoalStanding) -> bool:
    return standing.verdict is not Verdict.NONE


def _line(
    present: GoalStanding,
    closed: Sequence[GoalStanding],
    inside: Sequence[GoalStanding],
    zone: ZoneInfo,
) -> Line:
    told = inside or closed[:1] or [present]
    later = [each for each in closed if each.starts >= told[-1].ends]
    newest = later[0] if later else None
    ahead = present if told[-1] is not present and _says(present) else None
    judged = [each for each in told if each.verdict in JUDGED]
    one = told[-1] if len(told) == 1 or len(judged) < 2 else None
    if one and judged:
        one = judged[0]
    bar = target(told[-1].hurdles)
    achieved, promised = _bar(one) if one else (None, None)
    return Line(
        name=present.name,
        side=present.side,
        verdict=together(each.verdict for each in told),
        counts=bool(inside),
        sentence=one.brief if one else _each(told, zone),
        note=" ".join(each.brief for each in (newest, ahead) if each),
        shown=shown(one) if one else _periods_kept(judged),
        asked=asked(told[-1], bar) if bar and (one is None or one.value is not None) else "",
        achieved=achieved,
        promised=promised,
        inside=[one] if one else told,
        newest=newest,
        ahead=ahead,
    )


def _periods_kept(judged: Sequence[GoalStanding]) -> str:
    kept = sum(each.verdict is Verdict.KEPT for each in judged)
    return f"{words.out_of(kept, len(judged))} {judged[0].per}s"


def _each(told: Sequence[GoalStanding], zone: ZoneInfo) -> str:
    """The figure of every period: `MQLs: July 88; August 104; the target is 100 each month.`"""
    figures = "; ".join(_figures(told, zone))
    bar = target(told[-1].hurdles)
    aim = f"; the target is {asked(told[-1], bar)} each {told[-1].per}" if bar else ""
    return f"{told[0].name}: {figures}{aim}."


def _figures(told: Sequence[GoalStanding], zone: ZoneInfo) -> Iterator[str]:
    for each in told:
        few = " (too few to judge)" if each.verdict is Verdict.FEW else ""
        yield f"{sentences.when(each, zone)} {sentences.achieved(each)}{few}"


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
