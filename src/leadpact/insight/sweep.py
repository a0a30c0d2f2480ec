"""One threshold moved up and down over the whole history: what each place would have done."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import Threshold, with_points
from leadpact.engine.result import Result
from leadpact.insight.what_if import Past, WhatIf

#: How far apart two places are, as a share of the threshold, before it is rounded.
_STEP = 0.05
_STEPS_EACH_WAY = 10


@dataclass(frozen=True)
class Sweep:
    """A threshold with what each of several points would have done; those of today among them."""

    threshold: Threshold
    tried: dict[float, WhatIf]


def sweep(
    agreement: Agreement,
    threshold: Threshold,
    past: Past,
    simulate: Callable[[Agreement], Result],
) -> Sweep:
    """Try every place of `places`; `simulate` gives what the rules alone make of the history."""
    tried = {
        points: past.against(simulate(with_points(agreement, threshold, points)))
        for points in places(threshold.points)
    }
    return Sweep(threshold, tried)


def places(points: float) -> list[float]:
    """The points of today and ten round steps to each side."""
    step = _round_step(max(abs(points), 1.0) * _STEP)
    return [points + n * step for n in range(-_STEPS_EACH_WAY, _STEPS_EACH_WAY + 1)]


def _round_step(about: float) -> float:
    """The nearest of … 0.5, 1, 2, 5, 10 …"""
    power = 10.0 ** math.floor(math.log10(about))
    return min((1 * power, 2 * power, 5 * power, 10 * power), key=lambda step: abs(step - about))
