"""Who falls short and why, in one sentence whose figures open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadpact.documents import words
from leadpact.documents.blocks import Said, Text
from leadpact.documents.link_figures import ADDED_UP, LinkFigures, aim
from leadpact.documents.parts.shared import when
from leadpact.documents.sentences import Stretch
from leadpact.insight.chain import Kind, Link, Stand
from leadpact.insight.diagnosis import Cause, Diagnosis, State
from leadpact.insight.differences import Word

#: What is counted, where a sentence says that too few of them came.
_NOUNS = {
    "mqls": "MQLs",
    "sqls": "SQLs",
    "sals": "accepted leads",
    "leads": "leads",
    "contacts_added": "contacts",
}
_GOOD = (State.GOOD, State.NARROW)
_FIGURES_OF_TIME = ("response_p50", "response_p90", "speed_to_lead", "speed_to_lead_person")


class Verdict:
    """The sentence of one diagnosis."""

    def __init__(self, figures: LinkFigures, stretch: Stretch, found: Diagnosis) -> None:
        self._figures, self._stretch, self._found = figures, stretch, found

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
            is_promised = any(each.promised is not None for each in self._found.links)
            few = ": too few cases, or too young ones" if is_promised else ""
            yield f"Nothing that is promised can be judged {when(self._stretch)}{few}"
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
                yield from self.of_promised(missed)
                yield ")"

    def _state_of(self, side: str) -> State:
        return self._found.sales if side == "sales" else self._found.marketing

    def _short_of(self) -> Iterator[Said]:
        """The number that sales missed, where it is one of results."""
        missed = [e for e in self._found.of_sales if e.stand is Stand.SHORT]
        if missed and missed[0].kind is Kind.RESULTS:
            yield " ("
            yield f"{missed[0].title}: "
            yield from self.of_promised(missed[0])
            yield ")"

    def _why(self, cause: Cause) -> list[Said]:
        found = self._found
        match cause:
            case Cause.VOLUME:
                missed = found.of_marketing[0]
                noun = _NOUNS[missed.question.metric.name]
                return [f"too few {noun} came (", *self.of_promised(missed), ")"]
            case Cause.QUALITY:
                weak = found.of_quality[0]
                told = "is below the promise" if weak.stand is Stand.SHORT else "fell"
                return [f"quality {told} (", *self._named(weak), ")"]
            case Cause.FOLLOW_UP:
                return [f"{_waits(found.of_follow_up[0])} (", *self._named(found.of_follow_up[0]),
                        ")"]  # fmt: skip
            case Cause.LATER:
                later = list(self._later())
                return [
                    "neither quality nor follow-up explains it; look at what comes after the first "
                    "talk",
                    *([" (", *later, ")"] if later else []),
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
        if moved and moved[0] not in self._found.of_sales:
            yield from self._named(moved[0])

    def _named(self, link: Link) -> Iterator[Said]:
        """A figure with its name, what was promised of it or how it was before."""
        kept = link.question.metric.name == "attainment"
        yield f"{_quoted(link)} kept " if kept else f"{_quoted(link)}: "
        if link.promised is not None and link.stand is not Stand.UNKNOWN:
            yield from self.of_promised(link)
            return
        yield self._figures.of(link)
        if link.before is None or link.changed in (None, Word.FEW):
            return
        if not link.is_worse:
            yield ", as before" if link.changed is Word.NOISE else ", better than before"
            return
        yield ", "
        yield self._figures.of(link, before=True)
        yield " before"

    def of_promised(self, link: Link) -> Iterator[Said]:
        """A figure beside what was promised of it."""
        yield self._figures.of(link)
        is_part = link.measure in ADDED_UP and link.stand in (Stand.SHORT, Stand.NARROW)
        joint = " of " if is_part else ", "
        yield f"{joint}{aim(link)} promised"


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


def _joined(phrases: Sequence[Sequence[Said]]) -> list[Said]:
    """Phrases as a sentence lists them."""
    said: list[Said] = []
    for place, phrase in enumerate(phrases):
        if place:
            said.append(" and " if place == len(phrases) - 1 else ", ")
        said += phrase
    return said
