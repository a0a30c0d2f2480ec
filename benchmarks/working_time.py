"""Working time between two instants and after one: by arrays, by calls, by other libraries.

All answer for Monday to Friday, 09:00 to 18:00 in New York, without holidays, on pairs drawn at
random over a year; what they tell is a checksum of the first thousand answers in whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.works import Prepared
from leadpact.calendars import Calendar

ZONE = "America/New_York"
HOURS = {day: [("09:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
MANY, SOME, FEW = 1_000_000, 10_000, 1_000
TERM = timedelta(hours=4)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _pairs() -> tuple[Any, Any]:
    random = np.random.default_rng(7)
    begin = np.datetime64("2026-01-05", "us").astype(np.int64)
    starts = begin + random.integers(0, 300 * 86_400, MANY) * 1_000_000
    return starts, starts + random.integers(0, 20 * 86_400, MANY) * 1_000_000


def _instants(ticks: Any, count: int) -> list[datetime]:
    local = ZoneInfo(ZONE)
    return [(EPOCH + timedelta(microseconds=int(t))).astimezone(local) for t in ticks[:count]]


def _sum_of(answers: Sequence[Any]) -> int:
    """Of the first answers, in whole seconds."""
    return int(sum(round(float(answer)) for answer in answers[:FEW]))


def _prepared(work: Callable[[], Any], seconds: Callable[[Any], Any]) -> Prepared:
    return Prepared(work, len, lambda found: _sum_of([seconds(each) for each in found[:FEW]]))


def _since(instant: Any) -> float:
    return float((instant - EPOCH) / timedelta(seconds=1))


def elapsed_arrays() -> Prepared:
    """A million pairs in one call."""
    calendar, (starts, ends) = Calendar(ZONE, HOURS), _pairs()
    return _prepared(lambda: calendar.elapsed_array(starts, ends), lambda us: us / 1e6)


def elapsed_one_by_one() -> Prepared:
    """Ten thousand pairs, a call each."""
    calendar, (starts, ends) = Calendar(ZONE, HOURS), _pairs()
    pairs = list(zip(_instants(starts, SOME), _instants(ends, SOME), strict=True))
    return _prepared(
        lambda: [calendar.elapsed(*pair) for pair in pairs], lambda length: length.total_seconds()
    )


def elapsed_by_businesstimedelta() -> Prepared:
    """A thousand pairs by the library of that name."""
    rules, (starts, ends) = _business_rules(), _pairs()
    pairs = list(zip(_instants(starts, FEW), _instants(ends, FEW), strict=True))
    return _prepared(
        lambda: [rules.difference(*pair) for pair in pairs],
        lambda found: found.hours * 3600 + found.seconds,
    )


def add_arrays() -> Prepared:
    """Four hours added to a million instants in one call."""
    calendar, (starts, _) = Calendar(ZONE, HOURS), _pairs()
    return _prepared(lambda: calendar.add_array(starts, TERM), lambda us: us / 1e6)


def add_one_by_one() -> Prepared:
    """Four hours added to ten thousand instants, a call each."""
    calendar, (starts, _) = Calendar(ZONE, HOURS), _pairs()
    instants = _instants(starts, SOME)
    return _prepared(lambda: [calendar.add(each, TERM) for each in instants], _since)


def add_by_pandas() -> Prepared:
    """Four hours added to a thousand instants by pandas."""
    import pandas as pd

    term = pd.offsets.CustomBusinessHour(n=4, start="09:00", end="18:00")
    instants = [pd.Timestamp(each) for each in _instants(_pairs()[0], FEW)]
    return _prepared(lambda: [each + term for each in instants], lambda t: t.timestamp())


def add_by_businesstimedelta() -> Prepared:
    """Four hours added to a thousand instants by the library of that name."""
    from businesstimedelta import BusinessTimeDelta

    term = BusinessTimeDelta(_business_rules(), hours=4)
    instants = _instants(_pairs()[0], FEW)
    return _prepared(lambda: [each + term for each in instants], _since)


def _business_rules() -> Any:
    import pytz
    from businesstimedelta import Rules, WorkDayRule

    day = WorkDayRule(
        start_time=time(9), end_time=time(18), working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(ZONE)
    )
    return Rules([day])
