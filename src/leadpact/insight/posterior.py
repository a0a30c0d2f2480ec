"""What data say about a level that drifts, with honest doubt: one fit for counts and for shares.

A linear predictor is a sum of parts. Every part is drawn towards where it starts by how large such
a part usually is, so that little history tells little. Two things are not chosen but weighed by how
well they predict what was seen: how far the level drifts from four weeks to the next, and how much
more than pure chance the cases scatter. The result is a mixture of normal distributions, one for
each point of that grid (Laplace's approximation at the mode of a penalised likelihood).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Array = NDArray[np.float64]

#: Weeks in a step of the level, and how far it may drift in one.
WEEKS = 4
DRIFTS = (0.02, 0.05, 0.1, 0.2, 0.35)
#: Usual size of a part of which nothing is known beforehand.
FREE = 5.0
_ROUNDS = 40


class Family(Protocol):
    """How cases scatter about their expectation; arrays have the shape (grid, cells)."""

    def expected(self, predictor: Array) -> Array:
        """The expected number in each cell."""

    def weight(self, expected: Array) -> Array:
        """How much a cell says about its predictor."""

    def slope(self, expected: Array) -> Array:
        """How strongly what was seen pulls at its predictor."""

    def likelihood(self, expected: Array) -> Array:
        """The logarithm of the likelihood, one for each point of the grid."""


@dataclass(frozen=True)
class Posterior:
    """The mixture: for each point its weight, drift and scatter, mode, and root of precision."""

    weights: Array
    drift: Array
    scatter: Array
    mode: Array
    half: Array

    def draws(
        self, design: Array, ahead: NDArray[np.int64], draws: int, dice: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draws of the predictor of cells to come, shape (draws, cells), and each draw's scatter.

        `ahead` is how many steps of the level each cell lies beyond what was seen, 0 for none.
        """
        chosen = np.sort(dice.choice(len(self.weights), draws, p=self.weights))
        far = int(ahead.max(initial=1))
        reach = np.tril(np.ones((far + 1, far)), -1)[ahead]
        drawn = np.empty((draws, len(ahead)))
        for point in np.unique(chosen):
            own = np.flatnonzero(chosen == point)
            noise = dice.standard_normal((self.mode.shape[1], len(own)))
            known = self.mode[point][:, None] + np.linalg.solve(self.half[point].T, noise)
            walk = dice.standard_normal((far, len(own))) * self.drift[point]
            drawn[own] = (design @ known + reach @ walk).T
        return np.clip(drawn, -20, 20), self.scatter[chosen]

    def mean(self) -> Array:
        """The mean of every part."""
        return self.weights @ self.mode


def grid(scatters: Sequence[float] | Array) -> tuple[Array, Array]:
    """Every pair of a drift and a scatter, as two arrays."""
    drift, scatter = np.meshgrid(DRIFTS, scatters, indexing="ij")
    return drift.ravel(), scatter.ravel()


def steps_before(block: NDArray[np.int64], steps: int) -> Array:
    """Columns of the design: the steps that lie between a cell's block and the latest, block 0."""
    return -(block[:, None] > np.arange(steps)).astype(float)


def fit(
    design: Array, family: Family, start: Array, usual: Array, drift: Array, scatter: Array
) -> Posterior:
    """The posterior of the parts; `start` and their `usual` sizes have the shape (grid, parts)."""
    pull = 1 / usual**2
    diagonal = np.arange(design.shape[1])
    mode = np.broadcast_to(start, usual.shape).copy()
    for _ in range(_ROUNDS):
        expected = family.expected(np.clip(mode @ design.T, -30, 30))
        slope = family.slope(expected) @ design - pull * (mode - start)
        precision = (design.T * family.weight(expected)[:, None, :]) @ design
        precision[:, diagonal, diagonal] += pull
        step = np.linalg.solve(precision, slope[..., None])[..., 0]
        mode += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-5:
            break
    half = np.linalg.cholesky(precision)
    evidence = (
        family.likelihood(family.expected(np.clip(mode @ design.T, -30, 30)))
        - 0.5 * (pull * (mode - start) ** 2).sum(1)
        - np.log(usual).sum(1)
        - np.log(np.diagonal(half, axis1=1, axis2=2)).sum(1)
    )
    weights = np.exp(evidence - logsumexp(evidence))
    return Posterior(weights / weights.sum(), drift, scatter, mode, np.asarray(half, float))
