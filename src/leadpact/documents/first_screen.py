"""The figures of the first screen, opened to the leads behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadpact.documents.blocks import Behind, Opened, Said, Text, opened
from leadpact.documents.case_book import DECIDED, TIME_OF_WEEK, CaseBook
from leadpact.documents.goal_cases import cases_of
from leadpact.documents.parts.shared import when
from leadpact.documents.sentences import Stretch, misses, standout
from leadpact.documents.verdicts import Line
from leadpact.insight import sentences
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Figures:
    """What a line shows, its notes, and how it stood before, with figures that open."""

    shown: Text
    where: Text = ""
    note: Text = ""
    before: Text = ""


def opened_line(book: CaseBook, stretch: Stretch, line: Line) -> Figures:
    """The figures of one promise."""
    later = [each for each in (line.newest, line.ahead) if each]
    if line.inside:
        behind = _of_periods(book, stretch, line.inside)
        note = _open(line.note, _of_goals(book, later))
        return Figures(opened(line.shown, behind) if behind else line.shown, note=note)
    about = {"obligation": line.name, "side": line.side}
    now = book.of_clocks(f"{line.name}: due {when(stretch)}", about, DECIDED, stretch.due)
    ever = book.of_clocks(f"{line.name}: due over all time", about, DECIDED)
    where = _open(line.where, _of_misses(book, stretch, line))
    note = _open(line.note, _of_goals(book, later))
    return Figures(opened(line.shown, now), where, note, opened(line.before, ever))


def _of_periods(book: CaseBook, stretch: Stretch, inside: Sequence[GoalStanding]) -> Behind | None:
    """The cases of all periods of a goal that are told together."""
    if len(inside) == 1:
        return cases_of(book, inside[0])
    return cases_of(book, inside[-1], stretch.title, (inside[0].starts, inside[-1].ends))


def _of_goals(book: CaseBook, standings: Sequence[GoalStanding]) -> Iterator[tuple[str, Behind]]:
    for standing in standings:
        behind = cases_of(book, standing)
        if behind:
            yield sentences.achieved(standing), behind


def _of_misses(book: CaseBook, stretch: Stretch, line: Line) -> Iterator[tuple[str, Behind]]:
    """The words of a note on misses, each with its cases."""
    if line.missed is None:
        return
    about = {"obligation": line.name, "side": line.side}
    due = f"due {when(stretch)}"
    late = book.of_clocks(f"{line.name}: not kept, {due}", about, DECIDED[1:], stretch.due)
    yield misses(late.total), late
    for column, found in (("holder", line.missed.holder), (TIME_OF_WEEK, line.missed.time)):
        if found:
            title = f"{line.name}, {found.name}: {due}"
            own = {"obligation": line.name, "protocol_step": None, column: found.name}
            yield standout(found), book.of_clocks(title, own, DECIDED, stretch.due)


def _open(text: str, figures: Iterator[tuple[str, Behind]]) -> Text:
    """The text, in which these figures open where they first stand."""
    parts: list[Said] = [text]
    for figure, behind in figures:
        parts = [piece for part in parts for piece in _split(part, figure, behind)]
    return parts


def _split(part: Said, figure: str, behind: Behind) -> list[Said]:
    if isinstance(part, Opened) or not figure or figure not in part:
        return [part]
    before, _, after = part.partition(figure)
    return [before, opened(figure, behind), after]
