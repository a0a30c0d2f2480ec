"""What stands in the cells of a list. A page has hundreds of them, and to draw a template for each
took most of its time: what every list has is drawn here, what few have by a template of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from leadpact.web.tags import number, plainly, when

register = template.Library()

#: Draws the cell of a row from the context of its page, the row and its value.
Drawn = Callable[[Context, Any, Any], str]

_NOTHING = mark_safe('<span class="soft" aria-hidden="true">–</span>')


@register.simple_tag(takes_context=True)
def plain(context: Context, value: Any) -> str:
    """A value as it reads: an instant on the reader's clock, a number, a text, or a dash."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, datetime):
        return when(context, value)
    return number(value) if isinstance(value, int | float) else conditional_escape(value)


def value_alone(context: Context, _row: Any, value: Any) -> str:
    """The value as it reads."""
    return plain(context, value)


def in_words(_context: Context, _row: Any, value: Any) -> str:
    """A name of the log in words."""
    return conditional_escape(plainly(value)) if value else _NOTHING


def in_pieces(_context: Context, _row: Any, value: Any) -> str:
    """A text that may be one long word, such as an address: it goes on in the next line."""
    return format_html('<span class="long">{}</span>', value) if value else _NOTHING


def in_lines(_context: Context, _row: Any, value: Any) -> str:
    """A text in the lines in which somebody wrote it."""
    if not value:
        return _NOTHING
    return format_html('<span class="long">{}</span>', linebreaksbr(value, autoescape=True))


def day(_context: Context, _row: Any, value: date | None) -> str:
    """A day of the calendar, which is the same in every zone."""
    if value is None:
        return _NOTHING
    return format_html('<time datetime="{}">{} {}</time>', value, value.day, f"{value:%b %Y}")


def lead(_context: Context, row: Any, value: Any) -> str:
    """The name of a lead, which leads to its page."""
    return _linked("lead", row.key, value)


def of_lead(_context: Context, row: Any, value: Any) -> str:
    """The name of the lead that a row is about, which leads to its page; a dash for none."""
    return _linked("lead", row.lead_id, value) if row.lead_id else _NOTHING


def score(_context: Context, row: Any, value: Any) -> str:
    """A score, which leads to its reasons."""
    if value is None:
        return "–"
    shown = format_html('{}<span class="away"> points, explained</span>', number(value))
    return _linked("why", row.key, shown, "figure")


def status(_context: Context, _row: Any, value: Any) -> str:
    """How a lead stands; that it is open needs no badge."""
    if value == "open" or not value:
        return format_html('<span class="soft">{}</span>', value or "–")
    return format_html('<span class="badge">{}</span>', value)


def _linked(name: str, key: str, shown: Any, kind: str = "") -> SafeString:
    of_kind = format_html(' class="{}"', kind) if kind else ""
    return format_html('<a{} href="{}">{}</a>', of_kind, reverse(name, args=[key]), shown)


@register.simple_tag(takes_context=True)
def cells(context: Context, line: Sequence[Any]) -> SafeString:
    """The cells of a row of a table, each with the title of its column for a phone."""
    return format_html_join(
        "",
        '<td role="cell" data-label="{}"{}><div>{}</div></td>',
        ((each.title, _NUMERIC if each.numeric else "", _shown(context, each)) for each in line),
    )


_NUMERIC = mark_safe(' class="numeric"')


def _shown(context: Context, cell: Any) -> str:
    if callable(cell.drawn):
        return str(cell.drawn(context, cell.row, cell.value))
    with context.push(row=cell.row, value=cell.value):
        found: Any = get_template(cell.drawn)
        return str(found.template.render(context))


@register.simple_tag
def options(choices: Sequence[tuple[str, str]], chosen: str) -> SafeString:
    """Choices of a filter, one of them chosen."""
    return _options(tuple(choices), chosen)


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    # A company of hundreds of people has as many choices, the same on every page.
    selected = mark_safe(" selected")
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((value, selected if value == chosen else "", label) for value, label in choices),
    )
