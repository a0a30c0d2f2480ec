"""The answers of one calendar: its table, widened to the years that questions turn out to need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadpact import jit
from leadpact.calendars import kernels
from leadpact.calendars.hours import CalendarError
from leadpact.calendars.kernels import DAY, FAR, CalendarTable
from leadpact.calendars.packing import EPOCH_DAY, pack_calendars

if TYPE_CHECKING:
    from leadpact.calendars.calendar import Calendar

FIRST_YEAR, LAST_YEAR = 1900, 2500
_LONGEST = 2**60
_ROOM = 4
"""Years of a new table beyond those asked about, since most answers lie soon after."""


Answer = TypeVar("Answer", int, NDArray[np.int64])


class _Horizon(NamedTuple):
    first_year: int
    last_year: int
    table: CalendarTable


class Reckoner:
    """Working time of one calendar in microseconds since 1970; scalars as int, arrays as int64."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._horizon: _Horizon | None = None

    def is_open(self, t: int) -> bool:
        return kernels.is_open_at(self._covering(t, t).table, 0, t)

    def add(self, t: int, duration: int) -> int:
        _check_length(duration)
        return self._answer(lambda table: kernels.add_working(table, 0, t, duration), t, t)

    def subtract(self, t: int, duration: int) -> int:
        _check_length(duration)
        return self._answer(lambda table: kernels.subtract_working(table, 0, t, duration), t, t)

    def elapsed(self, a: int, b: int) -> int:
        table = self._covering(min(a, b), max(a, b)).table
        return kernels.working_between(table, 0, a, b)

    def open_between(self, a: int, b: int) -> list[tuple[int, int]]:
        spans = self._covering(min(a, b), max(a, b)).table.spans
        first = np.searchsorted(spans[:, kernels.CLOSES], a, side="right")
        last = np.searchsorted(spans[:, kernels.OPENS], b, side="left")
        found = spans[first:last, [kernels.OPENS, kernels.CLOSES]].tolist()
        return [(max(opens, a), min(closes, b)) for opens, closes in found]

    def add_business_days(self, t: int, n: int) -> int:
        return self._answer(lambda table: kernels.add_business_days_at(table, 0, t, n), t, t)

    def end_of_business_day(self, t: int, n: int) -> int:
        return self._answer(lambda table: kernels.end_of_business_day_at(table, 0, t, n), t, t)

    def is_business_day(self, day: date) -> bool:
        midnight = (day.toordinal() - EPOCH_DAY) * DAY
        days = self._covering(midnight, midnight).table.days
        row = (midnight - int(days[0, kernels.MIDNIGHT])) // DAY
        return bool(days[row, kernels.FIRST_OPENING] < FAR)

    def is_open_each(self, instants: ArrayLike) -> NDArray[np.bool_]:
        ticks, shape = _flat(instants)
        out = np.zeros(len(ticks), np.bool_)
        if len(ticks):
            kernels.open_each(self._covering(*_extent(ticks)).table, 0, ticks, out)
        return out.reshape(shape)

    def add_each(self, instants: ArrayLike, durations: ArrayLike | timedelta) -> NDArray[Any]:
        return self._moved(kernels.add_each, instants, durations)

    def subtract_each(self, instants: ArrayLike, durations: ArrayLike | timedelta) -> NDArray[Any]:
        return self._moved(kernels.subtract_each, instants, durations)

    def add_business_days_each(self, instants: ArrayLike, counts: ArrayLike) -> NDArray[Any]:
        return self._moved(kernels.add_business_days_each, instants, counts)

    def end_of_business_day_each(self, instants: ArrayLike, counts: ArrayLike) -> NDArray[Any]:
        return self._moved(kernels.end_of_business_day_each, instants, counts)

    def _moved(
        self, move: Callable[..., None], instants: ArrayLike, durations: ArrayLike | timedelta
    ) -> NDArray[Any]:
        if isinstance(durations, timedelta):
            durations = np.timedelta64(durations)
        (ticks, shape), (amounts, _) = map(_flat, np.broadcast_arrays(instants, durations))
        out = np.empty_like(ticks)

        def ask(table: CalendarTable) -> NDArray[np.int64]:
            move(table, 0, ticks, amounts, out)
            return out

        if len(ticks):
            _check_length(max(_extent(amounts), key=abs))
            self._answer(ask, *_extent(ticks))
        return _like(instants, out.reshape(shape), "datetime64[us]")

    def elapsed_each(self, starts: ArrayLike, ends: ArrayLike) -> NDArray[Any]:
        (a, shape), (b, _) = map(_flat, np.broadcast_arrays(starts, ends))
        out = np.empty_like(a)
        if len(a):
            extents = (*_extent(a), *_extent(b))
            table = self._covering(min(extents), max(extents)).table
            kernels.between_each(table, 0, a, b, out)
        return _like(starts, out.reshape(shape), "timedelta64[us]")

    def _answer(self, ask: Callable[[CalendarTable], Answer], first: int, last: int) -> Answer:
        """Ask with ever wider horizons until no answer lies beyond; CalendarError when none can."""
        horizon = self._covering(first, last)
        while True:
            answer = ask(horizon.table)
            beyond = _beyond(answer)
            if beyond == 0:
                return answer
            horizon = self._widened(horizon, beyond)

    def _covering(self, first: int, last: int) -> _Horizon:
        first_year, last_year = _year(first) - 1, _year(last) + 1
        if first_year < FIRST_YEAR or last_year > LAST_YEAR:
            raise CalendarError(
                f"Working time is known for the years {FIRST_YEAR + 2} to {LAST_YEAR - 2} only."
            )
        known = self._horizon
        if known and known.first_year <= first_year and last_year <= known.last_year:
            return known
        last_year = min(last_year + _ROOM, LAST_YEAR)
        if known:
            first_year = min(first_year, known.first_year)
            last_year = max(last_year, known.last_year)
        return self._build(first_year, last_year)

    def _widened(self, horizon: _Horizon, beyond: int) -> _Horizon:
        step = horizon.last_year - horizon.first_year + 1
        if beyond > 0:
            self._check_more(horizon.last_year, LAST_YEAR, "after")
            return self._build(horizon.first_year, min(horizon.last_year + step, LAST_YEAR))
        self._check_more(horizon.first_year, FIRST_YEAR, "before")
        return self._build(max(horizon.first_year - step, FIRST_YEAR), horizon.last_year)

    def _check_more(self, year: int, limit: int, side: str) -> None:
        """A calendar open on listed dates only is exhausted once the table holds them all."""
        openings = [day for day, shifts in self._calendar.special_days.items() if shifts]
        if not any(self._calendar.week):
            edge = max(openings) if side == "after" else min(openings)
            if (year > edge.year) if side == "after" else (year < edge.year):
                raise CalendarError(
                    f"There is no working time {side} {edge}: the calendar is open on listed "
                    "dates only."
                )
        if year == limit:
            raise CalendarError(f"The answer lies {side} the year {limit}.")

    def _build(self, first_year: int, last_year: int) -> _Horizon:
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
        table = pack_calendars([self._calendar], first, last)
        self._horizon = _Horizon(first_year, last_year, table)
        return self._horizon


def _year(t: int) -> int:
    return 1970 + int(t // (365.2425 * DAY))


def _beyond(answer: Any) -> int:
    """1 when an answer lies after the horizon, -1 when before it, else 0."""
    low, high = (answer, answer) if isinstance(answer, int) else _extent(answer)
    return 1 if high >= FAR else -1 if low <= -FAR else 0


def _check_length(duration: int) -> None:
    if abs(duration) > _LONGEST:
        raise CalendarError("A working duration of more than 30,000 years cannot be added.")


def _flat(values: ArrayLike) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    array = np.asarray(values)
    return jit.pack(array.reshape(-1), np.int64), array.shape


def _extent(ticks: NDArray[np.int64]) -> tuple[int, int]:
    return int(ticks.min()), int(ticks.max())


def _like(asked: ArrayLike, ticks: NDArray[np.int64], kind: str) -> NDArray[Any]:
    """Instants and durations as numpy's own types if they were asked about as such."""
    return ticks.view(kind) if np.asarray(asked).dtype.kind == "M" else ticks
