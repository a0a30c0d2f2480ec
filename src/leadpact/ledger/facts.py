"""A fact as it comes from outside or from a person, before the ledger knows whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Known:
    """What a fact says of whose it is: any of a lead's id, its email, a visitor's id.

    `former` is what the lead was known by before: an id or a visitor's id, whichever it was.
    """

    id: str | None = None
    email: str | None = None
    visitor: str | None = None
    former: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether it names anybody."""
        return bool(self.id or self.email or self.visitor or self.former)


@dataclass(frozen=True)
class Fact:
    """One row of the log to be. `event_id` is unique for its source: the idempotency key.

    `recorded_at` is when it became known: None for history, which was known when it happened.
    A fact about the whole organisation names no lead.
    """

    source: str
    event_id: str
    kind: str
    happened_at: datetime
    lead: Known | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: datetime | None = None
    actor: str = ""
    decided: bool = False


@dataclass(frozen=True)
class Receipt:
    """Where a fact went: the key of its lead, and whether it had been there before."""

    event_id: str
    lead: str | None
    repeated: bool


@dataclass(frozen=True)
class Decided:
    """A fact that the system decides about a lead it knows, or about another fact (no lead).

    The id makes it happen once.
    """

    source: str
    event_id: str
    lead: str | None
    kind: str
    happened_at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the log as it is written: its columns as the model `Event` describes them."""

    source: str
    event_id: str
    lead_id: str | None
    happened: int
    kind: str
    properties: str
    recorded: int | None = None
    actor: str = ""
    decided: bool = False
    batch_id: str | None = None

    @property
    def name(self) -> tuple[str, str]:
        """What no other row has."""
        return self.source, self.event_id
