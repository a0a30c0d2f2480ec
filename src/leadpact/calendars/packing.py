"""From calendars to the table that the kernels read: every local day and span of a horizon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadpact import jit
from leadpact.calendars import kernels
from leadpact.calendars.kernels import DAY, FAR, CalendarTable
from leadpact.calendars.zones import offsets

if TYPE_CHECKING:
    from leadpact.calendars.calendar import Calendar

EPOCH_DAY = date(1970, 1, 1).toordinal()
MINUTE = 60_000_000

Ticks = NDArray[np.int64]


class _Part(NamedTuple):
    """One calendar's rows, their references counted from its own first row."""

    header: Ticks
    days: Ticks
    spans: Ticks
    steps: Ticks
    ranks: Ticks
    offsets: Ticks


class _Clock(NamedTuple):
    """A zone's offsets over time, for translating local clock readings in bulk."""

    since: Ticks
    until: Ticks
    shift: Ticks

    def first_shown(self, local: Ticks) -> Ticks:
        """When the clock first shows each reading, or the end of the skip that swallows it."""
        last_readings = np.maximum.accumulate(self.until + self.shift)
        row = np.searchsorted(last_readings, local, side="right")
        shown: Ticks = np.maximum(local - self.shift[row], self.since[row])
        return shown

    def last_passed(self, local: Ticks) -> Ticks:
        """The end of the time during which the clock shows less than each reading."""
        first_readings = np.minimum.accumulate((self.since + self.shift)[::-1])[::-1]
        row = np.searchsorted(first_readings, local, side="left") - 1
        passed: Ticks = np.minimum(local - self.shift[row], self.until[row])
        return passed


def pack_calendars(calendars: Sequence[Calendar], first: date, last: date) -> CalendarTable:
    """The table of these calendars for all instants from `first` to `last`, local days included.

    An instant outside that horizon is answered by FAR (see `kernels`): leave room on both sides
    for the durations that are added and subtracted. A calendar costs some 100 bytes a day. Nobody
    may write to the table: it is the same for everybody who asks for these calendars and days.
    """
    return _packed(tuple(calendars), first, last)


@lru_cache(maxsize=8)
def _packed(calendars: tuple[Calendar, ...], first: date, last: date) -> CalendarTable:
    parts = [_part(calendar, first.toordinal(), last.toordinal()) for calendar in calendars]
    return _joined([_Part(*(rows.copy() for rows in part)) for part in parts])


@lru_cache(maxsize=32)
def _part(calendar: Calendar, first: int, last: int) -> _Part:
    """Rows of the days from the one before `first`, whose last shift may reach into it."""
    clock = _clock(calendar, date.fromordinal(first).year - 1, date.fromordinal(last).year + 1)
    numbers = np.arange(first - 1, last + 2) - EPOCH_DAY
    begins = clock.first_shown(numbers * DAY)
    origin, horizon = begins[1], begins[-1]
    owners, starts, ends = _local_shifts(calendar, numbers[:-1])
    spans = _spans(clock, starts, ends, origin, horizon)
    steps, step_bits = _steps(spans)

    days = np.full((len(numbers), 7), FAR)
    days[:, kernels.BEGINS] = begins
    days[:, kernels.MIDNIGHT] = numbers * DAY
    days[:, kernels.SPAN] = np.searchsorted(spans[:, kernels.CLOSES], begins, side="right")
    days[:, kernels.OFFSET] = np.searchsorted(clock.since, begins, side="right") - 1
    worked = _mark_shifts(days, clock, owners, starts, ends)
    days[:, kernels.RANK] = np.cumsum(worked) - worked
    ranks = np.flatnonzero(worked)

    total = spans[-1, kernels.BEFORE]
    header = [calendar.always_open, 1, len(numbers) - 2, origin, horizon]
    header += [0, total, 0, step_bits, 0, len(ranks)]
    stretches = np.column_stack([np.append(clock.since, FAR), np.append(clock.shift, 0)])
    return _Part(np.array(header, np.int64), days, spans, steps, ranks, stretches)


def _clock(calendar: Calendar, first_year: int, last_year: int) -> _Clock:
    known = np.array(offsets(calendar.zone, first_year, last_year), np.int64) * 1_000_000
    since, shift = known[:, 0].copy(), known[:, 1].copy()
    since[0] = -FAR
    return _Clock(since, np.append(since[1:], FAR), shift)


