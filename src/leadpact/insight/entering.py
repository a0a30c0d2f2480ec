"""The MQLs that an evaluation makes, each with what was known of it then."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from leadpact.engine.metrics.tables import stages
from leadpact.engine.result import Result


@dataclass(frozen=True)
class Entered:
    """A lead's first entry into the MQL stage in its own right; "" for no tier or segment."""

    lead: str
    tier: str
    segment: str
    fit: float
    engagement: float


def entered_by(result: Result) -> list[Entered]:
    """Every MQL, the oldest first."""
    names = {row["role"]: row["stage"] for row in stages(result.agreement).to_pylist()}
    entries = result.stage_entries
    own = pc.and_(pc.equal(entries["stage"], names.get("mql", "")), pc.invert(entries["implied"]))
    columns = ["lead_id", "entered_at", "tier", "segment", "fit", "engagement"]
    first: dict[str, Entered] = {}
    for row in entries.filter(own).select(columns).sort_by("entered_at").to_pylist():
        told = row["tier"] or "", row["segment"] or "", row["fit"] or 0.0, row["engagement"] or 0.0
        first.setdefault(row["lead_id"], Entered(row["lead_id"], *told))
    return list(first.values())
