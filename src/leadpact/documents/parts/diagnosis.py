"""Who falls short and why, in one sentence; below it the chain of figures from which it follows."""

from __future__ import annotations

from collections.abc import Iterator

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Said, Section, Table, Text, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.diagnosis_sentence import Verdict
from leadpact.documents.headline import Overview
from leadpact.documents.link_figures import LinkFigures, aim
from leadpact.documents.parts.shared import when, without_empty
from leadpact.documents.sentences import Stretch
from leadpact.insight.chain import Kind, Link, Reason, Stand
from leadpact.insight.diagnosis import Diagnosis, State
from leadpact.insight.words import points

KEY = "diagnosis"
_MAY_BE_EMPTY = ("95 % interval", "Target", "Verdict")
_TITLES = {
    Kind.VOLUME: "Volume: did enough come?",
    Kind.QUALITY: "Quality: was it worth a call?",
    Kind.FOLLOW_UP: "Follow-up: was it answered as promised?",
    Kind.RESULTS: "Results: what came of it?",
}


def diagnosis_section(book: CaseBook, said: Overview, found: Diagnosis) -> Section:
    """The verdict, each side in a line, and a table for each link of the chain."""
    figures = LinkFigures(book, found)
    verdict = Verdict(figures, said.stretch, found)
    wording = _Tables(book, figures, verdict, said.stretch, found)
    tables = [wording.sides(said), *(wording.table(kind) for kind in Kind)]
    return Section(
        KEY,
        "Diagnosis",
        answer=verdict.answer(),
        text=list(_how(said.stretch, found)),
        tables=[each for each in tables if each.rows],
        aside=[wording.reasons()] if found.reasons else [],
    )


def _how(stretch: Stretch, found: Diagnosis) -> Iterator[str]:
    yield (
        f"Told is what happened {when(stretch)}. A side falls short where it clearly missed a goal "
        "for a number: MQLs for marketing, deals and revenue and what leads to them for sales. "
        "What is missed by no more than chance explains does not count against anybody, and of "
        "fewer than 20 cases no share is judged. The table of causes stands in the semantics, §20."
    )
    if found.before:
        yield (
            f"Beside it stands {found.before.title}. Shares that grow with age are compared at the "
            "same age, among cases old enough; counts per working day. What is not clearly more or "
            "less may be chance."
        )
    yield (
        "Acceptance is judged as if sales had accepted every lead on which it did not decide: that "
        "nobody decided is a matter of follow-up. What goes together need not be cause and effect."
    )


class _Tables:
    """The tables of one diagnosis, with figures that open."""

    def __init__(
        self,
        book: CaseBook,
        figures: LinkFigures,
        verdict: Verdict,
        stretch: Stretch,
        found: Diagnosis,
    ) -> None:
        self._book, self._figures, self._verdict = book, figures, verdict
        self._stretch, self._found = stretch, found

    def sides(self, said: Overview) -> Table:
        """Each side: whether it delivers, its numbers, and how the present periods go."""
        rows: list[list[Text]] = []
        for side, state, numbers in (
            ("marketing", self._found.marketing, self._found.of_marketing),
            ("sales", self._found.sales, self._found.of_sales),
        ):
            told: list[Said] = []
            for link in numbers[:3]:
                told += ["; " if told else "", f"{link.title}: ", *self._verdict.of_promised(link)]
            rows.append(
                [words.capital(side), _IN_WORDS[state], told or words.NOTHING, _outlook(said, side)]
            )
        header = ["Side", f"{words.capital(self._stretch.title)}", "By which numbers", "Now"]
        return Table("Each side", header, rows, words=4)

    def table(self, kind: Kind) -> Table:
        """The figures of a kind, each against its promise and the period before."""
        links = self._found.of_kind(kind)
        before = self._found.before
        header = [
            *("Figure", words.capital(self._stretch.title), "95 % interval"),
            *("Target", "Verdict"),
            *([before.title, "Change"] if before else []),
        ]
        rows = [self._row(each, with_before=bool(before)) for each in links]
        return without_empty(Table(_TITLES[kind], header, rows), _MAY_BE_EMPTY)

    def _row(self, link: Link, *, with_before: bool) -> list[Text]:
        row: list[Text] = [
            link.title,
            self._figures.with_cases(link),
            self._figures.interval(link),
            words.NOTHING if link.promised is None else aim(link),
            _stands(link),
        ]
        if with_before:
            row += [self._figures.with_cases(link, before=True), self._figures.change(link)]
        return row

    def reasons(self) -> Table:
        """Reasons for rejections that moved."""
        before = self._found.before
        header = [
            *("Reason given by sales", words.capital(self._stretch.title)),
            *(before.title if before else "", "Change"),
        ]
        rows = [self._reason(each) for each in self._found.reasons]
        return Table("Rejections: reasons that moved clearly, of all rejections", header, rows)

    def _reason(self, reason: Reason) -> list[Text]:
        found = self._found
        told: list[Text] = [reason.name]
        opens: list[Behind] = []
        for share, period in ((reason.now, found.stretch), (reason.before, found.before)):
            if period is None:
                told.append(words.NOTHING)
                continue
            title = f"Rejected: {reason.name}, handed over in {period.title}"
            about = {"numerator": 1.0, "part": reason.name}
            bounds = period.starts, period.ends
            behind = self._book.of_metric("rejection_rate", title, about, bounds)
            told.append(opened(words.rate(round(share.value * share.n), share.n), behind))
            opens.append(behind)
        sign = "+" if reason.change.value > 0 else "−"
        moved = f"{sign}{points(reason.change.value)}: {reason.change.word}"
        # A reason that moved was given in one of the two quarters at least.
        return [*told, opened(moved, next(each for each in reversed(opens) if each.total))]


_IN_WORDS = {
    State.GOOD: "delivers",
    State.NARROW: "short, perhaps by chance",
    State.BAD: "falls short",
    State.UNKNOWN: "cannot be judged",
}


def _outlook(said: Overview, side: str) -> str:
    """How a side's present periods go, from the first screen."""
    told = said.outlook.rstrip(".").split("; ")
    own = next((each for each in told if each.lower().startswith(side)), "")
    return own[len(side) :].strip().removeprefix("is ") or words.NOTHING


def _stands(link: Link) -> str:
    if link.promised is None:
        return words.NOTHING
    if link.stand is Stand.UNKNOWN:
        return "too young to judge" if link.young else "too few to judge"
    return str(link.stand)
