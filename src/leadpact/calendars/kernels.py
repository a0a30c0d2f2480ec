"""Working time as kernels: the one implementation behind scalar, array and fold.

Every instant and duration is an int64 of microseconds, instants since 1970 in UTC. A calendar is
named by its index in a `CalendarTable`. An instant outside the table's horizon, or a result later
than it, gives FAR, which exceeds every instant; a result earlier than the horizon gives -FAR.
"""

from __future__ import annotations

from typing import NamedTuple

from leadpact import jit

FAR = 2**62
DAY = 86_400_000_000

# Columns of `CalendarTable.calendars`.
ALWAYS, FIRST_DAY, LAST_DAY, ORIGIN, HORIZON = range(5)
FIRST_SPAN, TOTAL, FIRST_STEP, STEP_BITS, FIRST_RANK, END_RANK = range(5, 11)
# Columns of `CalendarTable.days`.
BEGINS, MIDNIGHT, SPAN, OFFSET, RANK, FIRST_OPENING, LAST_CLOSING = range(7)
# Columns of `CalendarTable.spans`.
OPENS, CLOSES, BEFORE = range(3)
# Columns of `CalendarTable.offsets`.
SINCE, SHIFT = range(2)


class CalendarTable(NamedTuple):
    """Calendars over a horizon, one after the other in each array.

    A *span* is a stretch of uninterrupted working time. A *step* is a fixed amount of working
    time: spans are found from worked time by their step as they are from an instant by its day.
    """

    calendars: jit.Int64Table
    """Per calendar: its rows in the other arrays, its horizon, its working time in total."""
    days: jit.Int64Table
    """Per local day, from the day before the horizon to the day after it: first instant, local
    midnight, first span that closes later, offset at its beginning, rank of the first working day
    from it on, first opening and last closing of the shifts that begin on it (FAR when none)."""
    spans: jit.Int64Table
    """Per span: opening, closing, working time before it; then a row that opens at FAR."""
    steps: jit.Int64s
    """Per step of worked time: the span in which it begins."""
    ranks: jit.Int64s
    """The rows in `days` of the working days."""
    offsets: jit.Int64Table
    """Per stretch of one UTC offset: first instant and offset; then a row at FAR."""


@jit.inlined
def in_horizon(table: CalendarTable, calendar: int, t: int) -> bool:
    """Whether the table can answer for this instant."""
    return bool(table.calendars[calendar, ORIGIN] <= t < table.calendars[calendar, HORIZON])


@jit.inlined
def day_at(table: CalendarTable, calendar: int, t: int) -> int:
    """The row in `days` of the local day of an instant within the horizon."""
    elapsed = (t - table.calendars[calendar, ORIGIN]) // DAY
    day = min(table.calendars[calendar, FIRST_DAY] + elapsed, table.calendars[calendar, LAST_DAY])
    # Offsets change, so days do not begin at multiples of 24 hours: off by one or two at most.
    while table.days[day, BEGINS] > t:
        day -= 1
    while table.days[day + 1, BEGINS] <= t:
        day += 1
    return int(day)


@jit.inlined
def span_at(table: CalendarTable, calendar: int, t: int) -> int:
    """The first span that closes after an instant within the horizon."""
    span = table.days[day_at(table, calendar, t), SPAN]
    while table.spans[span, CLOSES] <= t:
        span += 1
    return int(span)


@jit.inlined
def worked_until(table: CalendarTable, calendar: int, t: int) -> int:
    """Working time from the start of the horizon to an instant within it."""
    span = span_at(table, calendar, t)
    return int(table.spans[span, BEFORE] + max(0, t - table.spans[span, OPENS]))


@jit.inlined
def span_of_work(table: CalendarTable, calendar: int, worked: int) -> int:
    """The span being worked when this much working time lies behind; less than the total."""
    step = worked >> table.calendars[calendar, STEP_BITS]
    span = table.steps[table.calendars[calendar, FIRST_STEP] + step]
    while table.spans[span + 1, BEFORE] <= worked:
        span += 1
    return int(span)


