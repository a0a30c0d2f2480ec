"""The cases behind a metric as plain arrays, for questions about pace, doubt and maturity."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.tables import microseconds

Array = NDArray[np.float64]
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Rows:
    """Cases: when each counts (microseconds since 1970), on which local day, and how.

    `day` 0 is 1970-01-01. `reached` is when it came to count, NaN while it does not, in
    microseconds; None for a metric whose cases are settled when they are placed.
    """

    at: NDArray[np.int64]
    day: NDArray[np.int64]
    numerator: Array
    denominator: Array
    reached: Array | None = None

    def __len__(self) -> int:
        return len(self.at)

    def kept(self, which: NDArray[np.bool_]) -> Self:
        """The cases that are marked."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{k: v[which] for k, v in own.items() if v is not None})

    def between(self, starts: datetime, ends: datetime) -> Self:
        """The cases placed in a half-open stretch of time."""
        return self.kept((self.at >= microseconds(starts)) & (self.at < microseconds(ends)))

    @property
    def is_plain(self) -> bool:
        """Whether every case counts as one, and counts or not."""
        each = (self.numerator, self.denominator)
        return all(bool(np.isin(values, (0, 1)).all()) for values in each)

    def age(self, moment: datetime) -> Array:
        """Days from each placing to the moment."""
        return np.asarray((microseconds(moment) - self.at) / _DAY)

    @property
    def delay(self) -> Array:
        """Days from each placing until it came to count, NaN while it does not."""
        assert self.reached is not None
        return np.asarray((self.reached - self.at) / _DAY)


def rows_of(cases: pa.Table, zone: str) -> Rows:
    """A metric's population as arrays; days are those of the zone."""
    at = cases["placed_at"].cast(pa.timestamp("us", tz=zone))
    local = pc.local_timestamp(at).cast(pa.date32())
    reached = None
    if "reached_at" in cases.column_names:
        instants = cases["reached_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
        reached = instants.cast(pa.float64()).to_numpy()
    return Rows(
        at=at.cast(pa.int64()).to_numpy(),
        day=local.cast(pa.int32()).to_numpy().astype(np.int64),
        numerator=_numbers(cases["numerator"]),
        denominator=_numbers(cases["denominator"]),
        reached=reached,
    )


def _numbers(column: pa.ChunkedArray) -> Array:
    return np.asarray(np.nan_to_num(column.cast(pa.float64()).to_numpy()))
