"""Keeping a list as one likes to see it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from leadpact.ledger.services.permits import Act
from leadpact.ledger.services.saved_views import ViewError, forget_view, save_view
from leadpact.web.going_back import back_of
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
    return redirect(back_of(request))


@action("views/<int:number>/forget", name="forget_view", act=Act.READ)
def forget(request: PageRequest, number: int) -> HttpResponse:
    """Forget a view."""
    if forget_view(request.user, number):
        messages.success(request, "The view is forgotten.")
    return redirect(urlsplit(back_of(request)).path)
