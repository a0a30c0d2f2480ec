"""What a record tells of its properties over time, and values as a mapping reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadpact.sources.crm.mapping import Stated
from leadpact.sources.crm.records import Record, Version, moment_of

_NAMED_BY = 8
#: Properties that one doing changes, such as those of a form, get their values so far apart.
_AT_ONCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Told:
    """A record read over time. `is_ours` tells of what version of a property Leadpact wrote it.

    `known` has the prints of its values when it was read last (None: never), by which changes of
    properties without a history are found.
    """

    record: Record
    is_ours: Callable[[Record, str, Version], bool] = lambda _record, _name, _version: False
    known: Mapping[str, str] | None = None

    def attributes(self, fields: Mapping[str, Stated]) -> dict[datetime, dict[str, Any]]:
        """All attributes that were stated, by instant."""
        by_instant: dict[datetime, dict[str, Any]] = {}
        for name, stated in fields.items():
            if not stated.properties:
                by_instant.setdefault(self.record.created_at, {})[name] = stated.value
                continue
            for version in self._joined(stated.properties):
                if (value := typed(version.value, stated)) is not None:
                    by_instant.setdefault(version.at, {})[name] = value
        return by_instant

    def versions(self, name: str) -> list[Version]:
        """What was stated of a property, but for what Leadpact wrote."""
        found = self.record.versions(name) or self._noticed(name)
        return [v for v in found if not self.is_ours(self.record, name, v)]

    def properties(
        self, stated: Mapping[str, Stated], at: datetime | None = None
    ) -> dict[str, Any]:
        """What belongs to something that happened, as it was at an instant, or (None) as it is."""
        found = {name: self.value(each, at) for name, each in stated.items()}
        return {name: value for name, value in found.items() if value is not None}

    def value(self, stated: Stated, at: datetime | None = None) -> Any:
        """A value as it was at an instant, or (None) as it is; None where there is none."""
        if not stated.properties:
            return stated.value
        return typed(_in_one(self._text(name, at) for name in stated.properties), stated)

    def _text(self, name: str, at: datetime | None) -> str:
        before = [v for v in self.record.versions(name) if at and v.at <= at + _AT_ONCE]
        return before[-1].value if before else self.record.values.get(name, "")

    def _joined(self, names: Sequence[str]) -> list[Version]:
        """What was stated of several properties together, whenever one of them changed."""
        if len(names) == 1:
            return self.versions(names[0])
        found: list[Version] = []
        versions = {name: self.versions(name) for name in names}
        # One that has no history and is as before is what it was all the time.
        now = {n: self.record.values.get(n, "") for n, told in versions.items() if not told}
        changes = [(v.at, v.value, name) for name, told in versions.items() for v in told]
        for at, value, name in sorted(changes, key=lambda each: each[0]):
            now[name] = value
            if found and found[-1].at == at:
                found.pop()
            found.append(Version(_in_one(now.get(each, "") for each in names), at))
        return found

    def _noticed(self, name: str) -> list[Version]:
        """The value of a property without a history, where it is not the one known before."""
        value = self.record.values.get(name, "")
        if not value or (self.known is not None and self.known.get(name) == print_of(value)):
            return []
        first = self.known is None
        return [Version(value, self.record.created_at if first else self.record.modified_at)]


def print_of(value: str) -> str:
    """A short print of a value, to see later whether it is another, without keeping it."""
    return hashlib.sha256(value.encode()).hexdigest()[:_NAMED_BY]


def typed(text: str, stated: Stated) -> Any:
    """A value as the mapping reads it; None where it is empty or cannot be read so."""
    text = stated.values.get(text, text).strip()
    if not text:
        return None
    if stated.type == "number":
        return number_of(text)
    if stated.type == "boolean":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            text.lower()
        )
    if stated.type == "date":
        at = moment_of(text)
        return at.date().isoformat() if at else None
    return text


def number_of(value: Any) -> float | None:
    """A value as a number; None where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) != float("inf") and number == number else None


def _in_one(texts: Iterable[str]) -> str:
    return " ".join(filter(None, (text.strip() for text in texts)))
