"""What people do with leads from a page: with one at a time, or with several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from leadpact.agreement.conditions import EventCondition, Test, leaves
from leadpact.agreement.spec import Agreement
from leadpact.flows.answering import Answer, perform
from leadpact.ledger.facts import Receipt
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.permits import Caller

#: So many leads are worked at once, at most.
MOST = 100

_LARGEST = 1e15

Told = Mapping[str, str]


@dataclass
class Outcome:
    """Leads with which it was done, and for the others why not."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def work(what: str, caller: Caller, leads: Sequence[str], told: Told, doing: Doing) -> Outcome:
    """Do one thing with each of some leads; what is refused for one hinders no other.

    `doing` says who and when; its key names the whole, so that it is done once however often it is
    asked for.
    """
    act = _ACTS[what]
    found = Outcome()
    if not leads:
        raise Refused("Choose a lead first.", "lead")
    if len(leads) > MOST:
        raise Refused(f"Choose at most {MOST} leads at once.", "lead")
    for lead in dict.fromkeys(leads):
        key = f"page {doing.key} {what} {lead}" if doing.key else ""
        try:
            act(Doing(caller, doing.now, key), lead, told)
        except Refused as error:
            found.refused[lead] = error.message
        else:
            found.done.append(lead)
    return found


def snooze_reasons(agreement: Agreement) -> list[str]:
    """Reasons for which some promise waits, as the agreement lists them."""
    found: list[str] = []
    for duty in agreement.obligations:
        for leaf in leaves(duty.pauses_on) if duty.pauses_on else []:
            if isinstance(leaf, EventCondition) and "sales.snoozed" in leaf.kinds:
                found += _values(leaf.where_tests().get("reason"))
    return list(dict.fromkeys(found))


def _values(test: Test | None) -> list[str]:
    """The values that a test allows by name."""
    if test is None:
        return []
    named = test.one_of or ([test.equals] if test.equals is not None else [])
    return [str(each) for each in named]


def _rate(doing: Doing, lead: str, told: Told) -> Receipt:
    said = told.get("rating", "")
    if said not in ("1", "2", "3", "4", "5"):
        raise Refused("A rating is a whole number from 1 to 5.", "rating")
    return actions.rate(doing, lead, int(said), note=told.get("note", "").strip()[:5000])


def _deal(doing: Doing, lead: str, told: Told) -> Receipt:
    return actions.deal(
        doing,
        lead,
        told.get("deal_id", "").strip()[:200],
        told.get("outcome", ""),
        amount=_amount(told.get("amount", "")),
        currency=told.get("currency", "").strip().upper()[:3],
        reason=told.get("reason", "").strip()[:500],
    )


def _amount(said: str) -> float | None:
    """What a deal is worth; nothing said is not known. Raises Refused."""
    if not said.strip():
        return None
    try:
        amount = float(said)
    except ValueError:
        amount = -1.0
    if not 0 <= amount <= _LARGEST:
        raise Refused("An amount is a number such as 12500 or 12500.50.", "amount")
    return amount


def _answered(answer: Answer) -> Callable[[Doing, str, Told], Receipt]:
    return lambda doing, lead, told: perform(answer, doing, lead, told)


_ACTS: dict[str, Callable[[Doing, str, Told], Receipt]] = {
    "accept": _answered(Answer.ACCEPT),
    "reject": _answered(Answer.REJECT),
    "attempt": _answered(Answer.ATTEMPT),
    "snooze": lambda doing, lead, told: actions.snooze(doing, lead, told.get("reason", "")),
    "resume": lambda doing, lead, _: actions.resume(doing, lead),
    "reassign": lambda doing, lead, told: actions.reassign(doing, lead, told.get("to", "")),
    "rate": _rate,
    "exclude": lambda doing, lead, told: actions.exclude(doing, lead, told.get("reason", "")),
    "restore": lambda doing, lead, _: actions.restore(doing, lead),
    "unmerge": lambda doing, lead, told: actions.unmerge(doing, lead, told.get("other", "")),
    "void": lambda doing, _, told: actions.void(
        doing, source=told.get("source", ""), event_id=told.get("event_id", "")
    ),
    "enrol": lambda doing, lead, told: actions.enrol(doing, lead, told.get("program", "")),
    "touch": lambda doing, lead, told: actions.touch(doing, lead, told.get("program", "")),
    "leave": lambda doing, lead, told: actions.leave_program(
        doing, lead, told.get("program", ""), told.get("reason", "")
    ),
    "waive": lambda doing, lead, told: actions.waive(
        doing, lead, told.get("obligation", ""), told.get("reason", "")
    ),
    "deal": _deal,
    "merge": lambda doing, lead, told: actions.merge(doing, lead, told.get("other", "").strip()),
    "stage": lambda doing, lead, told: actions.declare_stage(doing, lead, told.get("stage", "")),
    "rule": lambda doing, lead, told: actions.rule(
        doing,
        lead,
        told.get("upheld") == "yes",
        obligation=told.get("obligation", ""),
        stage=told.get("stage", ""),
        note=told.get("note", "").strip()[:5000],
    ),
    "dispute": lambda doing, lead, told: actions.dispute(
        doing,
        lead,
        obligation=told.get("obligation", ""),
        stage=told.get("stage", ""),
        reason=told.get("reason", "")[:500],
    ),
}