@jit.inlined
def moment_worked(table: CalendarTable, calendar: int, worked: int, forward: bool) -> int:
    """When this much of the horizon's working time lies behind.

    During a break that is its beginning when looking forward, its end when looking back.
    """
    span = span_of_work(table, calendar, worked - forward)
    return int(table.spans[span, OPENS] + worked - table.spans[span, BEFORE])


@jit.inlined
def is_open_at(table: CalendarTable, calendar: int, t: int) -> bool:
    """Whether the instant is working time; outside the horizon it is not."""
    is_open = bool(table.calendars[calendar, ALWAYS])
    if not is_open and in_horizon(table, calendar, t):
        is_open = table.spans[span_at(table, calendar, t), OPENS] <= t
    return is_open


@jit.inlined
def working_between(table: CalendarTable, calendar: int, a: int, b: int) -> int:
    """Working time from `a` to `b`, negative when `b` is earlier."""
    between = FAR
    if table.calendars[calendar, ALWAYS]:
        between = b - a
    elif in_horizon(table, calendar, min(a, b)) and in_horizon(table, calendar, max(a, b)):
        between = worked_until(table, calendar, b) - worked_until(table, calendar, a)
    return between


@jit.kernel
def working_moment(table: CalendarTable, calendar: int, t: int, forward: bool) -> int:
    """The instant itself when open, else the next opening, or the previous closing."""
    if table.calendars[calendar, ALWAYS] or is_open_at(table, calendar, t):
        return t
    span = span_at(table, calendar, t)
    if forward:
        return int(table.spans[span, OPENS])
    if span == table.calendars[calendar, FIRST_SPAN]:
        return -FAR
    return int(table.spans[span - 1, CLOSES])


@jit.inlined
def working_time_away(
    table: CalendarTable, calendar: int, t: int, duration: int, forward: bool
) -> int:
    """The instant from which `t` is a duration (signed) of working time away."""
    moment = FAR
    if table.calendars[calendar, ALWAYS]:
        moment = t + duration
    elif in_horizon(table, calendar, t):
        worked = worked_until(table, calendar, t) + duration
        if duration == 0:
            moment = working_moment(table, calendar, t, forward)
        elif worked < 0:
            moment = -FAR
        elif worked <= table.calendars[calendar, TOTAL]:
            moment = moment_worked(table, calendar, worked, forward)
    return moment


@jit.inlined
def add_working(table: CalendarTable, calendar: int, t: int, duration: int) -> int:
    """The earliest instant by which the duration has been worked since `t`.

    Zero gives `t` itself or, outside hours, the next opening. A negative duration is subtracted.
    """
    return working_time_away(table, calendar, t, duration, duration >= 0)


@jit.inlined
def subtract_working(table: CalendarTable, calendar: int, t: int, duration: int) -> int:
    """The latest instant since which the duration has been worked until `t`.

    Zero gives `t` itself or, outside hours, the previous closing. A negative duration is added.
    """
    return working_time_away(table, calendar, t, -duration, duration < 0)


@jit.kernel
def working_day_of(table: CalendarTable, calendar: int, t: int) -> int:
    """The row of the day on which the shift that is worked at `t`, or just closed, began."""
    day = day_at(table, calendar, t)
    return day if table.days[day, FIRST_OPENING] <= t else day - 1


@jit.kernel
def following_working_day(table: CalendarTable, calendar: int, day: int, n: int) -> int:
    """The row of the n-th working day after a working day; -1 when it lies past the horizon."""
    rank = table.days[day, RANK] + n
    if rank < table.calendars[calendar, FIRST_RANK] or rank >= table.calendars[calendar, END_RANK]:
        return -1
    return int(table.ranks[rank])


@jit.kernel
def local_time_of(table: CalendarTable, day: int, t: int) -> int:
    """The local clock at an instant that is not before the day's beginning."""
    row = table.days[day, OFFSET]
    while table.offsets[row + 1, SINCE] <= t:
        row += 1
    return int(t + table.offsets[row, SHIFT])


