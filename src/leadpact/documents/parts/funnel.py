"""The funnel: who entered each stage, and how many moved on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from leadpact.documents import charts, words
from leadpact.documents.blocks import Behind, Chart, Said, Section, Table, Text, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import between
from leadpact.documents.pools import Bounds
from leadpact.documents.sentences import Stretch
from leadpact.engine.metrics.aggregate import Figure

_HEADER = ["Step", "Entered", "Moved on", "Share", "95 % interval"]
_MOVED = {"numerator": 1.0}


def funnel(book: CaseBook, stretch: Stretch) -> Section:
    """Episodes by the stages that they entered, over all time and of those of the stretch."""
    found = book.measures.of("conversion")
    pairs = [figure for figure in found if _step(figure)]
    total = next((figure for figure in found if not _step(figure)), None)
    if total is None:
        return Section("funnel", "The funnel", text=["No lead has entered the funnel."])
    table = Table(
        "Conversion from stage to stage, over all time",
        _HEADER,
        [_step_row(book, figure, "over all time") for figure in (*pairs, total)],
    )
    recent = _recent(book, stretch)
    return Section(
        "funnel",
        "The funnel",
        answer=_answer(book, pairs, total),
        text=[
            "Over all time; each percentage is the share of those in the stage before. A lead "
            "that comes back passes again, in another episode; stages skipped on the way count as "
            "passed. Recent leads are still on their way.",
            *_without_entry(book, pairs),
            *_mqls(book, pairs),
        ],
        charts=[_bars(book, pairs, total)] if pairs else [],
        tables=[table],
        aside=[recent] if recent.rows else [],
    )


def _answer(book: CaseBook, pairs: Sequence[Figure], total: Figure) -> Text:
    """How many come through, and where most are lost; of too few no share is told."""
    stage = _step(pairs[-1]).partition(" → ")[2] if pairs else "the last stage"
    share = f" ({words.value(total)})" if total.unit == "share" else ""
    through = opened(words.out_of(total.numerator, total.n), _everybody(book, total))
    said: list[Said] = [through, f" came through to {stage}{share}."]
    told = [each for each in pairs if each.unit == "share"]
    if len(told) < 2:
        return said
    narrow = min(told, key=lambda each: each.value or 0.0)
    moved = opened(words.value(narrow), _everybody(book, narrow))
    return [*said, f" The narrowest step is {_step(narrow)}: ", moved, " move on."]


def _everybody(
    book: CaseBook, figure: Figure, when: str = "over all time", bounds: Bounds | None = None
) -> Behind:
    """Those who entered the stage before a step, by whether they moved on."""
    step = _step(figure)
    title = f"{step or 'From the first stage to the last'}, {when}"
    return book.of_metric("conversion", title, {"part": step or None}, bounds)


def _without_entry(book: CaseBook, pairs: Sequence[Figure]) -> Iterator[Text]:
    """Why more entered a stage than moved on to it."""
    for before, after in pairwise(pairs):
        if after.n != before.numerator:
            stage, _, later = _step(before).partition(" → ")
            yield [
                opened(f"{after.n:,}", _everybody(book, after)),
                f" episodes entered {later}, ",
                opened(f"{before.numerator:,}", _everybody(book, before)),
                f" of them moved on from {stage}: the others have no entry into {stage} that "
                "counts, such as one that a dispute struck out.",
            ]


def _mqls(book: CaseBook, pairs: Sequence[Figure]) -> Iterator[Text]:
    """How the passages through the MQL are made up, since goals count only some of them."""
    agreement = book.measures.result.agreement
    stages = [each.name for each in agreement.stages if each.role == "mql"]
    stage = stages[0] if stages else agreement.handoff.stage
    figure = next((f for f in pairs if _step(f).startswith(f"{stage} → ")), None)
    applies = {metric.name for metric in book.measures.metrics}
    if len(stages) > 1 or figure is None or not applies >= {"mqls", "repeat_mqls"}:
        return
    first, again = (_count(book, name) for name in ("mqls", "repeat_mqls"))
    if passed := figure.n - first - again:
        named = words.with_article(stage)
        yield [
            "Of the ",
            opened(f"{figure.n:,}", _everybody(book, figure)),
            f" episodes that entered {stage}, ",
            opened(f"{first:,}", book.of_metric("mqls", f"First became {named}")),
            f" are leads that became {named} for the first time, which goals count, ",
            opened(f"{again:,}", book.of_metric("repeat_mqls", f"Became {named} again")),
            f" became one again, and {passed:,} are implied: they were recorded in a later stage "
            f"without having been {named}, and no goal and no handover counts them.",
        ]


def _count(book: CaseBook, name: str) -> int:
    return round(book.measures.of(name)[0].value or 0)


def _bars(book: CaseBook, pairs: Sequence[Figure], total: Figure) -> Chart:
    entered = [_entered(book, figure) for figure in pairs]
    last = pairs[-1]
    goal = _step(last).partition(" → ")[2]
    ended = book.of_metric("conversion", f"Entered {goal}", _MOVED | {"part": _step(last)})
    rows = [*entered, [goal, opened(f"{last.numerator:,}", ended)]]
    shares = ["", *(f" · {words.value(figure)}" for figure in pairs)]
    counts = [*(figure.n for figure in pairs), last.numerator]
    bars = [
        {"name": name, "value": n, "label": f"{n:,}{share}", "opens": [place, 1]}
        for place, ((name, _), n, share) in enumerate(zip(rows, counts, shares, strict=True))
    ]
    whole = book.of_metric("conversion", "From the first stage to the last")
    share = f": {words.value(total)}" if total.unit == "share" else ""
    return Chart(
        "funnel",
        "Leads that entered each stage",
        [
            opened(words.out_of(total.numerator, total.n), whole),
            f" went from the first stage to the last{share}. One that came back counts again.",
        ],
        charts.bars(bars, "leads"),
        Table("Leads by stage", ["Stage", "Entered"], rows),
    )


def _entered(book: CaseBook, figure: Figure) -> list[Said]:
    stage = _step(figure).partition(" → ")[0]
    behind = book.of_metric("conversion", f"Entered {stage}", {"part": _step(figure)})
    return [stage, opened(f"{figure.n:,}", behind)]


def _recent(book: CaseBook, stretch: Stretch) -> Table:
    if stretch.period is None:
        return Table("", [], [])
    when = f"entered in {stretch.title}"
    found = [f for f in book.measures.of("conversion", "quarter") if f.period == stretch.label]
    in_order = [*filter(_step, found), *(figure for figure in found if not _step(figure))]
    rows = [_step_row(book, figure, when, stretch.due) for figure in in_order]
    return Table(f"Of those who entered the stage in {stretch.title}, until now", _HEADER, rows)


def _step_row(
    book: CaseBook, figure: Figure, when: str, bounds: Bounds | None = None
) -> list[Said]:
    step = _step(figure)
    title = f"{step or 'From the first stage to the last'}, {when}"
    everybody = _everybody(book, figure, when, bounds)
    about = {"part": step or None} | _MOVED
    moved = book.of_metric("conversion", f"{title}: moved on", about, bounds)
    return [
        step or "First to last",
        opened(f"{figure.n:,}", everybody),
        opened(f"{figure.numerator:,}", moved),
        opened(words.value(figure), everybody),
        between(figure, everybody),
    ]


def _step(figure: Figure) -> str:
    return figure.name.partition(": ")[2]
