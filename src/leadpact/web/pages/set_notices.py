"""Notices: over which channels and webhooks who is told, and what became of each."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict

from leadpact.flows import channels as flow
from leadpact.flows.telling import KINDS, OF_A_LEAD
from leadpact.ledger.models import Channel, Notice, Person, Team, Webhook
from leadpact.ledger.services import channels, notices
from leadpact.ledger.services.channels import ChannelError
from leadpact.ledger.services.permits import Act
from leadpact.notify.addresses import HOOKS, AddressError, of_hook, of_mail
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import name_of
from leadpact.web.pages.settings import Does, done, shown, tabs
from leadpact.web.registry import PageRequest, form_page, page


@form_page("settings/notices", name="settings_notices", act=Act.ADMINISTER)
def told(request: PageRequest) -> HttpResponseBase:
    """Every channel and webhook, each with a button to try it."""
    if request.method == "POST":
        doing: dict[str, Does] = {
            "add_channel": _add_channel, "try_channel": _try_channel, "drop_channel": _drop_channel,
            "add_webhook": _add_webhook, "try_webhook": _try_webhook, "drop_webhook": _drop_webhook,
            "replay": _replay,
        }  # fmt: skip
        return done(request, doing, (ChannelError, AddressError), "settings_notices")
    return _shown(request)


def _shown(request: PageRequest, secret: str = "") -> HttpResponse:
    teams = Team.objects.filter(active=True).values_list("name", flat=True)
    persons = Person.objects.filter(active=True).order_by("name").values_list("name", flat=True)
    states = dict.fromkeys(Notice.State.values, 0)
    for state in (Notice.State.WAITING, Notice.State.DEAD):
        states[state] = Notice.objects.filter(state=state).count()
    return shown(
        request, "notices", secret=secret, kinds=KINDS.items(), of_a_lead=OF_A_LEAD,
        channels=[_with_lists(row) for row in Channel.objects.order_by("name")],
        webhooks=[_with_lists(row) for row in Webhook.objects.order_by("id")],
        services=[("mail", "Email"), *((key, told[0]) for key, told in HOOKS.items()),
                  ("other", "Another service")],
        hooks=[(key, name, example) for key, (name, _, example) in HOOKS.items()],
        sides=("marketing", "sales"), teams=teams, persons=persons,
        waiting=states["waiting"], dead=states["dead"],
    )  # fmt: skip


def _with_lists(row: Channel | Webhook) -> dict[str, Any]:
    receivers = json.loads(getattr(row, "receivers", "[]"))
    return {"row": row, "kinds": json.loads(row.kinds), "receivers": receivers}


def _add_channel(request: PageRequest) -> str:
    sent = request.POST
    row = flow.add_channel(
        sent.get("name", "").strip()[:200] or _called(sent), _address(sent)[:2000],
        sent.getlist("receivers"), sent.getlist("kinds"),
        actor=request.caller.name, now=request.now,
    )  # fmt: skip
    return f"People are told over “{row.name}” from now on. Try it."


def _called(sent: QueryDict) -> str:
    service = sent.get("service", "")
    return HOOKS[service][0] if service in HOOKS else "Mail" if service == "mail" else ""


def _address(sent: QueryDict) -> str:
    """The address of the service that was chosen, from its own fields. Raises AddressError."""
    told = {name: str(value).strip() for name, value in sent.items()}
    service = told.get("service", "")
    if service == "mail":
        return of_mail(
            told.get("host", ""), told.get("port", ""), told.get("user", ""),
            told.get("password", ""), told.get("sender", ""),
        )  # fmt: skip
    if service in HOOKS:
        return of_hook(service, told.get(f"hook_{service}", ""))
    return told.get("address", "")


def _try_channel(request: PageRequest) -> str:
    row = _one(Channel, request)
    flow.try_channel(row, request.caller.person or "")
    return f"A trial was sent over “{row.name}”. Look whether it arrived."


def _drop_channel(request: PageRequest) -> str:
    row = _one(Channel, request)
    channels.remove_channel(row, actor=request.caller.name, now=request.now)
    return f"Nobody is told over “{row.name}” any more."


def _add_webhook(request: PageRequest) -> HttpResponse:
    sent = request.POST
    _, secret = flow.add_webhook(
        sent.get("url", "").strip()[:2000], sent.getlist("kinds"),
        actor=request.caller.name, now=request.now,
    )  # fmt: skip
    return _shown(request, secret=secret)


def _try_webhook(request: PageRequest) -> str:
    row = _one(Webhook, request)
    flow.try_webhook(row, now=request.now)
    return f"{row.url} was called with a signed trial and answered."


def _drop_webhook(request: PageRequest) -> str:
    row = _one(Webhook, request)
    url = row.url
    channels.remove_webhook(row, actor=request.caller.name, now=request.now)
    return f"{url} is called no more."


def _one(model: Any, request: PageRequest) -> Any:
    number = request.POST.get("number", "")
    row = model.objects.filter(pk=int(number) if number.isdigit() else 0).first()
    if row is None:
        raise ChannelError("It is not there any more.")
    return row


DELIVERIES = Listing[Notice](
    name="deliveries",
    title="Delivery log",
    rows=lambda _: Notice.objects.select_related("lead__state"),
    columns=(
        Column("at", "Due", lambda row: row.send_at, order="send_at"),
        Column("kind", "Kind", lambda row: row.kind),
        Column("receiver", "Receiver", lambda row: row.receiver, order="receiver"),
        Column(
            "lead", "Lead", lambda row: name_of(row.lead) if row.lead else "",
            cell=cells.of_lead,
        ),
        Column("key", "Key", lambda row: row.lead_id or "", on_page=False),
        Column("state", "State", lambda row: row.state, order="state"),
        Column("attempts", "Tries", lambda row: row.attempts, order="attempts", numeric=True),
        Column("error", "What went wrong", lambda row: row.last_error),
    ),
    order="-at",
    filters=(
        Filter(
            "state", "State",
            lambda _: [(state, state) for state in Notice.State.values],
            lambda rows, state: rows.filter(state=state),
        ),
        Filter(
            "kind", "Kind",
            lambda _: [(kind, kind) for kind in dict.fromkeys((*KINDS, *OF_A_LEAD))],
            lambda rows, kind: rows.filter(kind=kind),
        ),
    ),
    search=lambda rows, text: rows.filter(receiver__icontains=text),
    searched="Search receivers",
    empty=Empty(
        "Nobody was told anything yet",
        "Once you are live, every notice and every call of a webhook stands here.",
    ),
)  # fmt: skip


@page("settings/notices/log", name="settings_deliveries", act=Act.ADMINISTER)
def deliveries(request: PageRequest) -> HttpResponseBase:
    """What became of every notice and call."""
    return answer(
        request, DELIVERIES, "settings/deliveries.html", lambda _: {"tabs": tabs(request)}
    )


def _replay(request: PageRequest) -> str:
    count = notices.replay(None, actor=request.caller.name, now=request.now)
    return f"{count:,} notices are tried anew." if count else "Nothing was given up on."
