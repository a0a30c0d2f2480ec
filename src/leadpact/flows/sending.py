"""The outbox is emptied: each notice goes over its receiver's channels, again until it got through.

A notice is told at least once: whoever is killed between telling it and writing that down has its
lease run out, and it is told again, under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from leadpact.engine.values import normal
from leadpact.flows import messages, needed
from leadpact.flows.answering import links_for
from leadpact.flows.quiet import zone_of
from leadpact.flows.telling import OF_NO_LEAD
from leadpact.ledger.models import Channel, Notice, Person, Team, User, Webhook
from leadpact.ledger.sealing import SealError, unseal
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.outbox import WEBHOOK
from leadpact.ledger.services import notices
from leadpact.ledger.services.notices import Lease
from leadpact.notify import chat, webhooks
from leadpact.notify.message import Message, SendError

#: How long to wait after each failed try; after the last there is no other.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))


def send_due(now: Callable[[], datetime], by: str) -> int:
    """Tell one receiver what is due for them; how many notices that were, 0 for none.

    `by` names this sender among all that run. No transaction is open while anybody is called.
    """
    held = notices.lease(by, now())
    if held.notices:
        _Telling(held, now).tell()
    return len(held.notices)


@dataclass(frozen=True)
class _Telling:
    """What one receiver is told, as long as the lease holds; each outcome is written at once."""

    held: Lease
    now: Callable[[], datetime]

    def tell(self) -> None:
        receiver = self.held.notices[0].receiver
        if receiver.startswith(WEBHOOK):
            self._webhook(receiver)
        else:
            self._person(receiver)

    def _webhook(self, receiver: str) -> None:
        hook = Webhook.objects.filter(pk=int(receiver.removeprefix(WEBHOOK))).first()
        if hook is None or not hook.active:
            notices.drop(self.held, self.held.notices, "there is no such webhook any more")
            return
        for each in self.held.notices:
            if notices.renew(self.held, [each], self.now()):
                self._call(hook, each)

    def _call(self, hook: Webhook, notice: Notice) -> None:
        body = {
            "type": f"lead.{notice.kind}",
            "timestamp": notice.created_at.isoformat(),
            "data": {"lead": notice.lead_id, **json.loads(notice.payload)},
        }
        try:
            secret = unseal(hook.secret)
            webhooks.send(
                hook.url, secret, notice.key, body, now=self.now(), private=may_call_private()
            )
        except (SendError, SealError) as error:
            self._failed([notice], error)
        else:
            notices.sent(self.held, [notice], now=self.now())

    def _person(self, receiver: str) -> None:
        """Over every channel of the receiver; one that gets through is enough."""
        email = email_of(receiver)
        for some in _by_kind(self.held.notices):
            channels = channels_of(receiver, some[0].kind)
            if not channels:
                notices.drop(self.held, some, "no channel reaches this receiver")
                continue
            gone = needed.outdated(some)
            notices.drop(self.held, gone, needed.OUTDATED)
            left = [each for each in some if each not in gone]
            for told, message in _messages(left, self.now()):
                self._say(told, message, channels, email)

    def _say(
        self, some: Sequence[Notice], message: Message, channels: Sequence[Channel], email: str
    ) -> None:
        errors: list[SendError | SealError] = []
        for channel in channels:
            if not notices.renew(self.held, some, self.now()):
                return
            try:
                address = unseal(channel.address)
                chat.send(address, message, email=email, private=may_call_private())
            except (SendError, SealError) as error:
                errors.append(error)
        if len(errors) == len(channels):
            self._failed(some, errors[0])
        else:
            notices.sent(self.held, some, now=self.now())

    def _failed(self, some: Sequence[Notice], error: SendError | SealError) -> None:
        final = isinstance(error, SealError) or not error.again
        notices.failed(self.held, some, str(error), PAUSES, final=final, now=self.now())


def _by_kind(due: Sequence[Notice]) -> list[list[Notice]]:
    found: dict[str, list[Notice]] = {}
    for each in due:
        found.setdefault(each.kind, []).append(each)
    return list(found.values())


def _messages(some: Sequence[Notice], now: datetime) -> Iterator[tuple[Sequence[Notice], Message]]:
    """Notices of one kind together where they are many, else each alone."""
    if not some:
        return
    version = agreements.in_force(now)
    zone = zone_of(some[0].receiver, version.agreement if version else None)
    if len(some) > messages.TOGETHER and some[0].kind not in OF_NO_LEAD:
        yield some, messages.together(some, zone, now, lambda each: links_for(each, now))
        return
    for each in some:
        yield [each], messages.message_of(each, zone, now, links_for(each, now))


def channels_of(receiver: str, kind: str) -> list[Channel]:
    """How somebody is told of this kind: over channels for all, for their team, for themselves."""
    teams = Team.objects.filter(members__name=receiver).values_list("name", flat=True)
    names = {normal(name) for name in (receiver, *teams)}
    return [
        channel
        for channel in Channel.objects.filter(active=True).order_by("id")
        for wanted in [{normal(name) for name in json.loads(channel.receivers)}]
        if (not wanted or wanted & names) and kind in (json.loads(channel.kinds) or [kind])
    ]


def email_of(receiver: str) -> str:
    """The address of somebody named: the person's, the user's, else the agreement's."""
    for rows in (Person.objects.filter(name=receiver), User.objects.filter(name=receiver)):
        address = rows.exclude(email="").values_list("email", flat=True).first()
        if address:
            return str(address)
    for version in reversed(agreements.published()):
        parties = version.agreement.parties
        for party in (parties.marketing, parties.sales) if parties else ():
            for person in (party.head, *party.contacts):
                if normal(person.name) == normal(receiver) and person.email:
                    return person.email
    return ""


def may_call_private() -> bool:
    """Whether addresses of this network may be called, as the settings have it."""
    return bool(getattr(settings, "LEADPACT_CALL_PRIVATE", False))
