"""What routing knows of a lead, and the order in which waiting leads are served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_AFTER_EVERY_TIER = "D"


@dataclass(frozen=True)
class Lead:
    """A lead to be routed: `attributes` as known now, scores as pinned at its handoff.

    `bulk`: it arrived in a list. `late_holders` let a clock on it run out, and do not get it again.
    """

    lead_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    company_id: str | None = None
    score: float | None = None
    tier: str | None = None
    quality: str | None = None
    bulk: bool = False
    holder: str | None = None
    late_holders: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """A lead in a queue, and since when it waits."""

    lead: Lead
    since: datetime


def by_urgency(queue: Iterable[Waiting]) -> list[Waiting]:
    """Waiting leads in the order in which they are served.

    Leads that came singly before bulk arrivals; high quality before the rest; the better tier, or
    without tiers the higher score; who has waited longer; the smaller key.
    """
    return sorted(queue, key=_urgency)


def _urgency(waiting: Waiting) -> tuple[Any, ...]:
    lead = waiting.lead
    score = -(lead.score or 0.0) if lead.tier is None else 0.0
    not_high = lead.quality != "high"
    tier = lead.tier or _AFTER_EVERY_TIER
    return lead.bulk, not_high, tier, score, waiting.since, lead.lead_id
