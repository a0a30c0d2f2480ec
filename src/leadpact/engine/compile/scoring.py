"""Scoring rules and counts as tables: who earns what from which pattern, and how it ages."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from leadpact.agreement.conditions import EventCondition, leaves
from leadpact.agreement.spec import Agreement, Rule
from leadpact.engine.compile.book import (
    NO_LIMIT,
    Book,
    Scorer,
    whole_thousandths,
)
from leadpact.engine.compile.lists import begins_of, chained, column
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.scoring import between

FIRST_GROUPS = ["total", "fit", "engagement"]


def group_places(version: Agreement) -> dict[str, int]:
    """Number of every group of points: total, fit, engagement, then the agreement's own."""
    own = (
        [*version.scoring.groups, *(r.group for r in version.scoring.rules)]
        if version.scoring
        else []
    )
    names = dict.fromkeys([*FIRST_GROUPS, *(name for name in own if name)])
    return {name: place for place, name in enumerate(names)}


def is_activity_rule(rule: Rule) -> bool:
    """Whether rows earn the points, rather than attributes."""
    return any(isinstance(leaf, EventCondition) for leaf in leaves(rule.when))


def group_of(rule: Rule) -> str:
    """The group a rule's points belong to."""
    return rule.group or ("engagement" if is_activity_rule(rule) else "fit")


def add_rules(book: Book, version: Agreement, v: int) -> None:
    """Enters a version's activity rules into the book."""
    groups = group_places(version)
    for rule in version.scoring.rules if version.scoring else []:
        if is_activity_rule(rule):
            book.scorers.append(
                Scorer(
                    formula=book.of_row(rule.when, v),
                    group=groups[group_of(rule)],
                    points=whole_thousandths(rule.points),
                    cap=_cap(rule),
                    ageing=_ageing(rule),
                    name=rule.name,
                    version=v,
                )
            )


def _cap(rule: Rule) -> int:
    return NO_LIMIT if rule.at_most is None else whole_thousandths(rule.at_most)


def _ageing(rule: Rule) -> tuple[int, Fraction] | None:
    if rule.ageing is None:
        return None
    lost = Fraction(rule.ageing.by.rstrip("% ")) / 100
    return rule.ageing.every.microseconds, lost


#: The number of an ageing step, and how many microseconds after the row it falls.
Step = tuple[int, int]


class Ages:
    """The ageing classes of every version: class 0 never ages, others have one period and share."""

    def __init__(self, book: Book, versions: int) -> None:
        self.of_version: list[list[tuple[int, Fraction]]] = [[] for _ in range(versions)]
        for scorer in book.scorers:
            known = self.of_version[scorer.version]
            if scorer.ageing is not None and scorer.ageing not in known:
                known.append(scorer.ageing)
        self.count = 1 + max(map(len, self.of_version))

    def place(self, scorer: Scorer) -> int:
        """Class of a scorer within its version."""
        if scorer.ageing is None:
            return 0
        return 1 + self.of_version[scorer.version].index(scorer.ageing)

    def steps(self, book: Book, v: int) -> list[list[Step]]:
        """[class] each step at which points are lost."""
        steps: list[list[Step]] = [[] for _ in range(self.count)]
        for place, (every, _) in enumerate(self.of_version[v], start=1):
            worths = [
                len(s.worth()) for s in book.scorers if s.version == v and self.place(s) == place
            ]
            steps[place] = [(k, k * every) for k in range(1, max(worths))]
        return steps


