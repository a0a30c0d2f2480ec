"""What somebody is told of, as they choose it themselves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from leadpact.flows import channels
from leadpact.flows.telling import KINDS
from leadpact.ledger.models import Channel
from leadpact.ledger.services.channels import ChannelError
from leadpact.ledger.services.permits import Act
from leadpact.web.registry import PageRequest, form_page


@form_page("told", name="told", act=Act.READ)
def told(request: PageRequest) -> HttpResponse:
    """Every kind of notice, ticked where the reader is told of it."""
    who = request.caller.person or request.caller.name
    if request.method == "POST":
        return _choose(request, who)
    try:
        _, chosen = channels.told_of(who)
    except ChannelError:
        return render(request, "told.html", {"kinds": None})
    kinds = [(kind, what, chosen[kind]) for kind, what in KINDS.items()]
    reached = Channel.objects.filter(active=True).exists()
    return render(request, "told.html", {"kinds": kinds, "reached": reached})


def _choose(request: PageRequest, who: str) -> HttpResponse:
    kinds = request.POST.getlist("kind")
    try:
        channels.tell_only_of(who, kinds, actor=request.caller.name, now=request.now)
    except ChannelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "You are told of what you chose from now on.")
    return redirect("told")
