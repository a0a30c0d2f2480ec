"""The closed loop once more: won deals by first, last and linear credit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Case, Group, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import MOST_ROWS, cut
from leadpact.documents.pools import Bounds
from leadpact.engine.metrics.credit import MODELS
from leadpact.engine.metrics.metric import Split
from leadpact.engine.metrics.tables import microseconds

_BY: tuple[Split, ...] = ("source", "campaign", "landing_page", "asset", "segment")
_COUNTED = (
    "Counts: touches of won deals, which are the leads of a deal that came before it was closed, "
    "each by its own first touch. Leaves out: nothing. Placed by: the closing."
)
Touch = dict[str, Any]


def credit(book: CaseBook) -> Section:
    """Each source, campaign, landing page, asset and segment with its share of the won deals."""
    tables = [table for by in _BY if (table := credit_table(book, by)).rows]
    if not tables:
        return Section("credit", "Who gets the credit", text=["No deal was won yet."])
    return Section(
        "credit",
        "Who gets the credit",
        text=[
            "A deal is seldom the work of one lead. First gives it to what brought the first of "
            "its leads, last to what brought the last one before it was won, linear to all in "
            "equal parts. Each column adds up to all won deals.",
        ],
        tables=tables[:1],
        aside=tables[1:],
    )


def credit_table(
    book: CaseBook, by: Split, bounds: Bounds | None = None, most: int = MOST_ROWS
) -> Table:
    """Won deals by first, last and linear credit; with `bounds` those that were closed then."""
    groups: dict[str | None, list[Touch]] = {}
    for touch in book.measures.credit(by).to_pylist():
        if bounds is None or bounds[0] <= touch["closed_at"] < bounds[1]:
            groups.setdefault(touch["group"], []).append(touch)
    ranked = sorted(groups, key=lambda name: (-_sum(groups[name], "linear"), name or ""))
    priced = _one_currency(book)
    header = [words.capital(by.replace("_", " ")), *(f"Deals, {model}" for model in MODELS)]
    header += [f"Revenue, {model}" for model in MODELS] if priced else []
    rows = [_row(by, name, groups[name], priced, bounds) for name in ranked[:most]]
    return Table(f"Won deals by {by.replace('_', ' ')}{cut(len(ranked), most)}", header, rows)


def _row(
    by: Split, name: str | None, touches: Sequence[Touch], priced: bool, bounds: Bounds | None
) -> list[Said]:
    called = words.group(by, name)
    row: list[Said] = [called]
    for model in MODELS:
        deals = f"{_sum(touches, model):,.1f}".removesuffix(".0")
        row.append(opened(deals, _behind(by, called, model, touches, bounds)))
    if priced:
        row += [
            opened(
                words.number(round(_worth(touches, model))),
                _behind(by, called, model, touches, bounds),
            )
            for model in MODELS
        ]
    return row


def _behind(
    by: Split, called: str, model: str, touches: Sequence[Touch], bounds: Bounds | None
) -> Behind:
    cases = [
        Case(each["lead_id"], microseconds(each["closed_at"]), _why(each, model))
        for each in sorted(touches, key=lambda each: each["closed_at"], reverse=True)
        if each[model]
    ]
    title = f"{words.capital(by.replace('_', ' '))} {called}: won deals, {model} credit"
    if bounds:
        title += f", closed from {bounds[0]:%Y-%m-%d} until {bounds[1]:%Y-%m-%d}"
    return Behind(title, [Group("", len(cases), cases)], _COUNTED, title, "Won")


def _why(touch: Touch, model: str) -> str:
    part = "all" if touch[model] == 1 else words.percent(touch[model])
    worth = f", worth {words.number(round(touch['amount']))}" if touch["amount"] else ""
    return f"{part} of deal {touch['deal_id']}{worth}"


def _sum(touches: Sequence[Touch], model: str) -> float:
    return float(sum(each[model] for each in touches))


def _worth(touches: Sequence[Touch], model: str) -> float:
    return float(sum(each[model] * (each["amount"] or 0) for each in touches))


def _one_currency(book: CaseBook) -> bool:
    """Whether amounts can be added up."""
    return len(set(pc.unique(book.measures.history.deals["currency"]).to_pylist()) - {None}) <= 1
