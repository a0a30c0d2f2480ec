"""What somebody did with a lead, said in words by a program or a command: each by its service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from leadpact.ledger.facts import Receipt
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing

Action = Literal[
    "accept",
    "reject",
    "attempt",
    "connect",
    "rate",
    "stage",
    "deal",
    "recycle",
    "disqualify",
    "snooze",
    "resume",
    "reassign",
    "dispute",
    "rule",
    "waive",
    "exclude",
    "restore",
    "merge",
    "unmerge",
    "enrol",
    "touch",
    "leave",
]
ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True)
class Deed:
    """What was done. Which values are needed depends on the action."""

    action: Action
    reason: str = ""
    rating: int | None = None
    note: str = ""
    channel: str = ""
    outcome: str = ""
    stage: str = ""
    obligation: str = ""
    program: str = ""
    step: str = ""
    upheld: bool = False
    to: str = ""
    other: str = ""
    deal_id: str = ""
    amount: float | None = None
    currency: str = ""


def do(doing: Doing, lead: str, did: Deed) -> Receipt:
    """Record it; raises Refused with a sentence for what cannot be."""
    note = did.note
    match did.action:
        case "accept":
            return actions.accept(doing, lead, rating=did.rating, note=note)
        case "reject":
            return actions.reject(doing, lead, did.reason, rating=did.rating, note=note)
        case "attempt":
            return actions.attempt(doing, lead, did.channel, outcome=did.outcome, note=note)
        case "connect":
            return actions.connect(doing, lead, did.channel, note=note)
        case "rate":
            return actions.rate(doing, lead, did.rating or 0, note=note)
        case "stage":
            return actions.declare_stage(doing, lead, did.stage)
        case "deal":
            told = {"amount": did.amount, "currency": did.currency, "reason": did.reason}
            return actions.deal(doing, lead, did.deal_id, did.outcome, **told)  # type: ignore[arg-type]
        case "recycle":
            return actions.recycle(doing, lead, did.reason)
        case "disqualify":
            return actions.disqualify(doing, lead, did.reason)
        case "snooze":
            return actions.snooze(doing, lead, did.reason)
        case "resume":
            return actions.resume(doing, lead)
        case "reassign":
            return actions.reassign(doing, lead, did.to)
        case "dispute":
            about = {"obligation": did.obligation, "stage": did.stage}
            return actions.dispute(doing, lead, reason=did.reason, **about)
        case "rule":
            about = {"obligation": did.obligation, "stage": did.stage}
            return actions.rule(doing, lead, did.upheld, note=note, **about)
        case "waive":
            return actions.waive(doing, lead, did.obligation, did.reason)
        case "exclude":
            return actions.exclude(doing, lead, did.reason)
        case "restore":
            return actions.restore(doing, lead)
        case "enrol":
            return actions.enrol(doing, lead, did.program)
        case "touch":
            return actions.touch(doing, lead, did.program, did.step)
        case "leave":
            return actions.leave_program(doing, lead, did.program, did.reason)
        case "merge":
            return actions.merge(doing, lead, did.other)
        case "unmerge":
            return actions.unmerge(doing, lead, did.other)
