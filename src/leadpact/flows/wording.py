"""Instants as messages tell them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def when(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """An instant on somebody's wall clock; the day only where it is not today."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"today at {local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b, %H:%M}"
