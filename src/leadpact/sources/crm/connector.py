"""What every connector can do, and how it says that it could not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from leadpact.sources.crm.records import Account, Owner, Page, PropertyInfo


class CrmError(Exception):
    """A system could not be asked; the message is a sentence for the user.

    `again_in` is how long to wait before it is asked again.
    """

    def __init__(self, message: str, again_in: timedelta = timedelta(minutes=1)) -> None:
        super().__init__(message)
        self.again_in = again_in


class CredentialError(CrmError):
    """The credential is not, or no longer, good: only a person can mend that."""


class NotSetUpError(CrmError):
    """Properties of ours are missing that the system lets nobody but its administrators make."""


@dataclass(frozen=True)
class Patience:
    """How long an answer is waited for, in seconds, and how often it is asked for."""

    seconds: int
    tries: int


#: For the worker, which has time, and for a person who waits.
PATIENT, BRISK = Patience(seconds=120, tries=6), Patience(seconds=10, tries=2)


@dataclass(frozen=True)
class Limits:
    """Calls that were made, and those left of the day where the system tells."""

    calls: int = 0
    left_today: int | None = None
    of_a_day: int | None = None


@dataclass(frozen=True)
class Wanted:
    """Values that a record should have; an empty one clears a property."""

    object: str
    id: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Made:
    """A record to be made beside a person's: a task or a note.

    `key` is ours and kept with it. `again`: it may be there already, since nobody knows what became
    of an earlier try; then it is looked for first.
    """

    key: str
    about: tuple[str, str]
    title: str
    text: str
    at: datetime
    due: datetime | None = None
    owner: str = ""
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one write: the record's id, or why it was refused; `again` may be tried."""

    id: str = ""
    error: str = ""
    again: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class OwnProperty:
    """A property that Leadpact itself fills: `type` is text, number, moment or choice."""

    name: str
    label: str
    type: str
    about: str
    choices: Sequence[str] = ()


#: When records, by number, were changed last as far as they were read.
Known = Callable[[Iterable[str]], Mapping[str, datetime]]


class Connector(Protocol):
    """One system. Every method may raise CrmError."""

    @property
    def limits(self) -> Limits:
        """What asking has cost since the connector was made."""
        ...

    @property
    def time_there(self) -> datetime | None:
        """The present moment by the system's own clock; None before its first answer."""
        ...

    def account(self) -> Account:
        """Whose account the credential opens."""
        ...

    def properties(self, of: str) -> Sequence[PropertyInfo]:
        """The properties of an object."""
        ...

    def owners(self) -> Sequence[Owner]:
        """Everybody who may hold records, also those who left."""
        ...

    def all_of(self, of: str, after: str) -> Page:
        """Every record of an object, a page at a time."""
        ...

    def changed(self, of: str, since: datetime, after: str, known: Known, /) -> Page:
        """Records that changed at or after an instant, oldest change first, a page at a time.

        Those that are `known` as they were changed last may be left out.
        """
        ...

    def deleted(self, of: str, since: datetime | None, after: str) -> Page:
        """Records that were deleted, a page at a time."""
        ...

    def read(self, of: str, ids: Sequence[str]) -> Page:
        """These records as they are; those that are not there any more as deletions."""
        ...

    def told(self, feed: str, since: datetime | None, after: str, /) -> Page:
        """What a feed tells since an instant, or (None) ever told, a page at a time.

        Records without links: `email` among their values says whom each is about.
        """
        ...

    def write(self, wanted: Sequence[Wanted]) -> Sequence[Outcome]:
        """Set values of records of one object; an outcome for each, in their order."""
        ...

    def make_tasks(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Make tasks; an outcome for each."""
        ...

    def end_tasks(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Mark tasks as done; an outcome for each."""
        ...

    def change_tasks(self, ids: Sequence[str], made: Sequence[Made]) -> Sequence[Outcome]:
        """Give tasks another due time and owner; an outcome for each."""
        ...

    def make_notes(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Put notes on the timeline of people; an outcome for each."""
        ...

    def set_up(self, of: str, properties: Sequence[OwnProperty]) -> Sequence[str]:
        """Make those of our properties that are missing; the names of those that were made."""
        ...
