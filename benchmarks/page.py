"""`benchmarks/README.md` and its chart, from what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import altair as alt

from benchmarks import results
from benchmarks.results import known

PAGE = Path(__file__).with_name("README.md")
CHART = Path(__file__).with_name("peers.svg")
Row = dict[str, Any]

HEAD = """\
# Benchmarks

Made by `make bench`; do not edit. Each work runs in a process of its own; a first round, which
compiles and warms up, is not counted; times are medians of the rounds after it, and ratios are of
works of the same run. “Load” is how busy the machine was over five minutes: above the number of its
cores, something else was running and times are too long, those of all works alike.

The leads are made by `benchmarks/crowd.py`: text keys, shuffled rows, missing values, twenty events
each on average, the same everywhere for the same seed. [Where the time goes](profile.md) says which
aims are met, and what is in the way of the others.
"""

TITLES = {
    "starting": "Waiting for a command",
    "time elapsed": "Working time between two instants",
    "time added": "Working time added to an instant",
    "evaluation": "A whole evaluation",
    "live": "A lead to which something happens",
    "peers": "The same by other means",
}
TEXTS = {
    "starting": "The processor's cache is warm; nothing is compiled.",
    "time elapsed": "Pairs up to twenty days apart; Monday to Friday, 09:00 to 18:00 in New York. "
    "All give the same seconds.",
    "time added": "Four hours added to instants of a year. All give the same instants.",
    "evaluation": "The template `b2b-saas`, which uses every feature, from the Parquet file to "
    "the tables and to every metric in all and by month. The yardstick is DuckDB reading every "
    "value of the columns that are used, and keeping the largest. Another threshold is tried over "
    "a log that was read before.",
    "live": "Leads of fifty rows under the template, from the rows to the tables: what happens "
    "when an event arrives.",
    "peers": "The agreement in `benchmarks/peers/agreement.yaml`: a score with caps, limits and "
    "ageing, qualification in every episode, due times in working hours and their outcomes. All "
    "read the same file, compute everything and give the same answer; nothing stops at the first "
    "qualification. Leadpact also removes repeated deliveries, orders equal instants and writes "
    "its other tables, which the others are spared.",
}

LIVE_TEXT = (
    "A PostgreSQL, `leadpact web`, one `leadpact worker` and the clients, all on this machine. "
    "The yardstick is a bare COPY of the same rows into a table with the same indexes. “Handed "
    "over” is the time from the acknowledgement of a form to the commit that hands its lead to a "
    "person; “never” counts those that waited longer than two minutes. Every promise runs out "
    "after two seconds and nobody answers, so that the worker looks at each lead twice: when it "
    "comes, and for its breach, while others come."
)
LARGE_TEXT = (
    "The evaluation above, by buckets of leads that do not depend on each other, as for a machine "
    "with {} GB of free memory. Leads are dealt to the buckets first; the tables lie in files. Of "
    "each stage the processor's time and the memory that the process holds itself, without pages "
    "of mapped files; “in all” is by the clock. Dealing reads and writes the log once more. "
    "Figures are counted of all leads at once, so their memory grows with the leads."
)
PAGES_TEXT = (
    "`leadpact web` on a PostgreSQL of its own, asked for every page by everybody who may see it, "
    "{rate:g} times a second whether or not answers are late; the readers are on the same machine. "
    "Times are those that the server tells of itself (`Server-Timing`), and in the last column "
    "what a reader waited from the moment at which the page was due. Lists are searched, "
    "sorted and narrowed too. The ledger is the sample company’s year many times over."
)
GROWTH_TEXT = (
    "The questions of daily work to a ledger on PostgreSQL, each the median of fifteen; and which "
    "of the tables that grow with the log are read from end to end at the larger size."
)


def write() -> None:
    """Write page and chart anew from everything that is kept."""
    measured = known()
    sections = list(_sections(measured))
    sections += _large_section()
    sections += _load_section()
    sections += _growth_section()
    sections += _pages_section()
    chart = _chart(measured)
    if chart is not None:
        chart.save(CHART)
        sections.append(f"![Seconds by number of leads]({CHART.name})\n")
    PAGE.write_text("\n".join([HEAD, *sections]), encoding="utf-8")


def _sections(results: dict[int, dict[str, list[Row]]]) -> Iterator[str]:
    for part, title in TITLES.items():
        sizes = {leads: parts[part] for leads, parts in results.items() if part in parts}
        if not sizes:
            continue
        yield f"## {title}\n\n{TEXTS[part]}\n"
        small = part in ("starting", "time elapsed", "time added")
        for leads, rows in list(sizes.items())[-1:] if small else sizes.items():
            yield _table(rows, "" if small else f"{leads:,} leads")


def _large_section() -> Iterator[str]:
    """What logs cost that outgrow the memory, if that was measured."""
    if not results.LARGE.exists():
        return
    told = json.loads(results.LARGE.read_text(encoding="utf-8"))
    yield f"## More than fits in memory\n\n{LARGE_TEXT.format(told['free'])}\n"
    yield "| leads | rows | buckets | dealing | tables | figures | processor | each row | in all |"
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for size in told["sizes"]:
        stages = [size[name] for name in ("dealing", "tables", "figures")]
        cells = " | ".join(
            f"{_duration(stage['processor'])}, {stage['memory'] / 2**20:,.0f} MiB"
            if stage is not stages[0] or size["buckets"] > 1
            else "no need"
            for stage in stages
        )
        processor, wall = (sum(stage[name] for stage in stages) for name in ("processor", "wall"))
        yield (
            f"| {size['leads']:,} | {size['rows']:,} | {size['buckets']} | {cells} "
            f"| {_duration(processor)} | {_duration(processor / size['rows'])} "
            f"| {_duration(wall)} |"
        )
    loads = ", ".join(str(size["load"]) for size in told["sizes"])
    yield f"\n`python -m benchmarks.large`, once, on {told['machine']}; load {loads}.\n"


def _load_section() -> Iterator[str]:
    """What came in and went over on the live side, if that was measured."""
    if not results.LOAD.exists():
        return
    told = json.loads(results.LOAD.read_text(encoding="utf-8"))
    copy = next(row["rate"] for row in told["rows"] if "indexed alike" in row["what"])
    yield f"## The live side under load\n\n{LIVE_TEXT}\n"
    yield "| what | events | a second | of COPY | p50 | p99 | never |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for row in told["rows"]:
        p50, p99 = (_duration(row[name]) if name in row else "" for name in ("p50", "p99"))
        yield (
            f"| {row['what']} | {row['events']:,} | {row['rate']:,} | {row['rate'] / copy:.3f} "
            f"| {p50} | {p99} | {row.get('missing', '')} |"
        )
    command = f"python -m benchmarks.load {told['command']}".strip()
    yield f"\n`{command}` on {told['machine']}.\n"


def _growth_section() -> Iterator[str]:
    """What questions cost in small and large ledgers, if that was measured."""
    if not results.GROWTH.exists():
        return
    told = json.loads(results.GROWTH.read_text(encoding="utf-8"))
    few, many = told["sizes"]
    yield f"## A ledger that grows\n\n{GROWTH_TEXT}\n"
    yield f"| question | {few:,} events | {many:,} events | tables read whole |"
    yield "|---|--:|--:|---|"
    for row in told["rows"]:
        small, large = map(_duration, row["times"])
        whole = ", ".join(row["read whole"]) or "none"
        yield f"| {row['question']} | {small} | {large} | {whole} |"
    yield f"\n`python -m benchmarks.growth` on {told['machine']}; load {told['load']}.\n"


def _pages_section() -> Iterator[str]:
    """How fast pages come on small and large ledgers, if that was measured."""
    if not results.PAGES.exists():
        return
    told = json.loads(results.PAGES.read_text(encoding="utf-8"))
    *fewer, many = told["sizes"]
    before = {row["page"]: row["server"]["p95"] for size in fewer for row in size["pages"]}
    small = f"p95 at {fewer[0]['leads']:,} leads" if fewer else "p95 of a small ledger"
    yield f"## Pages\n\n{PAGES_TEXT.format(rate=told['rate'])}\n"
    yield (
        f"| {many['leads']:,} leads, {many['events']:,} events | asked | p50 | p95 | p99 "
        f"| {small} | p95 waited |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for row in many["pages"]:
        p50, p95, p99 = map(_duration, row["server"].values())
        earlier = _duration(before[row["page"]]) if row["page"] in before else ""
        waited = _duration(row["clock"]["p95"])
        yield f"| {row['page']} | {row['asked']} | {p50} | {p95} | {p99} | {earlier} | {waited} |"
    told_busy = ", ".join(f"{name} {many['busy'][name]:.2f}" for name in many.get("busy", ()))
    if told_busy:
        yield f"\nProcessors that were busy meanwhile, of all on the machine: {told_busy}."
    yield f"\n`make pages`, {many['seconds']:g} s, on {told['machine']}; load {many['load']}.\n"


def _table(rows: Sequence[Row], about: str) -> str:
    first = rows[0]
    lines = [
        f"| {about or 'Work'} | median | each | × the first | processor | memory | answer |",
        "|---|--:|--:|--:|--:|--:|---|",
        *(_line(row, first) for row in rows),
        "",
        f"{first['rounds']} rounds on {first['machine']}; load {_load(rows)}.",
        "",
    ]
    return "\n".join(lines)


def _line(row: Row, first: Row) -> str:
    seconds = median(row["wall"])
    each, yardstick = seconds / row["count"], median(first["wall"]) / first["count"]
    return (
        f"| {row['work'].removeprefix('peer ')} | {_duration(seconds)} | {_duration(each)} "
        f"| {each / yardstick:,.2f} | {_duration(median(row['processor']))} "
        f"| {row['peak'] / 2**20:,.0f} MiB | {row['answer'] or ''} |"
    )


def _load(rows: Sequence[Row]) -> str:
    low, high = (choose(row["load"] for row in rows) for choose in (min, max))
    return f"{low}" if low == high else f"{low} to {high}"


def _duration(seconds: float) -> str:
    if seconds >= 1000:
        return f"{seconds:,.0f} s"
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _chart(results: dict[int, dict[str, list[Row]]]) -> alt.Chart | None:
    """Seconds of each way over the number of leads, both by powers of ten."""
    points = [
        {"leads": leads, "way": row["work"].removeprefix("peer "), "seconds": median(row["wall"])}
        for leads, parts in results.items()
        for row in parts.get("peers", [])
    ]
    if not points:
        return None
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(point=True)
        .encode(
            x=alt.X("leads:Q", title="leads", scale=alt.Scale(type="log")),
            y=alt.Y("seconds:Q", title="seconds", scale=alt.Scale(type="log")),
            color=alt.Color("way:N", title=None),
            shape=alt.Shape("way:N", title=None),
        )
        .properties(width=520, height=320, background="white")
    )
    return chart
