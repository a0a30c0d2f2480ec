"""Changing single values of an agreement by their path, as a what-if does; remarks stay.

A path names the way from the top of the document: `obligations.Answer an MQL.within`. An item of a
list goes by its name or its place (from 0): `stages.MQL.when.any[0].at_least`; at the place after
the last one, an item is added. A name with a dot in it stands in quotes. `threshold` is short for
the score that makes a lead an MQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from io import StringIO
from textwrap import dedent
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.problems import dotted, nearest
from leadpact.agreement.thresholds import main_threshold

THRESHOLD = "threshold"
_STEP = re.compile(r'"(?P<quoted>[^"]+)"|\[(?P<place>\d+)\]|(?P<name>[^.\[\]"]+)')
_NAMED_BY = ("name", "reason")
_WIDEST = 100
_MOST_NAMED = 8
#: How a value fails to be read: also one like 2026-02-30, a date of no calendar.
_UNREADABLE = (YAMLError, ValueError, KeyError, AttributeError, RecursionError)


class ChangeError(Exception):
    """A change that cannot be made: a sentence for the user, and a way out."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Change:
    """One value, as it is and as it shall be; None where it is not stated."""

    path: str
    before: Any
    after: Any

    @property
    def sentence(self) -> str:
        """The change in words."""
        return f"{self.path}: {_said(self.before)} → {_said(self.after)}"


def changed(
    loaded: Loaded, settings: Sequence[str], removed: Sequence[str] = ()
) -> tuple[Loaded, list[Change]]:
    """The agreement with each `path=value` applied and what `removed` names taken away, and what
    that changed.

    The result is checked as any file is: its problems are in it. Raises ChangeError for a path
    that leads nowhere and for what is no `path=value`.
    """
    yaml = with_remarks()
    document = yaml.load(loaded.text)
    made = [_set(document, loaded, setting) for setting in settings]
    made += [_remove(document, loaded, path) for path in removed]
    stream = StringIO()
    yaml.dump(document, stream)
    return load_text(stream.getvalue(), f"{loaded.file} (changed)"), made


def with_remarks() -> YAML:
    """What reads a document with its remarks, and writes it as it was written."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def quoted(name: str) -> str:
    """A name as a step of a path."""
    return f'"{name}"' if re.search(r"[.\[\]]", name) else name


def differing(loaded: Loaded, settings: Sequence[str]) -> list[str]:
    """The lines of the file that settings change: after `- ` as they are, after `+ ` as they shall.

    They stand as far to the left as they can, beside each other as in the file. Raises ChangeError
    as `changed` does.
    """
    before, after = (changed(loaded, each)[0].text.splitlines() for each in ([], settings))
    # The first two lines name the files.
    found = list(unified_diff(before, after, n=0, lineterm=""))[2:]
    lines = [line for line in found if line[:1] in "+-"]
    texts = dedent("\n".join(line[1:] for line in lines)).split("\n")
    return [f"{line[0]} {text}" for line, text in zip(lines, texts, strict=False)]


def _set(document: Any, loaded: Loaded, setting: str) -> Change:
    path, separator, text = setting.partition("=")
    if not separator or not path.strip() or not text.strip():
        raise ChangeError(
            f"“{setting}” sets nothing.",
            "Write a path and a value, as in: threshold=60, or goals.MQLs.hurdles.target=50",
        )
    steps, holder = _way(document, loaded, path.strip())
    if isinstance(holder, list) and steps[-1] == len(holder):
        added = _value(text.strip(), setting)
        holder.append(added)
        return Change(path.strip(), None, added)
    last = _key(holder, steps[-1], steps[:-1])
    before = holder[last] if _has(holder, last) else None
    after = _value(text.strip(), setting)
    holder[last] = after
    return Change(path.strip(), before, after)


def _remove(document: Any, loaded: Loaded, path: str) -> Change:
    steps, holder = _way(document, loaded, path)
    last = _key(holder, steps[-1], steps[:-1])
    before = holder[last]
    del holder[last]
    return Change(path, before, None)


def _way(document: Any, loaded: Loaded, path: str) -> tuple[list[str | int], Any]:
    """The steps of a path, and what holds the value at its end. Raises ChangeError."""
    steps = _steps(path, loaded)
    holder = document
    for number, step in enumerate(steps[:-1]):
        holder = _child(holder, step, steps[:number])
    return steps, holder


def _steps(path: str, loaded: Loaded) -> list[str | int]:
    if path == THRESHOLD:
        found = main_threshold(loaded.agreement) if loaded.agreement else None
        if found is None:
            raise ChangeError(
                "The agreement has no threshold: no stage up to the handoff asks for a score.",
                "Name the path of what to change, as in: obligations.First answer.within=…",
            )
        return list(found.path)
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            raise ChangeError(
                f"“{path}” is no path: it cannot be read from its character {place + 1} on.",
                "Write names with dots between them, as in: stages.MQL.when.any[0].at_least",
            )
        at, name = match["place"], match["quoted"] or match["name"]
        steps.append(int(at) if at is not None else name.strip())
        place = match.end()
        if path[place : place + 1] == ".":
            place += 1
    return steps


def _child(holder: Any, step: str | int, before: list[str | int]) -> Any:
    key = _key(holder, step, before)
    if not _has(holder, key):
        raise ChangeError(
            f"{_place(before)} has no “{step}”.",
            _way_out(step, holder),
        )
    return holder[key]


def _key(holder: Any, step: str | int, before: list[str | int]) -> str | int:
    """The key of a mapping or the place in a list that a step means. Raises ChangeError."""
    if isinstance(holder, dict):
        return str(step)
    if isinstance(holder, list):
        if isinstance(step, int) or step.isdecimal():
            if int(step) < len(holder):
                return int(step)
        else:
            wanted = step.casefold()
            for number, item in enumerate(holder):
                if wanted in {str(item.get(k)).casefold() for k in _NAMED_BY if _has(item, k)}:
                    return number
        raise ChangeError(f"{_place(before)} has no item “{step}”.", _way_out(step, holder))
    raise ChangeError(
        f"{_place(before)} is a single value and has no “{step}” in it.",
        "Leave the end of the path away.",
    )


def _has(holder: Any, key: str | int) -> bool:
    return key in holder if isinstance(holder, dict) else isinstance(holder, list)


def _names(holder: Any) -> list[str]:
    if isinstance(holder, dict):
        return [str(key) for key in holder]
    return [str(item[k]) for item in holder for k in _NAMED_BY if _has(item, k)]


def _way_out(step: str | int, holder: Any) -> str:
    names = _names(holder)
    if isinstance(step, int) or not names:
        return f"It has {len(holder):,}, counted from [0]."
    if near := nearest(step, names):
        return f"Did you mean “{near}”?"
    others = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"It has: {', '.join(names[:_MOST_NAMED])}{others}."


def _value(text: str, setting: str) -> Any:
    try:
        return YAML().load(text)
    except _UNREADABLE:
        raise ChangeError(
            f"The value in “{setting}” cannot be read.",
            "Write it as it stands in the file, as in: within=2 business hours",
        ) from None


def _place(steps: list[str | int]) -> str:
    return f"“{dotted(tuple(steps))}”" if steps else "The agreement"


def _said(value: Any) -> str:
    return "not stated" if value is None else str(value)
