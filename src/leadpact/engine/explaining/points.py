"""The points of a lead, from the fold's trace: what its rows earned, how it aged, what was cut."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from leadpact.agreement.conditions import FieldCondition, leaves
from leadpact.agreement.spec import Rule
from leadpact.engine.compile.book import whole_thousandths
from leadpact.engine.compile.scoring import group_of, group_places, is_activity_rule
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.scoring import between


@dataclass(frozen=True)
class Change:
    """What a row earned for a scorer (step 0), or lost of it with an ageing step; thousandths."""

    at: int
    scorer: int
    step: int
    place: int
    amount: int


@dataclass
class Telling:
    """The points of an episode as told from an instant on: from its beginning, or anew."""

    episode: int
    told_at: int
    version: int
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Contribution:
    """What one row, or the attributes, give for one rule, as it is worth at the moment looked at.

    `given` is what it was worth at first, `since` when it was earned, `aged` its ageing steps.
    """

    number: int  # place of the rule in the agreement
    rule: str
    group: str
    given: int
    worth: int
    since: int
    place: int | None = None
    fields: tuple[str, ...] = ()
    aged: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Cut:
    """What a limit adds to a sum, mostly less than nothing: of a rule, a group or the total."""

    of: str  # rule, group or total
    name: str
    limit: int
    amount: int
    number: int = -1  # place of the rule in the agreement


@dataclass(frozen=True)
class Ledger:
    """A score taken apart: contributions and cuts sum exactly to it, in thousandths."""

    at: int
    version: int
    contributions: list[Contribution]
    cuts: list[Cut]
    groups: dict[str, int]
    total: int

    def of_group(self, name: str) -> tuple[list[Contribution], list[Cut]]:
        """The contributions and cuts that make a group's sum."""
        mine = [each for each in self.contributions if each.group == name]
        rules = {each.number for each in mine}
        cuts = [c for c in self.cuts if c.of == "rule" and c.number in rules]
        return mine, cuts + [c for c in self.cuts if c.of == "group" and c.name == name]


