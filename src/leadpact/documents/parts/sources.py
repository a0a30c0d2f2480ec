"""The closed loop: what became of the leads of each source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.differences import BESIDE_OTHERS, HOW_BESIDE_OTHERS, beside_others
from leadpact.documents.parts.shared import MOST_ROWS, cut, without_empty
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import Split

_TITLES = {"leads": "Leads", "mqls": "MQLs", "customers": "Customers", "won_deals": "Deals won"}
#: What a source is told by more finely, shown when asked for.
_FINER: tuple[Split, ...] = ("campaign", "landing_page", "asset")
_MOST_BARS = 12
_NOT_KNOWN = "not known"
#: A value of a dimension; None where it is not stated.
Group = str | None


def sources(book: CaseBook) -> Section:
    """Leads, customers and revenue by the source of the first touch, over all time."""
    loop = Loop.of(book, "source")
    finer = [Loop.of(book, by) for by in _FINER]
    return Section(
        "sources",
        "Closed loop by source",
        text=[
            "The source is that of the lead’s first touch. A deal counts once, under the source of "
            f"its first lead. “{words.NOT_STATED['source']}” has no source in the data.",
            HOW_BESIDE_OTHERS,
        ]
        if loop.names
        else ["No lead has a source yet."],
        charts=_chart(book, loop),
        tables=[_table(book, loop)] if loop.names else [],
        aside=[_table(book, each) for each in finer if each.names - {None}],
    )


@dataclass(frozen=True)
class Loop:
    """Figures by source, or the like. `earned` has revenue by currency, where amounts are known."""

    by: Split
    counts: dict[str, dict[Group, int]]
    close: dict[Group, Figure]
    earned: dict[Group, list[Figure]]

    @classmethod
    def of(cls, book: CaseBook, by: Split) -> Loop:
        """Ask for everything that means something under the agreement."""
        measures = book.measures
        applies = {metric.name for metric in measures.metrics}
        counts = {
            name: {f.group: round(f.value or 0) for f in measures.of(name, by=by)}
            for name in _TITLES
            if name in applies
        }
        conversion = measures.of("conversion", by=by)
        known = {f.group for f in measures.of("average_sale", by=by)}
        earned: dict[Group, list[Figure]] = {}
        for figure in measures.of("revenue", by=by):
            if figure.group in known:
                earned.setdefault(figure.group, []).append(figure)
        return cls(by, counts, {f.group: f for f in conversion if ":" not in f.name}, earned)

    @property
    def names(self) -> set[Group]:
        """Every source of which anything is known."""
        return {name for figures in self.counts.values() for name in figures} | set(self.close)

    @property
    def what(self) -> str:
        """What a source is called here."""
        return self.by.replace("_", " ")

    def count(self, name: str, source: Group) -> int:
        """A count of one source."""
        return self.counts[name].get(source, 0)

    def called(self, source: Group) -> str:
        """A source in words."""
        return words.group(self.by, source)


def _table(book: CaseBook, loop: Loop) -> Table:
    ranked = sorted(loop.names, key=lambda name: (-loop.count("leads", name), name or ""))
    header = [
        words.capital(loop.what),
        *(_TITLES[name] for name in loop.counts),
        "Lead to customer",
        BESIDE_OTHERS,
        *(["Revenue"] if loop.earned else []),
    ]
    caption = f"What became of the leads of each {loop.what}, over all time" + cut(len(ranked))
    beside = beside_others(loop.close)
    rows = [_row(book, loop, name, beside) for name in ranked[:MOST_ROWS]]
    return without_empty(Table(caption, header, rows), [BESIDE_OTHERS])


def _row(book: CaseBook, loop: Loop, source: Group, beside: Mapping[Group, str]) -> list[Said]:
    about: dict[str, Group] = {loop.by: source}
    called = loop.called(source)
    named = f"{words.capital(loop.what)} {called}"
    row: list[Said] = [called]
    for name in loop.counts:
        behind = book.of_metric(name, f"{named}: {_TITLES[name].lower()}", about)
        row.append(opened(f"{loop.count(name, source):,}", behind))
    closed = book.of_metric("conversion", f"{named}: from lead to customer", about)
    row.append(opened(words.value(loop.close.get(source)), closed))
    row.append(opened(beside.get(source, words.NOTHING), closed))
    return [*row, *([_revenue(book, loop, source)] if loop.earned else [])]


def _revenue(book: CaseBook, loop: Loop, source: Group) -> Said:
    figures = loop.earned.get(source)
    if figures is None:
        return _NOT_KNOWN if loop.count("won_deals", source) else words.NOTHING
    amounts = [
        f"{words.value(figure)} {figure.name.partition(': ')[2]}".strip() for figure in figures
    ]
    parts = [figure.name.partition(": ")[2] or None for figure in figures]
    title = f"{words.capital(loop.what)} {loop.called(source)}: revenue"
    return opened(
        " + ".join(amounts), book.of_metric("revenue", title, {loop.by: source, "part": parts})
    )


def _chart(book: CaseBook, loop: Loop) -> list[Chart]:
    currencies = {figure.name for figures in loop.earned.values() for figure in figures}
    by_worth = currencies == {"revenue"}
    worth: dict[Group, float] = (
        {source: figures[0].value or 0 for source, figures in loop.earned.items()}
        if by_worth
        else dict(loop.counts.get("customers", {}))
    )
    ranked = sorted(worth.items(), key=lambda pair: (-pair[1], pair[0] or ""))[:_MOST_BARS]
    if len(ranked) < 2 or not ranked[0][1]:
        return []
    what = "Revenue from deals won" if by_worth else "Customers"
    unit = _currency(book) if by_worth else ""
    metric = "revenue" if by_worth else "customers"
    rows = [
        [
            loop.called(source),
            opened(
                words.number(round(value)),
                book.of_metric(
                    metric, f"{loop.called(source)}: {what.lower()}", {"source": source}
                ),
            ),
        ]
        for source, value in ranked
    ]
    total = sum(worth.values())
    first, most = loop.called(ranked[0][0]), ranked[0][1]
    return [
        Chart(
            "sources",
            f"{what}{f', {unit}' if unit else ''}, by source",
            [
                f"{first} brought ",
                opened(
                    words.percent(most / total),
                    book.of_metric(metric, f"{what} from {first}", {"source": ranked[0][0]}),
                ),
                " of ",
                opened(
                    words.number(round(total)), book.of_metric(metric, f"{what} from all sources")
                ),
                f"{f' {unit}' if unit else ''}{_others(worth)}.",
            ],
            charts.bars(list(_bars(rows, ranked)), what.lower()),
            Table(what, ["Source", what], rows),
        )
    ]


def _others(worth: dict[Group, float]) -> str:
    left = len(worth) - _MOST_BARS
    return f"; {left:,} smaller sources are not drawn" if left > 0 else ""


def _bars(
    rows: Sequence[Sequence[Said]], ranked: Sequence[tuple[Group, float]]
) -> list[dict[str, object]]:
    return [
        {"name": row[0], "value": value, "label": str(row[1]), "opens": [place, 1]}
        for place, (row, (_, value)) in enumerate(zip(rows, ranked, strict=True))
    ]


def _currency(book: CaseBook) -> str:
    named = set(pc.unique(book.measures.history.deals["currency"]).to_pylist()) - {None}
    return next(iter(named)) if len(named) == 1 else ""
