"""Keeping a list as one likes to see it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from leadpact.ledger.services.permits import Act
from leadpact.ledger.services.saved_views import ViewError, forget_view, save_view
from leadpact.web.registry import PageRequest, action


@action("views", name="save_view", act=Act.READ)
def save(request: PageRequest) -> HttpResponse:
    """Save the view of a list that the page shows."""
    told = request.POST
    try:
        saved = save_view(
            request.user, told.get("listing", ""), told.get("name", ""), told.get("query", "")
        )
    except ViewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Saved as “{saved.name}”.")
    return redirect(_back(request))


@action("views/<int:number>/forget", name="forget_view", act=Act.READ)
def forget(request: PageRequest, number: int) -> HttpResponse:
    """Forget a view."""
    if forget_view(request.user, number):
        messages.success(request, "The view is forgotten.")
    return redirect(urlsplit(_back(request)).path)


def _back(request: PageRequest) -> str:
    back = request.POST.get("back", "/")
    mine = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if mine else "/"
