"""Web forms: declared, shown as a snippet to paste, retired."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponseBase

from leadpact.flows.form_pages import snippet
from leadpact.ledger.models import Form
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import forms as services
from leadpact.ledger.services.forms import FormError, askable, asked_of, label_of
from leadpact.ledger.services.permits import Act
from leadpact.web.pages.settings import done, shown
from leadpact.web.registry import PageRequest, form_page

_MOST_FIELDS = 40
_LONGEST_LABEL = 200
_USUAL = ("name", "company", "phone", "title", "country", "employees")


@dataclass(frozen=True)
class FormShown:
    """A form with what it asks, where it may stand, and the HTML to paste."""

    form: Form
    asks: str
    sites: list[str]
    address: str
    snippet: str


@form_page("settings/forms", name="settings_forms", act=Act.ADMINISTER)
def forms(request: PageRequest) -> HttpResponseBase:
    """Every form, and a way to declare one."""
    if request.method == "POST":
        doing = {"create": _create, "retire": _retire}
        return done(request, doing, (FormError,), "settings_forms")
    at = settings.LEADPACT_URL or request.build_absolute_uri("/").rstrip("/")
    version = agreements.in_force(request.now)
    fields = _fields(askable(version.agreement)) if version else []
    rows = [_told(form, at) for form in Form.objects.order_by("retired_at", "name")]
    return shown(request, "forms", forms=rows, fields=fields, version=version)


def _told(form: Form, at: str) -> FormShown:
    asks = ", ".join(f"{each.label}{'*' if each.required else ''}" for each in asked_of(form))
    html = "" if form.retired_at else snippet(form, at)
    return FormShown(form, asks, json.loads(form.sites), f"{at}/f/{form.key}", html)


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
