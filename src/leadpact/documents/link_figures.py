"""The figures of a diagnosis as texts that open to their cases."""

from __future__ import annotations

from dataclasses import replace

from leadpact.documents import doubt, words
from leadpact.documents.blocks import Behind, Said, opened
from leadpact.documents.case_book import DECIDED, CaseBook
from leadpact.documents.goal_cases import of_question
from leadpact.insight.chain import Bounds, Link
from leadpact.insight.diagnosis import Diagnosis
from leadpact.insight.differences import Word
from leadpact.insight.words import points

ADDED_UP = ("count", "sum")
TIMES = ("p50", "p90")


class LinkFigures:
    """Tells the figures of one diagnosis, now and of the period before."""

    def __init__(self, book: CaseBook, found: Diagnosis) -> None:
        self._book, self._found = book, found

    def of(self, link: Link, *, before: bool = False) -> Said:
        """A figure alone."""
        found = link.before if before else link.now
        if found is None:
            return words.NOTHING
        return opened(value(link, before=before), self.behind(link, before=before))

    def with_cases(self, link: Link, *, before: bool = False) -> Said:
        """A figure with its cases."""
        found = link.before if before else link.now
        if found is None:
            return words.NOTHING
        told = value(link, before=before)
        if link.measure == "share":
            told = words.rate(round(found.value * found.n), found.n)
        elif link.measure != "count":
            told = f"{told} (n{words.GLUE}={words.GLUE}{found.n:,})"
        return opened(told, self.behind(link, before=before))

    def interval(self, link: Link) -> Said:
        """The 95 % interval of a share, an average or a time, which opens to how it was reached."""
        told = _between(link)
        return opened(told, self.behind(link)) if told else words.NOTHING

    def change(self, link: Link) -> Said:
        """How much it moved, which opens to the cases of before; if there were none, of now."""
        told = _moved(link)
        if told == words.NOTHING:
            return told
        before = self.behind(link, before=True)
        return opened(told, before if before.total else self.behind(link))

    def behind(self, link: Link, *, before: bool = False) -> Behind:
        """The cases of a figure."""
        bounds: Bounds = (link.before_bounds if before else None) or link.bounds
        found = self._found
        period = found.before if before and found.before else found.stretch
        question = link.question
        if question.metric.name == "attainment":
            title = f"{link.title}: due in {period.title}"
            about = {"obligation": question.part, "side": link.side}
            return self._book.of_clocks(title, about, DECIDED, bounds)
        behind = of_question(self._book, question, f"{link.title}, {period.title}", bounds)
        between = "" if before else _between(link)
        if not between or link.now is None or link.measure == "share":
            return behind
        # A page keeps a list once: the figure and its interval open to the same.
        reached = doubt.of_time if link.measure in TIMES else doubt.of_average
        return replace(behind, doubt=reached(between, link.now.n))


def value(link: Link, *, before: bool = False) -> str:
    """A figure in its unit; of too few cases how many of how many."""
    found = link.before if before else link.now
    assert found is not None
    if link.measure == "share" and not link.enough:
        return words.out_of(round(found.value * found.n), found.n)
    return amount(found.value, link)


def amount(value: float, link: Link) -> str:
    """A value in the unit of a figure."""
    return words.amount(value, link.question.metric.unit)


def aim(link: Link) -> str:
    """What was promised of a figure."""
    most = "at most " if link.direction == "down" else ""
    return f"{most}{amount(link.promised or 0, link)}"


def _between(link: Link) -> str:
    """The 95 % interval; empty for what is added up, and of too few cases."""
    now = link.now
    if now is None or now.low is None or now.high is None or not link.enough:
        return ""
    if link.measure in ADDED_UP:
        return ""
    return f"{amount(now.low, link)} to {amount(now.high, link)}"


def _moved(link: Link) -> str:
    """How much it moved, and whether that may be chance."""
    if link.change is None or link.before is None or link.now is None:
        return words.NOTHING
    if link.change.word is Word.FEW:
        return str(link.change.word)
    by = link.now.value - link.before.value
    if not by:
        return "the same"
    sign = "+" if by > 0 else "−"
    apart = points(by) if link.measure == "share" else amount(abs(by), link)
    return f"{sign}{apart}: {link.change.word}"
