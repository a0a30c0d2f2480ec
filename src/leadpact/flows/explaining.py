"""What happened to one lead, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadpact.agreement.loading import Loaded
from leadpact.backends import alone
from leadpact.engine.explain import Explanation
from leadpact.flows.checking import agreements
from leadpact.flows.starting import Progress, compile_engine
from leadpact.sources.reading import Read


def explain_lead(
    versions: Sequence[Loaded],
    found: Read,
    lead: str,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    tell: Progress,
) -> Explanation:
    """Explain a lead by its key; raises LookupError, with near matches, for one not in the log."""
    compile_engine(tell)
    tell(0.6, f"Following {lead} through {found.history.rows:,} rows of the log")
    return alone.explain_lead(
        agreements(versions), found.history, lead, as_of=as_of, known_at=known_at
    )
