"""Who misses an obligation more than the others, and at what time of the week it is missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import interval
from leadpact.engine.metrics.clocks import DECIDED, clocks
from leadpact.engine.metrics.records import Records
from leadpact.engine.metrics.tables import EPOCH, microseconds
from leadpact.engine.result import Result

#: Fewer misses than this stand out by chance too easily.
ENOUGH_MISSES = 5
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_QUARTER_HOUR = 15 * 60 * 1_000_000


@dataclass(frozen=True)
class Standout:
    """A person or a time of the week with clearly more misses than the obligation has overall."""

    name: str
    missed: int
    n: int


@dataclass(frozen=True)
class Standouts:
    """The person and the time of the week that stand out most, where one does."""

    holder: Standout | None
    time: Standout | None


def standouts(
    result: Result, obligation: str, due: tuple[datetime, datetime] | None = None
) -> Standouts:
    """Where the misses of an obligation gather; `due` keeps the clocks due in that stretch.

    One stands out when it has at least 5 misses and the lower end of the interval of its share
    missed lies above the obligation's share; the interval is the wider the more are compared, so
    that chance makes somebody stand out one time in twenty at most. Of several it is the one with
    the most misses beyond its share. Times of the week are those of the clocks' starts, in the
    agreement's zone.
    """
    records = Records(result)
    known = clocks(records)
    fits = known.came_to(*DECIDED)
    fits &= np.isin(known.obligation, known.obligations.like([obligation]))
    if due is not None:
        fits &= (known.due >= microseconds(due[0])) & (known.due < microseconds(due[1]))
    rows = np.flatnonzero(fits)
    missed = ~known.came_to("met")[rows]
    holders = records.persons.column(known.person[rows]).fill_null("")
    zone = ZoneInfo(result.agreement.calendar.timezone)
    return Standouts(
        holder=_most(holders.to_numpy(zero_copy_only=False), missed),
        time=_most(times_of_week(known.started[rows], zone), missed),
    )


def _most(groups: NDArray[np.object_], missed: NDArray[np.bool_]) -> Standout | None:
    if not missed.any():
        return None
    overall = float(missed.mean())
    best, most = None, 0.0
    names, places = np.unique(groups.astype(str), return_inverse=True)
    level = 1 - 0.05 / len(names)
    for place, name in enumerate(names):
        n, bad = int((places == place).sum()), int(missed[places == place].sum())
        excess = bad - n * overall
        clearly = bad >= ENOUGH_MISSES and interval(bad, n, level)[0] > overall
        if name and clearly and excess > most:
            best, most = Standout(str(name), bad, n), excess
    return best


def times_of_week(started: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.object_]:
    """The part of the week of each instant, such as `Tuesday afternoons`."""
    return _on_the_wall(started, zone, _time_of_week)


def hours_of_day(started: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.object_]:
    """The hour of the day of each instant, such as `09:00`."""
    return _on_the_wall(started, zone, lambda local: f"{local.hour:02d}:00")


def _on_the_wall(
    started: NDArray[np.int64], zone: ZoneInfo, called: Callable[[datetime], str]
) -> NDArray[np.object_]:
    # Every zone's offset is a multiple of a quarter of an hour, so few instants need converting.
    quarters, places = np.unique(started // _QUARTER_HOUR, return_inverse=True)
    names = [
        called((EPOCH + timedelta(microseconds=int(q) * _QUARTER_HOUR)).astimezone(zone))
        for q in quarters
    ]
    return np.array(names, dtype=object)[places]


def _time_of_week(local: datetime) -> str:
    part = "mornings" if local.hour < 12 else "afternoons" if local.hour < 18 else "evenings"
    return f"{_DAYS[local.weekday()]} {part}"
