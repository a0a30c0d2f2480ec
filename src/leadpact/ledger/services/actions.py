"""What people do with leads: each action is one fact of the log, whoever asks and from wherever.

An action that cannot be meant is refused in a sentence. The same key given twice acts once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from leadpact.agreement.spec import Agreement
from leadpact.ledger.facts import Fact, Known, Receipt
from leadpact.ledger.models import Event, Lead, LeadState
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.visible import leads_for, may_work
from leadpact.ledger.services import audit
from leadpact.ledger.services.identities import merged_into
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Act, Caller

SOURCE = "people"


class Refused(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """An action that cannot be done; a sentence for whoever asked. `code` says why for programs."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True)
class Doing:
    """Who acts and when; `key` makes a repetition harmless, and is made up where none is given."""

    caller: Caller
    now: datetime
    key: str = ""
    happened_at: datetime | None = None


def accept(doing: Doing, lead: str, *, rating: int | None = None, note: str = "") -> Receipt:
    """Sales takes the lead on."""
    told = {"rating": _rating(rating), "note": note}
    return _act(doing, lead, Act.WORK_LEAD, "sales.accepted", told)


def reject(
    doing: Doing, lead: str, reason: str, *, rating: int | None = None, note: str = ""
) -> Receipt:
    """Sales gives the lead back, for one of the reasons of the agreement."""
    known = [each.reason for each in _agreement(doing).handoff.rejections]
    told = {"reason": _one_of(reason, known, "reason"), "rating": _rating(rating), "note": note}
    return _act(doing, lead, Act.WORK_LEAD, "sales.rejected", told)


def attempt(doing: Doing, lead: str, channel: str, *, outcome: str = "", note: str = "") -> Receipt:
    """Sales tried to reach the lead."""
    if not channel.strip():
        raise Refused("Say over which channel: phone, email …", "channel")
    told = {"channel": channel.strip().lower(), "outcome": outcome, "note": note}
    return _act(doing, lead, Act.WORK_LEAD, "sales.attempted", told)


def connect(doing: Doing, lead: str, channel: str, *, note: str = "") -> Receipt:
    """Sales and the lead spoke."""
    told = {"channel": channel.strip().lower(), "note": note}
    return _act(doing, lead, Act.WORK_LEAD, "sales.connected", told)


def rate(doing: Doing, lead: str, rating: int, *, note: str = "") -> Receipt:
    """Sales says how good the lead is, from 1 to 5."""
    told = {"rating": _rating(rating), "note": note}
    return _act(doing, lead, Act.RATE, "sales.rated", told)


def declare_stage(doing: Doing, lead: str, stage: str) -> Receipt:
    """A person declares that the lead is at a stage."""
    known = [each.name for each in _agreement(doing).stages]
    told = {"stage": _one_of(stage, known, "stage")}
    return _act(doing, lead, Act.WORK_LEAD, "stage.entered", told)


def deal(
    doing: Doing,
    lead: str,
    deal_id: str,
    outcome: str,
    *,
    amount: float | None = None,
    currency: str = "",
    reason: str = "",
) -> Receipt:
    """A deal with the lead is opened, won or lost."""
    if outcome not in ("opened", "won", "lost"):
        raise Refused(f"A deal is opened, won or lost, not “{outcome}”.", "outcome")
    if not deal_id.strip():
        raise Refused("A deal needs a key of its own.", "deal_id")
    told = {"deal_id": deal_id, "amount": amount, "currency": currency, "reason": reason}
    return _act(doing, lead, Act.WORK_LEAD, f"deal.{outcome}", told)


def recycle(doing: Doing, lead: str, reason: str) -> Receipt:
    """The lead goes back to marketing."""
    told = {"reason": _stated(reason, "reason")}
    return _act(doing, lead, Act.WORK_LEAD, "lead.recycled", told)


def disqualify(doing: Doing, lead: str, reason: str) -> Receipt:
    """The lead is discarded."""
    told = {"reason": _stated(reason, "reason")}
    return _act(doing, lead, Act.WORK_LEAD, "lead.disqualified", told)


def snooze(doing: Doing, lead: str, reason: str) -> Receipt:
    """The lead asked to wait; clocks pause where the agreement lists the reason."""
    return _act(doing, lead, Act.WORK_LEAD, "sales.snoozed", {"reason": _stated(reason, "reason")})


def resume(doing: Doing, lead: str) -> Receipt:
    """A snooze is over."""
    return _act(doing, lead, Act.WORK_LEAD, "sales.resumed", {})


def enrol(doing: Doing, lead: str, program: str) -> Receipt:
    """The lead joins a nurture program, whatever its rule says."""
    told = {"program": _program(doing, program)}
    return _act(doing, lead, Act.NURTURE, "nurture.entered", told)


