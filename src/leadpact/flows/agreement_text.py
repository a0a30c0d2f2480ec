"""Messages about the agreement itself, as the heads read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from leadpact.notify.message import Link, Message

_UNTIL_THEN = (
    "Draft the next version before, under Settings → Agreement: a new term, and whatever shall "
    "change. Both sides accept it."
)
_OVER = (
    "What it promises counts on until another version is in force, though nobody has agreed to it "
    "for these days. Draft the next one under Settings → Agreement."
)
_READ = (
    "Read what it promises for your side and what it changes, and accept it on the page "
    "Agreement, or speak with the other side first."
)


def message_of(key: str, about: Mapping[str, Any], zone: ZoneInfo) -> Message:
    """A reminder of its end, or of a version that waits to be accepted."""
    if about["what"] == "ends":
        until = _day(date.fromisoformat(about["until"]))
        told = f"The agreement {'ended' if about['over'] else 'ends'} on {until}"
        lines = [f"“{about['name']}” has {until} as its last day.",
                 _OVER if about["over"] else _UNTIL_THEN]  # fmt: skip
        return Message(key, told, lines, _page("Read the agreement"))
    first = _day(datetime.fromisoformat(about["from"]).astimezone(zone).date())
    counts = f"It counts since {first}." if about["counts"] else f"It counts from {first} on."
    told = f"The agreement waits for your acceptance: {about['name']}"
    return Message(key, told, [counts, _READ], _page("Read and accept", about["version"]))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _page(label: str, version: int | None = None) -> list[Link]:
    """Where it is read; without LEADPACT_URL nobody knows the address."""
    if not (address := settings.LEADPACT_URL):
        return []
    return [Link(label, f"{address}/agreement/{f'?version={version}' if version else ''}")]
