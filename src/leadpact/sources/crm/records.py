"""What a customer system holds, in one shape for every vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

#: Letters of a day such as 2026-03-02.
_DAY = 10


@dataclass(frozen=True)
class Version:
    """A value that a property had from an instant on; `by` names the program that wrote it."""

    value: str
    at: datetime
    by: str = ""


@dataclass(frozen=True)
class Record:
    """A contact, deal, call … as it is now, with the history of those properties that have one.

    `links` has the ids of other records by their object, `absorbed` those that were merged into
    this one, each as (object, id). `made_by` names the program that made it, empty for a person.
    `became` is the record as which it goes on, with which alone it is deleted and restored.
    """

    object: str
    id: str
    created_at: datetime
    modified_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absorbed: Sequence[tuple[str, str]] = ()
    made_by: str = ""
    became: tuple[str, str] | None = None

    def versions(self, name: str) -> list[Version]:
        """What a property was, earliest first; empty where its history is not known."""
        return sorted(self.history.get(name, ()), key=lambda version: version.at)

    def moment(
        self, name: str, zone: tzinfo = UTC, noted: datetime | None = None
    ) -> datetime | None:
        """A property as an instant; None where it is empty or none.

        A day without a time is its first instant in the zone, or when it was `noted` on that day.
        """
        text = self.values.get(name, "").strip()
        day = _day_of(text)
        if day is None:
            return moment_of(text)
        if noted is not None and noted.astimezone(zone).date() == day:
            return noted
        return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Deletion:
    """A record that is there no more; `at` is None where the system does not tell when."""

    object: str
    id: str
    at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some of the records that changed; `after` asks for the next page, empty after the last.

    `latest` is the last change that the system told of, where some records were left out.
    """

    records: Sequence[Record] = ()
    deletions: Sequence[Deletion] = ()
    after: str = ""
    latest: datetime | None = None


@dataclass(frozen=True)
class Owner:
    """Somebody who may hold records."""

    id: str
    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True)
class Account:
    """Whose data it is, the mark by which the system notes what we write, and what we may do.

    `pages` is what the addresses begin with at which people see its records.
    """

    id: str
    own_mark: str = ""
    pages: str = ""
    scopes: Sequence[str] = ()


@dataclass(frozen=True)
class PropertyInfo:
    """A property as the system describes it; `options` has the text that people see by value."""

    name: str
    label: str
    type: str = "text"
    options: Mapping[str, str] = field(default_factory=dict)
    writable: bool = True


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == _DAY else None
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """ISO 8601 or milliseconds since 1970 as an instant; a day is its first instant in UTC."""
    text = text.strip()
    if text.lstrip("-").isdigit() and len(text) > 10:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
