"""A promise on the first screen, and the order in which promises are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadpact.engine.metrics.standouts import Standouts
from leadpact.insight.hurdles import Verdict, absolute, target
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Line:
    """One promise on the first screen.

    `shown` and `asked` are the figure and the promise as text; `achieved` and `promised` are the
    same as parts of a bar, from 0 to 1. `told` is the period of a goal that the sentence is about,
    `ahead` the one in the note; `missed` says where the misses of an obligation gather.
    """

    name: str
    side: str
    verdict: Verdict
    sentence: str
    note: str = ""
    before: str = ""
    shown: str = ""
    asked: str = ""
    achieved: float | None = None
    promised: float | None = None
    told: GoalStanding | None = None
    ahead: GoalStanding | None = None
    missed: Standouts | None = None


#: Verdicts that say whether the promise was kept.
JUDGED = (Verdict.KEPT, Verdict.SHORT, Verdict.BROKEN)

#: The order in which promises are told.
WORST_FIRST = (
    *(Verdict.BROKEN, Verdict.SHORT, Verdict.KEPT, Verdict.NO_TARGET),
    *(Verdict.RUNNING, Verdict.FEW, Verdict.NONE),
)


def hurdles(promised: Mapping[str, str | float]) -> tuple[float | None, float | None]:
    """The minimum and the promise itself: the target, else the first hurdle named."""
    found = absolute(promised)
    least = next((hurdle.value for hurdle in found if hurdle.name == "minimum"), None)
    aim = target(found)
    return least, aim.value if aim else None
