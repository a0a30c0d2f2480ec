"""What routing decided, with every step and skip that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadpact.engine.routing.people import Pool

#: Queues that belong to no team: leads that nothing names a receiver for, and leads given back.
UNROUTED, MARKETING = "unrouted", "marketing"


class Outcome(StrEnum):
    """What becomes of a lead.

    Somebody new gets it, it waits in a queue, its holder keeps it, or it is back with marketing.
    """

    ASSIGNED = "assigned"
    QUEUED = "queued"
    KEPT = "kept"
    RETURNED = "returned"


class Step(NamedTuple):
    """One thing that was looked at: a route, a person, an owner; what came of it, and why."""

    what: str
    outcome: str
    why: str = ""

    @property
    def sentence(self) -> str:
        """The step as people read it: “Ana Silva: skipped, absent until 3 Mar”."""
        return f"{self.what}: {self.outcome}{', ' * bool(self.why)}{self.why}"


@dataclass(frozen=True)
class Decision:
    """Where a lead goes, and `why`, which the steps tell in full.

    `to_person` holds it from now on, or keeps it; else it waits in `to_queue`, where it is worth
    looking again at `look_again` (None: once something changes). `from_person` held it before.
    `shares` says what part of the lead each person it was shared among was due; it is empty for a
    lead that went to somebody by name.
    """

    lead_id: str
    outcome: Outcome
    why: str
    to_person: str | None = None
    to_queue: str | None = None
    team: str | None = None
    route: str | None = None
    from_person: str | None = None
    pool: Pool | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    look_again: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """Every step as people read it."""
        return [step.sentence for step in self.steps]
