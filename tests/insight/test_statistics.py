"""Estimates worked by hand, and the words for differences."""

from __future__ import annotations

import numpy as np
import pytest

from leadpact.insight.differences import Word, difference
from leadpact.insight.maturity import ripening
from leadpact.insight.statistics import Estimate, count, mean, percentile, share, total


def test_a_difference_of_shares_is_newcombe_s() -> None:
    # Newcombe 1998, table II (a), method 10: 56/70 against 48/80.
    found = difference(share(56, 70), share(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert found.word is Word.HIGHER


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ((56, 70), (48, 80), Word.HIGHER),
        ((48, 80), (56, 70), Word.LOWER),
        ((50, 80), (48, 80), Word.NOISE),
        ((19, 19), (0, 80), Word.FEW),
    ],
)
def test_the_word_for_a_difference(
    one: tuple[int, int], other: tuple[int, int], word: Word
) -> None:
    assert difference(share(*one), share(*other)).word is word


def test_a_difference_without_an_end_may_be_chance() -> None:
    open_ended = Estimate(10, 8, None, 30)
    found = difference(open_ended, Estimate(9.9, 9.8, 10, 30))
    assert (found.high, found.word) == (None, Word.NOISE)


def test_a_count_scatters_by_more_than_chance_where_it_came_in_bursts() -> None:
    # 100 ± 1.96·√(100 + 0.96) + 1.92 for pure chance.
    assert (count(100).low, count(100).high) == pytest.approx((82.22, 121.62), abs=0.01)
    calm, bursts = count(100), count(100, 4)
    assert bursts.low is not None
    assert calm.low is not None
    assert bursts.low < calm.low


def test_a_sum_is_uncertain_by_its_largest_amounts() -> None:
    even, uneven = total([100] * 40), total([10] * 39 + [3610])
    assert even.value == uneven.value == 4000
    assert even.low is not None
    assert uneven.low is not None
    assert uneven.low < even.low
    assert total([5]).low is None


def test_a_mean_of_ones_is_student_s() -> None:
    found = mean([1, 2, 3, 4, 5], np.ones(5))
    # 3 ± 2.776·√2.5/√5
    assert (found.value, found.low, found.high) == pytest.approx((3, 1.037, 4.963), abs=1e-3)
    assert mean([3], [1]).low is None


def test_a_median_has_the_answers_around_it_as_its_interval() -> None:
    found = percentile(np.arange(1.0, 41), np.ones(40, bool), 0.5)
    # 0.65 are left after 14 and 0.35 after 26; exp(log S · exp(±1.96·se)) are 0.48 and 0.50.
    assert found == Estimate(20, 14, 26, 40)


def test_a_median_whose_upper_end_is_not_reached_has_none() -> None:
    found = percentile([1.0, 2, 3, 4] + [9.0] * 4, [True] * 4 + [False] * 4, 0.5)
    assert found is not None
    assert (found.value, found.high) == (4, None)
    assert percentile([1.0, 9, 9], [True, False, False], 0.5) is None


def test_per_day_scales_all() -> None:
    assert Estimate(40, 30, None, 40).per(20) == Estimate(2, 1.5, None, 40)


# Ten days apart, 100 leads each; 20 of each convert, one a day from the first day of age on.
AGE = np.repeat(np.arange(0.0, 100, 10), 100)
DELAY = np.tile(np.r_[np.arange(1.0, 21), np.full(80, np.nan)], 10)
SEEN = np.where(DELAY <= AGE, DELAY, np.nan)


def test_maturity_is_the_age_by_which_nine_in_ten_had_converted() -> None:
    found = ripening(AGE, SEEN)
    assert found is not None
    assert found.mature == 18
    assert found.share == pytest.approx(0.2)
    assert found.by(np.array([0.0, 10, 20, 50])) == pytest.approx([0, 0.5, 1, 1], abs=1e-9)


def test_what_may_still_come_of_a_young_cohort() -> None:
    found = ripening(AGE, SEEN)
    assert found is not None
    # Ten of a hundred are to come after day 10; ninety have not converted: one in nine will.
    assert found.still(np.array([10.0]), 0.2) == pytest.approx([10 / 90])
    assert found.still(np.array([30.0]), 0.2) == pytest.approx([0])


def test_young_leads_do_not_hide_slow_conversions() -> None:
    young = AGE < 15
    few_days = ripening(AGE[young], SEEN[young])
    assert few_days is None or few_days.mature > 9


def test_a_thin_or_short_record_tells_no_maturity() -> None:
    assert ripening(AGE[:50], SEEN[:50]) is None
    only = AGE == 20
    assert ripening(AGE[only], SEEN[only]) is None
