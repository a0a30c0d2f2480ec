"""Every obligation in full: how its clocks ended, by month and by person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from leadpact.agreement.spec import Agreement
from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Said, Section, Table, opened
from leadpact.documents.case_book import DECIDED, About, CaseBook
from leadpact.documents.parts.shared import MOST_ROWS, by_side, cut, drawn, key, when, without_empty
from leadpact.documents.sentences import Stretch
from leadpact.documents.verdicts import hurdles
from leadpact.engine.metrics.aggregate import ENOUGH, Figure
from leadpact.engine.metrics.obligations import ObligationFigure, obligations

_RARE = ("Running", "Rejected", "Cancelled", "Waived", "Already in contact")
_HEADER = ("Obligation", "Kept", "95 % interval", "Met", "Missed", "Overdue", *_RARE)
_TALLIES = ("met", "missed", "overdue", "running", "rejected", "cancelled", "waived")


def attainment(book: CaseBook, stretch: Stretch) -> Section:
    """The section of all obligations."""
    found = obligations(book.measures.result, stretch.due)
    own = [figure for figure in found if figure.protocol_step is None]
    steps = [figure for figure in found if figure.protocol_step is not None]
    title = "Promises kept, by side"
    if not found:
        said = "The agreement has no obligation, so there is no clock that could be kept or missed."
        return Section("attainment", title, text=[said])
    aside = [_by_person(book, stretch, figure) for figure in own if figure.side == "sales"]
    if steps:
        aside += _outcomes(book, stretch, "steps of the contact protocol", steps)
    busiest, remark = drawn(own)
    months = [chart for each in busiest if (chart := _kept_by_month(book, each))]
    return Section(
        "attainment",
        title,
        text=[
            "Kept is met out of met, missed and overdue. Clocks still running, cancelled, waived, "
            "or stopped by a rejection in time stand beside it. A clock counts in the period in "
            "which it was due.",
            *(_about_charts(remark) if months else []),
        ],
        charts=months,
        tables=_outcomes(book, stretch, f"obligations due {when(stretch)}", own),
        aside=[table for table in aside if table.rows],
    )


def _about_charts(remark: str) -> list[str]:
    return [
        "In the charts the band is the 95 % interval and the broken line the promise; months with "
        f"fewer than {ENOUGH} clocks and the month that is not over are left out.{remark}"
    ]


def _outcomes(
    book: CaseBook, stretch: Stretch, caption: str, found: Sequence[ObligationFigure]
) -> list[Table]:
    made = by_side(caption, _HEADER, found, lambda figure: _outcome_row(book, stretch, figure))
    return [without_empty(table, _RARE, "0") for table in made]


def _outcome_row(book: CaseBook, stretch: Stretch, figure: ObligationFigure) -> list[Said]:
    about: dict[str, Any] = {"obligation": figure.name, "side": figure.side}
    enough = figure.decided >= ENOUGH and figure.low is not None and figure.high is not None
    kept = words.percent(figure.rate or 0) if enough else words.rate(figure.met, figure.decided)
    between = f"{words.percent(figure.low or 0)} to {words.percent(figure.high or 0)}"

    def tally(name: str, count: int, which: About) -> Said:
        title = f"{figure.name}: {name}, due {when(stretch)}"
        return opened(f"{count:,}", book.of_clocks(title, {**about, **which}, (), stretch.due))

    title = f"{figure.name}: due {when(stretch)}"
    decided = book.of_clocks(title, about, DECIDED, stretch.due)
    return [
        figure.name,
        opened(kept, decided),
        opened(between, decided) if enough else words.NOTHING,
        *(tally(name, getattr(figure, name), {"outcome": name}) for name in _TALLIES),
        tally("already in contact", figure.already_in_contact, {"already_in_contact": True}),
    ]


def _kept_by_month(book: CaseBook, figure: ObligationFigure) -> Chart | None:
    measures = book.measures
    over = {p.label: p for p in measures.periods("month") if p.ends <= measures.result.as_of}
    found = [
        f for f in measures.of("attainment", "month") if f.name == f"attainment: {figure.name}"
    ]
    months = [figure for figure in found if figure.period in over]
    rows = [_month(place, month) for place, month in enumerate(months)]
    if sum(row["value"] is not None for row in rows) < 2:
        return None

    def decided(text: str, month: Figure) -> Said:
        period = over[month.period]
        title = f"{figure.name}: due in {period.title}"
        about = {"obligation": figure.name, "protocol_step": None}
        return opened(text, book.of_clocks(title, about, DECIDED, (period.starts, period.ends)))

    _, promised = hurdles(_named(measures.result.agreement, figure))
    aim = f" The promise is {words.percent(promised)}." if promised is not None else ""
    last = next(month for month in reversed(months) if month.unit == "share")
    said = decided(words.rate(last.numerator, last.n), last)
    return Chart(
        key("kept", figure.side, figure.name),
        f"{words.capital(figure.side)}: {figure.name}",
        [said, f" kept in {words.month(last.period)}.{aim}"],
        charts.trend(rows, promised),
        Table(
            figure.name,
            ["Month", "Kept", "95 % interval", "Clocks"],
            [
                [
                    m.period,
                    decided(words.value(m), m),
                    _between(m, decided),
                    decided(f"{m.n:,}", m),
                ]
                for m in months
            ],
        ),
    )


def _between(month: Figure, decided: Callable[[str, Figure], Said]) -> Said:
    """The interval of a month, which opens as its figure does."""
    told = words.interval(month)
    return told if told == words.NOTHING else decided(told, month)


def _month(place: int, figure: Figure) -> dict[str, Any]:
    known = figure.value if figure.unit == "share" else None
    return {
        "period": words.month(figure.period),
        "value": known,
        "low": figure.low,
        "high": figure.high,
        "label": words.rate(figure.numerator, figure.n),
        "opens": [place, 1],
    }


def _named(agreement: Agreement, figure: ObligationFigure) -> dict[str, str | float]:
    found = [o for o in agreement.obligations if o.name == figure.name]
    return dict(found[0].hurdles) if found else {}


def _by_person(book: CaseBook, stretch: Stretch, figure: ObligationFigure) -> Table:
    pool = book.pool("attainment")
    own = {"part": [figure.name]}
    decided = pool.tally("holder", pool.pick(own, stretch.due))
    kept = pool.tally("holder", pool.pick(own | {"numerator": [1.0]}, stretch.due))
    people = [(holder, kept.get(holder, 0), n) for holder, n in decided.items()]
    worst = sorted(people, key=lambda person: (person[1] - person[2], str(person[0])))
    caption = f"{figure.name}, by the person holding the lead when it was due"
    return Table(
        caption + cut(len(worst)),
        ["Person", "Kept", "Not kept"],
        [_kept_by(book, stretch, figure, *person) for person in worst[:MOST_ROWS]],
    )


def _kept_by(
    book: CaseBook, stretch: Stretch, figure: ObligationFigure, holder: str | None, met: int, n: int
) -> list[Said]:
    name = words.group("person", holder)
    about: dict[str, Any] = {"obligation": figure.name, "holder": holder, "protocol_step": None}
    title, due = f"{figure.name}, with {name}", f"due {when(stretch)}"
    kept = book.of_clocks(f"{title}: {due}", about, DECIDED, stretch.due)
    late = book.of_clocks(f"{title}: not kept, {due}", about, DECIDED[1:], stretch.due)
    return [name, opened(words.rate(met, n), kept), opened(f"{n - met:,}", late)]
