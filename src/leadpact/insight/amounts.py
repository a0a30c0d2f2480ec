"""How large a value to expect of cases to come: a level that drifts, seen week by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadpact.insight.posterior import WEEKS, Array, Posterior, fit, grid, steps_before

#: By how much the values of one week may differ together from those of the next.
TOGETHER = (0.005, 0.05, 0.12, 0.3)
_USUAL = 1.0


@dataclass(frozen=True)
class ValueLevel:
    """What was learned from the weeks seen; `steps` is how many steps of the level lie in them."""

    posterior: Posterior
    steps: int

    def coming(self, week: NDArray[np.int64], draws: int, dice: np.random.Generator) -> Array:
        """Draws of the level of each week to come, −1 the next: shape (draws, weeks)."""
        design = np.hstack([np.ones((len(week), 1)), np.zeros((len(week), self.steps))])
        level, together = self.posterior.draws(design, -(week // WEEKS), draws, dice)
        return np.asarray(level + together[:, None] * dice.standard_normal(level.shape))


@dataclass(frozen=True)
class _Means:
    """Normal means of weeks, each with the variance of its own cases, and one they share."""

    mean: Array
    variance: Array
    together: Array

    @property
    def _whole(self) -> Array:
        return np.asarray(self.variance + self.together[:, None] ** 2)

    def expected(self, predictor: Array) -> Array:
        return predictor

    def weight(self, expected: Array) -> Array:
        return np.ones_like(expected) / self._whole

    def slope(self, expected: Array) -> Array:
        return (self.mean - expected) / self._whole

    def likelihood(self, expected: Array) -> Array:
        terms = (self.mean - expected) ** 2 / self._whole + np.log(self._whole)
        return np.asarray(-0.5 * terms.sum(1))


def learn_values(week: NDArray[np.int64], values: Array) -> ValueLevel:
    """The level behind values near 1, or logarithms; `week` counts back, 0 is the latest."""
    weeks, place = np.unique(week, return_inverse=True)
    sizes = np.bincount(place)
    means = np.bincount(place, values) / sizes
    spread = float(np.var(values - means[place])) * len(values) / max(len(values) - len(weeks), 1)
    steps = int(weeks.max()) // WEEKS
    drift, together = grid(TOGETHER)
    usual = np.hstack([np.full((len(drift), 1), _USUAL), np.tile(drift[:, None], steps)])
    start = np.r_[values.mean(), np.zeros(steps)]
    design = np.hstack([np.ones((len(weeks), 1)), steps_before(weeks // WEEKS, steps)])
    family = _Means(means, (spread + 1e-9) / sizes, together)
    return ValueLevel(fit(design, family, start, usual, drift, together), steps)
