"""Keys for programs: made, shown once, revoked."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponseBase

from leadpact.ledger.models import ApiKey, Scope, User
from leadpact.ledger.services.access import AccessError, create_key, revoke_key
from leadpact.ledger.services.permits import Act
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.settings import Does, done, tabs
from leadpact.web.registry import PageRequest, form_page

_SCOPES = {
    Scope.COLLECT: "send events, and read nothing",
    Scope.READ: "read leads and figures",
    Scope.WRITE: "read, and act on leads",
    Scope.ADMIN: "everything that an administrator may do: give it to nobody lightly",
}
_USED, _UNUSED, _REVOKED = "used", "never used", "revoked"
_STATES: dict[str, Q] = {
    _USED: Q(revoked_at=None, last_used_at__isnull=False),
    _UNUSED: Q(revoked_at=None, last_used_at=None),
    _REVOKED: Q(revoked_at__isnull=False),
}


@form_page("settings/keys", name="settings_keys", act=Act.ADMINISTER)
def keys(request: PageRequest) -> HttpResponseBase:
    """Every key, and what each may do."""
    if request.method == "POST":
        doing: dict[str, Does] = {"create": _create, "revoke": _revoke}
        return done(request, doing, (AccessError,), "settings_keys")
    return _shown(request)


def _shown(request: PageRequest, fresh: str = "") -> HttpResponseBase:
    users = User.objects.filter(is_active=True).order_by("email")
    told = {"tabs": tabs(request), "scopes": _SCOPES.items(), "fresh": fresh, "users": users}
    return answer(request, KEYS, "settings/keys.html", lambda _: told)


def _on_behalf_of(row: ApiKey) -> str:
    return row.user.email if row.user else "nobody"


def _stands(row: ApiKey) -> str:
    if row.revoked_at:
        return _REVOKED
    return _USED if row.last_used_at else _UNUSED


KEYS: Listing[ApiKey] = Listing(
    name="keys",
    title="API keys",
    rows=lambda _: ApiKey.objects.select_related("user"),
    columns=(
        Column("name", "Name", lambda row: row.name, order="name"),
        Column("may", "Allowed to", lambda row: row.scope, order="scope"),
        Column("for", "On behalf of", _on_behalf_of, "user__email"),
        Column("prefix", "Begins with", lambda row: f"{row.prefix}…", order="prefix"),
        Column("created", "Created", lambda row: row.created_at, order="created_at"),
        Column("used", "Last used", lambda row: row.last_used_at or "never", "last_used_at"),
        Column("state", "State", _stands, cell="lists/cells/key_state.html"),
    ),
    order="name",
    filters=(
        Filter(
            "state", "State", one_of(_STATES),
            lambda rows, value: rows.filter(_STATES[value]),
        ),
        Filter(
            "may", "Allowed to", one_of(Scope.values),
            lambda rows, scope: rows.filter(scope=scope),
        ),
    ),
    search=lambda rows, text: rows.filter(Q(name__icontains=text) | Q(prefix__istartswith=text)),
    searched="Name, or how it begins",
    empty=Empty(
        "No key yet",
        "A program needs a key to send events or to read data. Create the first one below.",
    ),
)  # fmt: skip


def _create(request: PageRequest) -> HttpResponseBase:
    name, scope = request.POST.get("name", ""), request.POST.get("scope", "")
    _, text = create_key(
        name[:200], scope, actor=request.caller.name, now=request.now,
        for_user=request.POST.get("for", ""),
    )  # fmt: skip
    return _shown(request, fresh=text)


def _revoke(request: PageRequest) -> str:
    name = request.POST.get("name", "")
    revoke_key(name, actor=request.caller.name, now=request.now)
    return f"“{name}” lets nobody in any more."
