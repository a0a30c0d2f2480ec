"""Channels and webhooks are set up: their addresses judged first, and tried when somebody asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from leadpact.engine.values import normal
from leadpact.flows.sending import email_of, may_call_private
from leadpact.flows.telling import KINDS, OF_A_LEAD
from leadpact.ledger.models import Channel, Person, Team, Webhook
from leadpact.ledger.sealing import SealError, unseal
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import channels
from leadpact.ledger.services.channels import ChannelError
from leadpact.notify import chat, webhooks
from leadpact.notify.message import Message, SendError

_LINES = (
    "This is a trial from Leadpact: whoever reads it would have been told of a lead.",
    "Nothing happened, and nothing needs to be done.",
)


def add_channel(
    name: str,
    address: str,
    receivers: Iterable[str],
    kinds: Iterable[str] = (),
    *,
    actor: str,
    now: datetime,
) -> Channel:
    """As the service does, of an address that can be told something. Raises ChannelError."""
    problem = chat.problem_of(address)
    if problem:
        raise ChannelError(problem)
    wanted = _kinds(kinds, tuple(KINDS))
    return channels.add_channel(name, address, receivers, wanted, actor=actor, now=now)


def add_webhook(
    url: str, kinds: Iterable[str], *, actor: str, now: datetime
) -> tuple[Webhook, str]:
    """As the service does, of an http address and of kinds that there are. Raises ChannelError."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        known = False
    if not known:
        raise ChannelError("A webhook needs an http or https address without a password in it.")
    return channels.add_webhook(url, _kinds(kinds, OF_A_LEAD), actor=actor, now=now)


def mute(receiver: str, kind: str, *, actor: str, now: datetime) -> tuple[str, str]:
    """Tell somebody no more of a kind of notice; who and which that is. Raises ChannelError."""
    name, (known,) = _receiver(receiver), _kinds([kind], tuple(KINDS))
    channels.mute(name, known, actor=actor, now=now)
    return name, known


def unmute(receiver: str, kind: str, *, actor: str, now: datetime) -> tuple[str, str]:
    """Tell somebody again of a kind of notice; who and which that is. Raises ChannelError."""
    name, (known,) = _receiver(receiver), _kinds([kind], tuple(KINDS))
    channels.unmute(name, known, actor=actor, now=now)
    return name, known


def told_of(receiver: str) -> tuple[str, dict[str, bool]]:
    """Somebody as they are spelt, and whether they are told, by kind. Raises ChannelError."""
    name = _receiver(receiver)
    muted = channels.muted(name)
    return name, {kind: kind not in muted for kind in KINDS}


def tell_only_of(receiver: str, kinds: Iterable[str], *, actor: str, now: datetime) -> None:
    """Tell somebody of these kinds of notices and of no other. Raises ChannelError."""
    wanted = set(_kinds(kinds, tuple(KINDS)))
    name, told = told_of(receiver)
    for kind, is_told in told.items():
        if is_told and kind not in wanted:
            channels.mute(name, kind, actor=actor, now=now)
        elif not is_told and kind in wanted:
            channels.unmute(name, kind, actor=actor, now=now)


def _kinds(said: Iterable[str], known: Sequence[str]) -> list[str]:
    wanted = [each.strip().lower() for each in said]
    strange = [kind for kind in wanted if kind not in known]
    if strange:
        raise ChannelError(
            f"There is no kind of notice “{strange[0][:60]}”; choose among: {', '.join(known)}."
        )
    return wanted


def _receiver(said: str) -> str:
    """Somebody who may be told, as they are spelt."""
    found = {normal(name): name for name in _names()}.get(normal(said))
    if found is None:
        raise ChannelError(f"The agreement names nobody “{said[:60]}”, and no team.")
    return found


def _names() -> Iterable[str]:
    for model in (Person, Team):
        yield from model.objects.values_list("name", flat=True)
    for version in agreements.documents():
        parties = version.parties
        for party in (parties.marketing, parties.sales) if parties else ():
            yield from (person.name for person in (party.head, *party.contacts))


def try_channel(row: Channel, receiver: str) -> None:
    """Tell a channel that this is a trial, as if it were for this receiver. Raises ChannelError."""
    message = Message(f"trial-{secrets.token_hex(8)}", "A trial from Leadpact", _LINES)
    try:
        address = unseal(row.address)
        chat.send(address, message, email=email_of(receiver), private=may_call_private())
    except (SendError, SealError) as error:
        raise ChannelError(f"The channel “{row.name}” was not told. {error}") from error


def try_webhook(row: Webhook, *, now: datetime) -> None:
    """Call a webhook with a signed `trial`. Raises ChannelError."""
    body = {"type": "trial", "timestamp": now.isoformat(), "data": {}}
    key = f"trial-{secrets.token_hex(8)}"
    try:
        secret = unseal(row.secret)
        webhooks.send(row.url, secret, key, body, now=now, private=may_call_private())
    except (SendError, SealError) as error:
        raise ChannelError(f"The webhook was not told. {error}") from error
