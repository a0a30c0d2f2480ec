"""Being anybody of the sample company with one click: in its own ledger, on its own machine alone.

Three things must hold at once: `leadpact demo` started the server, it filled this very ledger when
it was empty, and whoever asks sits at this machine. No other installation can be brought there.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from leadpact.ledger.home import from_this_machine
from leadpact.ledger.models import Installation, Role, User

#: What somebody of a role finds first.
FINDS: dict[str, str] = {
    Role.SALES_HEAD: "which promises both sides keep, and what needs a decision",
    Role.MARKETING_HEAD: "what marketing owes, its pace, and how sales answers",
    Role.REP: "the leads to answer, the most urgent first, with their clocks",
    Role.MARKETER: "what became of the leads of each campaign",
    Role.ADMINISTRATOR: "the same as the heads, and every setting",
    Role.VIEWER: "every figure, and nothing to change",
}


def people(request: HttpRequest) -> QuerySet[User] | None:
    """Whom one may be, or None where nobody may be anybody."""
    if not settings.LEADPACT_DEMO or not from_this_machine(request.META):
        return None
    if not Installation.objects.filter(made_up=True).exists():
        return None
    return User.objects.filter(is_active=True).order_by("pk")


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as one of them."""
    found = people(request)
    if found is None:
        raise Http404
    user = get_object_or_404(found, email=request.POST.get("email", ""))
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)
