"""Texts as every database keeps them, and names no longer than an index takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

LONGEST_NAME = 200
_KEPT_OF_LONG = 150
#: What no database keeps: a NUL, and half of a sign that takes two.
_UNKNOWN = re.compile("[\0\ud800-\udfff]")
#: Properties whose values name something, and are no prose.
_NAMES = frozenset({
    "absorbed", "batch", "calendar", "channel", "company", "company_id", "currency", "deal_id",
    "duplicate_of", "event_id", "obligation", "outcome", "owner", "product", "program", "reason",
    "route", "source", "stage", "step", "team", "to",
})  # fmt: skip


def plain(text: str) -> str:
    """A text without NULs; half signs become the sign that stands for an unknown one."""
    return _UNKNOWN.sub(lambda found: "" if found[0] == "\0" else "\ufffd", text)


def name(text: str) -> str:
    """A name, at most LONGEST_NAME signs; one that is cut stays apart from others alike."""
    text = plain(text)
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[:_KEPT_OF_LONG]}…{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def properties(told: Mapping[str, Any]) -> dict[str, Any]:
    """Properties, or attributes, with plain texts and short names."""
    found = {plain(key): plain_of(value) for key, value in told.items()}
    for key in found.keys() & _NAMES:
        if isinstance(found[key], str):
            found[key] = name(found[key])
    return found


def plain_of(value: Any) -> Any:
    """A value of JSON with plain texts."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain_of(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_of(each) for each in value]
    return value
