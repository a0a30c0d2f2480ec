"""Why a condition on a lead's state held or did not: each of its parts, with what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    EventCondition,
    FieldCondition,
    NoneOf,
    ScoreCondition,
    parts,
)
from leadpact.agreement.prose import condition_in_words, in_words
from leadpact.engine.compile.scoring import group_places
from leadpact.engine.explaining import words
from leadpact.engine.explaining.attributes import Attributes
from leadpact.engine.explaining.points import Change, Ledger, Points
from leadpact.engine.explaining.rows import Row
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.formulas import truth
from leadpact.engine.values import normal

#: Rows that are named as evidence; of more the rest is counted.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Part:
    """A condition with its truth (1 yes, 0 not known, -1 no) and, of a leaf, what was found.

    `subject` is the count or timer of one that asks about events in the episode.
    """

    condition: Any
    truth: int
    found: str = ""
    subject: int = -1
    parts: tuple[Part, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is true."""
        return self.truth > 0

    def leaves(self) -> Iterator[Part]:
        """The parts that ask something themselves."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def deciding(self) -> Iterator[Part]:
        """Of one that holds, the leaves that made it hold."""
        if not self.parts:
            yield self
        for part in self.parts:
            if part.holds or not isinstance(self.condition, AnyOf):
                yield from part.deciding()

    def sentence(self) -> str:
        """What made it hold; of one that does not hold, what is missing."""
        match self.condition:
            case AllOf():
                joint, told = " and ", [p for p in self.parts if p.holds == self.holds]
            case AnyOf():
                joint = ", and also " if self.holds else ", or "
                told = [p for p in self.parts if p.holds or not self.holds]
            case NoneOf():
                return self._none_of()
            case _:
                said = condition_in_words(self.condition)
                return f"{words.cut(said, 200)}{f' ({self.found})' if self.found else ''}"
        return joint.join(part.sentence() for part in told)

    def _none_of(self) -> str:
        if self.holds:
            return words.cut(condition_in_words(self.condition, nested=True), 200)
        told = [p for p in self.parts if p.truth >= 0]
        return f"not while {' and '.join(part.sentence() for part in told)}"


class Situation:
    """What conditions are asked of: an episode at an instant, after the points of that instant.

    `before_entries` asks as it was before the stages of that instant were entered.
    """

    def __init__(self, points: Points, episode: int, at: int, before_entries: bool = False) -> None:
        self.points = points
        self.story = points.story
        self.episode = episode
        self.at = at
        self.before_entries = before_entries
        self.attributes = self.story.attributes_at(at)

    @cached_property
    def ledger(self) -> Ledger:
        """The score, taken apart."""
        return self.points.ledger(self.episode, self.at)

    @cached_property
    def live(self) -> dict[int, list[Change]]:
        """What each rule's and each count's rows have gained and lost so far."""
        return self.points.live(self.episode, self.at)

    @cached_property
    def stage_since(self) -> int:
        """When the lead entered the stage from which timers count."""
        entries = self.story.records("entries")
        limit = self.at - 1 if self.before_entries else self.at
        times = entries.entered_at[
            (entries.episode == self.episode) & (entries.entered_at <= limit)
        ]
        return int(times.max()) if len(times) else self.began

    @property
    def began(self) -> int:
        """When the episode began."""
        return int(self._record.started_at)

    @property
    def _record(self) -> Any:
        episodes = self.story.records("episodes")
        return episodes[episodes.episode == self.episode][0]

    @cached_property
    def rows(self) -> list[int]:
        """Places of the rows that count in the episode so far."""
        episodes = self.story.records("episodes")
        before = episodes[episodes.episode == self.episode - 1]
        floor = b.NEVER if not len(before) else self.began
        if len(before) and before[0].ending == b.RECYCLED:
            floor += 1
        joined = [rows for then, rows in self.story.joined if then <= self.at]
        places = np.concatenate([self.story.own, *joined])
        return [int(p) for p in np.sort(places) if floor <= self.story.at(int(p)) <= self.at]

    def last_match(self, timer: int) -> int:
        """When a timer's event last happened in the episode."""
        formula = self.story.book.timers[timer].formula
        found = (self.story.at(p) for p in reversed(self.rows) if self.story.holds(formula, p))
        return next(found, b.NEVER)

    def quiet_since(self, timer: int) -> int:
        """From when on a timer has been running."""
        return max(self.last_match(timer), self.stage_since)

    def counted(self, scorer: int) -> list[int]:
        """Places of the rows that a count counts."""
        amounts: dict[int, int] = {}
        for change in self.live.get(scorer, ()):
            amounts[change.place] = amounts.get(change.place, 0) + change.amount
        return [place for place, amount in amounts.items() if amount > 0]

    def answers(self, version: int) -> NDArray[np.int8]:
        """Answers to every question that the version's conditions ask of the state."""
        formulas, scoring = self.story.program.formulas, self.story.program.scoring
        answers = np.zeros(len(formulas.question), np.int8)
        for atom in range(scoring.atom_begins[version], scoring.atom_begins[version + 1]):
            answers[atom] = 1 if self._holds(atom, version) else -1
        return answers

    def _holds(self, atom: int, version: int) -> bool:
        formulas = self.story.program.formulas
        question, bound = formulas.question[atom], int(formulas.bound[atom])
        subject = int(formulas.subject[atom])
        if question == b.COUNT_AT_LEAST:
            return sum(change.amount for change in self.live.get(subject, ())) >= bound
        if question == b.QUIET_FOR:
            length = self.story.book.timers[subject].length
            return self.at >= self.quiet_since(subject) + length
        score = self.score(subject, version)
        return score >= bound if question == b.SCORE_AT_LEAST else score <= bound

    def score(self, group: int, version: int) -> int:
        """A group's score, or the total; a group that the telling does not have is 0."""
        if group == b.TOTAL:
            return self.ledger.total
        name = list(group_places(self.story.versions[version]))[group]
        return self.ledger.groups.get(name, 0)


