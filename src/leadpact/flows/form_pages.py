"""A form as HTML: on a page of ours, and as a snippet for a page of somebody else's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from leadpact.ledger.models import Form
from leadpact.ledger.services.forms import CAME, LONGEST, asked_of

#: How the hidden fields are called, so that none is taken for a field of the form.
PREFIX = "lp_"
STAMP = f"{PREFIX}stamp"
VISITOR = f"{PREFIX}visitor"
_TYPES = {"email": "email", "tel": "tel", "number": "number", "date": "date", "text": "text"}
_COMPLETE = {
    "email": "email", "phone": "tel", "name": "name", "company": "organization",
    "title": "organization-title", "country": "country-name", "domain": "url",
}  # fmt: skip


def trap(form: Form) -> str:
    """The field that people do not see and bots fill; called differently in every form."""
    return f"more_{form.key[-4:]}"


def page(
    form: Form,
    *,
    stamp: str,
    values: Mapping[str, str],
    came: Mapping[str, str],
    faults: Mapping[str, str],
    notice: str = "",
) -> str:
    """The form on a page of ours, with what was filled in and what is wrong with it."""
    told = _told(form, values, faults) | {
        "stamp": stamp,
        "came": [(f"{PREFIX}{name}", came[name]) for name in CAME if came.get(name)],
        "visitor": (VISITOR, came.get("visitor", "")),
        "faults": list(faults.values()),
        "notice": notice,
        "action": f"/f/{form.key}",
        "heading": form.name,
    }
    return render_to_string("forms/page.html", told)


def thanks() -> str:
    """What is shown when a form was sent that names no page of its own."""
    return message("Thank you", "Your message has arrived.")


def message(heading: str, text: str) -> str:
    """A page that says one thing."""
    return render_to_string("forms/message.html", {"heading": heading, "text": text})


def snippet(form: Form, at: str) -> str:
    """The HTML to paste into a page; `at` is the address of this installation."""
    told = _told(form, {}, {}) | {
        "stamp": "",
        "came": [(f"{PREFIX}{name}", "") for name in CAME],
        "visitor": (VISITOR, ""),
        "pasted": True,
        "action": f"{at.rstrip('/')}/f/{form.key}",
    }
    return render_to_string("forms/snippet.html", told).strip() + "\n"


def _told(form: Form, values: Mapping[str, str], faults: Mapping[str, str]) -> dict[str, Any]:
    fields = [
        {
            "id": f"{form.key}-{each.name}",
            "name": each.name,
            "label": each.label,
            "kind": each.kind,
            "type": _TYPES.get(each.kind, "text"),
            "required": each.required,
            "values": each.values,
            "value": values.get(each.name, ""),
            "fault": faults.get(each.name, ""),
            "complete": _COMPLETE.get(each.name, "off"),
        }
        for each in asked_of(form)
    ]
    return {
        "key": form.key,
        "name": form.name,
        "fields": fields,
        "button": form.button,
        "trap": trap(form),
        "stamp_name": STAMP,
        "longest": LONGEST,
    }


def sites_of(form: Form) -> list[str]:
    """The origins of the pages that may hold the form."""
    return [str(site) for site in json.loads(form.sites)]