def scoring_tables(book: Book, versions: list[Agreement], first_atoms: list[int]) -> b.Scoring:
    """The kernels' form of all scoring; `first_atoms`: where each version's questions begin."""
    ages = Ages(book, len(versions))
    earns, opening = _earning(book, ages, len(versions))
    steps = chained(ages.steps(book, v) for v in range(len(versions)))
    ageing = _ageing_classes(earns, ages.count)
    timers = _timers(book, len(versions))
    groups = [group_places(version) for version in versions]
    least, most = _limits(versions, groups)
    amounts = _atoms_on_amounts(book, first_atoms, least.shape[1])
    worth = [scorer.worth() for scorer in book.scorers] or [[0]]
    width = max(map(len, worth))
    return b.Scoring(
        begins=begins_of(earns),
        scorers=column(chained(earns)),
        formula=column(s.formula if book.asks_lead[s.formula] else -1 for s in book.scorers),
        group=column(scorer.group for scorer in book.scorers),
        cap=column((scorer.cap for scorer in book.scorers), np.int64),
        worth=np.array([w + [w[-1]] * (width - len(w)) for w in worth], np.int64),
        ages_begins=begins_of(ageing),
        ages=column(chained(ageing)),
        step_begins=begins_of(steps),
        step_class=column(n % ages.count for n, of in enumerate(steps) for _ in of),
        step_number=column(number for number, _ in chained(steps)),
        step_shift=column((shift for _, shift in chained(steps)), np.int64),
        step_opens=_opening_steps(steps, opening),
        opening=opening,
        first_step=_first_steps(steps, _members(ageing, ages.count)),
        first_opening=_first_steps(steps, opening),
        timer_begins=begins_of(timers),
        timers=column(chained(timers)),
        timer_formula=column(t.formula if book.asks_lead[t.formula] else -1 for t in book.timers),
        timer_length=column((timer.length for timer in book.timers), np.int64),
        first_timer=column(_first_timers(book, len(versions))),
        timer_atom=column(_timer_atoms(book)),
        atom_begins=column(first_atoms),
        amount_begins=begins_of(amounts),
        amounts=column(chained(amounts)),
        base=_base(book, versions, groups),
        least=least,
        most=most,
        groups=column(len(places) for places in groups),
        grades=np.array([_grades(version) for version in versions], np.int64),
        high=np.array([_high(version) for version in versions], np.bool_),
        graded=np.array([bool(v.scoring and v.scoring.tiers) for v in versions], np.bool_),
    )


def _earning(book: Book, ages: Ages, versions: int) -> tuple[list[list[int]], Any]:
    patterns = len(book.rows.of)
    earns: list[list[int]] = [[] for _ in range(versions * patterns * ages.count)]
    opening = np.zeros((versions * patterns, ages.count), np.bool_)
    for number, scorer in enumerate(book.scorers):
        place = ages.place(scorer)
        opens = _opens(book, number, scorer)
        for p in np.flatnonzero(book.by_row(scorer.formula) >= 0):
            vp = scorer.version * patterns + int(p)
            earns[vp * ages.count + place].append(number)
            opening[vp, place] |= opens and place > 0
    return earns, opening


def _ageing_classes(earns: list[list[int]], classes: int) -> list[list[int]]:
    """[vp] the classes, but for the one that never ages, in which such a row earns something."""
    rows = [earns[i : i + classes] for i in range(0, len(earns), classes)]
    return [[place for place in range(1, classes) if row[place]] for row in rows]


def _members(lists: list[list[int]], width: int) -> Any:
    """[list, number] whether a list has the number."""
    table = np.zeros((len(lists), width), np.bool_)
    for place, numbers in enumerate(lists):
        table[place, numbers] = True
    return table


