"""Numbers that come in addresses and forms."""

from __future__ import annotations

#: Digits that any key of the database has at the most; more of them number nothing.
_MOST_DIGITS = 18


def whole(text: str) -> int | None:
    """The whole number that somebody sent; None where it is none, or longer than any key."""
    good = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if good else None
