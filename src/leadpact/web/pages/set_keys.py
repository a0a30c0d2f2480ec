"""Keys for programs: made, shown once, revoked."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase

from leadpact.ledger.models import ApiKey, Scope
from leadpact.ledger.services.access import AccessError, create_key, revoke_key
from leadpact.ledger.services.permits import Act
from leadpact.web.pages.settings import done, shown
from leadpact.web.registry import PageRequest, form_page

_SCOPES = {
    Scope.COLLECT: "send events, and read nothing",
    Scope.READ: "read leads and figures",
    Scope.WRITE: "read, and act on leads",
    Scope.ADMIN: "everything that an administrator may do: give it to nobody lightly",
}


@form_page("settings/keys", name="settings_keys", act=Act.ADMINISTER)
def keys(request: PageRequest) -> HttpResponseBase:
    """Every key, and what each may do."""
    if request.method == "POST":
        return done(
            request, {"create": _create, "revoke": _revoke}, (AccessError,), "settings_keys"
        )
    return _shown(request)


def _shown(request: PageRequest, fresh: str = "") -> HttpResponse:
    rows = ApiKey.objects.order_by("revoked_at", "name")
    return shown(request, "keys", keys=rows, scopes=_SCOPES.items(), fresh=fresh)


def _create(request: PageRequest) -> HttpResponse:
    name, scope = request.POST.get("name", ""), request.POST.get("scope", "")
    _, text = create_key(name[:200], scope, actor=request.caller.name, now=request.now)
    return _shown(request, fresh=text)


def _revoke(request: PageRequest) -> str:
    name = request.POST.get("name", "")
    revoke_key(name, actor=request.caller.name, now=request.now)
    return f"“{name}” lets nobody in any more."
