"""Reading dates and times as people and exports write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The last year in which anything can happen.
LAST_YEAR = 2200

_TIME = (
    r"(?:(?:\s*T\s*|,?\s+(?:at\s+)?)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<offset>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME
)
_DAY_NAMED = re.compile(
    r"(?P<day>\d{1,2})[. -]+(?P<name>[A-Za-z]{3,9})\.?,?[ -]+(?P<year>\d{4})" + _TIME
)
_MONTH_NAMED = re.compile(
    r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME
)
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\s.*)?")
_MILLISECONDS = re.compile(r"\d{13}")
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = {
    name[:length]: number
    for number, name in enumerate(_MONTH_NAMES.split(), start=1)
    for length in range(3, len(name) + 1)
} | {"sept": 9}


class DateOrder(StrEnum):
    """How a date such as 3/4/2025 is meant."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"


class InstantError(ValueError):
    """A text that cannot be read as a date or time; its message finishes “… is ”."""


class ZoneMissingError(InstantError):
    """A date or time without a zone, where none is declared."""


class OrderUnclearError(InstantError):
    """A date whose day and month could be exchanged, where no order is declared or recognised."""


@dataclass(frozen=True)
class Moment:
    """A point in time, in microseconds since 1970 in UTC, and what its text left open."""

    microseconds: int
    date_only: bool
    zone_assumed: bool


def read_moment(
    text: str, zone: tzinfo | None, order: DateOrder | None, *, end_of_day: bool = False
) -> Moment:
    """Read one trimmed text; a date without a time is that day's first or last second in the zone.

    Raises InstantError, ZoneMissingError or OrderUnclearError. A local time that a clock change
    skips is read as if the clock had not yet changed; one that occurs twice, as its first.
    """
    if _MILLISECONDS.fullmatch(text):
        return _within_range(EPOCH + timedelta(milliseconds=int(text)), False, False)
    match, month, day = _parts(text, order)
    offset = _offset(match["offset"])
    local_zone = offset or zone
    if local_zone is None:
        raise ZoneMissingError("a time without a zone")
    hour, minute, second, micro = _clock(match, end_of_day)
    try:
        local = datetime(int(match["year"]), month, day, hour, minute, second, micro, local_zone)
    except ValueError:
        raise InstantError("no such day or time") from None
    return _within_range(local, match["hour"] is None, offset is None)


def order_evidence(text: str) -> DateOrder | None:
    """The order that alone makes sense of a date such as 3/14/2025, or None."""
    match = _YEAR_LAST.fullmatch(text)
    if not match or match["mark"] == ".":
        return None
    a, b = int(match["a"]), int(match["b"])
    if a > 12 >= b:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if b > 12 >= a else None


def needs_order(text: str) -> bool:
    """Whether a text is a date whose day and month could be exchanged."""
    match = _YEAR_LAST.fullmatch(text)
    if not match or match["mark"] == ".":
        return False
    return order_evidence(text) is None and int(match["a"]) != int(match["b"])


def _parts(text: str, order: DateOrder | None) -> tuple[re.Match[str], int, int]:
    if match := _YEAR_FIRST.fullmatch(text):
        return match, int(match["month"]), int(match["day"])
    if match := _YEAR_LAST.fullmatch(text):
        return match, *_month_and_day(match, order)
    for pattern in (_DAY_NAMED, _MONTH_NAMED):
        if (match := pattern.fullmatch(text)) and match["name"].lower() in _MONTHS:
            return match, _MONTHS[match["name"].lower()], int(match["day"])
    if _TWO_DIGIT_YEAR.fullmatch(text):
        raise InstantError("a date whose year has two digits")
    raise InstantError("no date or time")


def _month_and_day(match: re.Match[str], order: DateOrder | None) -> tuple[int, int]:
    a, b = int(match["a"]), int(match["b"])
    if match["mark"] == ".":
        return b, a
    if order is None:
        order = DateOrder.MONTH_FIRST if a == b else order_evidence(match.group())
    if order is None:
        raise OrderUnclearError("a date with day and month unclear")
    month, day = (a, b) if order is DateOrder.MONTH_FIRST else (b, a)
    if month > 12:
        raise InstantError(f"no date with the {order}")
    return month, day


def _clock(match: re.Match[str], end_of_day: bool) -> tuple[int, int, int, int]:
    if match["hour"] is None:
        return (23, 59, 59, 0) if end_of_day else (0, 0, 0, 0)
    hour = int(match["hour"])
    if half := match["half"]:
        if not 1 <= hour <= 12:
            raise InstantError("no such day or time")
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    fraction = (match["fraction"] or "").ljust(6, "0")[:6]
    return hour, int(match["minute"]), int(match["second"] or 0), int(fraction)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if shift >= timedelta(hours=24):
        raise InstantError("a time with no such offset")
    return timezone(-shift if text[0] == "-" else shift)


def _within_range(moment: datetime, date_only: bool, zone_assumed: bool) -> Moment:
    if moment.year > LAST_YEAR:
        raise InstantError(f"a date after {LAST_YEAR}")
    microseconds = (moment - EPOCH) // _MICROSECOND
    if microseconds < 0:
        raise InstantError("a date before 1970")
    return Moment(microseconds, date_only, zone_assumed)
