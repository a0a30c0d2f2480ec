"""The report's sections on the funnel, sources, quality, hygiene and the data themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow.compute as pc

from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Section, Table
from leadpact.documents.goals import not_judged
from leadpact.documents.sections import within
from leadpact.documents.sentences import Stretch
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import NOT_STATED, Measures
from leadpact.engine.metrics.obligations import counts
from leadpact.engine.result import VOIDED

#: Longest list of sources, reasons and the like; the rest are in the tables of results.
MOST_ROWS = 30


def funnel(measures: Measures, stretch: Stretch) -> Section:
    """Episodes by the stages that they entered, and how many moved on."""
    pairs = [f for f in measures.of("conversion") if f.name != "conversion"]
    total = next((f for f in measures.of("conversion") if f.name == "conversion"), None)
    entered = _entered(pairs)
    shares = ["", *(f" · {words.value(figure)}" for figure in pairs)]
    rows = [
        {"name": name, "value": n, "label": f"{n:,}{share}"}
        for (name, n), share in zip(entered, shares, strict=False)
    ]
    table = Table(
        "Conversion from stage to stage, of everybody who entered the first",
        ["Step", "Entered", "Moved on", "Share", "95 % interval"],
        [_step(figure) for figure in (*pairs, total) if figure],
    )
    chart = Chart(
        "funnel",
        "Episodes that entered each stage",
        _whole(total),
        charts.bars(rows, "episodes"),
        Table("Episodes by stage", ["Stage", "Entered"], [[n, f"{c:,}"] for n, c in entered]),
    )
    recent = _recent(measures, stretch)
    return Section(
        "funnel",
        "The funnel",
        text=[
            "Over all time, with the share that came from the stage before. A lead passes once per "
            "episode; stages skipped on the way count as passed. Recent leads are still on their "
            "way."
        ],
        charts=[chart] if len(rows) > 1 else [],
        tables=[table] if table.rows else [],
        aside=[recent] if recent.rows else [],
    )


def _entered(pairs: Sequence[Figure]) -> list[tuple[str, int]]:
    """Entries by stage; those of the last are the passages into it, as implied ones count."""
    entered = [(figure.name.partition(": ")[2].partition(" → ")[0], figure.n) for figure in pairs]
    ends = [(figure.name.partition(" → ")[2], figure.numerator) for figure in pairs[-1:]]
    return [*entered, *ends]


def _step(figure: Figure) -> list[str]:
    _, _, step = figure.name.partition(": ")
    share = words.value(figure)
    moved = f"{figure.numerator:,}"
    return [step or "First to last", f"{figure.n:,}", moved, share, words.interval(figure)]


def _whole(total: Figure | None) -> str:
    if total is None:
        return "No lead has entered the funnel."
    moved = (
        f"{words.out_of(total.numerator, total.n)} episodes went from the first stage to the last"
    )
    return f"{moved}: {words.value(total)}." if total.unit == "share" else f"{moved}."


def _recent(measures: Measures, stretch: Stretch) -> Table:
    if stretch.period is None:
        return Table("", [], [])
    found = [f for f in measures.of("conversion", "quarter") if f.period == stretch.label]
    rows = [_step(figure) for figure in found]
    caption = f"Of those who entered the stage in {stretch.title}, until now"
    return Table(caption, ["Step", "Entered", "Moved on", "Share", "95 % interval"], rows)


def sources(measures: Measures) -> Section:
    """The closed loop: what became of the leads of each source."""
    asked = ("leads", "mqls", "customers", "won_deals")
    found = {name: _by_source(measures, name) for name in asked if _applies(measures, name)}
    close = {f.source: f for f in measures.of("conversion", by="source") if ":" not in f.name}
    revenue = measures.of("revenue", by="source")
    earned: dict[str | None, list[str]] = {}
    for figure in revenue:
        currency = figure.name.partition(": ")[2]
        earned.setdefault(figure.source, []).append(f"{words.value(figure)} {currency}".strip())
    names = sorted(
        {name for figures in found.values() for name in figures} | set(close) | set(earned),
        key=lambda name: (-(found["leads"].get(name, 0)), str(name)),
    )
    rows = [
        [
            str(name),
            *(f"{figures.get(name, 0):,.0f}" for figures in found.values()),
            words.value(close.get(name)),
            " + ".join(earned.get(name, [words.NOTHING])),
        ]
        for name in names[:MOST_ROWS]
    ]
    titles = {"leads": "Leads", "mqls": "MQLs", "customers": "Customers", "won_deals": "Deals won"}
    header = ["Source", *(titles[name] for name in found), "Lead to customer", "Revenue"]
    table = Table("What became of the leads of each source, over all time", header, rows)
    return Section(
        "sources",
        "Closed loop by source",
        text=[
            "The source is that of the lead's first touch. A deal counts once, under the source of "
            f"its first lead. “{NOT_STATED['source']}” has no source in the data."
        ],
        charts=_source_chart(revenue, found),
        tables=[table] if rows else [],
    )


def _applies(measures: Measures, name: str) -> bool:
    return name in [metric.name for metric in measures.metrics]


def _by_source(measures: Measures, name: str) -> dict[str | None, float]:
    return {figure.source: figure.value or 0 for figure in measures.of(name, by="source")}


def _source_chart(
    revenue: Sequence[Figure], found: dict[str, dict[str | None, float]]
) -> list[Chart]:
    single = {figure.name for figure in revenue} == {"revenue"}
    worth = {f.source: f.value or 0 for f in revenue} if single else found.get("customers", {})
    what = "Revenue from deals won" if single else "Customers"
    ranked = sorted(worth.items(), key=lambda pair: (-pair[1], str(pair[0])))[:12]
    if len(ranked) < 2 or not ranked[0][1]:
        return []
    total = sum(worth.values())
    rows = [{"name": str(n), "value": v, "label": words.number(round(v))} for n, v in ranked]
    return [
        Chart(
            "sources",
            f"{what}, by source",
            f"{ranked[0][0]} brought {words.percent(ranked[0][1] / total)} of "
            f"{words.number(round(total))}.",
            charts.bars(rows, what.lower()),
            Table(what, ["Source", what], [[str(r["name"]), str(r["label"])] for r in rows]),
        )
    ]


def quality(measures: Measures, stretch: Stretch) -> Section:
    """What sales thinks of the leads that marketing passes on."""
    names = ("acceptance_rate", "rejection_rate", "recycle_rate", "high_quality_share")
    more = ("mql_to_close", "quality_rating", "attempts_per_lead")
    rows = [row for name in (*names, *more) for row in _now_and_ever(measures, name, stretch)]
    header = ["Figure", stretch.title, "95 % interval", "All time"]
    table = Table("Quality of what is handed over", [words.capital(each) for each in header], rows)
    drawn = [*_ratings(measures), *_reasons(measures, stretch)]
    return Section(
        "quality", "Quality and rejections", charts=drawn, tables=[table] if rows else []
    )


def _now_and_ever(measures: Measures, name: str, stretch: Stretch) -> list[list[str]]:
    if not _applies(measures, name):
        return []
    title = next(metric.title for metric in measures.metrics if metric.name == name)
    ever = next(iter(measures.of(name)), None)
    quarters = measures.of(name, "quarter") if stretch.period else [ever]
    now = next((f for f in quarters if f and f.period == stretch.label), None)
    if ever is None:
        return []
    return [
        [title, _with_cases(now), words.interval(now) if now else words.NOTHING, _with_cases(ever)]
    ]


def _with_cases(figure: Figure | None) -> str:
    if figure is None or figure.unit in ("cases", "share"):
        return words.value(figure) if figure is None else words.rate(figure.numerator, figure.n)
    return f"{words.value(figure)} (n = {figure.n:,})"


def _ratings(measures: Measures) -> list[Chart]:
    over = {p.label for p in measures.periods("month") if p.ends <= measures.result.as_of}
    months = [f for f in measures.of("quality_rating", "month") if f.period in over]
    if len(months) < 2:
        return []
    rows = [
        {
            "period": words.month(month.period),
            "value": month.value,
            "low": None,
            "high": None,
            "label": _with_cases(month),
        }
        for month in months
    ]
    last = months[-1]
    return [
        Chart(
            "ratings",
            "Quality as sales rates it, 1 to 5, by month",
            f"{_with_cases(last)} on average in {words.month(last.period)}.",
            charts.trend(rows, None, bounds=(1, 5), shape=".1f"),
            Table(
                "Ratings by month",
                ["Month", "Average", "Ratings"],
                [[m.period, words.value(m), f"{m.n:,}"] for m in months],
            ),
        )
    ]


def _reasons(measures: Measures, stretch: Stretch) -> list[Chart]:
    cases = within(measures.population("rejection_rate"), stretch)
    rejected = cases.filter(pc.equal(cases["numerator"], 1))["part"].to_pylist()
    tally = Counter(reason or "no reason given" for reason in rejected).most_common(MOST_ROWS)
    if not tally:
        return []
    rows = [{"name": name, "value": count, "label": f"{count:,}"} for name, count in tally]
    return [
        Chart(
            "reasons",
            f"Reasons for rejection, leads handed over in {stretch.title}",
            f"{words.capital(tally[0][0])} is the most frequent: "
            f"{words.out_of(tally[0][1], len(rejected))} rejections.",
            charts.bars(rows, "rejections"),
            Table("Rejections by reason", ["Reason", "Leads"], [[n, f"{c:,}"] for n, c in tally]),
        )
    ]


def hygiene(measures: Measures) -> Section:
    """What was left out of every figure, and why."""
    excluded = counts(measures.result)["excluded"]
    aside = measures.result.set_aside.group_by(["why", "kind"]).aggregate([([], "count_all")])
    largest = aside.sort_by([("count_all", "descending")]).slice(0, MOST_ROWS).to_pylist()
    rates = [
        _now_and_ever(measures, name, Stretch(None, "all time"))
        for name in ("exclusion_rate", "duplicate_rate")
    ]
    tables = [
        Table(
            "Rates, over all time", ["Figure", "Share"], [[r[0][0], r[0][1]] for r in rates if r]
        ),
        Table("Leads excluded", ["Reason", "Leads"], [[r, f"{n:,}"] for r, n in excluded.items()]),
        Table(
            "Rows set aside",
            ["Why", "Kind", "Rows"],
            [
                [row["why"] or "not stated", row["kind"] or words.NOTHING, f"{row['count_all']:,}"]
                for row in largest
            ],
            words=2,
        ),
    ]
    return Section(
        "hygiene",
        "Hygiene",
        text=["Nothing is deleted: what is left out has a reason and can be taken back."],
        tables=[table for table in tables if table.rows],
    )


def data_notes(measures: Measures, notes: Sequence[str]) -> Section:
    """What a reader must know to trust the figures."""
    result, history = measures.result, measures.history
    voided = pc.sum(pc.equal(result.set_aside["why"], VOIDED)).as_py() or 0
    said = [
        f"Everything is as of {words.moment(result.as_of, measures.zone)} ({measures.zone.key}).",
        f"{words.plural(history.log.num_rows, 'row')} of history and "
        f"{words.plural(history.deals.num_rows, 'deal')} were read.",
    ]
    if history.attributes_as_exported:
        said.append(
            "Attributes of leads are known only as they were exported: figures about the past that "
            "use them (scores, segments, sources) take today's values for those of then."
        )
    if voided:
        said.append(f"{words.plural(voided, 'row was', 'rows were')} voided and count nowhere.")
    unjudged = not_judged(result.agreement)
    if unjudged:
        said.append(f"Goals not judged here: {words.listed(unjudged)}.")
    return Section("data", "About the data", text=[*said, *history.notes, *notes])
