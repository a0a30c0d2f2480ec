"""How old a cohort must be before its conversion can be trusted, and what may still come of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from leadpact.engine.metrics.aggregate import ENOUGH

Array = NDArray[np.float64]

#: A cohort is mature at the age by which this part of past conversions had happened.
RIPE = 0.9
#: A record tells that age when enough leads are this many times as old.
_SEEN_BEYOND = 1.5


@dataclass(frozen=True)
class Ripening:
    """The part of all conversions that has happened by an age in days; `done` goes up to 1.

    `mature` is the age of maturity, `share` the part of leads that ever convert.
    """

    ages: Array
    done: Array
    mature: float
    share: float

    def by(self, age: Array) -> Array:
        """The part of all conversions that has happened by each age."""
        place = np.searchsorted(self.ages, age, side="right") - 1
        return np.where(place < 0, 0.0, self.done[np.maximum(place, 0)])

    def still(self, age: Array, share: Array | float) -> Array:
        """The chance that a lead of this age, not converted yet, will; `share` ever convert."""
        done = self.by(age)
        left = share * (1 - done)
        return np.asarray(left / np.maximum(1 - share * done, 1e-12))


def ripening(age: Array, delay: Array) -> Ripening | None:
    """How conversions come with age; None when the record is too short or too thin to tell.

    `age` of every lead since it entered its cohort and `delay` until it converted, NaN if it has
    not, both in days. Leads not converted yet count as such up to their age (Kaplan-Meier), so that
    young ones neither hide slow conversions nor count as failed.
    """
    converted = np.isfinite(delay)
    if converted.sum() < ENOUGH:
        return None
    waits = CensoredData(uncensored=np.maximum(delay[converted], 0), right=age[~converted])
    left = ecdf(waits).sf
    share = 1 - float(left.probabilities[-1])
    done = (1 - left.probabilities) / share
    mature = float(left.quantiles[np.flatnonzero(done >= RIPE - 1e-9)[0]])
    if (age >= _SEEN_BEYOND * mature).sum() < ENOUGH:
        return None
    return Ripening(left.quantiles, done, mature, share)
