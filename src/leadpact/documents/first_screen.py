"""The figures of the first screen, opened to the leads behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadpact.documents.blocks import Behind, Text, opened
from leadpact.documents.case_book import DECIDED, TIME_OF_WEEK, CaseBook
from leadpact.documents.goal_cases import cases_of, figures_of
from leadpact.documents.parts.shared import opened_in, when
from leadpact.documents.sentences import Stretch, misses, standout
from leadpact.documents.verdicts import Line
from leadpact.insight import sentences
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Figures:
    """What a line shows and says, its terms and notes, and how it stood before.

    All with figures that open.
    """

    shown: Text
    said: Text = ""
    terms: Sequence[Text] = ()
    where: Text = ""
    note: Text = ""
    before: Text = ""


def opened_line(book: CaseBook, stretch: Stretch, line: Line) -> Figures:
    """The figures of one promise."""
    later = [each for each in (line.newest, line.ahead) if each]
    if line.inside:
        behind = _of_periods(book, stretch, line.inside)
        note = opened_in(line.note, _of_goals(book, later))
        shown = opened(line.shown, behind) if behind else line.shown
        said = opened_in(line.sentence, _of_told(book, line.inside))
        return Figures(shown, said, line.terms, note=note)
    about = {"obligation": line.name, "side": line.side}
    now = book.of_clocks(f"{line.name}: due {when(stretch)}", about, DECIDED, stretch.due)
    ever = book.of_clocks(f"{line.name}: due over all time", about, DECIDED)
    where = opened_in(line.where, _of_misses(book, stretch, line))
    note = opened_in(line.note, _of_goals(book, later))
    said = opened_in(line.sentence, [(line.shown, now)])
    terms = list(_of_segments(book, stretch, line))
    return Figures(opened(line.shown, now), said, terms, where, note, opened(line.before, ever))


def _of_told(book: CaseBook, inside: Sequence[GoalStanding]) -> Iterator[tuple[str, Behind]]:
    """The figure of each period of a goal, with the name of its period where there are several."""
    if len(inside) == 1:
        yield from figures_of(book, inside[0])
        return
    for standing in inside:
        behind, told = cases_of(book, standing), sentences.achieved(standing)
        named = f"{sentences.when(standing, book.measures.zone)} {told}"
        if behind:
            yield named, behind


def _of_segments(book: CaseBook, stretch: Stretch, line: Line) -> Iterator[Text]:
    """How a promise was kept for each segment that has a term of its own."""
    for term in line.terms:
        for segment in book.measures.result.agreement.segments:
            if term.startswith(f"{segment.name}, "):
                about = {"obligation": line.name, "side": line.side, "segment": segment.name}
                title = f"{line.name}, {segment.name}: due {when(stretch)}"
                behind = book.of_clocks(title, about, DECIDED, stretch.due)
                rate = term.rpartition(": ")[2].removesuffix(".")
                yield opened_in(term, [(rate, behind)])
                break
        else:
            yield term


def _of_periods(book: CaseBook, stretch: Stretch, inside: Sequence[GoalStanding]) -> Behind | None:
    """The cases of all periods of a goal that are told together."""
    if len(inside) == 1:
        return cases_of(book, inside[0])
    return cases_of(book, inside[-1], stretch.title, (inside[0].starts, inside[-1].ends))


def _of_goals(book: CaseBook, standings: Sequence[GoalStanding]) -> Iterator[tuple[str, Behind]]:
    for standing in standings:
        yield from figures_of(book, standing)


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
