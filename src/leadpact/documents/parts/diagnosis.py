"""Who falls short and why, in one sentence; below it the chain of figures from which it follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Said, Section, Table, Text, opened
from leadpact.documents.case_book import DECIDED, CaseBook
from leadpact.documents.goal_cases import of_question
from leadpact.documents.headline import Overview
from leadpact.documents.parts.shared import when
from leadpact.documents.sentences import Stretch
from leadpact.insight.chain import Bounds, Kind, Link, Reason, Stand
from leadpact.insight.diagnosis import Cause, Diagnosis, State
from leadpact.insight.differences import Word
from leadpact.insight.words import points

KEY = "diagnosis"
_TITLES = {
    Kind.VOLUME: "Volume: did enough come?",
    Kind.QUALITY: "Quality: was it worth a call?",
    Kind.FOLLOW_UP: "Follow-up: was it answered as promised?",
    Kind.RESULTS: "Results: what came of it?",
}
#: What is counted, where a sentence says that too few of them came.
_NOUNS = {
    "mqls": "MQLs",
    "sqls": "SQLs",
    "sals": "accepted leads",
    "leads": "leads",
    "contacts_added": "contacts",
}
_ADDED_UP = ("count", "sum")
_GOOD = (State.GOOD, State.NARROW)
_FIGURES_OF_TIME = ("response_p50", "response_p90", "speed_to_lead", "speed_to_lead_person")


def diagnosis_section(book: CaseBook, said: Overview, found: Diagnosis) -> Section:
    """The verdict, each side in a line, and a table for each link of the chain."""
    wording = _Wording(book, said.stretch, found)
    tables = [wording.sides(said), *(wording.table(kind) for kind in Kind)]
    return Section(
        KEY,
        "Diagnosis",
        answer=wording.answer(),
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


class _Wording:
    """The words of one diagnosis, with figures that open."""

    def __init__(self, book: CaseBook, stretch: Stretch, found: Diagnosis) -> None:
        self._book, self._stretch, self._found = book, stretch, found

    # ------------------------------------------------------------------------------- the sentence

    def answer(self) -> Text:
        """Who falls short, and why."""
        found = self._found
        said: list[Said] = [*self._who()]
        why = [each for each in found.causes if not self._is_beside(each)]
        phrases = [self._why(each) for each in why] + self._held(why)
        beside = [self._why(each) for each in found.causes if each not in why]
        if phrases:
            said += [": ", *_joined(phrases)]
        if beside:
            said += ["; besides, " if phrases else ", but ", *_joined(beside)]
        return [*said, "."]

    def _is_beside(self, cause: Cause) -> bool:
        """Whether something is amiss that makes nobody fall short."""
        if self._found.sales is State.BAD:
            return False
        return self._found.marketing is not State.BAD or cause is Cause.FOLLOW_UP

    def _who(self) -> Iterator[Said]:
        marketing, sales = self._found.marketing, self._found.sales
        if (marketing, sales) == (State.UNKNOWN, State.UNKNOWN):
            yield f"Nothing that is promised can be judged {when(self._stretch)}: too few cases"
            return
        if marketing is State.BAD and sales is State.BAD:
            yield "Both sides fall short"
        elif sales is State.BAD:
            yield "Sales falls short"
            yield from self._short_of()
            yield from self._while("marketing")
        elif marketing is State.BAD:
            yield "Marketing falls short"
            yield from self._while("sales")
        elif (marketing, sales) == (State.GOOD, State.GOOD):
            yield "Both sides deliver"
        else:
            yield "Marketing "
            yield from self._does("marketing")
            yield " and sales "
            yield from self._does("sales")

    def _while(self, side: str) -> Iterator[Said]:
        """How the other side does, where that can be told."""
        if self._state_of(side) is not State.UNKNOWN:
            yield f" while {side} "
            yield from self._does(side)

    def _does(self, side: str) -> Iterator[Said]:
        match self._state_of(side):
            case State.GOOD:
                yield "delivers"
            case State.UNKNOWN:
                yield "has nothing that can be judged"
            case _:
                numbers = self._found.of_sales if side == "sales" else self._found.of_marketing
                missed = next(each for each in numbers if each.stand is Stand.NARROW)
                yield "misses its number by no more than chance explains ("
                yield f"{missed.title}: "
                yield from self._of_promised(missed)
                yield ")"

    def _state_of(self, side: str) -> State:
        return self._found.sales if side == "sales" else self._found.marketing

    def _short_of(self) -> Iterator[Said]:
        """The number that sales missed, where it is one of results."""
        missed = [e for e in self._found.of_sales if e.stand is Stand.SHORT]
        if missed and missed[0].kind is Kind.RESULTS:
            yield " ("
            yield f"{missed[0].title}: "
            yield from self._of_promised(missed[0])
            yield ")"

    def _why(self, cause: Cause) -> list[Said]:
        found = self._found
        match cause:
            case Cause.VOLUME:
                missed = found.of_marketing[0]
                noun = _NOUNS[missed.question.metric.name]
                return [f"too few {noun} came (", *self._of_promised(missed), ")"]
            case Cause.QUALITY:
                weak = found.of_quality[0]
                told = "is below the promise" if weak.stand is Stand.SHORT else "fell"
                return [f"quality {told} (", *self._named(weak), ")"]
            case Cause.FOLLOW_UP:
                return [f"{_waits(found.of_follow_up[0])} (", *self._named(found.of_follow_up[0]),
                        ")"]  # fmt: skip
            case Cause.LATER:
                return [
                    "neither quality nor follow-up explains it; look at what comes after the first "
                    "talk (",
                    *self._later(),
                    ")",
                ]
            case Cause.UNKNOWN:
                return [self._untold()]

    def _untold(self) -> str:
        unknown = [
            name
            for name, state in (
                ("volume", self._found.volume),
                ("quality", self._found.quality),
                ("follow-up", self._found.follow_up),
            )
            if state is State.UNKNOWN
        ]
        return (
            f"whether {words.listed(unknown, 'or')} is the cause cannot be told: too little was "
            "promised of it, or too few cases came"
        )

    def _held(self, why: Sequence[Cause]) -> list[list[Said]]:
        """What is not the cause, where another cause was found."""
        found = self._found
        told: list[list[Said]] = []
        if not set(why) & {Cause.VOLUME, Cause.QUALITY, Cause.FOLLOW_UP}:
            return told
        if found.quality in _GOOD and found.of_quality:
            told.append(["quality held (", *self._named(found.of_quality[0]), ")"])
        if found.sales is State.BAD and found.follow_up in _GOOD and found.of_follow_up:
            told.append(["follow-up held (", *self._named(found.of_follow_up[0]), ")"])
        return told

    def _later(self) -> Iterator[Said]:
        names = ("win_rate", "average_sale", "opportunities")
        known = [
            each
            for name in names
            for each in self._found.of_kind(Kind.RESULTS)
            if each.question.metric.name == name and each.enough and not each.question.kept
        ]
        moved = [each for each in known if each.is_worse] or known[:1]
        if not moved:
            yield "deals that were won and lost"
            return
        yield from self._named(moved[0])

    def _named(self, link: Link) -> Iterator[Said]:
        """A figure with its name, what was promised of it or how it was before."""
        kept = link.question.metric.name == "attainment"
        yield f"{_quoted(link)} kept " if kept else f"{_quoted(link)}: "
        if link.promised is not None and link.stand is not Stand.UNKNOWN:
            yield from self._of_promised(link)
            return
        yield self._figure(link)
        if link.before is None or link.changed in (None, Word.FEW):
            return
        if not link.is_worse:
            yield ", as before" if link.changed is Word.NOISE else ", better than before"
            return
        yield ", "
        yield self._figure(link, before=True)
        yield " before"

    def _of_promised(self, link: Link) -> Iterator[Said]:
        yield self._figure(link)
        joint = " of " if link.measure in _ADDED_UP else ", "
        yield f"{joint}{_aim(link)} promised"

    # --------------------------------------------------------------------------------- the tables

    def sides(self, said: Overview) -> Table:
        """Each side: whether it delivers, its numbers, and how the present periods go."""
        rows: list[list[Text]] = []
        for side, state, numbers in (
            ("marketing", self._found.marketing, self._found.of_marketing),
            ("sales", self._found.sales, self._found.of_sales),
        ):
            told: list[Said] = []
            for link in numbers[:3]:
                told += ["; " if told else "", f"{link.title}: ", *self._of_promised(link)]
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
            *("Promised", "Kept?"),
            *([before.title, "Change"] if before else []),
        ]
        rows = [self._row(each, with_before=bool(before)) for each in links]
        return Table(_TITLES[kind], header, rows)

    def _row(self, link: Link, *, with_before: bool) -> list[Text]:
        row: list[Text] = [
            link.title,
            self._cases(link),
            self._interval(link),
            words.NOTHING if link.promised is None else _aim(link),
            _stands(link),
        ]
        if with_before:
            row += [self._cases(link, before=True), _change(link)]
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
        for share, period in ((reason.now, found.stretch), (reason.before, found.before)):
            if period is None:
                told.append(words.NOTHING)
                continue
            title = f"Rejected: {reason.name}, handed over in {period.title}"
            about = {"numerator": 1.0, "part": reason.name}
            bounds = period.starts, period.ends
            behind = self._book.of_metric("rejection_rate", title, about, bounds)
            told.append(opened(words.rate(round(share.value * share.n), share.n), behind))
        sign = "+" if reason.change.value > 0 else "−"
        return [*told, f"{sign}{points(reason.change.value)}: {reason.change.word}"]

    # -------------------------------------------------------------------------------- the figures

    def _figure(self, link: Link, *, before: bool = False) -> Said:
        found = link.before if before else link.now
        if found is None:
            return words.NOTHING
        return opened(_value(link, before=before), self._behind(link, before=before))

    def _cases(self, link: Link, *, before: bool = False) -> Said:
        """A figure with its cases."""
        found = link.before if before else link.now
        if found is None:
            return words.NOTHING
        told = _value(link, before=before)
        if link.measure == "share":
            told = words.rate(round(found.value * found.n), found.n)
        elif link.measure != "count":
            told = f"{told} (n = {found.n:,})"
        return opened(told, self._behind(link, before=before))

    def _interval(self, link: Link) -> Said:
        now = link.now
        if now is None or now.low is None or now.high is None or not link.enough:
            return words.NOTHING
        if link.measure in _ADDED_UP:
            return words.NOTHING
        told = f"{_amount(now.low, link)} to {_amount(now.high, link)}"
        return opened(told, self._behind(link))

    def _behind(self, link: Link, *, before: bool = False) -> Behind:
        bounds: Bounds = (link.before_bounds if before else None) or link.bounds
        found = self._found
        period = found.before if before and found.before else found.stretch
        question = link.question
        if question.metric.name == "attainment":
            title = f"{link.title}: due in {period.title}"
            about = {"obligation": question.part, "side": link.side}
            return self._book.of_clocks(title, about, DECIDED, bounds)
        return of_question(self._book, question, f"{link.title}, {period.title}", bounds)


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


def _waits(link: Link) -> str:
    name = link.question.metric.name
    if name == "attainment" or name in _FIGURES_OF_TIME:
        return "leads wait too long"
    return "leads are not followed up as promised"


def _quoted(link: Link) -> str:
    return f"“{link.promise}”" if link.promise else _small(link.title)


def _small(title: str) -> str:
    """A title within a sentence; an abbreviation stays as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _value(link: Link, *, before: bool = False) -> str:
    found = link.before if before else link.now
    assert found is not None
    if link.measure == "share" and not link.enough:
        return words.out_of(round(found.value * found.n), found.n)
    return _amount(found.value, link)


def _amount(value: float, link: Link) -> str:
    return words.amount(value, link.question.metric.unit)


def _aim(link: Link) -> str:
    most = "at most " if link.direction == "down" else ""
    return f"{most}{_amount(link.promised or 0, link)}"


def _stands(link: Link) -> str:
    if link.promised is None:
        return words.NOTHING
    if link.stand is Stand.UNKNOWN:
        return "too young to judge" if link.young else "too few to judge"
    return str(link.stand)


def _change(link: Link) -> str:
    """How much it moved, and whether that may be chance."""
    if link.change is None or link.before is None or link.now is None:
        return words.NOTHING
    if link.change.word is Word.FEW:
        return str(link.change.word)
    by = link.now.value - link.before.value
    if not by:
        return "the same"
    sign = "+" if by > 0 else "−"
    apart = points(by) if link.measure == "share" else _amount(abs(by), link)
    return f"{sign}{apart}: {link.change.word}"


def _joined(phrases: Sequence[Sequence[Said]]) -> list[Said]:
    """Phrases as a sentence lists them."""
    said: list[Said] = []
    for place, phrase in enumerate(phrases):
        if place:
            said.append(" and " if place == len(phrases) - 1 else ", ")
        said += phrase
    return said