def _first_steps(steps: list[list[Step]], concerned: Any) -> Any:
    """[vp] how long after a row the first step in one of the classes that concern it falls."""
    firsts = [min((shift for _, shift in of), default=b.FOREVER) for of in steps]
    of_version = np.reshape(firsts, (-1, concerned.shape[1]))
    of_class = np.repeat(of_version, len(concerned) // len(of_version), axis=0)
    return np.where(concerned, of_class, b.FOREVER).min(1)


def _opening_steps(steps: list[list[Step]], opening: Any) -> Any:
    """[step] whether any row's step of that kind can open a decision."""
    versions = len(steps) // opening.shape[1]
    patterns = len(opening) // versions
    of_class = opening.reshape(versions, patterns, opening.shape[1]).any(1).ravel()
    return column((opens for opens, of in zip(of_class, steps, strict=True) for _ in of), np.bool_)


def _atoms_on_amounts(book: Book, first_atoms: list[int], groups: int) -> list[list[int]]:
    """[v * (groups + 1) + group, then counts] the questions of a version on the group's score."""
    of: list[list[int]] = []
    for begin, end in pairwise(first_atoms):
        of += [[] for _ in range(groups + 1)]
        for atom in range(begin, end):
            question, subject, _ = book.state_atoms[atom]
            if question != b.QUIET_FOR:
                place = groups if question == b.COUNT_AT_LEAST else subject
                of[place - groups - 1].append(atom)
    return of


def _timer_atoms(book: Book) -> list[int]:
    """[timer] the question that asks for it."""
    timers = {
        timer: atom
        for atom, (question, timer, _) in enumerate(book.state_atoms)
        if question == b.QUIET_FOR
    }
    return [timers[timer] for timer in range(len(book.timers))]


def _opens(book: Book, number: int, scorer: Scorer) -> bool:
    """Whether losing worth can make some condition hold, so that time alone decides something."""
    if scorer.group < 0:
        return number in book.fading
    return scorer.version in (book.rising if scorer.points < 0 else book.falling)


def _timers(book: Book, versions: int) -> list[list[int]]:
    patterns = len(book.rows.of)
    of: list[list[int]] = [[] for _ in range(versions * patterns)]
    for number, timer in enumerate(book.timers):
        for p in np.flatnonzero(book.by_row(timer.formula) >= 0):
            of[timer.version * patterns + int(p)].append(number)
    return of


def _first_timers(book: Book, versions: int) -> list[int]:
    return [sum(timer.version < v for timer in book.timers) for v in range(versions + 1)]


def _base(book: Book, versions: list[Agreement], groups: list[dict[str, int]]) -> Any:
    most_groups = max(map(len, groups))
    base = np.zeros((len(versions), len(book.attributes.of), most_groups), np.int64)
    for v, version in enumerate(versions):
        for rule in version.scoring.rules if version.scoring else []:
            if not is_activity_rule(rule):
                points = between(-_cap(rule), whole_thousandths(rule.points), _cap(rule))
                base[v, :, groups[v][group_of(rule)]] += points * book.where_holds(rule.when, v)
    return base


def _limits(versions: list[Agreement], groups: list[dict[str, int]]) -> tuple[Any, Any]:
    shape = (len(versions), max(map(len, groups)))
    least, most = np.full(shape, -NO_LIMIT), np.full(shape, NO_LIMIT)
    for v, version in enumerate(versions):
        if version.scoring:
            limits = {"total": version.scoring.total, **version.scoring.groups}
            for name, limit in limits.items():
                place = groups[v][name]
                if limit.at_least is not None:
                    least[v, place] = whole_thousandths(limit.at_least)
                if limit.at_most is not None:
                    most[v, place] = whole_thousandths(limit.at_most)
    return least.astype(np.int64), most.astype(np.int64)


def _grades(version: Agreement) -> list[int]:
    tiers = version.scoring.tiers if version.scoring else None
    if tiers is None:
        return [NO_LIMIT] * 4
    bounds = [
        tiers.fit.get("A"),
        tiers.fit.get("B"),
        tiers.engagement.get("1"),
        tiers.engagement.get("2"),
    ]
    return [NO_LIMIT if bound is None else whole_thousandths(bound) for bound in bounds]


def _high(version: Agreement) -> list[bool]:
    tiers = version.scoring.tiers if version.scoring else None
    high = tiers.high_quality if tiers else []
    return [f"{letter}{number}" in high for letter in "ABC" for number in "123"]
