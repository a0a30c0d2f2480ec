"""Leads that may be one person are looked for, from time to time, and proposed."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadpact.engine.likeness import alike
from leadpact.ledger.selectors.figures import measurement
from leadpact.ledger.selectors.proposals import who_they_are
from leadpact.ledger.services import proposals

#: Every lead is compared with those like it, which takes its time.
EVERY = timedelta(hours=1)


def propose(now: datetime) -> int:
    """Look for leads that may be one, and propose them; how many proposals are new."""
    return proposals.note(alike(who_they_are()), now=now)


def is_due(now: datetime) -> bool:
    """Whether the last time is long enough ago."""
    last = measurement()
    return last is None or last.proposed_at is None or now - last.proposed_at >= EVERY
