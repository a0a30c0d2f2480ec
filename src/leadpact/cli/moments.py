"""Moments as people type them: a day, or an instant that names its zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from leadpact.cli.exits import Code, Failed

if TYPE_CHECKING:
    from leadpact.flows.checking import Version

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment_of(option: str, text: str | None, versions: Sequence[Version]) -> datetime | None:
    """The instant that an option names; a day means its end in the agreement's zone.

    Raises Failed for what is neither a day nor an instant with its zone.
    """
    from leadpact.flows.checking import zone_on

    if text is None:
        return None
    try:
        if _DAY.fullmatch(text.strip()):
            return _within_reach(option, text, _end_of(date.fromisoformat(text.strip()), versions))
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            local = instant.replace(tzinfo=zone_on(versions, instant.date()))
            raise Failed(
                f"{option} {text}: this time does not say its zone.",
                f"Write {local.isoformat()}, or {instant:%Y-%m-%d} for the end of that day.",
                Code.USAGE,
            )
        return _within_reach(option, text, instant.astimezone(UTC))
    except (ValueError, OverflowError):
        raise Failed(
            f"{option} {text}: this is no date or time.",
            "Write a day, as 2026-03-31 (its end is meant), or an instant with its zone, as "
            "2026-03-31T17:00:00Z.",
            Code.USAGE,
        ) from None


def _within_reach(option: str, text: str, instant: datetime) -> datetime:
    from leadpact.sources.instants import LAST_YEAR

    if instant.year > LAST_YEAR:
        raise Failed(
            f"{option} {text}: nothing is reckoned beyond the year {LAST_YEAR}.",
            "Write a day of your data, or leave the option out: then its last day counts.",
            Code.USAGE,
        )
    return instant


def _end_of(day: date, versions: Sequence[Version]) -> datetime:
    """The last microsecond of the day, which a summer-time change may make 23 or 25 hours long."""
    from leadpact.flows.checking import zone_on

    midnight = datetime.combine(day + timedelta(days=1), time(), zone_on(versions, day))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def instant_of(option: str, text: str) -> datetime:
    """The instant that an option names; a day is none. Raises Failed."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Failed(
            f"{option} {text}: this is no instant with its zone.",
            "Write now, or for example 2026-03-31T17:00:00Z.",
            Code.USAGE,
        )
    return found.astimezone(UTC)
