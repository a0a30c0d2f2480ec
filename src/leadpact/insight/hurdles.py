"""Hurdles of a promise as values of its figure, and what a figure says about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from leadpact.agreement.spec import share

Direction = Literal["up", "down"]


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
class Hurdle:
    """A hurdle of a promise: `asked` as the agreement has it, `value` in the figure's unit.

    `reached` is None while nothing can be said. `chance` is how likely it is reached when the
    period ends, for a period under way whose record allows a forecast.
    """

    name: str
    asked: str
    value: float
    reached: bool | None = None
    chance: float | None = None


def amount(hurdle: str | float) -> float:
    """A hurdle as a number; a share from 0 to 1."""
    return share(hurdle) if isinstance(hurdle, str) else float(hurdle)


def absolute(promised: Mapping[str, str | float]) -> tuple[Hurdle, ...]:
    """The hurdles of a promise that states its figure, in the order it names them."""
    return tuple(Hurdle(name, _asked(each), amount(each)) for name, each in promised.items())


def relative(
    promised: Mapping[str, str | float], baseline: float, by: str, unit: str
) -> tuple[Hurdle, ...]:
    """The hurdles of a promise beside a baseline: so many percent, or points, more or less.

    Points of a share are hundredths; of any other figure they are its unit.
    """
    found = []
    for name, each in promised.items():
        step = 100 * share(each) if isinstance(each, str) else float(each)
        if by == "percent":
            value, told = baseline * (1 + step / 100), f"{step:+g} %"
        else:
            value = baseline + (step / 100 if unit == "share" else step)
            told = f"{step:+g} points"
        found.append(Hurdle(name, told.replace("-", "−"), value))
    return tuple(found)


def _asked(hurdle: str | float) -> str:
    return hurdle if isinstance(hurdle, str) else f"{hurdle:,g}"


def target(hurdles: Sequence[Hurdle]) -> Hurdle | None:
    """The promise itself: the hurdle named target, else the first; None without any."""
    return next((h for h in hurdles if h.name == "target"), hurdles[0] if hurdles else None)


def foreseen(hurdle: Hurdle) -> bool:
    """Whether anything can be said of how a period under way will end for it."""
    return hurdle.reached is not None or hurdle.chance is not None


def on_course(hurdle: Hurdle) -> bool:
    """Whether it is reached, or likelier to be reached than not."""
    return hurdle.reached if hurdle.reached is not None else (hurdle.chance or 0.0) >= 0.5


def reaches(value: float, hurdle: Hurdle, direction: Direction) -> bool:
    """Whether a value reaches a hurdle; a `direction` of `down` promises that much or less."""
    # A hurdle worked out from a baseline is not exact to the last digit.
    margin = 1e-9 * max(1.0, abs(hurdle.value))
    if direction == "up":
        return value >= hurdle.value - margin
    return value <= hurdle.value + margin


def highest(value: float, hurdles: Sequence[Hurdle], direction: Direction) -> Hurdle | None:
    """The hardest hurdle that a value reaches."""
    sign = 1 if direction == "up" else -1
    reached = [hurdle for hurdle in hurdles if reaches(value, hurdle, direction)]
    return max(reached, key=lambda hurdle: sign * hurdle.value, default=None)


def verdict(value: float, hurdles: Sequence[Hurdle], direction: Direction) -> Verdict:
    """What a settled value says about a promise."""
    promised = target(hurdles)
    if promised is None:
        return Verdict.NO_TARGET
    if reaches(value, promised, direction):
        return Verdict.KEPT
    least = next((hurdle for hurdle in hurdles if hurdle.name == "minimum"), None)
    if least is not None and reaches(value, least, direction):
        return Verdict.SHORT
    return Verdict.BROKEN
