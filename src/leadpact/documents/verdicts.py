"""Whether a promise was kept: the verdict on a figure, given the hurdles it was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadpact.agreement.spec import share


class Verdict(StrEnum):
    """What a period says about a promise."""

    KEPT = "kept"
    SHORT = "short of target"
    BROKEN = "not kept"
    FEW = "too few to judge"
    RUNNING = "still running"
    NO_TARGET = "no target set"
    NONE = "nothing due"


@dataclass(frozen=True)
class Line:
    """One promise on the first screen.

    `shown` and `asked` are the figure and the promise as text; `achieved` and `promised` are the
    same as parts of a bar, from 0 to 1.
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


#: Verdicts that say whether the promise was kept.
JUDGED = (Verdict.KEPT, Verdict.SHORT, Verdict.BROKEN)

#: The order in which promises are told.
WORST_FIRST = (
    *(Verdict.BROKEN, Verdict.SHORT, Verdict.KEPT, Verdict.NO_TARGET),
    *(Verdict.RUNNING, Verdict.FEW, Verdict.NONE),
)


def hurdles(promised: Mapping[str, str | float]) -> tuple[float | None, float | None]:
    """The minimum and the promise itself: the target, else the first hurdle named."""
    values = {
        name: share(hurdle) if isinstance(hurdle, str) else float(hurdle)
        for name, hurdle in promised.items()
    }
    target = values.get("target", next(iter(values.values()), None))
    return values.get("minimum"), target


def against(value: float, minimum: float | None, target: float, direction: str) -> Verdict:
    """The verdict on a value; a `direction` of `down` promises that much or less."""
    sign = 1 if direction == "up" else -1
    if sign * value >= sign * target:
        return Verdict.KEPT
    reached = minimum is not None and sign * value >= sign * minimum
    return Verdict.SHORT if reached else Verdict.BROKEN
