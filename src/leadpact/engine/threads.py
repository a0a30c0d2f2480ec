"""How many things the engine does at once, and doing them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Part = TypeVar("Part")

#: More threads than this wait for memory, not for processors.
MOST = 16

#: To start threads takes as long as to do what there is to do of fewer rows.
WORTH_THREADS = 50_000


_allowed = MOST


def at_most(threads: int) -> None:
    """Let the engine use no more threads in this process, because others share its processors."""
    global _allowed
    _allowed = threads


def count() -> int:
    """How many threads the engine uses: one for each processor, or as many as it may."""
    return max(1, min(_allowed, os.cpu_count() or 1))


def at_once(work: Callable[[Part], Any], parts: Sequence[Part]) -> list[Any]:
    """The work of every part, in order; kernels, numpy, Arrow and DuckDB let the
    interpreter go, so parts overlap."""
    if len(parts) < 2 or count() < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(count()) as pool:
        return list(pool.map(work, parts))


def together(rows: int, *works: Callable[[], Any]) -> list[Any]:
    """What several works give, done at once where they concern enough rows to be worth threads."""
    if rows < WORTH_THREADS:
        return [work() for work in works]
    return at_once(lambda work: work(), works)


def stretches(rows: int) -> list[slice]:
    """Stretches of so many rows: one for each thread that is worth it."""
    several = max(1, min(count(), rows // WORTH_THREADS))
    cuts = np.linspace(0, rows, several + 1).astype(int).tolist()
    return [slice(first, last) for first, last in pairwise(cuts)]


def parts(begins: NDArray[np.int64], many: int | None = None) -> list[tuple[int, int]]:
    """Stretches of leads with about as many rows each: one for each thread, or so many."""
    leads, rows = len(begins) - 1, int(begins[-1])
    wanted = np.linspace(0, rows, 1 + (many or count()))[1:-1]
    cuts = np.unique([0, *np.searchsorted(begins[:-1], wanted), leads])
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
