"""What waits for a decision of somebody: counted in small tables, never in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadpact.ledger.models import Handoff, Proposal, PublishedStanding, Quarantine
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.disputes import unruled
from leadpact.ledger.selectors.proposals import proposals_for
from leadpact.ledger.services.permits import Act, Caller

#: A target that is less likely than this to be reached is told of while something can be done.
_UNLIKELY = 0.5
_MOST_GOALS = 4
_ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True)
class Decision:
    """Something to decide; `url_name` is the page where that is done."""

    text: str
    url_name: str = ""
    hint: str = ""


def to_decide(caller: Caller, now: datetime) -> list[Decision]:
    """What waits for the caller: a few queries."""
    found = [*_waiting(), *_goals(), *_term(now)]
    if caller.may(Act.RULE):
        found += _disputes(caller)
    if caller.may(Act.CLEAN):
        found += _proposals(caller)
    if caller.may(Act.ADMINISTER):
        found += _put_aside()
    return found


def _waiting() -> list[Decision]:
    count = Handoff.objects.filter(person=None).count()
    if not count:
        return []
    noun = "lead waits" if count == 1 else "leads wait"
    return [Decision(f"{count:,} {noun} for somebody in sales who is free", "leads")]


def _disputes(caller: Caller) -> list[Decision]:
    count = len(unruled(caller))
    if not count:
        return []
    noun = "dispute waits" if count == 1 else "disputes wait"
    return [Decision(f"{count:,} {noun} for a ruling", "obligations")]


def _proposals(caller: Caller) -> list[Decision]:
    count = proposals_for(caller).filter(state=Proposal.State.OPEN).count()
    if not count:
        return []
    noun = "pair of leads looks" if count == 1 else "pairs of leads look"
    return [Decision(f"{count:,} {noun} like one person: merge them or keep them apart", "hygiene")]


def _put_aside() -> list[Decision]:
    count = Quarantine.objects.count()
    if not count:
        return []
    noun = "lead" if count == 1 else "leads"
    return [Decision(f"{count:,} {noun} cannot be evaluated", hint="the worker’s journal says why")]


def _goals() -> list[Decision]:
    """Targets of the present period that will more likely be missed than reached."""
    found = []
    rows = PublishedStanding.objects.filter(kind=PublishedStanding.Kind.GOAL).order_by("place")
    for value in rows.values_list("value", flat=True):
        goal = json.loads(value)
        aims = [each for each in goal["hurdles"] if each["name"] == "target"]
        chance = aims[0]["chance"] if aims else None
        if not goal["closed"] and chance is not None and chance < _UNLIKELY:
            found.append((chance, goal["brief"]))
    found.sort()
    return [Decision(brief, "goals", "what helps?") for _, brief in found[:_MOST_GOALS]]


def _term(now: datetime) -> list[Decision]:
    version = agreements.in_force(now)
    ends = version.agreement.term.until if version and version.agreement.term else None
    if ends is None or not now.date() <= ends <= (now + _ENDS_SOON).date():
        return []
    return [Decision(f"The agreement ends on {ends.day} {ends:%B %Y}: renew it or change it")]
