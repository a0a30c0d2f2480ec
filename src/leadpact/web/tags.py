"""What every template may use, without loading it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.db.models import QuerySet
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadpact.flows.wording import when as in_words
from leadpact.ledger.models import User
from leadpact.web.signing_in.made_up import people

register = template.Library()


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> SafeString | str:
    """An instant on the reader's wall clock; the exact one where the mouse rests. None is empty."""
    if at is None:
        return ""
    request = context["request"]
    zone: ZoneInfo = request.zone
    local = at.astimezone(zone)
    exact = f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} ({zone.key})"
    said = in_words(at, zone, request.now)
    if abs((at - request.now).days) > 300:
        said = f"{local.day} {local:%b %Y}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, said)


@register.simple_tag(takes_context=True)
def made_up_people(context: Context) -> QuerySet[User] | None:
    """Whom one may sign in as with one click: in the demonstration alone."""
    return people(context["request"])


@register.filter
def number(value: Any) -> str:
    """A number as people write it; None is a dash."""
    if value is None:
        return "–"
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"


@register.filter
def plainly(value: str) -> str:
    """A name of the log in words: `form_submitted` as “form submitted”."""
    return str(value).replace("_", " ").replace(".", " ")


@register.simple_tag
def data(name: str, value: Any) -> SafeString:
    """A value for a script, as JSON in an attribute `data-name`."""
    return format_html('data-{}="{}"', name, json.dumps(value))


@register.filter
def kind_of(value: Any) -> str:
    """What a cell shows: `time`, `number` or `text`."""
    if isinstance(value, datetime):
        return "time"
    return "number" if isinstance(value, int | float) else "text"
