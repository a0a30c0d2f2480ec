"""From cases to values, intervals and percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, binomtest, ecdf

from leadpact.engine.metrics.aggregate import (
    Cases,
    Figure,
    figure,
    interval,
    percentile,
    ratio_interval,
)
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.obligations import ObligationFigure, counts, obligations
from leadpact.engine.metrics.registry import REGISTRY
from tests.engine.metrics import tiny

LABEL = Figure("mql_to_close", "all", None, None, None, "share", 0)


def test_nineteen_cases_are_counted_and_twenty_make_a_share() -> None:
    few = figure(REGISTRY["mql_to_close"], LABEL, Cases(7, 19, 19))
    assert (few.value, few.unit, few.n, few.low) == (7, "cases", 19, None)
    enough = figure(REGISTRY["mql_to_close"], LABEL, Cases(7, 20, 20))
    assert (enough.value, enough.unit, enough.n) == (0.35, "share", 20)
    assert few.numerator == enough.numerator == 7


def test_wilson_interval_of_412_in_496() -> None:
    # (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n) with z = 1.96
    assert interval(412, 496) == pytest.approx((0.7951, 0.8611), abs=1e-4)


@given(st.integers(1, 3000), st.integers(0, 3000), st.sampled_from([0.8, 0.95, 0.999]))
def test_intervals_are_wilsons(n: int, met: int, level: float) -> None:
    met = min(met, n)
    wilson = binomtest(met, n).proportion_ci(level, method="wilson")
    assert interval(met, n, level) == pytest.approx((wilson.low, wilson.high), abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_percentiles_are_those_of_kaplan_and_meier(
    cases: list[tuple[int, bool]], level: float
) -> None:
    times, seen = np.array([t for t, _ in cases], float), np.array([s for _, s in cases])
    expected = None
    if seen.any():
        curve = ecdf(CensoredData(uncensored=times[seen], right=times[~seen])).sf
        reached = np.flatnonzero(curve.probabilities <= 1 - level + 1e-9)
        expected = float(curve.quantiles[reached[0]]) if len(reached) else None
    assert percentile(times, seen, level) == expected


def test_the_interval_of_a_flow_holds_the_true_ratio_as_often_as_it_says() -> None:
    dice = np.random.default_rng(3)
    for there, ratio in ((30, 0.4), (60, 1.3), (400, 0.1)):
        counts = zip(dice.poisson(there * ratio, 4000), dice.poisson(there, 4000), strict=True)
        found = [ratio_interval(int(a), int(b)) for a, b in counts if b]
        held = sum(low <= ratio <= high for low, high in found) / len(found)
        assert 0.93 <= held <= 0.97


def test_a_flow_can_be_more_than_one_and_a_part_is_known_whole() -> None:
    flow = figure(REGISTRY["conversion_flow"], LABEL, Cases(30, 20, 50))
    assert (flow.value, flow.unit, flow.n) == (1.5, "share", 20)
    assert flow.low is not None
    assert flow.low < 1.5
    few = figure(REGISTRY["conversion_flow"], LABEL, Cases(3, 2, 5))
    assert (few.value, few.unit, few.n) == (3, "cases", 2)
    weeks = figure(REGISTRY["evenness"], LABEL, Cases(3, 4, 4))
    assert (weeks.value, weeks.unit, weeks.n, weeks.low) == (0.75, "share", 4, None)


@pytest.mark.parametrize(
    ("minutes", "answered", "level", "expected"),
    [
        ([10, 20, 30, 40], [True] * 4, 0.5, 20),
        ([10, 60, 60, 60], [True, False, False, False], 0.5, None),
        (range(1, 11), [True] * 10, 0.9, 9),
        # After 2 of 4 at 20 one leaves unanswered, so the last answer halves what was left.
        ([10, 20, 25, 40], [True, True, False, True], 0.9, 40),
        ([5, 5], [False, False], 0.5, None),
        ([], [], 0.5, None),
    ],
)
def test_percentiles_treat_the_unanswered_as_not_answered_so_far(
    minutes: list[float], answered: list[bool], level: float, expected: float | None
) -> None:
    assert percentile(list(minutes), answered, level) == expected


def clocks() -> list[dict[str, object]]:
    return [
        tiny.clock("a", "met", 600),
        tiny.clock("b", "met", 1200),
        tiny.clock("c", "missed", 9000),
        tiny.clock("d", "missed", 8000, stopped_at=None),
        tiny.clock("e", "overdue", 30_000),
        tiny.clock("f", "running", 100),
        tiny.clock("g", "cancelled", 50),
        tiny.clock("h", "waived", 70),
        tiny.clock("i", "rejected", 60),
        tiny.clock("j", "met", 0, already_in_contact=True),
    ]


def test_an_obligation_of_ten_leads() -> None:
    answer, route = obligations(tiny.result(clocks=clocks()))
    assert answer == ObligationFigure(
        "Answer",
        "sales",
        met=3,
        missed=2,
        running=1,
        overdue=1,
        cancelled=1,
        waived=1,
        rate=0.5,
        p50_seconds=9000,  # 50, 60 and 100 leave unanswered; 5 of 5, 4 of 5, then 2 of 3 … remain
        p90_seconds=None,
        rejected=1,
        already_in_contact=1,
        low=answer.low,
        high=answer.high,
    )
    assert (answer.low, answer.high) == pytest.approx((0.188, 0.812), abs=1e-3)
    assert route == ObligationFigure("Route", "marketing")


def test_published_keys_of_an_obligation() -> None:
    (answer, _) = obligations(tiny.result(clocks=clocks()))
    assert " ".join(answer.as_json()) == (
        "name side met missed running overdue cancelled waived rate p50_seconds p90_seconds"
    )


def test_metrics_and_obligations_agree_on_percentiles() -> None:
    result = tiny.result(clocks=clocks())
    (figure,) = Measures(result, tiny.history()).of("response_p50")
    assert figure.name == "response_p50: Answer"
    assert figure.value == obligations(result)[0].p50_seconds
    assert figure.n == 8


def test_an_answer_by_protocol_is_no_answer_yet() -> None:
    result = tiny.result(clocks=[tiny.clock("a", "met", 600, by_protocol=True)])
    assert obligations(result)[0].met == 1
    assert obligations(result)[0].p50_seconds is None


def test_obligations_of_a_period_are_those_due_in_it() -> None:
    result = tiny.result(
        clocks=[tiny.clock("a", "met"), tiny.clock("b", "met", due_at=tiny.day(9))]
    )
    assert obligations(result, (tiny.day(0), tiny.day(9)))[0].met == 1
    assert obligations(result, (tiny.day(0), tiny.day(9.1)))[0].met == 2


def test_obligations_of_earlier_versions_and_protocol_steps_come_last() -> None:
    result = tiny.result(
        clocks=[
            tiny.clock("a", "met", obligation="contact protocol: mail", protocol_step=1),
            tiny.clock("a", "met", obligation="contact protocol: call", protocol_step=0),
            tiny.clock("a", "met", obligation="Older promise"),
        ]
    )
    names = [each.name for each in obligations(result)]
    assert names == [
        "Answer",
        "Route",
        "Older promise",
        "contact protocol: call",
        "contact protocol: mail",
    ]


def test_counts_leave_out_the_excluded_and_the_merged() -> None:
    result = tiny.result(
        lead_states=[
            {"lead_id": "a"},
            {"lead_id": "b", "stage": "MQL"},
            {"lead_id": "c", "stage": "Customer", "status": "won"},
            {"lead_id": "d", "status": "excluded", "reason": "bot"},
            {"lead_id": "e", "status": "excluded", "reason": "bot"},
            {"lead_id": "f", "status": "excluded"},
            {"lead_id": "g", "status": "merged"},
        ]
    )
    assert counts(result) == {
        "leads": 3,
        "excluded": {"bot": 2, "not stated": 1},
        "stages": {"Lead": 1, "MQL": 1, "SAL": 0, "SQL": 0, "Opportunity": 0, "Customer": 1},
    }
