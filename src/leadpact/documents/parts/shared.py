"""How much of a part is shown, what is said of the rest, and how a part names its time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Said, Table, Text, opened, plain
from leadpact.documents.sentences import Stretch
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.obligations import ObligationFigure

SIDES = ("marketing", "sales")
#: Longest table of sources, people, reasons and the like.
MOST_ROWS = 30
#: Most obligations that are drawn.
MOST_CHARTS = 12


def when(stretch: Stretch) -> str:
    """The stretch with its preposition: `in Q3 2026`."""
    return f"{'in' if stretch.period else 'over'} {stretch.title}"


def opened_in(text: str, figures: Iterable[tuple[str, Behind]]) -> Text:
    """The text, in which these figures open where they first stand."""
    parts: list[Said] = [text]
    for figure, behind in figures:
        parts = [piece for part in parts for piece in _split(part, figure, behind)]
    return parts


def _split(part: Said, figure: str, behind: Behind) -> list[Said]:
    if not isinstance(part, str) or not figure or figure not in part:
        return [part]
    before, _, after = part.partition(figure)
    return [before, opened(figure, behind), after]


def between(figure: Figure | None, behind: Behind) -> Said:
    """The 95 % interval of a share, which opens to how it was reached; else a dash."""
    told = words.interval(figure) if figure else words.NOTHING
    return told if told == words.NOTHING else opened(told, behind)


def cut(count: int, shown: int = MOST_ROWS) -> str:
    """What a caption adds when only the first rows are shown."""
    return f" (the first {shown} of {count:,})" if count > shown else ""


def drawn(found: Sequence[ObligationFigure]) -> tuple[list[ObligationFigure], str]:
    """The obligations that have a chart, in their order, and a remark on those that have none."""
    if len(found) <= MOST_CHARTS:
        return list(found), ""
    busiest = sorted(found, key=lambda figure: -figure.decided)[:MOST_CHARTS]
    remark = f" Only the {MOST_CHARTS} obligations with the most clocks are drawn."
    return [figure for figure in found if figure in busiest], remark


def by_side(
    caption: str,
    header: Sequence[str],
    found: Sequence[ObligationFigure],
    row: Callable[[ObligationFigure], list[Said]],
) -> list[Table]:
    """A table of obligations for each side that has any."""
    sides = [(side, [figure for figure in found if figure.side == side]) for side in SIDES]
    return [
        Table(f"{words.capital(side)}: {caption}", header, [row(figure) for figure in own])
        for side, own in sides
        if own
    ]


def without_empty(table: Table, columns: Sequence[str], empty: str = words.NOTHING) -> Table:
    """The table without those of these columns in which no row has anything."""
    shown = [
        place
        for place, title in enumerate(table.header)
        if title not in columns or any(plain(row[place]) != empty for row in table.rows)
    ]
    rows = [[row[place] for place in shown] for row in table.rows]
    return replace(table, header=[table.header[place] for place in shown], rows=rows)


def key(*names: str) -> str:
    """A key of letters and digits that is safe in an attribute, whatever the names are."""
    return f"{names[0]}-{hashlib.sha256(repr(names).encode()).hexdigest()[:10]}"
