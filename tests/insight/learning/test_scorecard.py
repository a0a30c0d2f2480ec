"""A definition and a scorecard are learned where there is something to learn, and judged fairly."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import norm

from leadpact.engine.evaluate import evaluate
from leadpact.flows.checking import warnings
from leadpact.flows.learning import teach
from leadpact.insight.differences import Word
from leadpact.insight.learning.applied import with_scorecard
from leadpact.insight.learning.learned import learned
from leadpact.insight.learning.ranking import beside, ranked
from leadpact.insight.learning.scorecard import LEAST, MOST, total
from leadpact.insight.learning.taught import Taught
from tests.insight.learning.made import company, day, loaded, replay

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def taught() -> Taught:
    history = company(5000)
    return teach(loaded(), replay(history), history)


def test_the_rules_are_those_that_are_true(taught: Taught) -> None:
    """Ten points double the odds: retail is worth ten, a request twenty."""
    assert taught.scorecard is not None
    points = {rule.name: rule.points for rule in taught.scorecard.what.rules}
    assert points["demo requested"] == pytest.approx(20, abs=5)
    industry = points.get("industry: retail", 0) - min(
        points.get("industry: health", 0), points.get("industry: finance", 0)
    )
    assert industry == pytest.approx(10, abs=5)
    others = [p for name, p in points.items() if name.startswith(("noise", "employees", "news"))]
    assert all(abs(each) <= 5 for each in others)
    assert all(LEAST <= each <= MOST for each in points.values())


def test_it_is_better_than_a_score_that_knows_nothing(taught: Taught) -> None:
    assert taught.scorecard is not None
    judged = taught.scorecard.what.beside
    assert judged is not None
    assert judged.word is Word.HIGHER
    assert judged.other.area.value == pytest.approx(0.5, abs=0.08)
    expected = [each.expected for each in taught.scorecard.what.bins]
    assert expected == sorted(expected)
    for each in taught.scorecard.what.bins:
        assert each.came.low is not None
        assert each.came.low - 0.03 < each.expected


def test_the_definition_asks_for_what_is_true(taught: Taught) -> None:
    assert taught.definition is not None
    found = taught.definition.what
    named = {trait.of.split()[0] for each in found.alternatives for trait in each}
    assert "demo_requested" in named
    assert found.is_worth_it


def test_both_are_agreements_without_a_problem(taught: Taught) -> None:
    assert taught.definition is not None
    assert taught.scorecard is not None
    for each in (taught.definition, taught.scorecard):
        assert each.version.problems == []
        assert warnings([each.version], NOW) == []


def test_the_engine_gives_the_points_that_were_judged(taught: Taught) -> None:
    assert taught.learned is not None
    assert taught.scorecard is not None
    card, known = taught.scorecard.what, taught.learned.cases.known
    version = with_scorecard(loaded(), card, taught.learned.types).agreement
    assert version is not None
    found = evaluate([version], known.history, as_of=day(460), with_hygiene=False).lead_states
    score = dict(zip(found["lead_id"].to_pylist(), found["score"].to_pylist(), strict=True))
    assert [score[key] for key in known.lead_ids.to_pylist()] == total(card.rules).tolist()


def test_the_same_history_teaches_the_same() -> None:
    history = company(1500)
    cards = [learned(replay(history), history).scorecard for _ in range(2)]
    told = [[rule.as_rule() for rule in card.rules] for card in cards if card]
    assert told[0]
    assert told[0] == told[1]


def test_few_customers_suggest_nothing() -> None:
    history = company(300)
    found = learned(replay(history), history)
    assert found.scorecard is None
    assert "it takes 50" in found.why_no_scorecard
    assert found.why_no_definition == found.why_no_scorecard
    assert found.compared


def test_the_area_and_its_interval_hold() -> None:
    """Customers have a normal score that is one higher: the area is that of 1/sqrt(2)."""
    dice, truth = np.random.default_rng(5), float(norm.cdf(1 / np.sqrt(2)))
    won = np.arange(400) < 60
    inside = 0
    for _ in range(400):
        area = ranked(dice.normal(size=400) + won, won).area
        assert area.low is not None
        assert area.high is not None
        inside += area.low <= truth <= area.high
    assert 0.92 <= inside / 400 <= 0.98


def test_equal_points_are_shared_out() -> None:
    won = np.array([True, False, True, False])
    found = ranked(np.zeros(4), won)
    assert found.area.value == 0.5
    assert found.top == pytest.approx((0.2, 0.4, 0.6))
    assert beside(np.zeros(4), np.zeros(4), won).word is Word.NOISE
