"""The later leads, held back to judge what was learned from the earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.learning.cases import Cases, TooLittleError
from leadpact.insight.learning.traits import Trait

#: To learn from fewer customers gives rules that do not hold.
ENOUGH_TO_LEARN = 50
#: The latest leads are held back, from so many of all customers on.
_HELD_BACK = 0.3
#: What fewer of the later leads have, such as a letter sent once, says nothing of those to come.
_STILL = 10
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Halves:
    """The leads to learn from, and those held back, all looked at no earlier than `since`."""

    learned: Flags
    held: Flags
    since: int


def halves(cases: Cases) -> Halves:
    """The earlier leads and the later ones, by the moment at which each is looked at.

    Raises TooLittleError where either has too few customers.
    """
    since = int(np.quantile(cases.moment[cases.won], 1 - _HELD_BACK, method="higher"))
    held = cases.moment >= since
    learned = ~held
    if not learned.any():
        raise TooLittleError(
            "All leads came at one moment: none are later ones, on which what the others show "
            "could be tried."
        )
    to_learn, to_judge = (int(cases.won[part].sum()) for part in (learned, held))
    if to_learn < ENOUGH_TO_LEARN:
        raise TooLittleError(
            f"{to_learn:,} customers to learn from are too few: it takes {ENOUGH_TO_LEARN} among "
            "the earlier leads."
        )
    if to_judge < ENOUGH:
        raise TooLittleError(
            f"{to_judge:,} customers among the latest leads are too few to judge what the earlier "
            f"ones show: it takes {ENOUGH}."
        )
    return Halves(learned, held, since)


def still_comes(trait: Trait, split: Halves) -> bool:
    """Whether a trait comes up among the later leads too."""
    return int(trait.has[split.held].sum()) >= _STILL
