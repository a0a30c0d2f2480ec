"""Cases as columns of numbers: what every figure counts, one row a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.metrics.records import NEVER, Numbers
from leadpact.engine.metrics.words import Words

Column = NDArray[Any]


@dataclass(frozen=True)
class CaseTable:
    """Columns of equal length: `lead` (-1 for none), `at`, `segment`, `person`, and its own.

    Figures that add cases up need the own columns of `keys`, by which cases are alike, and of
    `sums`, which are added. `words` are the texts behind the numbers of a column. `told` are
    columns that a population shows besides.
    """

    columns: Mapping[str, Column]
    keys: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    told: Mapping[str, pa.Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["lead"])


def as_instants(ticks: Numbers) -> pa.Array:
    """Microseconds as instants; NEVER is NULL."""
    unknown = ticks == NEVER
    numbers = pa.array(np.where(unknown, 0, ticks), pa.int64(), mask=unknown)
    return numbers.cast(pa.timestamp("us", tz="UTC"))
