"""Over what people and programs are told, for administrators; and what did not get through."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import answers, router
from leadpact.api.lists import Asked
from leadpact.api.paging import Page, page
from leadpact.api.problems import Faulty
from leadpact.flows import channels as flow
from leadpact.ledger.models import Channel, Notice, Webhook
from leadpact.ledger.services import channels, notices
from leadpact.ledger.services.permits import Act

_LONG = 2_000


class ChannelIn(Schema):
    """A channel to add: `address` is one of apprise's, `receivers` people, teams or sides."""

    name: str = Field(min_length=1, max_length=200)
    address: str = Field(
        min_length=1, max_length=_LONG, examples=["mailtos://…@smtp.example.com?to={email}"]
    )
    receivers: list[str] = Field(default_factory=list, max_length=200)
    kinds: list[str] = Field(default_factory=list, max_length=50)


class ChannelOut(Schema):
    """A channel; its address is told to nobody."""

    id: int
    name: str
    receivers: list[str]
    kinds: list[str]
    created_at: datetime


class WebhookIn(Schema):
    """An address to call, with all notices or only with some kinds."""

    url: str = Field(min_length=1, max_length=_LONG, examples=["https://hooks.example.com/leads"])
    kinds: list[str] = Field(default_factory=list, max_length=50)


class WebhookOut(Schema):
    """An address that is called; the secret is in the answer to its adding alone."""

    id: int
    url: str
    kinds: list[str]
    created_at: datetime
    secret: str | None = None


class Done(Schema):
    """What was asked for is done."""

    done: bool = True


class Trial(Schema):
    """Whose address stands in the place of `{email}`."""

    receiver: str = Field("", max_length=200)


@router.get("/channels", response=answers(Page[ChannelOut]), tags=["channels"])
def channel_list(request: HttpRequest, at: Asked) -> Any:
    """Channels over which people are told."""
    caller_of(request, Act.ADMINISTER)
    return page(Channel.objects.all(), _channel, at.cursor, at.limit)


@router.post("/channels", response=answers(ChannelOut, 409), tags=["channels"])
def channel_added(request: HttpRequest, given: ChannelIn) -> Any:
    """Tell people over mail, chat or another service; the address is kept encrypted."""
    caller = caller_of(request, Act.ADMINISTER)
    row = flow.add_channel(
        given.name, given.address, given.receivers, given.kinds, actor=caller.name, now=now()
    )
    return _channel(row)


@router.post("/channels/{int:number}/trial", response=answers(Done, 409), tags=["channels"])
def channel_tried(request: HttpRequest, number: int, given: Trial) -> Any:
    """Send a trial over a channel."""
    caller_of(request, Act.ADMINISTER)
    flow.try_channel(_one(Channel, number), given.receiver)
    return Done()


@router.delete("/channels/{int:number}", response=answers(Done), tags=["channels"])
def channel_removed(request: HttpRequest, number: int) -> Any:
    """Tell nobody over a channel any more."""
    caller = caller_of(request, Act.ADMINISTER)
    channels.remove_channel(_one(Channel, number), actor=caller.name, now=now())
    return Done()


@router.get("/webhooks", response=answers(Page[WebhookOut]), tags=["webhooks"])
def webhook_list(request: HttpRequest, at: Asked) -> Any:
    """Addresses that are called; how calls went is in `/notices`, whose receiver is `webhook 1`."""
    caller_of(request, Act.ADMINISTER)
    return page(Webhook.objects.all(), _webhook, at.cursor, at.limit)


@router.post("/webhooks", response=answers(WebhookOut, 409), tags=["webhooks"])
def webhook_added(request: HttpRequest, given: WebhookIn) -> Any:
    """Call an address, signed as Standard Webhooks asks; the secret is told this once."""
    caller = caller_of(request, Act.ADMINISTER)
    row, secret = flow.add_webhook(given.url, given.kinds, actor=caller.name, now=now())
    return _webhook(row, secret)


@router.post("/webhooks/{int:number}/trial", response=answers(Done, 409), tags=["webhooks"])
def webhook_tried(request: HttpRequest, number: int) -> Any:
    """Call an address with a signed trial."""
    caller_of(request, Act.ADMINISTER)
    flow.try_webhook(_one(Webhook, number), now=now())
    return Done()


@router.delete("/webhooks/{int:number}", response=answers(Done), tags=["webhooks"])
def webhook_removed(request: HttpRequest, number: int) -> Any:
    """Call an address no more."""
    caller = caller_of(request, Act.ADMINISTER)
    channels.remove_webhook(_one(Webhook, number), actor=caller.name, now=now())
    return Done()


@router.post("/notices/{int:number}/replay", response=answers(Done, 409), tags=["notices"])
def notice_replayed(request: HttpRequest, number: int) -> Any:
    """Try a notice anew that was given up on or dropped."""
    caller = caller_of(request, Act.ADMINISTER)
    row = _one(Notice, number)
    if not notices.replay([row.pk], actor=caller.name, now=now()):
        raise Faulty(f"The notice {number} is {row.state}; it needs no other try.", status=409)
    return Done()


def _channel(row: Channel) -> ChannelOut:
    return ChannelOut(
        id=row.pk,
        name=row.name,
        receivers=json.loads(row.receivers),
        kinds=json.loads(row.kinds),
        created_at=row.created_at,
    )


def _webhook(row: Webhook, secret: str | None = None) -> WebhookOut:
    return WebhookOut(
        id=row.pk,
        url=row.url,
        kinds=json.loads(row.kinds),
        created_at=row.created_at,
        secret=secret,
    )


def _one(model: Any, number: int) -> Any:
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise Faulty(f"There is no {model._meta.verbose_name} {number}.", status=404)
    return found
