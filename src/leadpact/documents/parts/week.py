"""What changed since last week: the last seven days beside the seven before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import DECIDED, CaseBook
from leadpact.documents.differences import in_points
from leadpact.documents.pools import Bounds
from leadpact.engine.metrics.registry import REGISTRY

_COUNTED = ("leads", "mqls", "repeat_mqls", "sals", "sqls", "opportunities", "won_deals")
_WEEK = timedelta(days=7)


def week(book: CaseBook) -> Section:
    """Arrivals, stages, deals and promises of the last seven days and of the seven before."""
    as_of = book.measures.result.as_of
    stretches = ((as_of - _WEEK, as_of), (as_of - 2 * _WEEK, as_of - _WEEK))
    rows = [*_counts(book, stretches), *_promises(book, stretches)]
    header = ["Figure", "Last 7 days", "The 7 before", "Change"]
    return Section(
        "week",
        "Since last week",
        text=[] if rows else ["Nothing happened in these two weeks."],
        tables=[Table("The last seven days beside the seven before", header, rows)] if rows else [],
    )


def _counts(book: CaseBook, stretches: tuple[Bounds, Bounds]) -> Iterator[list[Said]]:
    applies = {metric.name for metric in book.measures.metrics}
    for name in _COUNTED:
        if name not in applies:
            continue
        title = REGISTRY[name].title
        now, before = (
            book.of_metric(name, f"{title}, {_told(place)}", bounds=stretch)
            for place, stretch in enumerate(stretches)
        )
        if now.total or before.total:
            yield [
                title,
                opened(words.number(now.total), now),
                opened(words.number(before.total), before),
                _change(now.total, before.total),
            ]


def _promises(book: CaseBook, stretches: tuple[Bounds, Bounds]) -> Iterator[list[Said]]:
    for side in ("marketing", "sales"):
        about = {"side": side, "protocol_step": None}
        found = [
            book.of_clocks(f"Promises of {side} due in {_told(place)}", about, DECIDED, stretch)
            for place, stretch in enumerate(stretches)
        ]
        if any(each.total for each in found):
            met = [sum(g.total for g in each.groups if g.name == "kept") for each in found]
            shown = [
                opened(words.rate(kept, each.total) if each.total else words.NOTHING, each)
                for kept, each in zip(met, found, strict=True)
            ]
            now, before = zip(met, (each.total for each in found), strict=True)
            yield [f"Promises of {side} kept", *shown, in_points(now, before)]


def _told(place: int) -> str:
    return "the seven days before" if place else "the last seven days"


def _change(now: int, before: int) -> str:
    if now == before:
        return "0"
    return f"{'+' if now > before else '−'}{words.number(abs(now - before))}"
