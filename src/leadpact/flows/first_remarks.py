"""The columns that a first mapping does not use: remarks in the file, and sentences about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadpact.flows.yaml_words import word
from leadpact.sources.meanings import holds_dates, stated, words_of
from leadpact.sources.recognise import Values

_MOST_NAMES = 12
_LONGEST_NAME = 60


def field_remarks(unused: Sequence[str], values: Values, *, begun: bool) -> Iterator[str]:
    """Attributes that could be taken in; `begun`: lines of `fields` stand above."""
    lines = [
        f"{_key(name)}: {word(name)}{'' if stated(values[name]) else '   # empty in every row'}"
        for name in unused
        if not holds_dates(values[name])
    ]
    if not lines:
        return
    yield f"        # Not used; take away the # of what you need{_also('fields', begun)}"
    yield from [] if begun else ["      # fields:"]
    yield from (f"        # {line}" for line in lines)


def event_remarks(unused: Sequence[str], values: Values, *, begun: bool) -> Iterator[str]:
    """Moments that could be taken in; `begun`: lines of `events` stand above."""
    lines = [
        f"- {{kind: {_key(name)}, at: {word(name)}}}"
        for name in unused
        if holds_dates(values[name])
    ]
    if not lines:
        return
    yield f"    # Dates that are not used; take away the # of what you need{_also('events', begun)}"
    yield from [] if begun else ["    # events:"]
    yield from (f"      # {line}" for line in lines)


def deal_remarks(unused: Sequence[str]) -> Iterator[str]:
    """What an export of deals has besides."""
    if unused:
        yield f"      # Not used: {', '.join(word(name) for name in unused)}"


def not_used(unused: Sequence[str], values: Values) -> str:
    """The columns that are not used, as a sentence would name them."""
    named = [
        f"“{_shortened(name)}”{'' if stated(values[name]) else ' (empty)'}"
        for name in unused[:_MOST_NAMES]
    ]
    further = len(unused) - len(named)
    return ", ".join(named) + (f" and {further:,} more" if further else "")


def _also(section: str, begun: bool) -> str:
    return "." if begun else f", and of “{section}:”."


def _key(name: str) -> str:
    return "_".join(words_of(name)) or "column"


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
