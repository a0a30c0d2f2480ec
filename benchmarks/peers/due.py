"""When a term of working time is over, looked up in sorted openings: the way NumPy does it best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.task import TERM, Task


def due_at(task: Task, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """The due time of clocks that started at these moments, in microseconds since 1970."""
    start = np.searchsorted(task.opens, moments, side="right") - 1
    inside = np.minimum(moments, task.closes[start]) - task.opens[start]
    target = task.worked[start] + inside + TERM
    end = np.searchsorted(task.worked, target, side="left") - 1
    found: NDArray[np.int64] = task.opens[end] + target - task.worked[end]
    return found
