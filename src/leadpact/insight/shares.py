"""How large a share to expect among cases to come: a level that drifts, seen week by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

from leadpact.insight.posterior import (
    WEEKS,
    Array,
    Posterior,
    fit,
    grid,
    steps_before,
)

#: How alike the cases of one week may be: their correlation.
ALIKE = (0.001, 0.01, 0.03, 0.08, 0.2)
_DRAWN_BY = 2.0


@dataclass(frozen=True)
class ShareLevel:
    """What was learned from the weeks seen; `steps` is how many steps of the level lie in them."""

    posterior: Posterior
    steps: int

    def coming(
        self,
        week: NDArray[np.int64],
        draws: int,
        dice: np.random.Generator,
        seen: tuple[Array, Array] | None = None,
    ) -> Array:
        """Draws of the share that holds in each week: shape (draws, weeks).

        `week` is −1 for the seven days after those seen, and so on; of weeks that have begun
        (0, 1 …) `seen` gives how many cases were met, and how many there were, 0 for the others.
        """
        met, cases = seen or (np.zeros(len(week)), np.zeros(len(week)))
        design = np.hstack([np.ones((len(week), 1)), steps_before(week // WEEKS, self.steps)])
        ahead = np.maximum(-(week // WEEKS), 0)
        logits, alike = self.posterior.draws(design, ahead, draws, dice)
        own = (1 / alike - 1)[:, None]
        share = expit(logits)
        return np.asarray(dice.beta(share * own + met, (1 - share) * own + cases - met))


@dataclass(frozen=True)
class _Shares:
    """Beta-binomial cases; those of one cell are correlated by `alike`."""

    met: Array
    cases: Array
    alike: Array

    @property
    def _inflated(self) -> Array:
        return np.asarray(1 + (self.cases - 1) * self.alike[:, None])

    def expected(self, predictor: Array) -> Array:
        return np.asarray(self.cases * expit(predictor))

    def weight(self, expected: Array) -> Array:
        return np.maximum(expected * (1 - expected / self.cases), 1e-9) / self._inflated

    def slope(self, expected: Array) -> Array:
        return (self.met - expected) / self._inflated

    def likelihood(self, expected: Array) -> Array:
        own = (1 / self.alike - 1)[:, None]
        share = np.clip(expected / self.cases, 1e-9, 1 - 1e-9)
        yes, no = share * own, (1 - share) * own
        terms = betaln(self.met + yes, self.cases - self.met + no) - betaln(yes, no)
        return np.asarray(terms.sum(1))


def learn_share(week: NDArray[np.int64], met: Array, cases: Array) -> ShareLevel:
    """The level behind shares: of so many `cases` in a week so many were `met`.

    `week` counts back from the moment of the forecast, 0 is the latest; weeks without cases are
    left out. Cases may be parts of one: those that have had part of their time.
    """
    steps = int(week.max()) // WEEKS
    drift, alike = grid(ALIKE)
    usual = np.hstack([np.full((len(drift), 1), _DRAWN_BY), np.tile(drift[:, None], steps)])
    start = np.zeros(1 + steps)
    start[0] = logit((met.sum() + 0.5) / (cases.sum() + 1))
    design = np.hstack([np.ones((len(week), 1)), steps_before(week // WEEKS, steps)])
    family = _Shares(met, cases, alike)
    return ShareLevel(fit(design, family, start, usual, drift, alike), steps)
