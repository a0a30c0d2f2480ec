"""Why leads were handed over, in the words of their explanation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from leadpact.engine.explain import passages_of
from leadpact.engine.explaining.passages import Passage
from leadpact.ledger.selectors import agreements, logs

_LONGEST = 300


def why_handed_over(leads: Iterable[str], now: datetime) -> dict[str, str]:
    """What let each lead enter the stage that is handed over; empty where no stage did."""
    wanted = sorted(set(leads))
    if not wanted:
        return {}
    history = logs.history_of(logs.with_relatives(wanted))
    found = passages_of(agreements.documents(), history, wanted, now)
    return {lead: _told(found.get(lead, ())) for lead in wanted}


def _told(passages: Sequence[Passage]) -> str:
    reasons = [e.why for passage in passages[-1:] for e in passage.entries if e.hands_over]
    told = " ".join(reasons[:1]).replace(" (at that moment)", "").replace("_", " ")
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} …"
