"""The written form of working hours: reading, checking and wording it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 24 * 60

Shift = tuple[int, int]
"""From and until, in minutes after the local midnight of the day on which the shift begins."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class CalendarError(ValueError):
    """A calendar that cannot be, or a question that it cannot answer; the text says which."""


def weekly_shifts(hours: Mapping[str, Iterable[tuple[str, str]]]) -> tuple[tuple[Shift, ...], ...]:
    """The shifts of Monday to Sunday, each day's in order and merged where they overlap."""
    for day in hours:
        if day not in WEEKDAYS:
            raise CalendarError(f"“{day}” is no weekday; write one of {', '.join(WEEKDAYS)}.")
    return tuple(shifts(hours.get(day, ()), where=day) for day in WEEKDAYS)


def shifts(intervals: Iterable[tuple[str, str]], where: str) -> tuple[Shift, ...]:
    """One day's shifts from pairs of times; an end at or before its start is on the next day."""
    return _merged(sorted(_shift(interval, where) for interval in intervals))


def _shift(interval: object, where: str) -> Shift:
    if not isinstance(interval, list | tuple) or len(interval) != 2:
        raise CalendarError(f"Hours of {where}: {interval!r} is not a pair such as 09:00, 17:00.")
    start, end = (_minutes(text, where) for text in interval)
    if start == MINUTES_A_DAY:
        raise CalendarError(f"Hours of {where}: a shift cannot begin at 24:00; write 00:00.")
    return start, end if end > start else end + MINUTES_A_DAY


def _minutes(text: object, where: str) -> int:
    if text == "24:00":
        return MINUTES_A_DAY
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise CalendarError(
            f"Hours of {where}: {text!r} is no time of day; write it as HH:MM, such as 09:00."
        )
    return int(found[1]) * 60 + int(found[2])


def _merged(ordered: Iterable[Shift]) -> tuple[Shift, ...]:
    merged: list[Shift] = []
    for start, end in ordered:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def sentence(week: tuple[tuple[Shift, ...], ...]) -> str:
    """The week in words, like days together: “Monday to Thursday 09:00–17:00, Friday …”."""
    runs = [
        ([DAY_NAMES[day] for day, _ in run], day_hours)
        for day_hours, run in groupby(enumerate(week), key=itemgetter(1))
        if day_hours
    ]
    return ", ".join(f"{_days(names)} {_times(day_hours)}" for names, day_hours in runs)


def _days(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    joint = " and " if len(names) == 2 else " to "
    return f"{names[0]}{joint}{names[-1]}"


def _times(day_hours: tuple[Shift, ...]) -> str:
    return " and ".join(f"{_clock(start)}–{_clock(end)}" for start, end in day_hours)


def _clock(minutes: int) -> str:
    if minutes > MINUTES_A_DAY:
        minutes -= MINUTES_A_DAY
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
