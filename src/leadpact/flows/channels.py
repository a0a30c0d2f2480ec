"""Channels and webhooks are set up: their addresses judged first, and tried when somebody asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from leadpact.flows.messages import KINDS
from leadpact.flows.sending import email_of
from leadpact.ledger.models import Channel, Webhook
from leadpact.ledger.sealing import SealError, unseal
from leadpact.ledger.services import channels
from leadpact.ledger.services.channels import ChannelError
from leadpact.notify import chat, webhooks
from leadpact.notify.message import Message, SendError

_LINES = (
    "This is a trial from Leadpact: whoever reads it would have been told of a lead.",
    "Nothing happened, and nothing needs to be done.",
)


def add_channel(
    name: str, address: str, receivers: Iterable[str], *, actor: str, now: datetime
) -> Channel:
    """As the service does, of an address that can be told something. Raises ChannelError."""
    problem = chat.problem_of(address)
    if problem:
        raise ChannelError(problem)
    return channels.add_channel(name, address, receivers, actor=actor, now=now)


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
    wanted = list(kinds)
    strange = [kind for kind in wanted if kind not in KINDS]
    if strange:
        raise ChannelError(
            f"There is no kind of notice “{strange[0]}”; choose among: {', '.join(KINDS)}."
        )
    return channels.add_webhook(url, wanted, actor=actor, now=now)


def try_channel(row: Channel, receiver: str) -> None:
    """Tell a channel that this is a trial, as if it were for this receiver. Raises ChannelError."""
    message = Message(f"trial-{secrets.token_hex(8)}", "A trial from Leadpact", _LINES)
    try:
        address = unseal(row.address)
        chat.send(address, message, email=email_of(receiver), private=_may_call_private())
    except (SendError, SealError) as error:
        raise ChannelError(f"The channel “{row.name}” was not told. {error}") from error


def try_webhook(row: Webhook, *, now: datetime) -> None:
    """Call a webhook with a signed `trial`. Raises ChannelError."""
    body = {"type": "trial", "timestamp": now.isoformat(), "data": {}}
    key = f"trial-{secrets.token_hex(8)}"
    try:
        secret = unseal(row.secret)
        webhooks.send(row.url, secret, key, body, now=now, private=_may_call_private())
    except (SendError, SealError) as error:
        raise ChannelError(f"The webhook was not told. {error}") from error


def _may_call_private() -> bool:
    return bool(getattr(settings, "LEADPACT_CALL_PRIVATE", False))
