"""The customer system: connected in two steps, watched in shadow, let go of."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from leadpact.flows import crm
from leadpact.flows.crm_reading import NAMES
from leadpact.flows.crm_reconcile import keep
from leadpact.flows.crm_vendors import needed_scopes, scopes_of_feeds
from leadpact.flows.sending import may_call_private
from leadpact.ledger.models import CrmConnection
from leadpact.ledger.sealing import SealError, seal, unseal
from leadpact.ledger.services import crm_connections, installation
from leadpact.ledger.services.crm_connections import ConnectionRefusal
from leadpact.ledger.services.permits import Act
from leadpact.notify.message import SendError
from leadpact.notify.outgoing import target_of
from leadpact.sources.crm.connector import CrmError
from leadpact.sources.crm.loading import MappingError, parse_crm
from leadpact.web.pages.settings import Does, done, shown
from leadpact.web.registry import PageRequest, form_page

#: What was typed in the first step, encrypted, until the second.
_TYPED = "crm"
_FILE = "crm.yaml"
#: What an app of each system has to prove who it is.
_FIELDS = {
    "hubspot": ("token", "client_secret"),
    "salesforce": ("client_id", "client_secret", "refresh_token"),
}
_REFUSALS = (ConnectionRefusal, CrmError, MappingError, SealError, SendError)


@form_page("settings/crm", name="settings_crm", act=Act.ADMINISTER)
def connection(request: PageRequest) -> HttpResponseBase:
    """How the connection does; without one, a way to make it."""
    if request.method == "POST":
        doing: dict[str, Does] = {
            "suggest": _suggest, "connect": _connect, "remap": _remap, "shadow": _shadow,
            "write": _write, "compare": _compare, "disconnect": _disconnect,
            "package": _package, "renew": _renew,
        }  # fmt: skip
        return done(request, doing, _REFUSALS, "settings_crm")
    return _shown(request)


def _shown(request: PageRequest, **told: Any) -> HttpResponse:
    rows = [
        {
            "row": row,
            "name": NAMES.get(row.system, row.system),
            "clock": crm.clock_trouble(row),
            "waiting": crm_connections.waiting_writes(row),
            "refused": crm_connections.refused_writes(row),
        }
        for row in CrmConnection.objects.order_by("system")
    ]
    left = [(system, name) for system, name in NAMES.items() if not _is_there(system, rows)]
    needs = {system: needed_scopes(system) for system in NAMES}
    live = installation.current(now=request.now).live_since is not None
    return shown(
        request, "crm", connections=rows, left=left, needs=needs, live=live,
        of_feeds=scopes_of_feeds("hubspot").values(), **told,
    )  # fmt: skip


def _is_there(system: str, rows: list[dict[str, Any]]) -> bool:
    return any(each["row"].system == system for each in rows)


def _suggest(request: PageRequest) -> HttpResponse:
    """The first step: what the account has becomes a mapping to read before anything is taken."""
    system = request.POST.get("system", "")
    credentials = _credentials(request, system)
    if system not in NAMES or not credentials:
        raise ConnectionRefusal("Choose a system, and give the credential of its app.")
    address = request.POST.get("address", "").strip()
    if address:
        # Whoever administers pages may not aim calls at what this machine alone can reach.
        target_of(address, private=may_call_private())
    text = crm.suggestion(system, credentials, address, now=request.now)
    typed = {"credentials": credentials, "address": address}
    request.session[_TYPED] = seal(json.dumps(typed))
    return _shown(request, suggested=text, system_name=NAMES[system])


def _credentials(request: PageRequest, system: str) -> dict[str, str]:
    """What the fields of the system say, without those that were left empty."""
    told = {name: request.POST.get(name, "").strip() for name in _FIELDS.get(system, ())}
    return {name: value for name, value in told.items() if value}


def _connect(request: PageRequest) -> str | HttpResponse:
    """The second step. A mapping that does not fit is shown again, with what is wrong."""
    text = request.POST.get("mapping", "").replace("\r\n", "\n")
    sealed = request.session.get(_TYPED)
    if not sealed:
        raise ConnectionRefusal("Begin again: the credential is not kept for long.")
    typed = json.loads(unseal(sealed))
    try:
        loaded = parse_crm(text, _FILE)
        row, account = crm.connect(
            loaded, typed["credentials"], typed["address"],
            actor=request.caller.name, now=request.now,
        )  # fmt: skip
    except MappingError as error:
        return _shown(request, suggested=text, problems=error.problems)
    del request.session[_TYPED]
    lacking = crm.lacking(row, account)
    told = f" The credential lacks: {', '.join(lacking)}." if lacking else ""
    return f"Connected with account {row.account}. It is only read until you let it write.{told}"


def _remap(request: PageRequest) -> str | HttpResponse:
    text = request.POST.get("mapping", "").replace("\r\n", "\n")
    row = _row(request)
    try:
        crm.remap(row, text, actor=request.caller.name, now=request.now)
    except MappingError as error:
        return _shown(request, remapped=row.system, text=text, problems=error.problems)
    return "The mapping is changed; everything is read anew by it."


def _renew(request: PageRequest) -> str:
    row = _row(request)
    credentials = _credentials(request, row.system)
    if not credentials:
        raise ConnectionRefusal("Give the new credential of the app.")
    crm.renew(row, credentials, actor=request.caller.name, now=request.now)
    return f"{NAMES[row.system]} takes it; what happened there meanwhile is read."


def _shadow(request: PageRequest) -> str:
    row = _row(request)
    crm_connections.set_shadow(row, True, actor=request.caller.name, now=request.now)
    return f"{NAMES[row.system]} is only read from now on."


def _write(request: PageRequest) -> str:
    row = _row(request)
    crm.let_write(row, actor=request.caller.name, now=request.now)
    return f"{NAMES[row.system]} is written from now on."


def _package(request: PageRequest) -> HttpResponse:
    """What an administrator of Salesforce deploys there."""
    told = {"Content-Disposition": 'attachment; filename="leadpact-salesforce.zip"'}
    packed = crm.package(_row(request))
    return HttpResponse(packed, content_type="application/zip", headers=told)


def _compare(request: PageRequest) -> HttpResponse:
    row = _row(request)
    keep(row, crm.mapping_of(row), now=request.now)
    return redirect("reconciliation")


def _disconnect(request: PageRequest) -> str:
    row = _row(request)
    crm_connections.disconnect(row, actor=request.caller.name, now=request.now)
    return f"{NAMES[row.system]} is neither read nor written any more; the log keeps what it has."


def _row(request: PageRequest) -> CrmConnection:
    return crm.found(request.POST.get("system", ""))