def touch(doing: Doing, lead: str, program: str, step: str = "") -> Receipt:
    """A step of a program reached the lead; without a name the next one."""
    told = {"program": _program(doing, program), "step": step.strip()}
    return _act(doing, lead, Act.NURTURE, "nurture.touched", told)


def leave_program(doing: Doing, lead: str, program: str, reason: str = "") -> Receipt:
    """The lead leaves a nurture program."""
    told = {"program": _program(doing, program), "reason": reason.strip()}
    return _act(doing, lead, Act.NURTURE, "nurture.left", told)


def reassign(doing: Doing, lead: str, to: str) -> Receipt:
    """Somebody else holds the lead from now on; a rep passes theirs on within their teams."""
    people = receivers(_agreement(doing), doing.caller)
    person = _one_of(to, list(people), "person")
    told = {"to": person, "team": people[person]}
    return _act(doing, lead, Act.REASSIGN, "lead.assigned", told)


def receivers(agreement: Agreement, caller: Caller) -> dict[str, str]:
    """Whom the caller may give a lead to, each with their team."""
    return {
        member.name: team.name
        for team in agreement.routing.teams
        for member in team.people
        if caller.sees_all or (team.name in caller.teams and member.name != caller.person)
    }


def dispute(
    doing: Doing, lead: str, *, obligation: str = "", stage: str = "", reason: str = ""
) -> Receipt:
    """Somebody disputes a clock or a stage, perhaps for a reason."""
    told = _subject(doing, obligation, stage) | {"reason": reason.strip()}
    return _act(doing, lead, Act.DISPUTE, "clock.disputed", told)


def rule(
    doing: Doing, lead: str, upheld: bool, *, obligation: str = "", stage: str = "", note: str = ""
) -> Receipt:
    """A head rules on a dispute."""
    told = _subject(doing, obligation, stage) | {"upheld": upheld, "note": note}
    return _act(doing, lead, Act.RULE, "dispute.ruled", told, audited=True)


def waive(doing: Doing, lead: str, obligation: str, reason: str) -> Receipt:
    """A head does not ask an obligation of this lead, for a reason."""
    told = _subject(doing, obligation, "") | {"reason": _stated(reason, "reason")}
    return _act(doing, lead, Act.WAIVE, "clock.waived", told, audited=True)


def exclude(doing: Doing, lead: str, reason: str) -> Receipt:
    """The lead is left out of every figure, for a reason; `restore` undoes it."""
    told = {"reason": _stated(reason, "reason")}
    return _act(doing, lead, Act.CLEAN, "lead.excluded", told, audited=True)


def restore(doing: Doing, lead: str) -> Receipt:
    """An exclusion is taken back."""
    return _act(doing, lead, Act.CLEAN, "lead.restored", {}, audited=True)


def merge(doing: Doing, survivor: str, absorbed: str) -> Receipt:
    """Two leads are one; the first goes on."""
    if _living(survivor) == _living(absorbed):
        raise Refused(f"{survivor} and {absorbed} are one lead already.", "same")
    _seen(doing.caller, absorbed)
    told = {"absorbed": absorbed}
    return _act(doing, survivor, Act.CLEAN, "lead.merged", told, audited=True)


def unmerge(doing: Doing, survivor: str, absorbed: str) -> Receipt:
    """A merge is undone."""
    row = Lead.objects.filter(key=absorbed).first()
    if row is None or row.merged_into_id != survivor:
        raise Refused(f"{absorbed} was not merged into {survivor}.", "not merged")
    told = {"absorbed": absorbed}
    return _act(doing, survivor, Act.CLEAN, "lead.unmerged", told, audited=True)


@transaction.atomic
def void(doing: Doing, *, source: str = "", event_id: str = "", batch: str = "") -> Receipt:
    """A fact, or a whole import, is withdrawn: it leaves no trace in any figure and stays shown."""
    _permit(doing.caller, Act.VOID)
    if bool(batch) == bool(event_id):
        raise Refused("Name one fact (source and event id) or one import (batch).", "subject")
    there = Event.objects.filter(batch_id=batch) if batch else Event.objects.filter(
        source=source, event_id=event_id
    )  # fmt: skip
    if not there.exists():
        raise Refused("There is no such fact.", "not found")
    told = {"batch": batch} if batch else {"source": source, "event_id": event_id}
    audit.record(doing.caller.name, "voided", batch or f"{source} {event_id}", now=doing.now)
    return _ingest(doing, None, "fact.voided", told)


