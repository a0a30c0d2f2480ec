"""Disputes: what is disputed by whom and why, how it stands, and the ruling on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.flows.messages import name_of
from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event, Lead
from leadpact.ledger.selectors.disputes import STANDS, WAITS, Case, about_of, cases, rows_of
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.roles import READERS
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.registry import PageRequest, page
from leadpact.web.set_up import counted

Cases = Mapping[int, Case]


@page("obligations/disputes", name="disputes", roles=READERS)
def disputes(request: PageRequest) -> HttpResponseBase:
    """Every dispute, those that wait for a ruling with a form for it."""
    found = cases(request.caller)

    def beside(shown: Shown) -> Mapping[str, Any]:
        for row in shown.rows:
            row.obligation, row.stage = about_of(row)
            row.ruling = found[row.pk].ruling
        return {"answer": _answer(found), "may_rule": request.caller.may(Act.RULE)}

    return answer(request, _listing(found), "obligations/list_of_disputes.html", beside)


def _answer(found: Cases) -> str:
    waiting = sum(each.stands == WAITS for each in found.values())
    if not waiting:
        return "No dispute waits for a ruling."
    return f"{counted(waiting, 'dispute waits', 'disputes wait')} for a ruling."


def _listing(found: Cases) -> Listing[Event]:
    return Listing(
        name="disputes",
        title="Disputes",
        rows=lambda _: rows_of(found.values()),
        columns=(
            Column("at", "Disputed", lambda row: instant(row.happened), order="happened"),
            Column("lead", "Lead", _lead, cell=cells.of_lead),
            Column("key", "Key", lambda row: row.lead_id, on_page=False),
            Column("about", "What", _about),
            Column("by", "By", lambda row: row.actor, order="actor"),
            Column("reason", "Why", lambda row: _said(row, "reason")),
            Column(
                "stands", "Stands", lambda row: found[row.pk].stands,
                cell="lists/cells/dispute_stands.html",
            ),
            Column(
                "ruled_by", "Ruled by", _of_ruling(found, lambda ruling: ruling.actor),
                on_page=False,
            ),
            Column(
                "ruled", "Ruled", _of_ruling(found, lambda ruling: instant(ruling.happened)),
                on_page=False,
            ),
            Column(
                "note", "Note", _of_ruling(found, lambda ruling: _said(ruling, "note")),
                on_page=False,
            ),
        ),
        order="-at",
        filters=(
            Filter(
                "stands", "Stands", one_of(STANDS),
                lambda rows, value: _narrowed(rows, found, lambda case: case.stands == value),
            ),
            Filter(
                "about", "What", lambda _: _choices(_about(each.row) for each in found.values()),
                lambda rows, value: _narrowed(rows, found, lambda case: _about(case.row) == value),
            ),
            Filter(
                "by", "By", lambda _: _choices(each.row.actor for each in found.values()),
                lambda rows, value: rows.filter(actor=value),
            ),
        ),
        search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
        searched="Name, company or email",
        empty=Empty(
            "Nothing is disputed",
            "Who thinks that a promise or a stage of a lead is counted wrongly disputes it on the "
            "lead's page or under Promises; a head rules on it here.",
        ),
    )  # fmt: skip


def _lead(row: Event) -> str:
    return name_of(row.lead) if row.lead else ""


def _about(row: Event) -> str:
    obligation, stage = about_of(row)
    return obligation or f"entered {stage}"


def _said(row: Event, what: str) -> str:
    return str(json.loads(row.properties).get(what) or "")


def _of_ruling(found: Cases, told: Callable[[Event], Any]) -> Callable[[Event], Any]:
    """What is told of the ruling on a dispute; nothing where there is none."""

    def value(row: Event) -> Any:
        ruling = found[row.pk].ruling
        return told(ruling) if ruling else None

    return value


def _choices(values: Any) -> Sequence[Choice]:
    return [(each, each) for each in sorted({*values} - {""})]


def _narrowed(rows: QuerySet[Event], found: Cases, fits: Callable[[Case], bool]) -> QuerySet[Event]:
    return rows.filter(pk__in=[pk for pk, case in found.items() if fits(case)])
