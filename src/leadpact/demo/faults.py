"""The bad days of a stand-in: calls that are refused, that break, and whose answer gets lost."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass
class Faults:
    """How often what goes wrong, as shares of all calls.

    `lost` calls are done and their answer never arrives; `refused` and `broken` are not done. Of
    the records of a call that writes, some are `locked` by others, where a system knows that: each
    by itself.
    """

    dice: random.Random
    refused: float = 0.0
    broken: float = 0.0
    lost: float = 0.0
    locked: float = 0.0

    def draw(self) -> str:
        """What happens to a call: `refused`, `broken`, `lost`, or nothing."""
        at = self.dice.random()
        for name in ("refused", "broken", "lost"):
            share: float = getattr(self, name)
            if at < share:
                return name
            at -= share
        return ""
