"""How long answers took, with the due time marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.durations import SECOND, TimeKind
from leadpact.agreement.spec import Obligation
from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Opened, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import by_side, drawn, key, when
from leadpact.documents.pools import Between
from leadpact.documents.sentences import Stretch
from leadpact.engine.metrics.aggregate import ENOUGH, Figure
from leadpact.engine.metrics.measures import Span
from leadpact.engine.metrics.obligations import ObligationFigure, obligations

_BINS = 24
_UNANSWERED = {
    "met": "kept by the contact protocol",
    "missed": "past due",
    "overdue": "past due",
    "running": "still running",
}
_LAST_BAR = " The last bar holds every answer after more than {}."
_ANSWERED = {0.0: "not answered so far", 1.0: "answered"}
_DONE = {0.0: "not done so far", 1.0: "done"}
_SPEED = (
    *("speed_to_lead_system", "speed_to_lead_assignment", "speed_to_lead_person"),
    "speed_to_lead",
)
_NOT_REACHED = "not reached"
#: Seconds of a unit in which an axis counts, and the longest axis that counts in it.
_UNITS = (("seconds", 1.0, 180.0), ("minutes", 60.0, 7200.0), ("hours", 3600.0, np.inf))


def answers(book: CaseBook, stretch: Stretch) -> Section:
    """The section of response times."""
    result = book.measures.result
    own = [o for o in obligations(result) if o.protocol_step is None]
    promised = {(o.name, str(o.side)): o for o in result.agreement.obligations}
    if not own:
        said = "The agreement has no obligation, so there is no answer to wait for."
        return Section("answers", "Time to answer", text=[said])
    busiest, remark = drawn(own)
    spreads = [
        chart
        for each in busiest
        if (chart := _spread(book, stretch, each, promised.get((each.name, each.side))))
    ]
    return Section(
        "answers",
        "Time to answer",
        text=[
            "Working time on the calendar that ran, pauses left out. A lead not answered yet "
            f"counts as not answered so far; “{_NOT_REACHED}” says that too few have been "
            f"answered to tell. Leads that sales already spoke with are left out. A clock counts "
            "here in the period in which it started, above in the one in which it was due.",
            *([f"Solid bars are answers in time, pale ones late.{remark}"] if spreads else []),
        ],
        charts=spreads,
        tables=by_side(
            f"clocks started {when(stretch)}",
            ["Obligation", "Half within", "90 % within", "Clocks"],
            own,
            lambda figure: _row(book, stretch, figure),
        )
        + _speed(book, stretch),
    )


def _row(book: CaseBook, stretch: Stretch, obligation: ObligationFigure) -> list[Said]:
    half, most_ = (
        _of_stretch(book, stretch, metric, f"{metric}: {obligation.name}")
        for metric in ("response_p50", "response_p90")
    )
    title = f"{obligation.name}: clocks started {when(stretch)}"
    behind = book.of_metric(
        "response_p50",
        title,
        {"part": obligation.name},
        stretch.due,
        split=("denominator", _ANSWERED),
    )
    return [
        obligation.name,
        opened(_within(half), behind),
        opened(_within(most_), behind),
        opened(f"{half.n if half else 0:,}", behind),
    ]


def _speed(book: CaseBook, stretch: Stretch) -> list[Table]:
    """The time from an MQL to its answer, and how much of it each step took."""
    applies = {metric.name: metric.title for metric in book.measures.metrics}
    rows: list[list[Said]] = []
    for name in (name for name in _SPEED if name in applies):
        figure = _of_stretch(book, stretch, name, name)
        title = f"{applies[name]}: qualified {when(stretch)}"
        behind = book.of_metric(name, title, None, stretch.due, split=("denominator", _DONE))
        if figure and figure.n:
            shown = opened(_within(figure), behind), opened(f"{figure.n:,}", behind)
            rows.append([applies[name], *shown])
    header = ["Step", "Half within", "Leads"]
    return [Table(f"From MQL to answer, {when(stretch)}", header, rows)] if rows else []


def _of_stretch(book: CaseBook, stretch: Stretch, metric: str, name: str) -> Figure | None:
    unit: Span = "quarter" if stretch.period else "all"
    found = [f for f in book.measures.of(metric, unit) if f.name == name]
    return next((figure for figure in found if figure.period == stretch.label), None)


def _within(figure: Figure | None) -> str:
    if figure is None or not figure.n:
        return words.NOTHING
    return _NOT_REACHED if figure.value is None else words.value(figure)


def _spread(
    book: CaseBook, stretch: Stretch, figure: ObligationFigure, obligation: Obligation | None
) -> Chart | None:
    pool = book.pool("response_p50")
    answered = pool.pick({"part": [figure.name], "denominator": [1.0]}, stretch.due)
    if len(answered) < ENOUGH:
        return None
    due = _due_seconds(obligation)
    bins = _bins(pool.numbers("numerator")[answered], due)
    numbers = [_bin_row(book, stretch, figure, each) for each in bins]
    counts = [(_count(row[1]), _count(row[2])) for row in numbers]
    unit, seconds = _unit(bins[-1].stop)
    return Chart(
        key("spread", figure.side, figure.name),
        f"{words.capital(figure.side)}: {figure.name}",
        [
            *_summary(book, stretch, figure, counts),
            f" The term is {obligation.within if obligation else 'not known any more'}.",
            *([_LAST_BAR.format(bins[-1].starts)] if any(counts[-1]) else []),
        ],
        charts.spread(
            list(_bars(bins, counts, seconds)), due and due / seconds, f"{_time(obligation)}{unit}"
        ),
        Table(f"{figure.name}: answers by time", ["Time to answer", "In time", "Late"], numbers),
    )


def _summary(
    book: CaseBook,
    stretch: Stretch,
    figure: ObligationFigure,
    counts: list[tuple[int, int]],
) -> list[Said]:
    """How many of the clocks that started were answered in time, late, and not at all so far."""
    in_time, late = (sum(column) for column in zip(*counts, strict=True))
    started = f"started {when(stretch)}"
    about = {"part": figure.name}
    everybody = book.of_metric(
        "response_p50", f"{figure.name}: {started}", about, stretch.due,
        split=("denominator", _ANSWERED),
    )  # fmt: skip
    waiting = book.of_metric(
        "response_p50", f"{figure.name}: not answered, {started}",
        about | {"denominator": 0.0}, stretch.due,
    )  # fmt: skip
    said: list[Said] = [
        opened(words.rate(in_time, everybody.total), everybody),
        f" of the clocks {started} were answered in time, ",
        opened(f"{late:,} late", everybody),
    ]
    if not waiting.total:
        return [*said, "."]
    return [
        *said,
        "; ",
        opened(f"{waiting.total:,}", waiting),
        f" had no answer ({_rest(book, stretch, figure)}).",
    ]


def _rest(book: CaseBook, stretch: Stretch, figure: ObligationFigure) -> str:
    """What became of the clocks without an answer."""
    pool = book.pool("response_p50")
    rows = pool.pick({"part": [figure.name], "denominator": [0.0]}, stretch.due)
    found: Counter[str] = Counter()
    for outcome, count in pool.tally("outcome", rows).items():
        found[_UNANSWERED.get(outcome, "ended otherwise")] += count
    return ", ".join(f"{count:,} {name}" for name, count in found.most_common())


@dataclass(frozen=True)
class Bin:
    """Answers after more than `start` and at most `stop` seconds; the last has no end."""

    start: float
    stop: float
    is_last: bool

    @property
    def starts(self) -> str:
        """Its start in words."""
        return words.duration(self.start)

    @property
    def label(self) -> str:
        """Its stretch in words."""
        return f"{self.starts} {'and more' if self.is_last else f'to {words.duration(self.stop)}'}"

    @property
    def between(self) -> Between:
        """Its bounds for picking cases; the first holds answers at once."""
        return "numerator", self.start or -1.0, None if self.is_last else self.stop


def _bins(seconds: NDArray[np.float64], due: float | None) -> list[Bin]:
    # Bars end at the due time, so that none is partly in time and partly late.
    reach = max(float(np.quantile(seconds, 0.9)), 2 * due if due else 0.0, 36.0)
    width = due / max(1, round(_BINS * due / reach)) if due else reach / _BINS
    edges = [round(place * width, 6) for place in range(_BINS + 1)]
    return [
        Bin(start, stop, is_last=place == _BINS - 1)
        for place, (start, stop) in enumerate(pairwise(edges))
    ]


def _bin_row(book: CaseBook, stretch: Stretch, figure: ObligationFigure, each: Bin) -> list[Said]:
    row: list[Said] = [each.label]
    for outcome, name in (("met", "in time"), ("missed", "late")):
        title = f"{figure.name}: answered {name} after {each.label}, started {when(stretch)}"
        about = {"part": figure.name, "denominator": 1.0, "outcome": outcome}
        behind = book.of_metric("response_p50", title, about, stretch.due, each.between)
        row.append(opened(f"{behind.total:,}", behind))
    return row


def _count(said: Said) -> int:
    return said.behind.total if isinstance(said, Opened) else 0


def _bars(bins: list[Bin], counts: list[tuple[int, int]], unit: float) -> Iterator[dict[str, Any]]:
    for place, (each, pair) in enumerate(zip(bins, counts, strict=True)):
        low = 0
        for column, (kind, count) in enumerate(zip(("in time", "late"), pair, strict=True), 1):
            if count:
                yield {
                    "start": each.start / unit,
                    "stop": each.stop / unit,
                    "low": low,
                    "high": low + count,
                    "kind": kind,
                    "count": count,
                    "label": each.label,
                    "opens": [place, column],
                }
            low += count


def _due_seconds(obligation: Obligation | None) -> float | None:
    if obligation is None or obligation.within.kind not in (TimeKind.BUSINESS, TimeKind.CLOCK):
        return None
    return obligation.within.amount / SECOND


def _unit(reach: float) -> tuple[str, float]:
    return next((name, seconds) for name, seconds, longest in _UNITS if reach <= longest)


def _time(obligation: Obligation | None) -> str:
    clock = obligation is not None and obligation.within.kind is TimeKind.CLOCK
    return "" if clock else "working "
