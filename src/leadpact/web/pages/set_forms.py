"""Web forms: declared, shown as a snippet to paste, retired."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponseBase

from leadpact.flows.form_pages import snippet
from leadpact.ledger.models import Form
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import forms as services
from leadpact.ledger.services.forms import FormError, askable, asked_of, label_of
from leadpact.ledger.services.permits import Act
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.settings import Does, done, tabs
from leadpact.web.registry import PageRequest, form_page

_MOST_FIELDS = 40
_LONGEST_LABEL = 200
_OPEN, _RETIRED = "takes leads", "retired"
_USUAL = ("name", "company", "phone", "title", "country", "employees")


@form_page("settings/forms", name="settings_forms", act=Act.ADMINISTER)
def forms(request: PageRequest) -> HttpResponseBase:
    """Every form, and a way to declare one."""
    if request.method == "POST":
        doing: dict[str, Does] = {"create": _create, "retire": _retire}
        return done(request, doing, (FormError,), "settings_forms")
    at = settings.LEADPACT_URL or request.build_absolute_uri("/").rstrip("/")
    version = agreements.in_force(request.now)
    fields = _fields(askable(version.agreement)) if version else []

    def beside(page: Shown) -> Mapping[str, Any]:
        for row in page.rows:
            row.snippet = "" if row.retired_at else snippet(row, at)
        return {"tabs": tabs(request), "fields": fields, "version": version}

    return answer(request, _listing(at), "settings/forms.html", beside)


def _listing(at: str) -> Listing[Form]:
    """Forms, whose own pages are served at an address."""
    return Listing(
        name="forms",
        title="Web forms",
        rows=lambda _: Form.objects.all(),
        columns=(
            Column("name", "Form", lambda row: row.name, order="name"),
            Column("asks", "Asks", _asks),
            Column("sites", "May stand on", _sites),
            Column("page", "Its own page", lambda row: f"{at}/f/{row.key}",
                   cell="lists/cells/form_page.html"),
            Column("created", "Created", lambda row: row.created_at, order="created_at"),
            Column("state", "State", _stands, "retired_at", "lists/cells/form_state.html"),
        ),
        order="name",
        filters=(
            Filter("state", "State", one_of((_OPEN, _RETIRED)),
                   lambda rows, value: rows.filter(retired_at__isnull=value == _OPEN)),
        ),
        search=lambda rows, text: rows.filter(
            Q(name__icontains=text) | Q(sites__icontains=text) | Q(key=text)
        ),
        searched="Name or website",
        empty=Empty(
            "No form yet",
            "A form on your site brings leads that are scored and handed over within seconds. "
            "Create the first one below.",
        ),
    )  # fmt: skip


def _asks(form: Form) -> str:
    return ", ".join(f"{each.label}{'*' if each.required else ''}" for each in asked_of(form))


def _sites(form: Form) -> str:
    return ", ".join(json.loads(form.sites)) or "its own page alone"


def _stands(form: Form) -> str:
    return _RETIRED if form.retired_at else _OPEN


def _create(request: PageRequest) -> str:
    told = request.POST
    row = services.create(
        told.get("name", "")[:200],
        _asked(request),
        sites=_words(told.get("sites", "")),
        button=told.get("button", "")[:100],
        thanks=told.get("thanks", "").strip(),
        actor=request.caller.name,
        now=request.now,
    )
    return f"The form “{row.name}” is there. Paste its snippet into your page."


def _fields(names: Iterable[str]) -> list[tuple[str, str]]:
    """Attributes that a form may ask for, those that most forms do first, with their labels."""
    order = {name: place for place, name in enumerate(_USUAL)}
    ordered = sorted(names, key=lambda name: (order.get(name, len(order)), name))
    return [(name, label_of(name)) for name in ordered]


def _asked(request: PageRequest) -> list[str]:
    """The fields that were ticked, as a form is declared: `name*=Label`."""
    told = request.POST
    found = []
    for name in told.getlist("field")[:_MOST_FIELDS]:
        star = "*" if f"must:{name}" in told else ""
        label = told.get(f"label:{name}", "").strip()[:_LONGEST_LABEL]
        found.append(f"{name}{star}={label}")
    return found


def _words(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _retire(request: PageRequest) -> str:
    row = services.retire(request.POST.get("key", ""), actor=request.caller.name, now=request.now)
    return f"“{row.name}” takes nothing any more; what it brought stays."
