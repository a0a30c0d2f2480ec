"""Answering a notice from the message itself: links that say who may do what, and until when.

A link carries no name and no lead, only which notice it belongs to, signed with the installation's
secret. Whoever has it acts as the notice's receiver: on a lead that this person holds, as a rep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction

from leadpact.agreement.spec import Agreement
from leadpact.flows.telling import BREACH, HANDOFF, WARNING
from leadpact.ledger.facts import Receipt
from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event, LeadState, Notice, Person
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import actions
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.permits import Act, Caller, of_person
from leadpact.notify.message import Link

#: How long a link may be used after its message was made.
HOLDS = timedelta(days=7)
#: Channels to choose from where the agreement's contact protocol names none.
CHANNELS = ("phone", "email")
#: What may come of an attempt; whoever spoke with the lead has also connected.
OUTCOMES = ("no answer", "left message", SPOKE := "spoke")
_SIGNED = Signer(salt="leadpact answer")
_ANSWERED = frozenset({HANDOFF, WARNING, BREACH})


class Answer(StrEnum):
    """What can be done from a message."""

    ACCEPT = "accept"
    REJECT = "reject"
    ATTEMPT = "attempt"


LABELS = {
    Answer.ACCEPT: "Accept",
    Answer.REJECT: "Reject",
    Answer.ATTEMPT: "Log an attempt",
}


class LinkError(Exception):
    """A link that leads nowhere, or nowhere any more; the message is a sentence for its reader."""

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.gone = gone


@dataclass(frozen=True)
class Question:
    """What a link asks: whether this person does this with the lead of the notice."""

    notice: Notice
    answer: Answer
    caller: Caller

    @property
    def person(self) -> str:
        """Who is asked."""
        return self.notice.receiver

    @property
    def lead(self) -> str:
        """The lead's key."""
        return str(self.notice.lead_id)

    @property
    def key(self) -> str:
        """Names the answer, so that it is given once."""
        return f"link {self.notice.key} {self.answer}"

    def answered_at(self) -> datetime | None:
        """When it was given; None while it was not."""
        row = Event.objects.filter(source=actions.SOURCE, event_id=self.key).first()
        return instant(row.happened) if row else None


def links_for(notice: Notice, now: datetime) -> list[Link]:
    """What the receiver of a notice can do from its message, and where.

    Nothing where the installation's own address is not known, for whoever does not hold the lead,
    and where the promise is marketing's.
    """
    base = settings.LEADPACT_URL
    if not base or notice.kind not in _ANSWERED or not _is_theirs(notice):
        return []
    version = agreements.in_force(now)
    reasons = version.agreement.handoff.rejections if version else []
    return [
        Link(LABELS[each], f"{base}/answer/{_token(notice, each, now + HOLDS)}")
        for each in Answer
        if each is not Answer.REJECT or reasons
    ]


def _is_theirs(notice: Notice) -> bool:
    of_sales = json.loads(notice.payload).get("side", "sales") == "sales"
    holds = LeadState.objects.filter(lead=notice.lead_id, holder=notice.receiver, status="open")
    return of_sales and holds.exists() and _caller_of(notice) is not None


def _token(notice: Notice, answer: Answer, until: datetime) -> str:
    told = [notice.pk, _print_of(notice), answer.value, int(until.timestamp())]
    return _SIGNED.sign_object(told)


def _print_of(notice: Notice) -> str:
    """Tells a notice from another that has its number in a database that was put back."""
    return blake2b(notice.key.encode(), digest_size=6).hexdigest()


def question_of(token: str, now: datetime) -> Question:
    """What a link asks. Raises LinkError."""
    try:
        number, print_, answer, until = _SIGNED.unsign_object(token)
    except (BadSignature, ValueError, UnicodeError):
        raise LinkError("This link is not one of ours: open it from the message, whole.") from None
    if now.timestamp() >= until:
        raise LinkError(
            "This link has expired: what the message asked can still be done in Leadpact.",
            gone=True,
        )
    notice = Notice.objects.filter(pk=number).first()
    if notice is None or notice.lead_id is None or _print_of(notice) != print_:
        raise LinkError("What this link was about is no longer on record.", gone=True)
    caller = _caller_of(notice)
    if caller is None:
        raise LinkError("Whom this link was sent to works no leads any more.", gone=True)
    return Question(notice, Answer(answer), caller)


def _caller_of(notice: Notice) -> Caller | None:
    people = Person.objects.select_related("team", "user").filter(name=notice.receiver)
    found = people.first()
    caller = of_person(found) if found else None
    return caller if caller and caller.may(Act.WORK_LEAD) else None


def make_sure_it_can_be_answered(question: Question, now: datetime) -> None:
    """Raises Refused where the receiver cannot work the lead by now."""
    actions.make_sure_workable(Doing(question.caller, now), question.lead)


def channels_of(agreement: Agreement) -> list[str]:
    """The channels of the contact protocol, in its order."""
    protocol = agreement.contact_protocol
    named = [
        channel
        for step in (protocol.steps if protocol else [])
        for channel in ([step.channel] if isinstance(step.channel, str) else step.channel)
    ]
    return list(dict.fromkeys(named)) or list(CHANNELS)


def answer(question: Question, told: Mapping[str, str], now: datetime) -> Receipt:
    """Do what the link asks, with what its page asked for. Raises Refused."""
    doing = Doing(question.caller, now, question.key)
    return perform(question.answer, doing, question.lead, told)


def perform(answer: Answer, doing: Doing, lead: str, told: Mapping[str, str]) -> Receipt:
    """Accept, reject or log an attempt as a form says it. Raises Refused."""
    given: Callable[[Doing, str, Mapping[str, str]], Receipt] = {
        Answer.ACCEPT: _accept,
        Answer.REJECT: _reject,
        Answer.ATTEMPT: _attempt,
    }[answer]
    return given(doing, lead, told)


def _accept(doing: Doing, lead: str, told: Mapping[str, str]) -> Receipt:
    return actions.accept(doing, lead, rating=_rating(told), note=_note(told))


def _reject(doing: Doing, lead: str, told: Mapping[str, str]) -> Receipt:
    reason = told.get("reason", "").strip()
    if not reason:
        raise Refused("Choose a reason: marketing acts on it.", "reason")
    return actions.reject(doing, lead, reason, rating=_rating(told), note=_note(told))


@transaction.atomic
def _attempt(doing: Doing, lead: str, told: Mapping[str, str]) -> Receipt:
    channel, outcome = told.get("channel", ""), told.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Refused("Choose what came of it.", "outcome")
    receipt = actions.attempt(doing, lead, channel, outcome=outcome, note=_note(told))
    if outcome == SPOKE:
        spoke = Doing(doing.caller, doing.now, f"{doing.key} {SPOKE}")
        actions.connect(spoke, lead, channel)
    return receipt


def _note(told: Mapping[str, str]) -> str:
    return told.get("note", "").strip()[:5000]


def _rating(told: Mapping[str, str]) -> int | None:
    said = told.get("rating", "").strip()
    if not said:
        return None
    if said not in ("1", "2", "3", "4", "5"):
        raise Refused("A rating is a whole number from 1 to 5.", "rating")
    return int(said)
