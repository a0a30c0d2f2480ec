"""When the clocks of a zone change: what the zone database knows, as a list of offsets."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

_PROBE = 6 * 86_400
"""Seconds between probes: no zone has changed its clocks and back within a week since 1900."""


class Offset(NamedTuple):
    """From `since` (seconds since 1970, UTC) the local clock is `shift` seconds ahead of UTC."""

    since: int
    shift: int


def offsets(zone: ZoneInfo, first_year: int, last_year: int) -> list[Offset]:
    """The offset at the start of the first year and each change until the last year ends."""
    start = _year_start(first_year)
    found = [Offset(start, _shift(zone, start))]
    for year in range(first_year, last_year + 1):
        found.extend(_changes(zone, year))
    return found


@functools.lru_cache(maxsize=100_000)
def _changes(zone: ZoneInfo, year: int) -> tuple[Offset, ...]:
    """The changes after the first instant of a UTC year, up to the first of the next."""
    end = _year_start(year + 1)
    found = []
    low = _year_start(year)
    shift = _shift(zone, low)
    while low < end:
        high = min(low + _PROBE, end)
        if _shift(zone, high) != shift:
            since = _change_between(zone, low, high)
            shift = _shift(zone, high)
            found.append(Offset(since, shift))
        low = high
    return tuple(found)


def _change_between(zone: ZoneInfo, low: int, high: int) -> int:
    before = _shift(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _shift(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _year_start(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _shift(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())
