"""A promise on the first screen, and the order in which promises are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadpact.engine.metrics.standouts import Standouts
from leadpact.insight.hurdles import Verdict, absolute, target
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Line:
    """One promise on the first screen.

    `counts` says that it is judged within the time that the screen speaks of. `shown` and `asked`
    are the figure and the promise as text; `achieved` and `promised` are the same as parts of a
    bar, from 0 to 1. `inside` are the periods of a goal that the figure and the sentence are about,
    `newest` a later one that is over, `ahead` the one under way. `terms` tells segments with a term
    of their own; `missed` says where the misses of an obligation gather, `where` in words.
    """

    name: str
    side: str
    verdict: Verdict
    sentence: str
    counts: bool = True
    where: str = ""
    note: str = ""
    before: str = ""
    shown: str = ""
    asked: str = ""
    achieved: float | None = None
    promised: float | None = None
    inside: Sequence[GoalStanding] = ()
    newest: GoalStanding | None = None
    ahead: GoalStanding | None = None
    terms: Sequence[str] = ()
    missed: Standouts | None = None

    @property
    def remark(self) -> str:
        """What the figure alone does not say: that it is not the last, or not enough."""
        if any(each.why_not for each in self.inside):
            return "cannot be judged"
        if self.verdict is Verdict.RUNNING:
            return "so far"
        if self.verdict is Verdict.FEW:
            return "too few"
        return "" if self.verdict in JUDGED else self.verdict.value

    @property
    def told(self) -> str:
        """The line in one: `First response: 80 %, promised 85 %`."""
        promised = f"promised {self.asked}" if self.asked else ""
        figure = self.shown
        if figure and self.verdict is Verdict.RUNNING:
            figure, remark = f"{figure} {self.remark}", ""
        else:
            remark = self.remark
        return f"{self.name}: {', '.join(filter(None, (figure, promised, remark)))}"


#: Verdicts that say whether the promise was kept.
JUDGED = (Verdict.KEPT, Verdict.SHORT, Verdict.BROKEN)

#: The order in which promises are told.
WORST_FIRST = (
    *(Verdict.BROKEN, Verdict.SHORT, Verdict.KEPT, Verdict.NO_TARGET),
    *(Verdict.RUNNING, Verdict.FEW, Verdict.NONE),
)


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """What several periods of one promise say together.

    It was kept when it was in each that could be judged, and short when it was in some, or when
    none fell below the minimum.
    """
    found = set(verdicts)
    judged = found & set(JUDGED)
    if not judged:
        return next((each for each in WORST_FIRST if each in found), Verdict.NONE)
    if judged == {Verdict.KEPT}:
        return Verdict.KEPT
    is_broken = Verdict.BROKEN in judged and Verdict.KEPT not in judged
    return Verdict.BROKEN if is_broken else Verdict.SHORT


def hurdles(promised: Mapping[str, str | float]) -> tuple[float | None, float | None]:
    """The minimum and the promise itself: the target, else the first hurdle named."""
    found = absolute(promised)
    least = next((hurdle.value for hurdle in found if hurdle.name == "minimum"), None)
    aim = target(found)
    return least, aim.value if aim else None
