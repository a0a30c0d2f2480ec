"""Over what people and programs are told: channels and webhooks are added and taken away."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from leadpact.ledger.models import Channel, Mute, Webhook
from leadpact.ledger.sealing import seal
from leadpact.ledger.services import audit

_SECRET_BYTES = 32


class ChannelError(Exception):
    """A channel or webhook cannot be as asked; the message is a sentence for the user."""


@transaction.atomic
def add_channel(
    name: str,
    address: str,
    receivers: Iterable[str],
    kinds: Iterable[str],
    *,
    actor: str,
    now: datetime,
) -> Channel:
    """A channel for some receivers (people, teams, sides), or for everybody. Its address is sealed.

    With `kinds` it tells of these alone.
    The address must be one that can be told something. Raises ChannelError.
    """
    name = name.strip()
    if not name:
        raise ChannelError("A channel needs a name.")
    wanted = [each.strip() for each in receivers if each.strip()]
    only = sorted(set(kinds))
    try:
        with transaction.atomic():
            row = Channel.objects.create(
                name=name,
                address=seal(address),
                receivers=json.dumps(wanted),
                kinds=json.dumps(only),
                created_at=now,
            )
    except IntegrityError:
        raise ChannelError(f"There is a channel “{name}” already.") from None
    detail = {"for": wanted or "everybody", "only": only, "service": address.partition(":")[0]}
    audit.record(actor, "added", f"channel {name}", detail, now=now)
    return row


@transaction.atomic
def remove_channel(row: Channel, *, actor: str, now: datetime) -> None:
    """Nobody is told over a channel from now on."""
    row.delete()
    audit.record(actor, "removed", f"channel {row.name}", now=now)


@transaction.atomic
def add_webhook(
    url: str, kinds: Iterable[str], *, actor: str, now: datetime
) -> tuple[Webhook, str]:
    """An address that is told of some kinds of notices, or of all; and the secret that signs.

    The secret (`whsec_…`) is told this once. The address must be one that may be called.
    """
    wanted = sorted(set(kinds))
    text = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    row = Webhook.objects.create(
        url=url, secret=seal(text), kinds=json.dumps(wanted), created_at=now
    )
    audit.record(actor, "added", f"webhook {row.pk}", {"url": url, "kinds": wanted}, now=now)
    return row, text


@transaction.atomic
def remove_webhook(row: Webhook, *, actor: str, now: datetime) -> None:
    """An address is told of nothing any more; what waits for it is dropped when it is due."""
    number = row.pk
    row.delete()
    audit.record(actor, "removed", f"webhook {number}", {"url": row.url}, now=now)


def muted(receiver: str) -> frozenset[str]:
    """The kinds of notices that somebody is not told of."""
    return frozenset(Mute.objects.filter(receiver=receiver).values_list("kind", flat=True))


@transaction.atomic
def mute(receiver: str, kind: str, *, actor: str, now: datetime) -> None:
    """Somebody is told no more of a kind of notice, over any channel."""
    _, new = Mute.objects.get_or_create(receiver=receiver, kind=kind)
    if new:
        audit.record(actor, "muted", f"{kind} for {receiver}", now=now)


@transaction.atomic
def unmute(receiver: str, kind: str, *, actor: str, now: datetime) -> None:
    """Somebody is told again. Raises ChannelError where they are told already."""
    if not Mute.objects.filter(receiver=receiver, kind=kind).delete()[0]:
        raise ChannelError(f"{receiver} is told of each {kind} already.")
    audit.record(actor, "unmuted", f"{kind} for {receiver}", now=now)
