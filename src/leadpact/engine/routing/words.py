"""Moments and lists, as the steps of a decision write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.prose import in_words

#: Longest that a value of a lead may be within a step.
_WIDTH = 48


def day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A day in the near future, with its time unless it is midnight: 3 Mar; 3 Mar 14:00."""
    local = at.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    time = "" if (local.hour, local.minute) == (0, 0) else f" {local:%H:%M}"
    return f"{local.day} {local:%b}{year}{time}"


def opening(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An opening: Mon 9 Mar 09:00, or the time alone when it is on the same day."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def leads(count: int) -> str:
    """So many leads."""
    return "1 lead" if count == 1 else f"{count:,} leads"


def amount(due: float) -> str:
    """A number of leads that need not be whole."""
    return f"{due:,.2f}".rstrip("0").rstrip(".")


def listed(items: Iterable[str]) -> str:
    """Items as a sentence lists them."""
    words = list(items)
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def value(given: Any) -> str:
    """A value of a lead on one line, cut where it is long, without signs that do not print."""
    line = " ".join(in_words(given).split()) if given not in (None, "") else "unknown"
    shown = "".join(sign if sign.isprintable() else "�" for sign in line)
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 1] + "…"
