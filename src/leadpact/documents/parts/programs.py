"""What becomes of the leads that are nurtured, by program."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, Text, opened
from leadpact.documents.case_book import CaseBook, of_rows
from leadpact.documents.pools import Pool, Row
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.nurtured import EXIT, SAID

_COUNTED = (
    "Counted over all time, by when a lead entered: one that is given back and nurtured again "
    "enters again. Whoever is in a program still, or left it otherwise, counts as not qualified "
    "so far in the time within which half qualify."
)
_WAYS = ("Program", "Way out", "Leads", "Of its entries")
_STILL_IN = "Entries into the program that have not ended: leads that are in it now."
_ARROW = " → "


def programs(book: CaseBook) -> Section:
    """Entries into nurture programs, how many qualified and how soon, and the other ways out."""
    entered = _by_part(book, "nurture_entries")
    names = sorted(filter(None, entered), key=lambda name: -entered[name].n)
    rows = [_row(book, name) for name in names]
    header = [
        "Program",
        "Entered",
        "Qualified while in it",
        "Half have qualified after",
        "In it now",
    ]
    nobody = [] if rows else ["No lead has entered a nurture program yet."]
    return Section(
        "nurture",
        "Nurture programs",
        answer=_answer(book, entered.get("")) if rows else "",
        text=nobody or [_COUNTED],
        tables=[Table("By program", header, rows)] if rows else [],
        aside=[Table("How leads left", _WAYS, ways, words=2)]
        if (ways := list(_ways(book, names, entered)))
        else [],
    )


_IN_WORDS = {EXIT: "the exit that the program names", SAID: "taken out by somebody"}


def _by_part(book: CaseBook, metric: str) -> dict[str, Figure]:
    """The figures of all time by the name of their part; the total has none."""
    figures = book.measures.of(metric) if _applies(book, metric) else []
    return {figure.name.removeprefix(metric).removeprefix(": "): figure for figure in figures}


def _applies(book: CaseBook, metric: str) -> bool:
    return any(each.name == metric for each in book.measures.metrics)


def _answer(book: CaseBook, all_entries: Figure | None) -> Text:
    qualified = _by_part(book, "nurture_qualified").get("")
    if all_entries is None or qualified is None:
        return ""
    told = words.rate(qualified.numerator, qualified.n)
    behind = book.of_metric("nurture_qualified", "Nurtured leads that qualify, over all time")
    return ["Of all entries into nurture programs ", opened(told, behind), " qualified in one."]


def _row(book: CaseBook, name: str) -> list[Said]:
    entered = _by_part(book, "nurture_entries")[name]
    qualified = _by_part(book, "nurture_qualified")[name]
    days = _by_part(book, "nurture_days")[name].value
    about = {"part": name}
    return [
        name,
        opened(f"{entered.n:,}", book.of_metric("nurture_entries", f"Entered “{name}”", about)),
        opened(
            words.rate(qualified.numerator, qualified.n),
            book.of_metric("nurture_qualified", f"Qualified from “{name}”", about),
        ),
        opened(
            "fewer than half so far" if days is None else words.plural(round(days), "day"),
            book.of_metric("nurture_days", f"“{name}”: days until they qualified", about),
        ),
        _still_in(book, name),
    ]


def _still_in(book: CaseBook, name: str) -> Said:
    nurtured = book.measures.result.nurture
    pool = Pool("nurture.parquet", nurtured.filter(pc.is_null(nurtured["left_at"])), "entered_at")
    behind = of_rows(pool, f"In “{name}” now", _STILL_IN, _progress, {"program": name})
    return opened(f"{sum(group.total for group in behind.groups):,}", behind)


def _progress(entry: Row) -> str:
    done = words.plural(entry["step"], "touch", "touches")
    return f"{done}, next: {entry['next_step']}" if entry["next_step"] else f"{done}, the last"


def _ways(book: CaseBook, names: list[str], entered: dict[str, Figure]) -> Iterator[list[Said]]:
    exits = sorted(_by_part(book, "nurture_exits").items(), key=lambda each: -each[1].n)
    for name in names:
        for part, figure in exits:
            if not part.startswith(f"{name}{_ARROW}"):
                continue
            way = part.removeprefix(f"{name}{_ARROW}")
            title = f"Left “{name}”: {way}"
            behind = book.of_metric("nurture_exits", title, {"part": part})
            share = words.percent(figure.n / entered[name].n)
            yield [
                name,
                _IN_WORDS.get(way, way),
                opened(f"{figure.n:,}", behind),
                opened(share, behind),
            ]
