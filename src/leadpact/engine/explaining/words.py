"""Points, moments, lengths of time and foreign texts, as an explanation writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.prose import in_words
from leadpact.engine.compile.book import THOUSANDTHS

SECOND = 10**6
_MINUTE, _HOUR, _DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
#: Longest that a foreign value may be within a sentence.
VALUE_WIDTH = 48
_MINUS = "−"


def points(thousandths: int) -> str:
    """Points, exact to the thousandth."""
    whole, rest = divmod(abs(thousandths), THOUSANDTHS)
    decimals = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{_MINUS if thousandths < 0 else ''}{whole:,}{decimals}"


def signed(thousandths: int) -> str:
    """Points with their sign."""
    return points(thousandths) if thousandths < 0 else f"+{points(thousandths)}"


def length(microseconds: int, in_days: bool = False) -> str:
    """A length of time in its two largest units, cut; days only where time runs round the clock."""
    if microseconds < SECOND:
        return "no time"
    units = [(_DAY, "d")] if in_days and microseconds >= 2 * _DAY else []
    units += [(_HOUR, "h"), (_MINUTE, "min"), (SECOND, "s")]
    counts, left = [], microseconds
    for size, name in units:
        count, left = divmod(left, size)
        counts.append((count, name))
    first = next(place for place, (count, _) in enumerate(counts) if count)
    return " ".join(f"{count:,} {name}" for count, name in counts[first : first + 2] if count)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant on the wall clock: Tue 3 Mar 2026, 10:15."""
    return f"{day(at, zone)}, {clock(at, zone)}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """The day of an instant: Tue 3 Mar 2026."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The time of day of an instant: 10:15."""
    return f"{at.astimezone(zone):%H:%M}"


def cut(text: str, width: int = VALUE_WIDTH) -> str:
    """A text on one line and no longer than this."""
    line = " ".join(text[: 4 * width].split())
    return line if len(line) <= width and len(text) <= 4 * width else line[: width - 1] + "…"


def value(given: Any) -> str:
    """A value of a row or a lead, cut."""
    if isinstance(given, str | bool | int | float) or given is None:
        return cut(in_words(given))
    return cut(str(given))


def pairs(given: Mapping[str, Any], width: int = 10_000) -> str:
    """Names with their values, as many as fit, and whether there were more."""
    told: list[str] = []
    for name, each in given.items():
        pair = f"{cut(name, 30)} {value(each)}"
        if told and sum(map(len, told)) + len(pair) > width:
            return ", ".join([*told, "…"])
        told.append(pair)
    return ", ".join(told)


def listed(items: Iterable[str], last: str = "and", most: int = 1000) -> str:
    """Items as a sentence lists them; of more than `most` the rest is counted."""
    words = list(items)
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most:,} more"]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def times(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def nth(number: int) -> str:
    """First, second, third, 4th …"""
    early = {1: "first", 2: "second", 3: "third"}
    if number in early:
        return early[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"


def capital(text: str) -> str:
    """The text with its first letter in upper case; a kind such as `email_sent` stays as it is."""
    is_kind = "_" in text.partition(" ")[0]
    return text if is_kind else text[:1].upper() + text[1:]
