"""Lists of unequal length as kernels take them: items in one array, their begins in another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def begins_of(lists: Sequence[Sequence[Any]]) -> NDArray[np.int32]:
    """Where each list begins in their concatenation, and where the last one ends."""
    return np.cumsum([0, *map(len, lists)], dtype=np.int32)


def column(items: Iterable[Any], dtype: Any = np.int32) -> NDArray[Any]:
    """The items as an array; never empty, since kernels take no array without room."""
    array = np.array(list(items), dtype)
    return array if len(array) else np.zeros(1, dtype)


def chained(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """All items of all lists in order."""
    return [item for one in lists for item in one]
