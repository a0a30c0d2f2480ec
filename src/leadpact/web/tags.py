"""What every template may use, without loading it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.db.models import QuerySet
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leadpact.documents import words
from leadpact.flows.faces import Face
from leadpact.flows.wording import when as in_words
from leadpact.ledger.instants import instant
from leadpact.ledger.models import CrmRecord, Event, User
from leadpact.sources.crm.pages import record_url
from leadpact.web.figures.parts import drawn
from leadpact.web.signing_in.made_up import FINDS, people

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
def finds(user: User) -> str:
    """What somebody of the demonstration finds first."""
    return FINDS.get(user.role or "", "")


@register.simple_tag
def say(pieces: Sequence[str | list[str]] | str) -> SafeString:
    """A text of a published part; its figures lead to what they were counted from."""
    return format_html_join(
        "",
        "{}",
        ((piece if isinstance(piece, str) else _opening(*piece),) for piece in pieces),
    )


@register.simple_tag
def opening(told: str | list[str]) -> SafeString:
    """A single figure, which leads to what it was counted from where it opens."""
    return say([told])


def _opening(text: str, key: str) -> SafeString:
    return format_html('<a class="figure" href="{}">{}</a>', reverse("behind", args=[key]), text)


@register.simple_tag
def part(section: Any, sections: Sequence[Any], answer: Any) -> SafeString:
    """A section among others of a page that says an `answer` first."""
    return drawn(section, alone=len(sections) == 1, answers=section["answer"] == answer)


@register.filter
def percents(part: float) -> str:
    """A part of one in percents, for a drawing."""
    return f"{min(part, 0.994) * 100:.2f}"


@register.filter
def number(value: Any) -> str:
    """A number as people write it; None is a dash."""
    if value is None:
        return "–"
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"


@register.filter
def page_there(record: CrmRecord) -> str:
    """Where people see a record in their customer system; empty where it has no page."""
    of = record.connection
    return record_url(of.system, of.pages, record.object, record.number)


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


@register.filter
def spans(found: Sequence[tuple[datetime, datetime]]) -> str:
    """Stretches of time for a script: pairs of milliseconds since 1970, as JSON."""
    return json.dumps([[int(each.timestamp() * 1000) for each in pair] for pair in found])


@register.filter
def time_left(face: Face) -> str:
    """What is left of a clock that is counted down, as its countdown begins to tell it."""
    seconds = int(sum((ends - begins).total_seconds() for begins, ends in face.spans or ()))
    minutes, hours = seconds // 60, seconds // 3600
    return (
        f"{minutes}:{seconds % 60:02d} min" if hours == 0 else f"{hours} h {minutes % 60:02d} min"
    )


@register.filter
def property(row: Event, name: str) -> str:
    """A property of a row of the log as text; empty where it has none."""
    return str(json.loads(row.properties).get(name) or "")


@register.filter
def since(at: datetime, now: datetime) -> str:
    """How long ago an instant was, in words."""
    return words.age(now - at)


@register.filter
def at(row: Event) -> datetime:
    """When a row of the log happened."""
    return instant(row.happened)


#: Words of states that are good or bad news; colour only repeats them.
_TONES = {
    **dict.fromkeys(("met", "won", "done", "sent"), "good"),
    **dict.fromkeys(("missed", "overdue", "lost", "disqualified"), "bad"),
    **dict.fromkeys(("failed", "dead", "error"), "bad"),
    **dict.fromkeys(("rejected", "excluded", "recycled", "warning", "mapping"), "short"),
    "marketing": "marketing",
    "sales": "sales",
}


@register.filter
def tone(word: str) -> str:
    """The tone of a badge for a state, a verdict or a side."""
    return _TONES.get(str(word), "")


@register.filter
def share(value: float) -> str:
    """A part of one as a percentage."""
    return f"{value:.0%}".replace("%", " %")


@register.filter
def duration(seconds: float) -> str:
    """A length of time in hours and minutes: a day of working time has no fixed length."""
    minutes = round(seconds / 60)
    hours = minutes // 60
    return f"{hours:,} h {minutes % 60} min" if hours else f"{minutes} min"


@register.filter
def plain_reason(text: str) -> str:
    """A reason of the engine in words of every day: names of the log without their underscores."""
    return text.replace("_", " ")


@register.filter
def minus(one: float, other: float) -> float:
    """The difference of two numbers."""
    return one - other
