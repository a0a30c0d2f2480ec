"""A scorecard learned from outcomes: whole points that a sales rep can read, and how it judges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.earlier import LATELY_DAYS
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.learning.cases import Cases, TooLittleError
from leadpact.insight.learning.held_back import Halves, still_comes
from leadpact.insight.learning.ranking import Beside, Ranked, beside, ranked
from leadpact.insight.learning.traits import OFTEN, Condition, Trait
from leadpact.insight.statistics import Estimate, share

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: So many points double the odds to become a customer.
DOUBLES = 10
#: A rule gives no fewer and no more points.
LEAST, MOST = -20, 40
#: More rules than this nobody reads.
MOST_RULES = 15
#: For so many customers a rule can be learned (P. Peduzzi and others, Journal of Clinical
#: Epidemiology 49 (1996), 1373-1379).
CUSTOMERS_A_RULE = 10
_BINS = 4
#: So many of what may earn points are weighed, those that tell most by themselves.
_MOST_WEIGHED = 40
#: Strengths of the penalty that are tried, the strongest first.
_STRENGTHS = tuple(10.0**n for n in np.linspace(-2.5, 0, 6))
_FOLDS = 5
#: A rule stays when its weight is so many standard errors from nothing: 99 of 100 are no chance.
_SURE = 2.58
#: The parts of the leads that get the best grade, and it or the one after.
_GRADES = (0.1, 0.33)


@dataclass(frozen=True, eq=False)
class Part:
    """What a rule of a scorecard counts: `value` for each lead, up to `most`."""

    trait: Trait
    value: Numbers
    most: int
    lately: bool

    @property
    def name(self) -> str:
        """What the rule is called."""
        if self.trait.is_act and self.lately:
            return f"{self.trait.name} in the last {LATELY_DAYS} days"
        return self.trait.name


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule: so many points for each time, at most `most` times; `reason` is what it rests on."""

    part: Part
    points: int
    n: int
    customers: int

    @property
    def name(self) -> str:
        """What it is called."""
        return self.part.name

    @property
    def share(self) -> Estimate:
        """The share of its leads, among those learned from, that became customers."""
        return share(self.customers, self.n)

    def as_rule(self) -> dict[str, Any]:
        """The rule as a section `scoring` of an agreement has it."""
        made: dict[str, Any] = {"name": self.name, "when": dict(self.when), "points": self.points}
        if self.part.trait.is_act:
            made["at_most"] = abs(self.points) * self.part.most
            if self.part.lately:
                made["ageing"] = {"every": f"{LATELY_DAYS} days", "by": "100 %"}
        return made

    @property
    def when(self) -> Condition:
        """What earns the points."""
        return self.part.trait.when


@dataclass(frozen=True)
class Bin:
    """Leads held back with points in a range: the share of customers expected, and what came."""

    low: float
    high: float
    expected: float
    came: Estimate


@dataclass(frozen=True, eq=False)
class Scorecard:
    """The rules, the score that makes as many MQLs as today, and how both scores judge.

    `beside` has the present score second, and is None without one; `dealt` the same of the leads
    that sales dealt with alone, where they are enough.
    """

    rules: Sequence[Rule]
    threshold: int
    own: Ranked
    beside: Beside | None
    dealt: Beside | None
    bins: Sequence[Bin]
    learned_from: int
    customers_learned_from: int
    judged_on: int
    customers_judged_on: int
    since: int

    @property
    def points(self) -> Numbers:
        """[lead] its points."""
        return total(self.rules)

    @property
    def levels(self) -> list[int]:
        """Every score that some lead has, the lowest first: what a threshold can be."""
        return [int(level) for level in np.unique(self.points)]

    def grades(self, acts: bool) -> tuple[int, int]:
        """The points for acts, or of attributes, that a tenth and a third of the leads reach."""
        own = [rule for rule in self.rules if rule.part.trait.is_act is acts]
        points = total(own) if own else np.zeros(1)
        best, good = (int(np.quantile(points, 1 - part)) for part in _GRADES)
        return max(best, good + 1), good


