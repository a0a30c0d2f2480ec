"""What sets customers apart: every trait of leads, a suggested definition, a learned scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from leadpact.documents.parts.learned_scorecard import SCORECARD
from leadpact.documents.parts.learning import APART, READY
from leadpact.ledger.models import PublishedTrait, Role
from leadpact.ledger.selectors import figures
from leadpact.web.figures.parts import parts
from leadpact.web.lists.cells import plain
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.registry import PageRequest, page

_WHO = frozenset({Role.ADMINISTRATOR.value, Role.MARKETING_HEAD.value, Role.SALES_HEAD.value})
_WORDS = ("clearly higher", "clearly lower", "may be chance", "too few to compare")
_KINDS = (("attribute", "what they are"), ("act", "what they did"))


def _opens(context: Any, value: int, key: str) -> str:
    shown = plain(context, value)
    if not key:
        return shown
    return format_html('<a class="figure" href="{}">{}</a>', reverse("behind", args=[key]), shown)


def _leads(context: Any, row: PublishedTrait, value: int) -> str:
    return _opens(context, value, row.leads_list)


def _customers(context: Any, row: PublishedTrait, value: int) -> str:
    return _opens(context, value, row.customers_list)


def _share(_context: Any, row: PublishedTrait, value: float) -> str:
    if row.low is None or row.high is None:
        return f"{value * 100:.1f}\u00a0%"
    return f"{value * 100:.1f}\u00a0% ({row.low * 100:.1f} to {row.high * 100:.1f})"


def _of_others(_context: Any, _row: PublishedTrait, value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f}\u00a0%"


def _times(_context: Any, row: PublishedTrait, value: float | None) -> str:
    if value is None:
        return "–"
    if row.times_low is None or row.times_high is None:
        return f"{value:.1f}"
    return f"{value:.1f} ({row.times_low:.1f} to {row.times_high:.1f})"


def _word(_context: Any, _row: PublishedTrait, value: str) -> str:
    if value.startswith("clearly"):
        return format_html('<span class="badge">{}</span>', value)
    return format_html('<span class="soft">{}</span>', value)


def _of_kind(rows: QuerySet[PublishedTrait], kind: str) -> QuerySet[PublishedTrait]:
    return rows.filter(is_act=kind == "act")


TRAITS: Listing[PublishedTrait] = Listing(
    name="traits",
    title="What sets customers apart",
    rows=lambda _: figures.traits(),
    columns=(
        Column("name", "Leads that have or did", lambda row: row.name, order="name"),
        Column("leads", "Leads", lambda row: row.leads, order="leads", cell=_leads, numeric=True),
        Column(
            "customers", "Customers", lambda row: row.customers, order="customers",
            cell=_customers, numeric=True,
        ),
        Column("share", "Share", lambda row: row.share, order="share", cell=_share, numeric=True),
        Column("low", "Share at least", lambda row: row.low, on_page=False),
        Column("high", "Share at most", lambda row: row.high, on_page=False),
        Column(
            "others", "Of the others", lambda row: row.of_others, order="of_others",
            cell=_of_others, numeric=True,
        ),
        Column("times", "Times", lambda row: row.times, order="times", cell=_times, numeric=True),
        Column("times_low", "Times at least", lambda row: row.times_low, on_page=False),
        Column("times_high", "Times at most", lambda row: row.times_high, on_page=False),
        Column("tells", "What it tells", lambda row: row.word, order="place", cell=_word),
    ),
    order="tells",
    filters=(
        Filter("word", "What it tells", one_of(_WORDS), lambda rows, v: rows.filter(word=v)),
        Filter("kind", "Kind", lambda _: _KINDS, _of_kind),
    ),
    search=lambda rows, text: rows.filter(name__icontains=text),
    searched="Attribute, value or act",
    empty=Empty(
        "Nothing is known yet",
        "Once 20 leads became customers, and others are old enough to be told from them, every "
        "attribute and act stands here with how often its leads did.",
    ),
    page_size=20,
)  # fmt: skip


@page("apart", name="apart", roles=_WHO, nav="Customer traits", order=66)
def apart(request: PageRequest) -> HttpResponseBase:
    """What was known of customers before they were any, and what follows for the agreement."""

    def beside(_: Shown) -> Mapping[str, Any]:
        found = parts(APART, READY, SCORECARD)
        own = found.found.get(APART)
        return {
            "measurement": found.measurement,
            "apart": own,
            "made_at": own["made_at"] if own else None,
            "sections": [each for each in found.sections if each["key"] != APART],
        }

    return answer(request, TRAITS, "figures/apart.html", beside=beside)