@transaction.atomic
def close_day(doing: Doing, day: date, calendar: str = "") -> Receipt:
    """A day is closed from now on, for the organisation or one calendar of the agreement."""
    _permit(doing.caller, Act.MANAGE_PEOPLE)
    told = {"date": day.isoformat()}
    if calendar:
        known = list(_agreement(doing).calendars)
        told["calendar"] = _one_of(calendar, known, "calendar")
    audit.record(doing.caller.name, "closed", f"{day} {calendar}".strip(), now=doing.now)
    return _ingest(doing, None, "calendar.closed", told)


def make_sure_workable(doing: Doing, lead: str) -> None:
    """Raises Refused where the caller could not accept, reject or log an attempt now."""
    _judged(doing.caller, lead, Act.WORK_LEAD, "sales.accepted")


@transaction.atomic
def _act(
    doing: Doing, lead: str, act: Act, kind: str, told: Mapping[str, Any], *, audited: bool = False
) -> Receipt:
    lead = _judged(doing.caller, lead, act, kind)
    if audited:
        audit.record(doing.caller.name, kind, f"lead {lead}", told, now=doing.now)
    return _ingest(doing, lead, kind, told)


def _judged(caller: Caller, lead: str, act: Act, kind: str) -> str:
    """The lead itself, of which the caller may do this now. Raises Refused."""
    _permit(caller, act)
    lead = _living(lead)
    _seen(caller, lead)
    if act in (Act.WORK_LEAD, Act.RATE, Act.REASSIGN) and not may_work(caller, lead):
        raise Refused(f"{lead} is held by somebody else.", "held by another")
    _makes_sense(lead, kind)
    return lead


def _makes_sense(lead: str, kind: str) -> None:
    """Refuse what an excluded lead, or one that is closed, cannot have done to it."""
    if not kind.startswith("sales."):
        return
    state = LeadState.objects.filter(lead=lead).first()
    if state and state.status in ("won", "lost", "disqualified"):
        raise Refused(f"{lead} is closed ({state.status}); reopen it first.", "closed")
    if state and state.status == "excluded":
        raise Refused(f"{lead} is left out ({state.reason}); restore it first.", "excluded")


def _ingest(doing: Doing, lead: str | None, kind: str, told: Mapping[str, Any]) -> Receipt:
    fact = Fact(
        source=SOURCE,
        event_id=doing.key or secrets.token_hex(12),
        kind=kind,
        happened_at=doing.happened_at or doing.now,
        lead=Known(id=lead) if lead else None,
        properties={name: value for name, value in told.items() if value not in (None, "")},
        recorded_at=doing.now,
        actor=doing.caller.name,
    )
    (receipt,) = ingest([fact], now=doing.now)
    return receipt


def _permit(caller: Caller, act: Act) -> None:
    if not caller.may(act):
        raise Refused(f"As {caller.role or 'this key'} you may not {act.value}.", "not allowed")


def _seen(caller: Caller, lead: str) -> None:
    """A lead that the caller may not see is one that is not there."""
    if not leads_for(caller).filter(key=lead).exists():
        raise Refused(f"There is no lead {lead}.", "not found")


def _living(lead: str) -> str:
    """The lead itself, or the one into which it was merged."""
    return merged_into([lead]).get(lead, lead)


def _agreement(doing: Doing) -> Agreement:
    version = agreements.in_force(doing.now)
    if version is None:
        raise Refused("No agreement is published yet.", "no agreement")
    return version.agreement


def _program(doing: Doing, said: str) -> str:
    known = [each.name for each in _agreement(doing).nurture]
    return _one_of(said, known, "nurture program")


def _subject(doing: Doing, obligation: str, stage: str) -> dict[str, Any]:
    if bool(obligation) == bool(stage):
        raise Refused("Name one obligation or one stage.", "subject")
    agreement = _agreement(doing)
    if obligation:
        names = [each.name for each in agreement.obligations]
        return {"obligation": _one_of(obligation, names, "obligation")}
    return {"stage": _one_of(stage, [each.name for each in agreement.stages], "stage")}


def _one_of(said: str, known: list[str], what: str) -> str:
    """The known name that was meant, whatever its case. Raises Refused."""
    found = {name.casefold(): name for name in known}.get(said.strip().casefold())
    if found is None:
        listed = ", ".join(known) or "none"
        raise Refused(f"There is no {what} “{said[:60]}”; the agreement has: {listed}.", what)
    return found


def _stated(text: str, what: str) -> str:
    if not text.strip():
        raise Refused(f"Say the {what}.", what)
    return text.strip()


def _rating(rating: int | None) -> int | None:
    if rating is not None and not 1 <= rating <= 5:
        raise Refused("A rating is a whole number from 1 to 5.", "rating")
    return rating
