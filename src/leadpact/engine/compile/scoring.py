"""Scoring rules and counts as tables: who earns what from which pattern, and how it ages."""

from __future__ import annotations

from fractions import Fraction
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

    def steps(self, book: Book, v: int) -> list[tuple[int, int, int]]:
        """(class, number, microseconds after the row) of each step at which points are lost."""
        steps = []
        for place, (every, _) in enumerate(self.of_version[v], start=1):
            worths = [
                len(s.worth()) for s in book.scorers if s.version == v and self.place(s) == place
            ]
            steps += [(place, k, k * every) for k in range(1, max(worths))]
        return steps


def scoring_tables(book: Book, versions: list[Agreement], first_atoms: list[int]) -> b.Scoring:
    """The kernels' form of all scoring; `first_atoms`: where each version's questions begin."""
    ages = Ages(book, len(versions))
    earns, opening = _earning(book, ages, len(versions))
    steps = [ages.steps(book, v) for v in range(len(versions))]
    flat = chained(steps)
    timers = _timers(book, len(versions))
    groups = [group_places(version) for version in versions]
    least, most = _limits(versions, groups)
    worth = [scorer.worth() for scorer in book.scorers] or [[0]]
    width = max(map(len, worth))
    return b.Scoring(
        begins=begins_of(earns),
        scorers=column(chained(earns)),
        formula=column(s.formula if book.asks_lead[s.formula] else -1 for s in book.scorers),
        group=column(scorer.group for scorer in book.scorers),
        cap=column((scorer.cap for scorer in book.scorers), np.int64),
        worth=np.array([w + [w[-1]] * (width - len(w)) for w in worth], np.int64),
        step_begins=begins_of(steps),
        step_class=column(step[0] for step in flat),
        step_number=column(step[1] for step in flat),
        step_shift=column((step[2] for step in flat), np.int64),
        opening=opening,
        timer_begins=begins_of(timers),
        timers=column(chained(timers)),
        timer_formula=column(t.formula if book.asks_lead[t.formula] else -1 for t in book.timers),
        timer_length=column((timer.length for timer in book.timers), np.int64),
        first_timer=column(_first_timers(book, len(versions))),
        atom_begins=column(first_atoms),
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
