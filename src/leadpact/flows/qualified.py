"""Why a lead was handed over, in the words of its explanation."""

from __future__ import annotations

from datetime import datetime

from leadpact.flows.explained import explained

_LONGEST = 300


def why_handed_over(lead: str, now: datetime) -> str:
    """What let the lead enter the stage that is handed over; empty where no stage hands it over."""
    try:
        found = explained(lead, now)
    except LookupError:
        return ""
    last = found.passages[-1:]
    reasons = [entry.why for passage in last for entry in passage.entries if entry.hands_over]
    told = " ".join(reasons[:1]).replace(" (at that moment)", "").replace("_", " ")
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} …"