def _local_shifts(calendar: Calendar, numbers: Ticks) -> tuple[Ticks, Ticks, Ticks]:
    """Row of the day, local start and local end of every shift, ordered by start."""
    weekdays = (numbers + 3) % 7
    regular = np.ones(len(numbers), bool)
    rows: list[Ticks] = []
    times: list[tuple[int, int]] = []
    for day, day_shifts in calendar.special_days.items():
        row = day.toordinal() - EPOCH_DAY - int(numbers[0])
        if 0 <= row < len(numbers):
            regular[row] = False
            rows += [np.array([row])] * len(day_shifts)
            times += day_shifts
    for weekday, day_shifts in enumerate(calendar.week):
        rows += [np.flatnonzero(regular & (weekdays == weekday))] * len(day_shifts)
        times += day_shifts
    owners = np.concatenate([*rows, np.array([], np.int64)])
    counts = [len(row) for row in rows]
    minutes = np.repeat(np.array(times, np.int64).reshape(-1, 2), counts, axis=0)
    midnights = numbers[owners] * DAY
    starts, ends = (midnights + minutes[:, side] * MINUTE for side in (0, 1))
    order = np.lexsort((ends, starts))
    return owners[order], starts[order], ends[order]


def _spans(clock: _Clock, starts: Ticks, ends: Ticks, origin: int, horizon: int) -> Ticks:
    """Opening, closing and working time before of each span within the horizon."""
    starts, ends = _united(starts, ends)
    firsts = np.searchsorted(ends, clock.since + clock.shift, side="right")
    lasts = np.searchsorted(starts, clock.until + clock.shift, side="left")
    opens, closes = [], []
    for first, last, since, until, shift in zip(firsts, lasts, *clock, strict=True):
        opens.append(np.maximum(starts[first:last] - shift, max(since, origin)))
        closes.append(np.minimum(ends[first:last] - shift, min(until, horizon)))
    opened, closed = np.concatenate(opens), np.concatenate(closes)
    opened, closed = _united(opened[opened < closed], closed[opened < closed])
    before = np.concatenate([[0], np.cumsum(closed - opened)])
    return np.column_stack([np.append(opened, FAR), np.append(closed, FAR), before])


def _united(starts: Ticks, ends: Ticks) -> tuple[Ticks, Ticks]:
    """Stretches ordered by start, joined where they touch or overlap: no time counts twice."""
    if not len(starts):
        return starts, ends
    reach = np.maximum.accumulate(ends)
    apart = np.append(True, starts[1:] > reach[:-1])
    return starts[apart], np.append(reach[:-1][apart[1:]], reach[-1])


def _steps(spans: Ticks) -> tuple[Ticks, int]:
    """The span at each step of worked time, a step being at most the average span."""
    total, count = int(spans[-1, kernels.BEFORE]), len(spans) - 1
    bits = max(total // max(count, 1), 1).bit_length() - 1
    marks = np.arange((total >> bits) + 1) << bits
    return np.searchsorted(spans[:, kernels.BEFORE], marks, side="right") - 1, bits


def _mark_shifts(
    days: Ticks, clock: _Clock, owners: Ticks, starts: Ticks, ends: Ticks
) -> NDArray[np.bool_]:
    """Fill in first opening and last closing; whether each day is a working day."""
    first, last = np.full(len(days), FAR), np.full(len(days), -FAR)
    np.minimum.at(first, owners, starts)
    np.maximum.at(last, owners, ends)
    has = first < FAR
    opening, closing = clock.first_shown(first[has]), clock.last_passed(last[has])
    has[has] = opening < closing
    days[has, kernels.FIRST_OPENING] = opening[opening < closing]
    days[has, kernels.LAST_CLOSING] = closing[opening < closing]
    return has


_REFERENCES = {
    "days": [(kernels.SPAN, "spans"), (kernels.OFFSET, "offsets"), (kernels.RANK, "ranks")],
    "header": [
        (kernels.FIRST_DAY, "days"),
        (kernels.LAST_DAY, "days"),
        (kernels.FIRST_SPAN, "spans"),
        (kernels.FIRST_STEP, "steps"),
        (kernels.FIRST_RANK, "ranks"),
        (kernels.END_RANK, "ranks"),
    ],
}


def _joined(parts: list[_Part]) -> CalendarTable:
    """The parts one after the other, their references counted from the table's first rows."""
    base: dict[str, int] = dict.fromkeys(_Part._fields, 0)
    for part in parts:
        for name, references in _REFERENCES.items():
            rows: Any = getattr(part, name)
            for column, target in references:
                rows[..., column] += base[target]
        part.steps[:] += base["spans"]
        part.ranks[:] += base["days"]
        for name in base:
            base[name] += len(getattr(part, name))
    return jit.pack_into(
        CalendarTable,
        calendars=np.stack([part.header for part in parts]),
        days=np.concatenate([part.days for part in parts]),
        spans=np.concatenate([part.spans for part in parts]),
        steps=np.concatenate([part.steps for part in parts]),
        ranks=np.concatenate([part.ranks for part in parts]),
        offsets=np.concatenate([part.offsets for part in parts]),
    )
