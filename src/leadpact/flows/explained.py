"""Why a lead of the ledger stands where it stands."""

from __future__ import annotations

from datetime import datetime

from leadpact.engine.explain import Explanation, explain
from leadpact.ledger.selectors import agreements, logs


def explained(lead: str, now: datetime) -> Explanation:
    """The explanation of a lead as of now; raises LookupError for one that is not in the log."""
    return explain(
        agreements.documents(), logs.history_of(logs.with_relatives([lead])), lead, as_of=now
    )
