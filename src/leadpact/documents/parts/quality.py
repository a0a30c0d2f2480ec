"""What sales thinks of the leads that marketing passes on."""

from __future__ import annotations

from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import MOST_ROWS, between, when
from leadpact.documents.sentences import Stretch
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import Span
from leadpact.engine.metrics.periods import Period

_SHOWN = (
    *("acceptance_rate", "rejection_rate", "recycle_rate", "high_quality_share"),
    *("mql_to_sql", "mql_to_close", "quality_rating", "attempts_per_lead"),
)


def quality(book: CaseBook, stretch: Stretch) -> Section:
    """Acceptance, ratings and reasons for rejection, in the stretch and over all time."""
    applies = {metric.name: metric.title for metric in book.measures.metrics}
    rows = [
        row
        for name in _SHOWN
        if name in applies and (row := _now_and_ever(book, name, applies[name], stretch))
    ]
    header = ["Figure", words.capital(stretch.title), "95 % interval", "All time"]
    table = Table("Quality of what is handed over", header, rows)
    return Section(
        "quality",
        "Quality and rejections",
        text=[] if rows else ["No lead has been handed over to sales yet."],
        charts=[*_ratings(book), *_reasons(book, stretch)],
        tables=[table] if rows else [],
    )


def _now_and_ever(book: CaseBook, name: str, title: str, stretch: Stretch) -> list[Said]:
    ever = _figure(book, name, "all", "all")
    if ever is None or not ever.n or (name == "attempts_per_lead" and not ever.value):
        return []
    now = _figure(book, name, "quarter", stretch.label) if stretch.period else ever
    own = book.of_metric(name, f"{title}, {when(stretch)}", bounds=stretch.due)
    always = book.of_metric(name, f"{title}, over all time")
    return [
        title,
        opened(_with_cases(now), own),
        between(now, own),
        opened(_with_cases(ever), always),
    ]


def _figure(book: CaseBook, name: str, unit: Span, label: str) -> Figure | None:
    return next((f for f in book.measures.of(name, unit) if f.period == label), None)


def _with_cases(figure: Figure | None) -> str:
    if figure is None:
        return words.NOTHING
    if figure.unit in ("cases", "share"):
        return words.rate(figure.numerator, figure.n)
    return f"{words.value(figure)} (n = {figure.n:,})"


def _ratings(book: CaseBook) -> list[Chart]:
    measures = book.measures
    over = {p.label: p for p in measures.periods("month") if p.ends <= measures.result.as_of}
    months = [f for f in measures.of("quality_rating", "month") if f.period in over]
    if len(months) < 2:
        return []

    def rated(text: str, period: Period) -> Said:
        title, bounds = f"Ratings given in {period.title}", (period.starts, period.ends)
        return opened(text, book.of_metric("quality_rating", title, bounds=bounds))

    rows = [
        {
            "period": words.month(month.period),
            "value": month.value,
            "low": None,
            "high": None,
            "label": _with_cases(month),
            "opens": [place, 1],
        }
        for place, month in enumerate(months)
    ]
    last = months[-1]
    return [
        Chart(
            "ratings",
            "Quality as sales rates it, 1 to 5, by month",
            [
                rated(_with_cases(last), over[last.period]),
                f" on average in {words.month(last.period)}.",
            ],
            charts.trend(rows, None, bounds=(1, 5), shape=".1f"),
            Table(
                "Ratings by month",
                ["Month", "Average", "Ratings"],
                [
                    [
                        month.period,
                        rated(words.value(month), over[month.period]),
                        rated(f"{month.n:,}", over[month.period]),
                    ]
                    for month in months
                ],
            ),
        )
    ]


def _reasons(book: CaseBook, stretch: Stretch) -> list[Chart]:
    pool = book.pool("rejection_rate")
    rejected = pool.pick({"numerator": [1.0]}, stretch.due)
    tally = pool.tally("part", rejected)
    ranked = sorted(tally.items(), key=lambda pair: (-pair[1], str(pair[0])))
    if not ranked:
        return []
    rows = [_reason(book, stretch, reason, n) for reason, n in ranked[:MOST_ROWS]]
    bars = [
        {"name": row[0], "value": n, "label": f"{n:,}", "opens": [place, 1]}
        for place, (row, (_, n)) in enumerate(zip(rows, ranked, strict=False))
    ]
    title = f"Rejected, handed over {when(stretch)}"
    everybody = book.of_metric("rejection_rate", title, {"numerator": 1.0}, stretch.due)
    most = words.out_of(ranked[0][1], len(rejected))
    return [
        Chart(
            "reasons",
            f"Reasons for rejection, leads handed over {when(stretch)}",
            [
                f"{words.capital(str(rows[0][0]))} is the most frequent: ",
                opened(most, everybody),
                " rejections.",
            ],
            charts.bars(bars, "rejections"),
            Table("Rejections by reason", ["Reason", "Leads"], rows),
        )
    ]


def _reason(book: CaseBook, stretch: Stretch, reason: str | None, n: int) -> list[Said]:
    name = reason or "no reason given"
    title = f"Rejected: {name}, handed over {when(stretch)}"
    behind = book.of_metric(
        "rejection_rate", title, {"numerator": 1.0, "part": reason}, stretch.due
    )
    return [name, opened(f"{n:,}", behind)]
