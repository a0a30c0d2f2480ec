"""The report's sections on promises, answers and what is open now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.durations import TimeKind
from leadpact.agreement.spec import Agreement, Obligation
from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Section, Table
from leadpact.documents.sentences import Stretch
from leadpact.documents.verdicts import hurdles
from leadpact.engine.metrics.aggregate import ENOUGH, Figure
from leadpact.engine.metrics.measures import Measures, Span
from leadpact.engine.metrics.obligations import ObligationFigure, obligations
from leadpact.engine.metrics.tables import microseconds

#: Longest list of leads in the page; more are counted.
MOST_LEADS = 50
_BINS = 24


def attainment(measures: Measures, stretch: Stretch) -> Section:
    """Every obligation in full, by month and by person."""
    found = obligations(measures.result, stretch.due)
    own = [figure for figure in found if figure.protocol_step is None]
    steps = [figure for figure in found if figure.protocol_step is not None]
    aside = [_by_person(measures, stretch, figure) for figure in own if figure.side == "sales"]
    if steps:
        aside.append(_outcomes("Steps of the contact protocol", steps))
    return Section(
        "attainment",
        "Promises kept, by side",
        text=[
            "Kept is met out of met, missed and overdue. Clocks still running, cancelled, waived, "
            "or stopped by a rejection in time stand beside it. A clock counts in the period in "
            "which it was due.",
            f"In the charts the band is the 95 % interval and the broken line the promise; months "
            f"with fewer than {ENOUGH} clocks and the month that is not over are left out.",
        ],
        charts=[chart for each in own if (chart := _kept_by_month(measures, each))],
        tables=[_outcomes(f"Obligations due in {stretch.title}", own)] if own else [],
        aside=[table for table in aside if table.rows],
    )


def _outcomes(caption: str, found: list[ObligationFigure]) -> Table:
    header = ["Obligation", "Side", "Kept", "95 % interval", "Met", "Missed", "Overdue"]
    rest = ["Running", "Rejected", "Cancelled", "Waived", "Already in contact"]
    return Table(caption, [*header, *rest], [_outcome_row(figure) for figure in found], words=2)


def _outcome_row(figure: ObligationFigure) -> list[str]:
    enough = figure.decided >= ENOUGH and figure.low is not None and figure.high is not None
    kept = words.percent(figure.rate or 0) if enough else words.rate(figure.met, figure.decided)
    between = f"{words.percent(figure.low or 0)} to {words.percent(figure.high or 0)}"
    tallies = (figure.met, figure.missed, figure.overdue, figure.running, figure.rejected)
    others = (figure.cancelled, figure.waived, figure.already_in_contact)
    numbers = [f"{tally:,}" for tally in (*tallies, *others)]
    return [figure.name, figure.side, kept, between if enough else words.NOTHING, *numbers]


def _kept_by_month(measures: Measures, figure: ObligationFigure) -> Chart | None:
    name = f"attainment: {figure.name}"
    over = {p.label for p in measures.periods("month") if p.ends <= measures.result.as_of}
    found = [f for f in measures.of("attainment", "month") if f.name == name]
    months = [figure for figure in found if figure.period in over]
    rows = [_month(month) for month in months]
    if sum(row["value"] is not None for row in rows) < 2:
        return None
    _, promised = hurdles(_named(measures.result.agreement, figure))
    aim = f" The promise is {words.percent(promised)}." if promised is not None else ""
    last = next(month for month in reversed(months) if month.unit == "share")
    return Chart(
        f"kept-{_key(figure.name)}",
        f"{words.capital(figure.side)}: {figure.name}, by month",
        f"{words.rate(last.numerator, last.n)} kept in {words.month(last.period)}.{aim}",
        charts.trend(rows, promised),
        Table(
            figure.name,
            ["Month", "Kept", "95 % interval", "Clocks"],
            [[m.period, words.value(m), words.interval(m), f"{m.n:,}"] for m in months],
        ),
    )


def _month(figure: Figure) -> dict[str, Any]:
    known = figure.value if figure.unit == "share" else None
    label = words.rate(figure.numerator, figure.n)
    return {
        "period": words.month(figure.period),
        "value": known,
        "low": figure.low,
        "high": figure.high,
        "label": label,
    }


def _named(agreement: Agreement, figure: ObligationFigure) -> dict[str, str | float]:
    found = [o for o in agreement.obligations if o.name == figure.name]
    return dict(found[0].hurdles) if found else {}


def _by_person(measures: Measures, stretch: Stretch, figure: ObligationFigure) -> Table:
    cases = within(measures.population("attainment"), stretch)
    own = cases.filter(pc.equal(cases["part"], figure.name))
    sums = own.group_by("holder").aggregate([("numerator", "sum"), ("denominator", "sum")])
    tallies = [
        (row["holder"] or "nobody yet", int(row["numerator_sum"]), int(row["denominator_sum"]))
        for row in sums.to_pylist()
    ]
    worst = sorted(tallies, key=lambda tally: (tally[1] / tally[2], tally[0]))
    return Table(
        f"{figure.name}, by the person holding the lead when it was due",
        ["Person", "Kept", "Not kept"],
        [[name, words.rate(met, n), f"{n - met:,}"] for name, met, n in worst],
    )


def within(cases: pa.Table, stretch: Stretch) -> pa.Table:
    """The cases placed in the stretch."""
    if stretch.period is None:
        return cases
    starts, ends = microseconds(stretch.period.starts), microseconds(stretch.period.ends)
    placed = cases["placed_at"].cast(pa.int64()).to_numpy()
    return cases.filter(pa.array((placed >= starts) & (placed < ends)))


def answers(measures: Measures, stretch: Stretch) -> Section:
    """How long answers took, with the due time marked."""
    own = [o for o in obligations(measures.result) if o.protocol_step is None]
    promised = {(o.name, str(o.side)): o for o in measures.result.agreement.obligations}
    drawn = [_spread(measures, stretch, o, promised.get((o.name, o.side))) for o in own]
    times = [[o.name, o.side, *_percentiles(measures, stretch, o)] for o in own]
    return Section(
        "answers",
        "Time to answer",
        text=[
            "Working time on the calendar that ran, pauses left out. A lead not answered yet "
            "counts as not answered so far. Leads that sales already spoke with are left out."
        ],
        charts=[chart for chart in drawn if chart],
        tables=[
            Table(
                f"Clocks started in {stretch.title}",
                ["Obligation", "Side", "Half within", "90 % within", "Clocks"],
                times,
                words=2,
            )
        ]
        if times
        else [],
    )


def _percentiles(measures: Measures, stretch: Stretch, obligation: ObligationFigure) -> list[str]:
    unit: Span = "quarter" if stretch.period else "all"
    found = {
        (f.name, f.period): f
        for metric in ("response_p50", "response_p90")
        for f in measures.of(metric, unit)
    }
    half = found.get((f"response_p50: {obligation.name}", stretch.label))
    most = found.get((f"response_p90: {obligation.name}", stretch.label))
    return [words.value(half), words.value(most), f"{half.n:,}" if half else "0"]


def _spread(
    measures: Measures,
    stretch: Stretch,
    figure: ObligationFigure,
    obligation: Obligation | None,
) -> Chart | None:
    cases = within(measures.population("response_p50"), stretch)
    own = pc.and_(pc.equal(cases["part"], figure.name), pc.equal(cases["denominator"], 1))
    answered = cases.filter(own)
    if answered.num_rows < ENOUGH:
        return None
    hours = answered["numerator"].to_numpy() / 3600
    late = pc.equal(answered["outcome"], "missed").to_numpy()
    due = _due_hours(obligation)
    rows = _binned(hours, late, due)
    in_time = int((~late).sum())
    text = f"{words.rate(in_time, len(late))} of the answers came in time"
    longest = str(rows[-1]["label"]).removesuffix(" and more")
    return Chart(
        f"spread-{_key(figure.name)}",
        f"{words.capital(figure.side)}: {figure.name}",
        f"{text}; the term is {obligation.within if obligation else 'not known any more'}. "
        f"The last bar holds every answer after more than {longest}.",
        charts.spread([row for row in rows if row["count"]], due, "working hours"),
        Table(
            f"{figure.name}: answers by working time",
            ["Working time", "In time", "Late"],
            _binned_rows(rows),
        ),
    )


def _due_hours(obligation: Obligation | None) -> float | None:
    if obligation is None or obligation.within.kind is not TimeKind.BUSINESS:
        return None
    return obligation.within.amount / 3.6e9


def _binned(
    hours: NDArray[np.float64], late: NDArray[np.bool_], due: float | None
) -> list[dict[str, Any]]:
    # Bars end at the due time, so that none is partly in time and partly late.
    reach = max(float(np.quantile(hours, 0.9)), 2 * due if due else 0.0, 0.01)
    width = due / max(1, round(_BINS * due / reach)) if due else reach / _BINS
    last = _BINS - 1
    places = np.minimum(np.ceil(hours / width - 1e-9).astype(int) - 1, last).clip(0)
    rows = []
    for place in range(_BINS):
        start, stop = place * width, (place + 1) * width
        more = place == last
        label = _between(start, None if more else stop)
        low = 0
        for kind, chosen in (("in time", ~late), ("late", late)):
            count = int(((places == place) & chosen).sum())
            row = {"start": start, "stop": stop, "kind": kind, "count": count, "label": label}
            rows.append(row | {"low": low, "high": low + count})
            low += count
    return rows


def _between(start: float, stop: float | None) -> str:
    first = words.duration(start * 3600)
    return f"{first} to {words.duration(stop * 3600)}" if stop else f"{first} and more"


def _binned_rows(rows: list[dict[str, Any]]) -> list[list[str]]:
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [[str(good["label"]), str(good["count"]), str(bad["count"])] for good, bad in pairs]


def open_now(measures: Measures) -> Section:
    """Leads whose promise is overdue at the moment of evaluation."""
    clocks = measures.result.clocks.filter(pc.is_null(measures.result.clocks["protocol_step"]))
    overdue = clocks.filter(pc.equal(clocks["outcome"], "overdue"))
    running = pc.sum(pc.equal(clocks["outcome"], "running")).as_py() or 0
    companies = measures.result.leads.select(["lead_id", "company"])
    shown = overdue.sort_by([("late_seconds", "descending"), ("lead_id", "ascending")])
    listed = shown.slice(0, MOST_LEADS).join(companies, "lead_id").to_pylist()
    listed.sort(key=lambda clock: (-(clock["late_seconds"] or 0), clock["lead_id"]))
    rows = [
        [
            clock["lead_id"],
            clock["company"] or words.NOTHING,
            clock["obligation"],
            clock["holder"] or "nobody yet",
            words.moment(clock["due_at"], measures.zone),
            words.duration(clock["late_seconds"]),
        ]
        for clock in listed
    ]
    caption = "Overdue, the latest first" + _cut(overdue.num_rows)
    header = ["Lead", "Company", "Obligation", "With", "Was due", "Late by"]
    return Section(
        "open",
        "Open now",
        text=[
            f"{words.plural(overdue.num_rows, 'promise is', 'promises are')} overdue and "
            f"{words.plural(running, 'is', 'are')} still running. Late is counted in working time."
        ],
        tables=[Table(caption, header, rows, words=4)] if rows else [],
    )


def _cut(count: int) -> str:
    return f" (the first {MOST_LEADS} of {count:,})" if count > MOST_LEADS else ""


def _key(name: str) -> str:
    """A short key that is safe in an attribute whatever the name is."""
    return format(abs(sum(ord(c) * 31**i for i, c in enumerate(name))) % 16**8, "08x")


def charts_of(sections: Iterable[Section]) -> list[Chart]:
    """Every chart of the page."""
    return [chart for section in sections for chart in section.charts]
