"""Everything that happened to a lead, moment by moment, with what came of it; and what did not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadpact.agreement.vocabulary import is_activity
from leadpact.engine.delivered import micros
from leadpact.engine.explaining import words
from leadpact.engine.explaining.passages import IMPLIED, Entry, Passage
from leadpact.engine.explaining.points import Change, Contribution, Points
from leadpact.engine.explaining.promises import TIME_IS_UP, Promise
from leadpact.engine.explaining.rows import Row
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b
from leadpact.engine.nurtured import SAID

NO_RULE = "no rule asks for it"
WATCHED = "a rule watches for it, but it changed nothing"
OUTSIDE = "the lead was not in the funnel then"


@dataclass
class Moment:
    """An instant: the rows of it that did something, what came of them, and the score after it.

    A moment of ageing alone may reach over a stretch of time, from `at` to `until`.
    """

    at: int
    until: int
    rows: list[Row] = field(default_factory=list)
    gained: list[tuple[int, str]] = field(default_factory=list)  # thousandths, for what
    aged: list[tuple[int, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    retold: bool = False
    score: int | None = None
    cut: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.rows or self.gained or self.aged or self.said)

    @property
    def only_ageing(self) -> bool:
        """Whether nothing happened but that points grew older."""
        return bool(self.aged) and not (self.rows or self.gained or self.said or self.retold)


class Moments:
    """Gathers what is known of a lead by the instants at which it happened."""

    def __init__(
        self,
        points: Points,
        rows: dict[int, Row],
        passages: Sequence[Passage],
        promises: Sequence[Promise],
        nurtured: Sequence[Mapping[str, Any]],
    ) -> None:
        self.points = points
        self.story: Story = points.story
        self.rows = rows
        self.passages = passages
        self.promises = promises
        self.nurtured = nurtured
        self._at: dict[int, Moment] = defaultdict(lambda: Moment(0, 0))

    def all(self) -> tuple[list[Moment], list[tuple[Row, str]]]:
        """The moments in order, and the rows that changed nothing, each with why."""
        for gather in (
            *(self._points, self._attributes, self._passages, self._promises),
            self._programs,
        ):
            gather()
        idle = list(self._rows())
        for at, found in self._at.items():
            found.at = found.until = at
        ordered = [self._at[at] for at in sorted(self._at) if not self._at[at].is_empty]
        self._score(ordered)
        return list(_together(ordered)), idle

    # ------------------------------------------------------------------------------------- points

    def _points(self) -> None:
        for telling, changes in self.points.news():
            began = self._passage(telling.episode).started_at
            if telling.told_at != began:
                self._at[telling.told_at].retold = True
                self._at[telling.told_at].said.append(self._why_retold(telling.told_at))
            for change in changes:
                if not self.points.is_count(change):
                    self._change(change)

    def _change(self, change: Change) -> None:
        rule = self.points.rule_of(change)
        if change.step:
            self._at[change.at].aged.append((change.amount, rule))
        else:
            self._at[change.at].gained.append((change.amount, rule))

    def _why_retold(self, at: int) -> str:
        if at in self.story.program.effective:
            return "a new version of the agreement took effect: the points were told anew"
        return "the points were told anew, with the rows of the merged lead"

    def _attributes(self) -> None:
        """What attributes give and no longer give, whenever something new was stated."""
        for passage in self.passages:
            until = passage.ended_at if passage.ended_at > b.NEVER else self.story.until
            before: dict[int, Contribution] | None = {} if passage.number == 1 else None
            for at in self._instants_of_attributes(passage.started_at, until):
                version = self.points.telling(passage.number, at).version
                now = {each.number: each for each in self.points.stated(version, at)}
                if before is not None and not self._at[at].retold:
                    self._difference(at, before, now)
                before = now

    def _instants_of_attributes(self, first: int, last: int) -> list[int]:
        lists = {self.story.statements_at(at) for at in (first, last)}
        lists |= {self.story.statements_at(at) for at, _ in self.story.joined}
        found = {at for number in lists for at, _ in self.story.statements(number)}
        found |= {telling.told_at for telling in self.points.tellings}
        return sorted({first, *(at for at in found if first <= at <= last)})

    def _difference(
        self, at: int, before: dict[int, Contribution], now: dict[int, Contribution]
    ) -> None:
        gained = self._at[at].gained
        gained += [(each.worth, each.rule) for n, each in now.items() if n not in before]
        gained += [
            (-each.worth, f"{each.rule} no longer") for n, each in before.items() if n not in now
        ]

    # --------------------------------------------------------------------- passages and promises

    def _passages(self) -> None:
        for passage in self.passages:
            if passage.number > 1:
                self._at[passage.started_at].said.append(
                    f"its {words.nth(passage.number)} passage through the funnel begins, with what "
                    "is known of it"
                )
            for entry in passage.entries:
                if entry.how != IMPLIED:
                    self._at[entry.at].said.append(_entered(entry, passage.entries))
            if passage.why:
                self._at[min(passage.ended_at, self.story.until)].said.append(_ended(passage))

    def _promises(self) -> None:
        """Clocks by what happened to them; how long they ran is told with the promises."""
        found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for promise in self.promises:
            name = f"“{words.capital(promise.name)}”"
            found[promise.started_at]["clocks start"].append(name)
            for step in promise.steps[1:]:
                if step.said == TIME_IS_UP:
                    found[step.at]["time is up"].append(name)
                elif step.brief:
                    self._at[step.at].said.append(f"{name}: {step.brief}")
            if promise.ended_at > b.NEVER:
                at = min(promise.ended_at, self.story.until)
                found[at][promise.outcome.name.lower()].append(name)
        for at, by_word in found.items():
            for word, names in by_word.items():
                self._at[at].said.append(f"{word}: {', '.join(names)}")

    def _programs(self) -> None:
        """Nurture programs that the lead joined and left; `nurtured` are lines of that table."""
        for entry in self.nurtured:
            name = f"“{words.capital(entry['program'])}”"
            self._at[micros(entry["entered_at"])].said.append(f"joins the program {name}")
            if entry["left_at"] is not None:
                why = "" if entry["exit"] == SAID else f": {words.cut(entry['exit'], 80)}"
                self._at[micros(entry["left_at"])].said.append(f"leaves the program {name}{why}")

    # --------------------------------------------------------------------------------------- rows

    def _rows(self) -> Iterator[tuple[Row, str]]:
        earned = {
            change.place
            for telling in self.points.tellings
            for change in telling.changes
            if not self.points.is_count(change)
        }
        theirs = {int(place) for _, places in self.story.joined for place in places}
        for place in sorted({*map(int, self.story.own), *theirs}):
            row = self.rows[place]
            busy = row.at in self._at and bool(self._at[row.at].said)
            watched = self.story.is_useful(place)
            if place in earned or not is_activity(row.kind) or (busy and watched):
                self._at[row.at].rows.append(row)
            elif self._passage_at(row.at) is None:
                yield row, OUTSIDE
            else:
                yield row, WATCHED if watched else NO_RULE

    def _passage(self, number: int) -> Passage:
        return next(passage for passage in self.passages if passage.number == number)

    def _passage_at(self, at: int) -> Passage | None:
        return next(
            (
                passage
                for passage in reversed(self.passages)
                if passage.started_at <= at
                and (passage.ended_at <= b.NEVER or at <= passage.ended_at)
            ),
            None,
        )

    # -------------------------------------------------------------------------------------- score

    def _score(self, ordered: list[Moment]) -> None:
        """The score after every moment that touched it, and what limits took of it."""
        ends = {p.number: p.ended_at for p in self.passages if p.ended_at > b.NEVER}
        scores = self.points.scores_after([moment.at for moment in ordered], ends)
        before, episode = 0, 0
        for moment, (now, score) in zip(ordered, scores, strict=True):
            touched = bool(moment.gained or moment.aged or moment.retold)
            if touched and not moment.retold and episode in (0, now):
                changed = sum(amount for amount, _ in [*moment.gained, *moment.aged])
                moment.cut = score - before - changed
            if touched or score != before:
                moment.score = score
            before, episode = score, now


def _entered(entry: Entry, entries: Sequence[Entry]) -> str:
    over = [e.stage for e in entries if e.how == IMPLIED and e.at == entry.at]
    passing = f", passing over {words.listed(over)}" if over else ""
    handed = ", and is handed over to sales" if entry.hands_over else ""
    return f"enters {entry.stage}{passing}{handed}"


def _ended(passage: Passage) -> str:
    return f"{passage.ending.name.lower()}: {passage.why}"


def _together(moments: Sequence[Moment]) -> Iterator[Moment]:
    """Ageing between two other moments is told as one."""
    waiting: Moment | None = None
    for moment in moments:
        if not moment.only_ageing:
            if waiting is not None:
                yield waiting
            waiting = None
            yield moment
        elif waiting is None:
            waiting = moment
        else:
            waiting.until = moment.at
            waiting.aged += moment.aged
            waiting.cut += moment.cut
            waiting.score = moment.score
    if waiting is not None:
        yield waiting
