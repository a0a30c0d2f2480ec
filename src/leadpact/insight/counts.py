"""How many cases are to be expected: a level that drifts and grows, and the habits of a year.

The logarithm of the rate is the present level, a steady growth, a step from each four weeks to the
next, and the habits of months and of their last days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from leadpact.insight.posterior import (
    FREE,
    WEEKS,
    Array,
    Posterior,
    fit,
    grid,
    steps_before,
)

#: By how much counts may scatter, the variance as a multiple of the mean: from pure chance to so
#: much, or to a multiple of what the weeks of the record show, in so many steps.
_LEAST, _MOST, _BEYOND, _STEPS = 1.02, 20.0, 5.0, 8
#: Usual size of a month's habit, of that of last days, and of growth in four weeks.
MONTHLY, ENDING, GROWTH = 0.2, 0.3, 0.015


@dataclass(frozen=True)
class Cells:
    """Stretches of days alike in week, month and last days.

    `week` counts back from the moment of the forecast: 0 is the seven days before it, −1 those
    after. `exposure` is in usual working days.
    """

    week: NDArray[np.int64]
    month: NDArray[np.int64]
    month_end: NDArray[np.bool_]
    quarter_end: NDArray[np.bool_]
    exposure: Array


@dataclass(frozen=True)
class Level:
    """What was learned from the cells seen; `steps` is how many steps of the level lie in them."""

    posterior: Posterior
    steps: int

    def coming(self, ahead: Cells, draws: int, dice: np.random.Generator) -> NDArray[np.int64]:
        """Draws of the count in each cell to come: shape (draws, cells)."""
        logs, scatter = self.posterior.draws(
            _design(ahead, self.steps), -(ahead.week // WEEKS), draws, dice
        )
        extra = scatter[:, None] - 1
        rates = dice.gamma(np.exp(logs) * ahead.exposure / extra) * extra
        return dice.poisson(rates)

    def habits(self, cells: Cells) -> Array:
        """How much busier than usual each cell is by its month and last days alone."""
        first = 2 + self.steps
        parts = _design(cells, self.steps)[:, first:]
        return np.asarray(np.exp(parts @ self.posterior.mean()[first:]))


@dataclass(frozen=True)
class _Counts:
    """Negative binomial counts whose variance is `scatter` times their mean."""

    counts: Array
    exposure: Array
    scatter: Array

    def expected(self, predictor: Array) -> Array:
        return np.exp(predictor) * self.exposure

    def weight(self, expected: Array) -> Array:
        return expected / self.scatter[:, None]

    def slope(self, expected: Array) -> Array:
        return (self.counts - expected) / self.scatter[:, None]

    def likelihood(self, expected: Array) -> Array:
        shape = expected / (self.scatter[:, None] - 1)
        terms = (
            gammaln(self.counts + shape)
            - gammaln(shape)
            - shape * np.log(self.scatter)[:, None]
            + self.counts * np.log1p(-1 / self.scatter)[:, None]
        )
        return np.asarray(terms.sum(1))


def learn(seen: Cells, counts: Array, scatter_shown: float) -> Level:
    """The level behind the counts of cells, of which one at least is above zero.

    `scatter_shown` is what the weeks of the record show, roughly.
    """
    steps = int(seen.week.max()) // WEEKS
    most = max(_MOST, _BEYOND * scatter_shown)
    drift, scatter = grid(np.geomspace(_LEAST, most, _STEPS))
    fixed = [FREE, GROWTH, *[1.0] * steps, *[MONTHLY] * 12, ENDING, ENDING]
    usual = np.tile(np.array(fixed), (len(drift), 1))
    usual[:, 2 : 2 + steps] = drift[:, None]
    start = np.zeros(len(fixed))
    start[0] = np.log(counts.sum() / seen.exposure.sum())
    family = _Counts(counts, seen.exposure, scatter)
    return Level(fit(_design(seen, steps), family, start, usual, drift, scatter), steps)


def _design(cells: Cells, steps: int) -> Array:
    """Columns: level, growth, steps of the level, twelve months, last days of month and quarter."""
    return np.hstack(
        [
            np.ones((len(cells.week), 1)),
            -(cells.week[:, None] + 0.5) / WEEKS,
            steps_before(cells.week // WEEKS, steps),
            (cells.month[:, None] == np.arange(12)).astype(float),
            cells.month_end[:, None].astype(float),
            cells.quarter_end[:, None].astype(float),
        ]
    )