@jit.kernel
def instant_of(table: CalendarTable, day: int, local_time: int) -> int:
    """When the local clock first shows this time or, where it skips it, the end of the skip."""
    row = table.days[day, OFFSET]
    while local_time - table.offsets[row, SHIFT] >= table.offsets[row + 1, SINCE]:
        row += 1
    return int(max(local_time - table.offsets[row, SHIFT], table.offsets[row, SINCE]))


@jit.kernel
def add_business_days_at(table: CalendarTable, calendar: int, t: int, n: int) -> int:
    """The same local time on the n-th following working day, moved into that day's hours.

    Counts from the next opening when `t` is outside hours, or from the previous closing when `n`
    is negative; zero gives that moment itself.
    """
    if not in_horizon(table, calendar, t):
        return FAR
    start = working_moment(table, calendar, t, n >= 0)
    if n == 0 or start == FAR or start == -FAR:
        return start
    day = working_day_of(table, calendar, start)
    target = following_working_day(table, calendar, day, n)
    if target < 0:
        return FAR if n > 0 else -FAR
    time_of_day = local_time_of(table, day, start) - table.days[day, MIDNIGHT]
    moved = instant_of(table, target, table.days[target, MIDNIGHT] + time_of_day)
    latest = min(moved, table.days[target, LAST_CLOSING])
    return int(max(latest, table.days[target, FIRST_OPENING]))


@jit.kernel
def end_of_business_day_at(table: CalendarTable, calendar: int, t: int, n: int) -> int:
    """The last closing of the n-th following working day; of the current one for zero.

    Outside hours the current working day is that of the next opening or, for a negative `n`, of
    the previous closing.
    """
    if not in_horizon(table, calendar, t):
        return FAR
    start = working_moment(table, calendar, t, n >= 0)
    if start == FAR or start == -FAR:
        return start
    day = working_day_of(table, calendar, start)
    target = following_working_day(table, calendar, day, n)
    if target < 0:
        return FAR if n > 0 else -FAR
    return int(table.days[target, LAST_CLOSING])


@jit.kernel
def open_each(table: CalendarTable, calendar: int, instants: jit.Int64s, out: jit.Bools) -> None:
    """Fill `out` with `is_open_at` of each instant."""
    for i in range(len(instants)):
        out[i] = is_open_at(table, calendar, instants[i])


@jit.kernel
def add_each(
    table: CalendarTable, calendar: int, starts: jit.Int64s, durations: jit.Int64s, out: jit.Int64s
) -> None:
    """Fill `out` with `add_working` of each pair."""
    for i in range(len(starts)):
        out[i] = add_working(table, calendar, starts[i], durations[i])


@jit.kernel
def subtract_each(
    table: CalendarTable, calendar: int, starts: jit.Int64s, durations: jit.Int64s, out: jit.Int64s
) -> None:
    """Fill `out` with `subtract_working` of each pair."""
    for i in range(len(starts)):
        out[i] = subtract_working(table, calendar, starts[i], durations[i])


@jit.kernel
def add_business_days_each(
    table: CalendarTable, calendar: int, starts: jit.Int64s, counts: jit.Int64s, out: jit.Int64s
) -> None:
    """Fill `out` with `add_business_days_at` of each pair."""
    for i in range(len(starts)):
        out[i] = add_business_days_at(table, calendar, starts[i], counts[i])


@jit.kernel
def end_of_business_day_each(
    table: CalendarTable, calendar: int, starts: jit.Int64s, counts: jit.Int64s, out: jit.Int64s
) -> None:
    """Fill `out` with `end_of_business_day_at` of each pair."""
    for i in range(len(starts)):
        out[i] = end_of_business_day_at(table, calendar, starts[i], counts[i])


@jit.kernel
def between_each(
    table: CalendarTable, calendar: int, starts: jit.Int64s, ends: jit.Int64s, out: jit.Int64s
) -> None:
    """Fill `out` with `working_between` of each pair."""
    for i in range(len(starts)):
        out[i] = working_between(table, calendar, starts[i], ends[i])
