"""Web forms: declared, shown as a snippet to paste, retired."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse

from leadpact.flows.form_pages import snippet
from leadpact.ledger.models import Form
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import forms as services
from leadpact.ledger.services.forms import FormError, asked_of
from leadpact.ledger.services.permits import Act
from leadpact.web.pages.settings import done, shown
from leadpact.web.registry import PageRequest, form_page

_MOST_FIELDS = 40


@dataclass(frozen=True)
class FormShown:
    """A form with what it asks, where it may stand, and the HTML to paste."""

    form: Form
    asks: str
    sites: list[str]
    address: str
    snippet: str


@form_page("settings/forms", name="settings_forms", act=Act.ADMINISTER)
def forms(request: PageRequest) -> HttpResponse:
    """Every form, and a way to declare one."""
    if request.method == "POST":
        doing = {"create": _create, "retire": _retire}
        return done(request, doing, (FormError,), "settings_forms")
    at = settings.LEADPACT_URL or request.build_absolute_uri("/").rstrip("/")
    version = agreements.in_force(request.now)
    known = sorted(version.agreement.field_types()) if version else []
    rows = [_told(form, at) for form in Form.objects.order_by("retired_at", "name")]
    return shown(request, "forms", forms=rows, known=known, version=version)


def _told(form: Form, at: str) -> FormShown:
    asks = ", ".join(f"{each.label}{'*' if each.required else ''}" for each in asked_of(form))
    html = "" if form.retired_at else snippet(form, at)
    return FormShown(form, asks, json.loads(form.sites), f"{at}/f/{form.key}", html)


def _create(request: PageRequest) -> str:
    told = request.POST
    row = services.create(
        told.get("name", "")[:200],
        _words(told.get("fields", ""))[:_MOST_FIELDS],
        sites=_words(told.get("sites", "")),
        button=told.get("button", "")[:100],
        thanks=told.get("thanks", "").strip(),
        actor=request.caller.name,
        now=request.now,
    )
    return f"The form “{row.name}” is there. Paste its snippet into your page."


def _words(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _retire(request: PageRequest) -> str:
    row = services.retire(request.POST.get("key", ""), actor=request.caller.name, now=request.now)
    return f"“{row.name}” takes nothing any more; what it brought stays."