class Points:
    """The trace of one lead, read."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._scorers = story.book.scorers

    @cached_property
    def tellings(self) -> list[Telling]:
        """Every telling of the points, in the order in which the fold told them."""
        found: list[Telling] = []
        begin, places = 0, self.story.own[:0]
        for note in self.story.records("trace"):
            if note.scorer == b.TOLD_ANEW:
                found.append(Telling(int(note.step), int(note.at), int(note.version)))
                begin, places = int(note.row), self.story.sequence(int(note.amount))
                continue
            found[-1].changes.append(
                Change(
                    int(note.at),
                    int(note.scorer),
                    int(note.step),
                    int(places[int(note.row) - begin]),
                    int(note.amount),
                )
            )
        return found

    def telling(self, episode: int, at: int) -> Telling:
        """How the points of an episode were last told at or before an instant."""
        return [t for t in self.tellings if t.episode == episode and t.told_at <= at][-1]

    def news(self) -> Iterator[tuple[Telling, list[Change]]]:
        """Each telling with the changes that were new in it, and that it lived to see."""
        tellings = self.tellings
        for telling, later in pairwise([*tellings, None]):
            assert telling is not None
            replaced = later is not None and later.episode == telling.episode
            end = later.told_at if later is not None and replaced else b.FOREVER
            yield telling, [c for c in telling.changes if telling.told_at <= c.at < end]

    def is_count(self, change: Change) -> bool:
        """Whether it only counts for some condition and gives no points."""
        return bool(self._scorers[change.scorer].group < 0)

    def rule_of(self, change: Change) -> str:
        """Name of the rule that gave or took the points."""
        return self._scorers[change.scorer].name

    def live(self, episode: int, at: int) -> dict[int, list[Change]]:
        """The changes so far, by scorer."""
        found: dict[int, list[Change]] = {}
        for change in self.telling(episode, at).changes:
            if change.at <= at:
                found.setdefault(change.scorer, []).append(change)
        return found

    # ------------------------------------------------------------------------------------- scores

    def scores_after(
        self, instants: Iterable[int], ends: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """(episode, score) after each of these instants, given in order.

        `ends` says when episodes ended: from then on a score stays as it is. Before the first
        episode, when other leads' rows happened that joined later, both are 0.
        """
        following = deque(self.tellings)
        tally: _Tally | None = None
        for at in instants:
            while following and following[0].told_at <= at:
                tally = _Tally(self.story, following.popleft())
            if tally is None:
                yield 0, 0
            else:
                yield tally.episode, tally.total(min(at, ends.get(tally.episode, at)))

    # ------------------------------------------------------------------------------------ ledgers

    def ledger(self, episode: int, at: int) -> Ledger:
        """The score of an episode at an instant, taken apart."""
        version = self.telling(episode, at).version
        groups = group_places(self.story.versions[version])
        contributions = [*self.stated(version, at), *self._earned(version, episode, at)]
        cuts = list(self._rule_cuts(version, contributions))
        sums = dict.fromkeys(groups, 0)
        for contribution in contributions:
            sums[contribution.group] += contribution.worth
        group_of_rule = {each.number: each.group for each in contributions}
        for cut in cuts:
            sums[group_of_rule[cut.number]] += cut.amount
        total = 0
        for name, place in groups.items():
            if place != b.TOTAL:
                sums[name] += self._limit(version, place, name, sums[name], cuts)
                total += sums[name]
        total += self._limit(version, b.TOTAL, "total", total, cuts)
        del sums["total"]
        return Ledger(at, version, contributions, cuts, sums, total)

    def _limit(self, version: int, place: int, name: str, amount: int, cuts: list[Cut]) -> int:
        scoring = self.story.program.scoring
        least, most = int(scoring.least[version, place]), int(scoring.most[version, place])
        added = between(least, amount, most) - amount
        if added:
            kind = "total" if place == b.TOTAL else "group"
            cuts.append(Cut(kind, name, most if added < 0 else least, added))
        return added

    def _rule_cuts(self, version: int, contributions: list[Contribution]) -> Iterator[Cut]:
        for number, rule in self._rules(version):
            if rule.at_most is not None:
                cap = whole_thousandths(rule.at_most)
                live = sum(each.worth for each in contributions if each.number == number)
                if added := between(-cap, live, cap) - live:
                    yield Cut("rule", rule.name, cap if added < 0 else -cap, added, number)

    def _rules(self, version: int) -> list[tuple[int, Rule]]:
        scoring = self.story.versions[version].scoring
        return list(enumerate(scoring.rules)) if scoring else []

    @cached_property
    def _number_of(self) -> dict[int, int]:
        """Scorer → place of its rule: the book has a version's activity rules in their order."""
        found: dict[int, int] = {}
        for v in range(len(self.story.versions)):
            numbers = [number for number, rule in self._rules(v) if is_activity_rule(rule)]
            scorers = [n for n, s in enumerate(self._scorers) if s.version == v and s.group >= 0]
            found.update(zip(scorers, numbers, strict=True))
        return found

    def _earned(self, version: int, episode: int, at: int) -> Iterator[Contribution]:
        names = list(group_places(self.story.versions[version]))
        for scorer, changes in sorted(self.live(episode, at).items()):
            rule = self._scorers[scorer]
            if rule.group < 0:
                continue
            by_row: dict[int, list[Change]] = {}
            for change in changes:
                by_row.setdefault(change.place, []).append(change)
            for place, steps in by_row.items():
                yield Contribution(
                    self._number_of[scorer],
                    rule.name,
                    names[rule.group],
                    given=steps[0].amount,
                    worth=sum(step.amount for step in steps),
                    since=steps[0].at,
                    place=place,
                    aged=tuple(steps[1:]),
                )

    def stated(self, version: int, at: int) -> Iterator[Contribution]:
        """What the attributes give that were known at an instant."""
        attributes = self.story.attributes_at(at)
        for number, rule in self._rules(version):
            holds = self._holds_by.get((version, number))
            points = whole_thousandths(rule.points)
            if points and holds is not None and holds[attributes]:
                yield Contribution(
                    number,
                    rule.name,
                    group_of(rule),
                    given=points,
                    worth=points,
                    since=self._held_since(holds, at),
                    fields=fields_of(rule.when),
                )

    @cached_property
    def _holds_by(self) -> dict[tuple[int, int], Any]:
        """(version, attribute rule) → for which attribute patterns it holds."""
        return {
            (v, number): self.story.book.where_holds(rule.when, v)
            for v in range(len(self.story.versions))
            for number, rule in self._rules(v)
            if not is_activity_rule(rule)
        }

    def _held_since(self, holds: Any, at: int) -> int:
        since = at
        for then, pattern in reversed(self.story.statements(self.story.statements_at(at))):
            if then <= at:
                if not holds[pattern]:
                    break
                since = then
        return since


class _Tally:
    """The points of one telling, added up change by change."""

    def __init__(self, story: Story, telling: Telling) -> None:
        self.story = story
        self.scoring = story.program.scoring
        self.version = telling.version
        self.episode = telling.episode
        self._waiting = deque(sorted(telling.changes, key=lambda change: change.at))
        self._live: dict[int, int] = defaultdict(int)
        self._earned: dict[int, int] = defaultdict(int)

    def total(self, at: int) -> int:
        """The score after an instant; instants are asked in order."""
        while self._waiting and self._waiting[0].at <= at:
            self._take(self._waiting.popleft())
        base = self.scoring.base[self.version, self.story.attributes_at(at)]
        groups = range(b.TOTAL + 1, self.scoring.groups[self.version])
        sums = (self._cut(group, int(base[group]) + self._earned[group]) for group in groups)
        return self._cut(b.TOTAL, sum(sums))

    def _take(self, change: Change) -> None:
        group, cap = self.scoring.group[change.scorer], int(self.scoring.cap[change.scorer])
        before = self._live[change.scorer]
        after = self._live[change.scorer] = before + change.amount
        self._earned[int(group)] += between(-cap, after, cap) - between(-cap, before, cap)

    def _cut(self, group: int, points: int) -> int:
        least = int(self.scoring.least[self.version, group])
        return between(least, points, int(self.scoring.most[self.version, group]))


def fields_of(condition: Any) -> tuple[str, ...]:
    """The attributes that a condition tests, in its order."""
    asked = [leaf.field for leaf in leaves(condition) if isinstance(leaf, FieldCondition)]
    return tuple(dict.fromkeys(asked))