def total(rules: Sequence[Rule]) -> Numbers:
    """[lead] the sum of the points that rules give."""
    found: Numbers = np.sum([rule.points * rule.part.value for rule in rules], axis=0)
    return found


def learn(cases: Cases, traits: Sequence[Trait], split: Halves) -> Scorecard:
    """A scorecard from the earlier leads, judged on those held back.

    Raises TooLittleError where no rule is worth a point.
    """
    parts = _parts(traits, cases.won, split)
    rules = _rules(parts, cases.won, split.learned) if parts else []
    if not rules:
        raise TooLittleError(
            "Nothing that was known of the earlier leads is worth points: no scorecard is learned."
        )
    score = total(rules)
    held, won = split.held, cases.won[split.held]
    present = None if cases.known.score is None else np.nan_to_num(cases.known.score)
    known = present is not None and len(np.unique(present[held])) > 1
    seen = held & cases.dealt
    return Scorecard(
        rules=rules,
        threshold=_threshold(score[split.learned], cases.qualified[split.learned]),
        own=ranked(score[held], won),
        beside=beside(score[held], present[held], won) if known and present is not None else None,
        dealt=_among_dealt(score, present, cases.won, seen) if known else None,
        bins=_bins(score, cases.won, split),
        learned_from=int(split.learned.sum()),
        customers_learned_from=int(cases.won[split.learned].sum()),
        judged_on=len(won),
        customers_judged_on=int(won.sum()),
        since=split.since,
    )


def _among_dealt(score: Numbers, present: Numbers | None, won: Flags, seen: Flags) -> Beside | None:
    customers = int(won[seen].sum())
    if present is None or min(customers, int(seen.sum()) - customers) < ENOUGH:
        return None
    return beside(score[seen], present[seen], won[seen])


def _threshold(score: Numbers, qualified: Flags) -> int:
    """The score that as many of these leads reach as are MQLs today, or nearest to it."""
    wanted = qualified.sum() if 0 < qualified.mean() < 1 else 0.3 * len(score)
    levels = np.unique(score)
    reach = np.array([(score >= level).sum() for level in levels])
    return int(levels[np.argmin(np.abs(reach - wanted))])


# ------------------------------------------------------------------------------------------- parts


def _parts(traits: Sequence[Trait], won: Flags, split: Halves) -> list[Part]:
    """What may earn points: traits of attributes, and of each act the way of counting that tells
    most of the earlier leads. What does not come up any more is worth nothing."""
    learned = split.learned
    found: list[Part] = []
    acts: set[str] = set()
    for each in traits:
        if not each.is_act:
            found.append(Part(each, each.has.astype(float), 1, False))
        elif each.of not in acts:
            acts.add(each.of)
            ways = _ways(each)
            found.append(max(ways, key=lambda way: _tells(way.value[learned], won[learned])))
    common = [
        each for each in found if _is_common(each.value[learned]) and still_comes(each.trait, split)
    ]
    common.sort(key=lambda each: -_tells(each.value[learned], won[learned]))
    return common[:_MOST_WEIGHED]


def _ways(trait: Trait) -> list[Part]:
    """An act counted once or up to OFTEN times, ever or lately."""
    assert trait.times is not None, "an act is counted"
    assert trait.lately is not None, "an act is counted"
    return [
        Part(trait, np.minimum(counts, most).astype(float), most, lately)
        for lately, counts in ((False, trait.times), (True, trait.lately))
        for most in (1, OFTEN)
    ]


def _is_common(value: Numbers) -> bool:
    there = int((value > 0).sum())
    return min(there, len(value) - there) >= ENOUGH


def _tells(value: Numbers, won: Flags) -> float:
    """How far a count tells customers from others: the size of the correlation."""
    spread = value.std()
    return (
        abs(float(((value - value.mean()) * (won - won.mean())).mean() / spread)) if spread else 0.0
    )


# ------------------------------------------------------------------------------------------- rules