class Reasons:
    """Asks the compiled conditions of an agreement, part by part."""

    def __init__(self, points: Points, rows: Mapping[int, Row], attributes: Attributes) -> None:
        self.points = points
        self.story: Story = points.story
        self.rows = rows
        self.attributes = attributes

    def watchers(self, version: int) -> Iterator[tuple[str, Any, int]]:
        """Everything that waits for something: what it is called, its condition and formula."""
        agreement, program = self.story.versions[version], self.story.program
        for place, stage in enumerate(agreement.stages):
            for number, segment in enumerate([None, *agreement.segments]):
                own = segment.stages.get(stage.name) if segment else None
                condition = own.when if own else stage.when
                if condition is not None and (own or segment is None):
                    formula = int(program.stages.formula[version, number, place])
                    yield stage.name, condition, formula
        for place, rule in enumerate(agreement.disqualification.rules):
            begin = program.facts.disqualifier_begins[version]
            yield rule.reason, rule.when, int(program.facts.disqualifiers[begin + place])
        for place, recycling in enumerate(agreement.handoff.recycling):
            begin = program.facts.recycling_begins[version]
            yield recycling.name, recycling.when, int(program.facts.recycling[begin + place])

    def part(self, condition: Any, formula: int, version: int, situation: Situation) -> Part:
        """A condition and all its parts, judged by the formula that it was compiled to."""
        walk = _Walk(self, version, situation)
        found, _ = walk.part(condition, int(self.story.program.formulas.begins[formula]))
        return found

    def evidence(self, places: list[int], now: int) -> str:
        """Rows named by their times."""
        zone = self.story.zone
        times = {
            self.story.at(p): f"on {words.moment(self.story.told(self.story.at(p)), zone)}"
            for p in places
        }
        if now in times:
            times[now] = "at that moment"
        return words.listed(times.values(), most=_MOST_NAMED)


class _Walk:
    """Walks a condition and its postfix formula in step; a part's formula is a stretch of it."""

    def __init__(self, reasons: Reasons, version: int, situation: Situation) -> None:
        self.reasons = reasons
        self.version = version
        self.situation = situation
        self.formulas = reasons.story.program.formulas
        self.answers = situation.answers(version)

    def part(self, condition: Any, begin: int) -> tuple[Part, int]:
        """The part whose formula begins here, and where the next one begins."""
        inner, end = [], begin
        for each in parts(condition):
            one, end = self.part(each, end)
            inner.append(one)
        if not inner and isinstance(condition, ScoreCondition):
            while self.formulas.instructions[end] == b.STATE_ATOM:
                end += 1
        end += 1
        holds = self._truth(begin, end)
        found = "" if inner else self._found(condition, begin, holds)
        subject = self._subject(begin) if isinstance(condition, EventCondition) else -1
        return Part(condition, holds, found, subject, tuple(inner)), end

    def _truth(self, begin: int, end: int) -> int:
        stretch = self.formulas._replace(begins=np.array([begin, end], np.int32))
        attributes, stack = self.situation.attributes, self.reasons.story.stack
        return truth(stretch, 0, 0, attributes, self.answers, stack)

    def _found(self, condition: Any, begin: int, holds: int) -> str:
        match condition:
            case FieldCondition():
                return self._found_field(condition, holds)
            case ScoreCondition():
                score = self.situation.score(int(self._subject(begin)), self.version)
                return f"it is {words.points(score)}"
            case EventCondition() if condition.not_within:
                since = self.situation.quiet_since(self._subject(begin))
                return f"none since {self._moment(since)}"
            case EventCondition():
                return self._found_rows(condition, self._subject(begin))
        raise TypeError(f"{type(condition).__name__} asks nothing by itself")

    def _subject(self, begin: int) -> int:
        return int(self.formulas.subject[self.formulas.operands[begin]])

    def _found_field(self, condition: FieldCondition, holds: int) -> str:
        attributes = self.reasons.attributes
        value = attributes.value(condition.field, self.situation.at)
        if value is None:
            return "" if condition.unknown else "not known"
        told = attributes.in_words(condition.field, value)
        same = holds > 0 and normal(in_words(condition.equals)) == normal(told)
        return "" if same else f"it is {told}"

    def _found_rows(self, condition: EventCondition, scorer: int) -> str:
        places = self.situation.counted(scorer)
        if not places:
            return "none so far"
        enough = len(places) >= condition.count
        times = self.reasons.evidence(places, self.situation.at)
        return times if enough else f"{len(places)} so far, {times}"

    def _moment(self, at: int) -> str:
        return words.moment(self.reasons.story.told(at), self.reasons.story.zone)
