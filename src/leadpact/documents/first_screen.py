"""The figures of the first screen, opened to the leads behind them."""

from __future__ import annotations

from dataclasses import dataclass

from leadpact.documents.blocks import Text, opened
from leadpact.documents.case_book import DECIDED, CaseBook
from leadpact.documents.parts.shared import when
from leadpact.documents.sentences import Stretch
from leadpact.documents.verdicts import Line


@dataclass(frozen=True)
class Figures:
    """What a line shows, and how it stood before, with figures that open."""

    shown: Text
    before: Text


def opened_line(book: CaseBook, stretch: Stretch, line: Line) -> Figures:
    """The figures of one promise."""
    own = (line.name, line.side)
    if own not in [(o.name, str(o.side)) for o in book.measures.result.agreement.obligations]:
        return Figures(line.shown, line.before)
    about = {"obligation": line.name, "side": line.side}
    now = book.of_clocks(f"{line.name}: due {when(stretch)}", about, DECIDED, stretch.due)
    ever = book.of_clocks(f"{line.name}: due over all time", about, DECIDED)
    return Figures(opened(line.shown, now), opened(line.before, ever))
