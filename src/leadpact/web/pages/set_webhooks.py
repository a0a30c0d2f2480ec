"""Webhooks: the programs that are called when something becomes of a lead."""

from __future__ import annotations

from django.http import HttpResponseBase

from leadpact.flows import channels as flow
from leadpact.flows.telling import OF_A_LEAD
from leadpact.ledger.models import Webhook
from leadpact.ledger.services import channels
from leadpact.ledger.services.channels import ChannelError
from leadpact.ledger.services.permits import Act
from leadpact.notify.addresses import AddressError
from leadpact.web.lists.cells import in_pieces
from leadpact.web.lists.declared import Column, Empty, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.set_notices import kinds_of, one, telling_of
from leadpact.web.pages.settings import Does, done, tabs
from leadpact.web.registry import PageRequest, form_page

WEBHOOKS: Listing[Webhook] = Listing(
    name="webhooks",
    title="Webhooks",
    rows=lambda _: Webhook.objects.all(),
    columns=(
        Column("url", "Address", lambda row: row.url, "url", in_pieces),
        Column("kinds", "Told of", lambda row: kinds_of(row, "every kind")),
        Column("added", "Added", lambda row: row.created_at, order="created_at"),
        Column(
            "do", "Actions", lambda _: "webhook", cell="lists/cells/channel_acts.html",
            in_file=False,
        ),
    ),
    order="url",
    filters=(telling_of(OF_A_LEAD),),
    search=lambda rows, text: rows.filter(url__icontains=text),
    searched="Address",
    empty=Empty(
        "No program is called",
        "Add the address of one: it hears of every lead that is handed over and of every promise "
        "that is broken, as it happens.",
    ),
)  # fmt: skip


@form_page("settings/notices/webhooks", name="settings_webhooks", act=Act.ADMINISTER)
def webhooks(request: PageRequest) -> HttpResponseBase:
    """Every webhook, each with a button to try it."""
    if request.method == "POST":
        doing: dict[str, Does] = {"add": _add_webhook, "try": _try_webhook, "drop": _drop_webhook}
        return done(request, doing, (ChannelError, AddressError), "settings_webhooks")
    return _shown(request)


def _shown(request: PageRequest, secret: str = "") -> HttpResponseBase:
    told = {"tabs": tabs(request), "secret": secret, "of_a_lead": OF_A_LEAD}
    return answer(request, WEBHOOKS, "settings/webhooks.html", lambda _: told)


def _add_webhook(request: PageRequest) -> HttpResponseBase:
    sent = request.POST
    _, secret = flow.add_webhook(
        sent.get("url", "").strip()[:2000], sent.getlist("kinds"),
        actor=request.caller.name, now=request.now,
    )  # fmt: skip
    return _shown(request, secret=secret)


def _try_webhook(request: PageRequest) -> str:
    row = one(Webhook, request)
    flow.try_webhook(row, now=request.now)
    return f"{row.url} was called with a signed trial and answered."


def _drop_webhook(request: PageRequest) -> str:
    row = one(Webhook, request)
    url = row.url
    channels.remove_webhook(row, actor=request.caller.name, now=request.now)
    return f"{url} is called no more."
