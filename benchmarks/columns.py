"""Columns made from random numbers a million at a time: texts of a list, keys, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Random = np.random.Generator

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)


def keys(prefix: str, numbers: Numbers, factor: int) -> pa.Array:
    """A text for each number: twelve digits in no visible order, no two alike below 2**48."""
    mixed = (numbers.astype(np.uint64) * np.uint64(factor | 1)) & np.uint64(2**48 - 1)
    shifts = np.arange(44, -4, -4, dtype=np.uint64)
    digits = _DIGITS[(mixed[:, None] >> shifts).astype(np.uint8) & 15]
    letters = np.frombuffer(prefix.encode(), np.uint8)
    signs = np.hstack([np.broadcast_to(letters, (len(numbers), len(letters))), digits])
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * signs.shape[1]
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(signs))


def coded(texts: Sequence[str], places: Any, present: Any = True) -> pa.Array:
    """The texts at these places, NULL where not present, in the form of a small dictionary."""
    missing = ~np.broadcast_to(present, len(places))
    codes = pa.array(np.where(missing, 0, places).astype(np.int8), mask=missing)
    return pa.DictionaryArray.from_arrays(codes, pa.array(texts, pa.string()))


def drawn(random: Random, chances: dict[str, float], count: int) -> pa.Array:
    """Texts drawn by their chances, as a small dictionary; NULL for the rest of the chances."""
    bounds = np.cumsum(list(chances.values()))
    places = np.searchsorted(bounds, random.random(count), side="right")
    return coded(list(chances), places, places < len(bounds))


def some(values: NDArray[Any], present: NDArray[np.bool_]) -> pa.Array:
    """The values, in an array of numpy, where present, else NULL."""
    return pa.array(values, mask=~present)