def _rules(parts: Sequence[Part], won: Flags, learned: Flags) -> list[Rule]:
    values = np.column_stack([each.value[learned] for each in parts])
    own = won[learned]
    worth = _worth(values, own)
    rules = []
    for part, weight in zip(parts, worth, strict=True):
        points = _points(weight, part.most)
        if points:
            has = part.value[learned] > 0
            rules.append(Rule(part, points, int(has.sum()), int((has & own).sum())))
    return sorted(rules, key=lambda rule: (-abs(rule.points) * rule.part.most, rule.name))


def _points(weight: float, most: int) -> int:
    """Whole points for a logarithm of the odds, within the bounds for as often as it counts."""
    points = round(weight * DOUBLES / math.log(2))
    return max(math.ceil(LEAST / most), min(MOST // most, points))


def _worth(values: Numbers, won: Flags) -> Numbers:
    """[part] by how much it moves the logarithm of the odds; 0 for those that are left out.

    A lasso chooses, its strength by cross-validation within these leads: the strongest of those
    that are no worse than the best by more than chance. What it chose is weighed anew with a light
    ridge, since a lasso draws weights towards nothing, and what may be chance falls, the weakest
    first.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold

    most = min(MOST_RULES, int(won.sum()) // CUSTOMERS_A_RULE)
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(scaled, won))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        losses = np.array(
            [[_loss(scaled, won, fold, strength) for fold in folds] for strength in _STRENGTHS]
        )
        strength = _STRENGTHS[_simplest(losses)]
        weights = _lasso(strength).fit(scaled, won).coef_[0]
        chosen = np.argsort(-np.abs(weights), kind="stable")[:most]
        chosen = np.sort(chosen[weights[chosen] != 0])
    worth = np.zeros(values.shape[1])
    while len(chosen):
        weights, errors = _ridge(scaled[:, chosen], won)
        weakest = int(np.argmin(np.abs(weights) / errors))
        if abs(weights[weakest]) >= _SURE * errors[weakest]:
            worth[chosen] = weights / spread[chosen]
            break
        chosen = np.delete(chosen, weakest)
    return worth


def _ridge(values: Numbers, won: Flags) -> tuple[Numbers, Numbers]:
    """The weights of a logistic regression with a light penalty, and their standard errors."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=1000).fit(values, won)
    likely = model.predict_proba(values)[:, 1]
    design = np.column_stack([np.ones(len(values)), values])
    penalty = np.diag([0.0, *np.ones(values.shape[1])])
    information = design.T @ (design * (likely * (1 - likely))[:, None]) + penalty
    errors: Numbers = np.sqrt(np.diag(np.linalg.inv(information)))[1:]
    return model.coef_[0], errors


def _simplest(losses: Numbers) -> int:
    """The strongest penalty whose loss is within a standard error of the best (L. Breiman)."""
    mean = losses.mean(axis=1)
    best = int(np.argmin(mean))
    error = losses[best].std(ddof=1) / math.sqrt(losses.shape[1])
    return int(np.flatnonzero(mean <= mean[best] + error)[0])


def _lasso(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=strength, l1_ratio=1, solver="liblinear", intercept_scaling=10, random_state=0,
        max_iter=500,
    )  # fmt: skip


def _loss(values: Numbers, won: Flags, fold: tuple[Any, Any], strength: float) -> float:
    from sklearn.metrics import log_loss

    fit, test = fold
    model = _lasso(strength).fit(values[fit], won[fit])
    return float(log_loss(won[test], model.predict_proba(values[test])[:, 1], labels=[False, True]))


# ------------------------------------------------------------------------------------- calibration


def _bins(score: Numbers, won: Flags, split: Halves) -> list[Bin]:
    """Ranges of points with about as many leads each: what the earlier show, and what came."""
    before, later = score[split.learned], score[split.held]
    cuts = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1], method="higher"))
    edges = [-np.inf, *cuts, np.inf]
    found = []
    for low, high in pairwise(edges):
        own, other = ((part >= low) & (part < high) for part in (before, later))
        if own.any() and other.any():
            came = share(int(won[split.held][other].sum()), int(other.sum()))
            found.append(Bin(float(low), float(high), float(won[split.learned][own].mean()), came))
    return found
