"""Notices: over which channels who is told of what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict

from leadpact.flows import channels as flow
from leadpact.flows.telling import KINDS
from leadpact.ledger.models import Channel, Notice, Person, Team, Webhook
from leadpact.ledger.selectors.lists import names_of_people
from leadpact.ledger.services import channels, notices
from leadpact.ledger.services.channels import ChannelError
from leadpact.ledger.services.permits import Act
from leadpact.notify.addresses import HOOKS, AddressError, of_hook, of_mail
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.numbers import whole
from leadpact.web.pages.settings import Does, done, tabs
from leadpact.web.registry import PageRequest, form_page

_SIDES = ("marketing", "sales")


@form_page("settings/notices", name="settings_notices", act=Act.ADMINISTER)
def told(request: PageRequest) -> HttpResponseBase:
    """Every channel, each with a button to try it."""
    if request.method == "POST":
        doing: dict[str, Does] = {
            "add": _add_channel, "try": _try_channel, "drop": _drop_channel, "replay": _replay,
        }  # fmt: skip
        return done(request, doing, (ChannelError, AddressError), "settings_notices")
    return _shown(request)


def _shown(request: PageRequest) -> HttpResponseBase:
    teams = Team.objects.filter(active=True).values_list("name", flat=True)
    persons = Person.objects.filter(active=True).order_by("name").values_list("name", flat=True)
    states = dict.fromkeys(Notice.State.values, 0)
    for state in (Notice.State.WAITING, Notice.State.DEAD):
        states[state] = Notice.objects.filter(state=state).count()
    told = {
        "tabs": tabs(request), "kinds": KINDS.items(),
        "services": [("mail", "Email"), *((key, told[0]) for key, told in HOOKS.items()),
                     ("other", "Another service")],
        "hooks": [(key, name, example) for key, (name, _, example) in HOOKS.items()],
        "sides": _SIDES, "teams": teams, "persons": persons,
        "waiting": states["waiting"], "dead": states["dead"],
        "reached": Channel.objects.exists(),
    }  # fmt: skip
    return answer(request, CHANNELS, "settings/notices.html", lambda _: told)


def kinds_of(row: Channel | Webhook, every: str) -> str:
    """The kinds of notices that are told there; `every` stands for all."""
    return ", ".join(json.loads(row.kinds)) or every


def telling_of(kinds: Iterable[str]) -> Filter:
    """A filter of channels or webhooks by what they tell of."""
    return Filter(
        "tells", "Told of", lambda _: [(kind, kind) for kind in kinds],
        lambda rows, kind: rows.filter(Q(kinds="[]") | Q(kinds__contains=json.dumps(kind))),
    )  # fmt: skip


def _for_whom(rows: QuerySet[Channel], name: str) -> QuerySet[Channel]:
    """Channels over which somebody, a team or a side is told; those for everybody as well."""
    return rows.filter(Q(receivers="[]") | Q(receivers__contains=json.dumps(name)))


def _receivers(_: PageRequest) -> Sequence[Choice]:
    teams = Team.objects.filter(active=True).order_by("position").values_list("name", flat=True)
    return [(each, each) for each in (*_SIDES, *teams, *names_of_people())]


CHANNELS: Listing[Channel] = Listing(
    name="channels",
    title="Channels",
    rows=lambda _: Channel.objects.all(),
    columns=(
        Column("name", "Channel", lambda row: row.name, order="name"),
        Column(
            "for", "For", lambda row: ", ".join(json.loads(row.receivers)) or "everybody",
        ),
        Column("kinds", "Told of", lambda row: kinds_of(row, "every kind of notice")),
        Column("added", "Added", lambda row: row.created_at, order="created_at"),
        Column(
            "do", "Actions", lambda _: "channel", cell="lists/cells/channel_acts.html",
            in_file=False,
        ),
    ),
    order="name",
    filters=(Filter("for", "For", _receivers, _for_whom), telling_of(KINDS)),
    search=lambda rows, text: rows.filter(
        Q(name__icontains=text) | Q(receivers__icontains=json.dumps(text)[1:-1])
    ),
    searched="Name or receiver",
    empty=Empty(
        "Nobody can be told yet",
        "Add a mailbox, Slack, Teams or any other service: reps hear of their leads at once.",
    ),
)  # fmt: skip


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
    row = one(Channel, request)
    flow.try_channel(row, request.caller.person or "")
    return f"A trial was sent over “{row.name}”. Look whether it arrived."


def _drop_channel(request: PageRequest) -> str:
    row = one(Channel, request)
    channels.remove_channel(row, actor=request.caller.name, now=request.now)
    return f"Nobody is told over “{row.name}” any more."


def _replay(request: PageRequest) -> str:
    count = notices.replay(None, actor=request.caller.name, now=request.now)
    return f"{count:,} notices are tried anew." if count else "Nothing was given up on."


def one(model: Any, request: PageRequest) -> Any:
    """The channel or webhook that a form names. Raises ChannelError."""
    row = model.objects.filter(pk=whole(request.POST.get("number", "")) or 0).first()
    if row is None:
        raise ChannelError("It is not there any more.")
    return row
