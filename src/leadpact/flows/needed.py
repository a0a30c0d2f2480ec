"""Which notices are still worth telling when their time comes: what is no longer so is not told.

A notice may have waited for its receiver's working hours, or for a channel that was down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadpact.flows.telling import BREACH, CORRECTION, ESCALATION, HANDOFF, TOUCH, WARNING
from leadpact.ledger.models import Clock, LeadState, Notice, NurtureEntry

#: Of a lead, its episode and an obligation or program.
Key = tuple[str, int, str]
_OF_CLOCKS = (WARNING, BREACH, ESCALATION)
#: Kept with what was not told.
OUTDATED = "no longer so when it could be told"


def outdated(some: Sequence[Notice]) -> list[Notice]:
    """Those of one receiver's notices of one kind that tell what is no longer so."""
    kind = some[0].kind
    if kind in _OF_CLOCKS:
        clocks = _clocks(some)
        return [each for each in some if not _stands(each, clocks.get(_key(each)))]
    if kind == HANDOFF:
        return _not_theirs(some)
    if kind == CORRECTION:
        return _never_told(some)
    return _done(some) if kind == TOUCH else []


def _about(notice: Notice) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(notice.payload)
    return told


def _key(notice: Notice, what: str = "obligation") -> Key:
    about = _about(notice)
    return notice.lead_id or "", int(about["episode"]), str(about[what])


def _leads(some: Iterable[Notice]) -> list[str]:
    return sorted({each.lead_id for each in some if each.lead_id})


def _clocks(some: Iterable[Notice]) -> dict[Key, Clock]:
    found = Clock.objects.filter(lead__key__among=_leads(some))
    return {(clock.lead_id, clock.episode, clock.obligation): clock for clock in found}


def _stands(notice: Notice, clock: Clock | None) -> bool:
    """Whether the clock still is as it is told."""
    if clock is None:
        return False
    if notice.kind == WARNING:
        return clock.outcome == "running" and not clock.paused
    if _about(notice).get("after"):
        return clock.outcome == "overdue"
    return clock.outcome in ("overdue", "missed")


def _not_theirs(some: Sequence[Notice]) -> list[Notice]:
    """Handoffs of leads that left the funnel since, or that somebody else has by now."""
    states = LeadState.objects.filter(lead__key__among=_leads(some), status="open")
    has = {state.lead_id: (state.episode, state.holder) for state in states}
    return [
        each
        for each in some
        if has.get(each.lead_id or "") != (_about(each)["episode"], each.receiver)
    ]


def _never_told(some: Sequence[Notice]) -> list[Notice]:
    """Corrections of what this receiver was not told."""
    told = Notice.objects.filter(
        kind__in=(BREACH, ESCALATION), receiver=some[0].receiver, state=Notice.State.SENT,
        lead__key__among=_leads(some),
    )  # fmt: skip
    known = {_key(each) for each in told}
    return [each for each in some if _key(each) not in known]


def _done(some: Sequence[Notice]) -> list[Notice]:
    """Touches that were done since, or of programs that the lead left."""
    entries = NurtureEntry.objects.filter(lead__key__among=_leads(some), left_at=None)
    due = {(each.lead_id, each.episode, each.program): each.next_step for each in entries}
    return [each for each in some if due.get(_key(each, "program")) != _about(each)["step"]]
