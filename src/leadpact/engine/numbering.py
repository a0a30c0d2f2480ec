"""Numbers for hashes, in the order in which they come up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.arranging.kernels import Numbering, move_over, number_each

#: Room for this many different hashes at first; a power of two.
_FIRST_ROOM = 1 << 14


class Numbers:
    """Numbers hashes of 64 bits as they come, and remembers in which row each first came."""

    def __init__(self) -> None:
        self._table = _table(_FIRST_ROOM)

    def number(self, keys: NDArray[Any], rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """The number of every key."""
        keys = np.require(keys.view(np.int64), requirements=["C", "W"])
        rows = np.require(rows, np.int32, requirements=["C", "W"])
        out = np.empty(len(keys), np.int32)
        done = 0
        while done < len(keys):
            done += number_each(self._table, keys[done:], rows[done:], out[done:])
            if done < len(keys):
                larger = _table(4 * len(self._table.keys))
                move_over(self._table, larger)
                self._table = larger
        return out

    @property
    def firsts(self) -> NDArray[np.int64]:
        """[number] the row in which its hash first came up."""
        return self._table.firsts[: self._table.used[0]]


def _table(room: int) -> Numbering:
    return Numbering(
        keys=np.zeros(room, np.int64),
        numbers=np.full(room, -1, np.int32),
        firsts=np.zeros(room // 2 + 1, np.int64),
        used=np.zeros(1, np.int64),
    )


def mixed(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Other numbers for numbers, one for one, of which every bit depends on many."""
    mixing = codes.view(np.uint64).copy()
    mixing ^= mixing >> np.uint64(31)
    mixing *= np.uint64(0x9E3779B97F4A7C15)
    mixing ^= mixing >> np.uint64(29)
    return mixing.view(np.int64)
