"""Where a figure may stand when its period ends: the rest of the period played many times over.

Each draw is one way in which the rest could go: so many cases in each week to come (`pace`), and
what they are like, by what the cases of the record were like.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from leadpact.engine.metrics.metric import Measure
from leadpact.insight.amounts import learn_values
from leadpact.insight.maturity import Ripening
from leadpact.insight.pace import Course
from leadpact.insight.rows import Rows
from leadpact.insight.shares import learn_share

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

DRAWS = 5000
#: Percentiles take each draw apart, so that fewer must do, and fewer yet where each is large.
FEW_DRAWS, LEAST_DRAWS = 500, 100
#: The range of a projection holds the end in four cases of five.
RANGE = (0.1, 0.5, 0.9)
#: Days of the record whose cases say what those to come are like, and how many there must be.
ALIKE_DAYS = 365
ENOUGH_ALIKE = 20
_MOST_PICKS = 4_000_000
_MOST_TIMES = 10_000_000
_LEVELS: dict[Measure, float] = {"p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Outlook:
    """Draws of the figure at the end; NaN where there would be no case."""

    ends: Array

    def chance(self, value: float, direction: str) -> float:
        """How likely the figure reaches the value, or stays at or below it for `down`."""
        reached = self.ends >= value if direction == "up" else self.ends <= value
        return float(reached.mean())

    @property
    def range(self) -> tuple[float, float, float] | None:
        """Low, middle and high; infinite for a time that may not be reached at all."""
        known = self.ends[~np.isnan(self.ends)]
        if len(known) < len(self.ends) / 2:
            return None
        low, middle, high = np.quantile(known, RANGE, method="inverted_cdf")
        return float(low), float(middle), float(high)


def outlook(
    measure: Measure,
    present: Rows,
    record: Rows,
    course: Course,
    now: float,
    ripe: Ripening | None = None,
) -> Outlook | None:
    """The outlook for a figure; None when the record is too short or too thin.

    `present` are the cases of the period, `record` those placed by the moment `now` (microseconds
    since 1970) in all, the present ones too. `ripe` is needed for cases that are not settled when
    they are placed.
    """
    if not course.is_enough:
        return None
    dice = np.random.default_rng(20250101)
    play = _Play(present, record, course, now, dice)
    if measure == "count":
        return Outlook(present.numerator.sum() + play.cases(DRAWS).sum(1).astype(float))
    if measure in _LEVELS:
        return play.percentile(_LEVELS[measure])
    if measure == "share" and record.is_plain:
        if record.reached is None:
            return play.share()
        return play.ripened(ripe) if ripe else None
    return play.sum_or_ratio(measure)


@dataclass(frozen=True)
class _Play:
    present: Rows
    record: Rows
    course: Course
    now: float
    dice: np.random.Generator

    def cases(self, draws: int) -> Whole:
        """Cases still to come in each week: shape (draws, weeks).

        Cases of the period that are known before their time, such as clocks stopped before they are
        due, are present already.
        """
        _, counts = self.course.coming(draws, self.dice)
        early = np.full(draws, (self.present.at > self.now).sum())
        for week in range(counts.shape[1]):
            taken = np.minimum(counts[:, week], early)
            counts[:, week] -= taken
            early -= taken
        return counts

    def share(self) -> Outlook | None:
        """Of settled cases."""
        level = learn_share(*_summed(self._weeks(self.record), self.record))
        counts = self.cases(DRAWS)
        ahead = -1 - np.arange(counts.shape[1])
        share = level.coming(ahead, DRAWS, self.dice)
        met = self.present.numerator.sum() + self.dice.binomial(counts, share).sum(1)
        return Outlook(_per(met, self.present.denominator.sum() + counts.sum(1)))

    def ripened(self, ripe: Ripening) -> Outlook | None:
        """Of cases that come to count later: as the share will be when all have had their time.

        A case counts as much as it has had of its time, and for a week that has begun what is known
        of its own cases counts besides.
        """
        week, met, cases = _grown(
            self._weeks(self.record), self._age(self.record), self.record, ripe
        )
        if cases.sum() < ENOUGH_ALIKE:
            return None
        level = learn_share(week, met, cases)
        begun = self.present.kept(self.present.at <= self.now)
        weeks, met, cases = _grown(self._weeks(begun), self._age(begun), begun, ripe)
        waiting = begun.kept(begun.numerator == 0)
        place = np.searchsorted(weeks, self._weeks(waiting))
        number = np.bincount(place, minlength=len(weeks))
        age = np.bincount(place, self._age(waiting), len(weeks)) / np.maximum(number, 1)
        counts = self.cases(DRAWS)
        ahead = -1 - np.arange(counts.shape[1])
        none = np.zeros(len(ahead))
        known = (np.r_[met, none], np.r_[cases, none])
        share = level.coming(np.r_[weeks, ahead], DRAWS, self.dice, known)
        late, fresh = share[:, : len(weeks)], share[:, len(weeks) :]
        ends = begun.numerator.sum() + self.dice.binomial(counts, fresh).sum(1)
        ends = ends + self.dice.binomial(number, ripe.still(age, late)).sum(1)
        return Outlook(_per(ends, len(begun) + counts.sum(1)))

    def sum_or_ratio(self, measure: Measure) -> Outlook | None:
        """Of amounts: their sum, or the sum of numerators per denominators.

        The level of sums and averages may drift; parts of a whole are drawn as they were of late.
        """
        pool = self._alike()
        if len(pool) < ENOUGH_ALIKE or pool.numerator.sum() <= 0:
            return None
        counts = self.cases(DRAWS)
        factor = np.ones(counts.shape)
        if measure in ("sum", "mean") and pool.denominator.all():
            usual = pool.numerator.sum() / pool.denominator.sum()
            level = learn_values(self._weeks(pool), pool.numerator / pool.denominator / usual)
            ahead = -1 - np.arange(counts.shape[1])
            factor = np.maximum(level.coming(ahead, DRAWS, self.dice), 0)
        pairs = np.stack([pool.numerator, pool.denominator], axis=1)
        parts = np.full(DRAWS, self.present.numerator.sum())
        wholes = np.full(DRAWS, self.present.denominator.sum())
        for number, size in zip(counts.T, factor.T, strict=True):
            coming = self._resampled(pairs, number)
            parts += coming[:, 0] * size
            wholes += coming[:, 1]
        return Outlook(parts if measure == "sum" else _per(parts, wholes))

    def percentile(self, level: float) -> Outlook | None:
        """Of times, of which some are known only to be longer."""
        pool = self._alike()
        seen = pool.denominator > 0
        if seen.sum() < ENOUGH_ALIKE:
            return None
        logs = np.log(np.maximum(pool.numerator, 1))
        spread = CensoredData(uncensored=logs[seen], right=logs[~seen])
        done = ecdf(spread).cdf
        drifting = learn_values(self._weeks(pool)[seen], logs[seen])
        counts = self.cases(FEW_DRAWS)
        size = len(self.present) + int(counts.sum(1).max(initial=0))
        counts = counts[: max(LEAST_DRAWS, _MOST_TIMES // (size + 1))]
        ahead = -1 - np.arange(counts.shape[1])
        shift = drifting.coming(ahead, len(counts), self.dice) - logs[seen].mean()
        known = self.present.denominator > 0
        present = np.log(np.maximum(self.present.numerator, 1))
        ends = []
        for number, shifts in zip(counts, shift, strict=True):
            longer = _drawn(done.quantiles, done.probabilities, present[~known], self.dice)
            fresh = _drawn(
                done.quantiles, done.probabilities, np.full(number.sum(), -np.inf), self.dice
            )
            times = np.r_[present[known], longer, fresh + np.repeat(shifts, number)]
            place = int(np.ceil(level * len(times) - 1e-9)) - 1
            ends.append(np.partition(times, place)[place] if len(times) else np.nan)
        return Outlook(np.exp(np.array(ends)))

    def _alike(self) -> Rows:
        """Recent cases, the whole record where those are few."""
        recent = self.record.kept(self.record.day > self.course.today_number - ALIKE_DAYS)
        return recent if len(recent) >= 2 * ENOUGH_ALIKE else self.record

    def _resampled(self, values: Array, number: Whole) -> Array:
        """Sums of so many values drawn anew, one for each number; by their moments where many."""
        if number.sum() > _MOST_PICKS:
            mean, spread = values.mean(0), values.std(0)
            count = number[:, None]
            return np.asarray(count * mean + np.sqrt(count) * spread * self._normal(len(number), 1))
        picked = values[self.dice.integers(0, len(values), int(number.sum()))]
        summed = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(picked, axis=0)])
        ends = np.r_[0, np.cumsum(number)]
        return np.diff(summed[ends], axis=0)

    def _normal(self, *shape: int) -> Array:
        return self.dice.standard_normal(shape)

    def _weeks(self, rows: Rows) -> Whole:
        """Weeks back from today, which ends week 0."""
        return (self.course.today_number - rows.day) // 7

    def _age(self, rows: Rows) -> Array:
        return np.asarray((self.now - rows.at) / 86_400e6)


def _summed(week: Whole, rows: Rows) -> tuple[Whole, Array, Array]:
    counting = rows.denominator > 0
    weeks, place = np.unique(week[counting], return_inverse=True)
    met = np.bincount(place, rows.numerator[counting])
    return weeks, met.astype(float), np.bincount(place).astype(float)


def _grown(week: Whole, age: Array, rows: Rows, ripe: Ripening) -> tuple[Whole, Array, Array]:
    """For each week how many cases have come to count, of how many that have had their time."""
    weeks, place = np.unique(week, return_inverse=True)
    met = np.bincount(place, rows.numerator, len(weeks)).astype(float)
    had = np.bincount(place, ripe.by(age), len(weeks))
    return weeks, met, np.maximum(had, met) + 1e-6


def _per(parts: Array, wholes: Array) -> Array:
    shares = np.full(len(parts), np.nan)
    np.divide(parts, wholes, out=shares, where=wholes > 0)
    return shares


def _drawn(times: Array, done: Array, beyond: Array, dice: np.random.Generator) -> Array:
    """Times drawn from those of the record, each longer than `beyond`; infinite past its end."""
    place = np.searchsorted(times, beyond, side="right") - 1
    passed = np.where(place < 0, 0.0, done[np.maximum(place, 0)])
    chosen = np.searchsorted(done, passed + (1 - passed) * dice.random(len(beyond)), side="left")
    return np.where(chosen < len(times), times[np.minimum(chosen, len(times) - 1)], np.inf)
