"""Instants as the log keeps them: whole microseconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FIRST_YEAR, LAST_YEAR = 1970, 2200


def in_range(instant: datetime) -> datetime:
    """The instant itself; raises ValueError for one at which nothing can have happened."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return instant


def ticks(instant: datetime) -> int:
    """An instant as microseconds; raises ValueError for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone, so it is no instant")
    return (instant - _EPOCH) // _MICROSECOND


def instant(ticks: int) -> datetime:
    """Microseconds as an instant in UTC."""
    return _EPOCH + ticks * _MICROSECOND
