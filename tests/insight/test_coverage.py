"""The intervals hold what they promise: in simulation, 95 % of them hold the truth.

The sizes and shapes are those for which that is the honest claim. Wilson's interval keeps it on
average over shares, not for every single one; a time by which 90 % are answered needs some 200
cases, for with few its upper end is often unknown, which counts as holding the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from leadpact.insight.differences import Difference, difference
from leadpact.insight.statistics import Estimate, count, mean, percentile, share, total

Case = Callable[[np.random.Generator], tuple[Estimate | Difference | None, float]]

SHARES = np.linspace(0.05, 0.95, 19)
ROUNDS = 2000
#: Three standard errors of a coverage seen in so many rounds.
CHANCE = 3 * math.sqrt(0.95 * 0.05 / ROUNDS)


def shares(n: int) -> Case:
    def case(dice: np.random.Generator) -> tuple[Estimate, float]:
        truth = dice.choice(SHARES)
        return share(int(dice.binomial(n, truth)), n), truth

    return case


def counts(truth: float, scatter: float = 1.0) -> Case:
    def case(dice: np.random.Generator) -> tuple[Estimate, float]:
        rate = truth
        if scatter > 1:
            rate = dice.gamma(truth / (scatter - 1)) * (scatter - 1)
        return count(int(dice.poisson(rate)), scatter), truth

    return case


def amounts(cases: float) -> Case:
    def case(dice: np.random.Generator) -> tuple[Estimate, float]:
        return total(dice.lognormal(0, 0.6, dice.poisson(cases))), cases * math.exp(0.18)

    return case


def means(n: int) -> Case:
    return lambda dice: (mean(dice.gamma(3, 1, n), np.ones(n)), 3.0)


def ratios(n: int) -> Case:
    """Revenue that began as an MQL ÷ all revenue: amounts, of which 60 % count whole."""

    def case(dice: np.random.Generator) -> tuple[Estimate, float]:
        wholes = dice.lognormal(0, 0.5, n)
        return mean(wholes * (dice.random(n) < 0.6), wholes), 0.6

    return case


def times(n: int, level: float, longest: float, slow: float = 1.0) -> Case:
    def case(dice: np.random.Generator) -> tuple[Estimate | None, float]:
        answered, watched = dice.exponential(slow, n), dice.uniform(0, longest, n)
        seen = np.minimum(answered, watched)
        return percentile(seen, answered <= watched, level), -slow * math.log(1 - level)

    return case


def apart(one: Case, other: Case) -> Case:
    def case(dice: np.random.Generator) -> tuple[Difference | None, float]:
        (a, first), (b, second) = one(dice), other(dice)
        if a is None or b is None:
            return None, 0.0
        assert isinstance(a, Estimate)
        assert isinstance(b, Estimate)
        return difference(a, b), first - second

    return case


CASES = {
    "share of 20": shares(20),
    "share of 50": shares(50),
    "share of 200": shares(200),
    "count of 20": counts(20),
    "count of 60": counts(60),
    "count of 60 in bursts": counts(60, 3),
    "count of 200 in bursts": counts(200, 6),
    "sum of 20": amounts(20),
    "sum of 60": amounts(60),
    "mean of 40": means(40),
    "mean of 200": means(200),
    "ratio of 100": ratios(100),
    "median of 30, most answered": times(30, 0.5, 6),
    "median of 60, many unanswered": times(60, 0.5, 3),
    "median of 200, all answered": times(200, 0.5, 1000),
    "90 % of 200, most answered": times(200, 0.9, 8),
    "difference of shares": apart(shares(50), shares(120)),
    "difference of small shares": apart(shares(30), shares(30)),
    "difference of counts": apart(counts(60), counts(45)),
    "difference of counts in bursts": apart(counts(90, 3), counts(70, 3)),
    "difference of sums": apart(amounts(60), amounts(50)),
    "difference of means": apart(means(40), means(25)),
    "difference of medians": apart(times(80, 0.5, 5), times(60, 0.5, 5, slow=1.5)),
}


@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_the_truth_nineteen_times_in_twenty(name: str) -> None:
    assert 0.93 - CHANCE <= covered(CASES[name]) <= 0.97 + CHANCE


def covered(case: Case) -> float:
    dice = np.random.default_rng(2025)
    held = []
    for _ in range(ROUNDS):
        found, truth = case(dice)
        low = None if found is None else found.low
        high = None if found is None else found.high
        held.append((low is None or low <= truth) and (high is None or truth <= high))
    return float(np.mean(held))


def test_the_simulation_sees_an_interval_that_is_too_narrow() -> None:
    def narrow(dice: np.random.Generator) -> tuple[Estimate, float]:
        # Bursts taken for pure chance.
        return count(int(dice.poisson(dice.gamma(30) * 2))), 60.0

    assert covered(narrow) < 0.9
