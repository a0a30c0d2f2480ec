"""Whatever is promised of a company, its standing is told, and what it says hangs together."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement, Goal
from leadpact.agreement.vocabulary import METRICS
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.periods import period_of
from leadpact.insight.evidence import Evidence
from leadpact.insight.goals import standing
from leadpact.insight.promises import Promise
from leadpact.insight.standing import GoalStanding
from tests.documents.company import AS_OF, Company

ANY_TARGET = st.floats(0.5, 400).map(lambda value: round(value, 1))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    company = Company(leads=900, seed=3)
    return Evidence(Measures(company.result(), company.history()))


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    metric = draw(st.sampled_from(sorted(METRICS)))
    direction = draw(st.sampled_from(["up", "down"]))
    target = draw(ANY_TARGET)
    steps = [0.8, 1.0, 1.3] if direction == "up" else [1.3, 1.0, 0.8]
    is_share = METRICS[metric][1] == "share"
    values: list[Any] = [
        f"{min(target / 4, 76) * s:.1f} %" if is_share else target * s for s in steps
    ]
    narrowed = draw(
        st.sampled_from(
            [{}, {"segment": "Enterprise"}, {"origin": "marketing"}, {"person": "Ben Carter"}]
        )
    )
    relative = draw(st.sampled_from([{}, {}, {"relative_to": "2025-Q2", "by": "percent"}]))
    return Goal(
        name="Any goal",
        side="sales",
        metric=metric,
        per=draw(st.sampled_from(["week", "month", "quarter", "half-year", "year"])),
        direction=direction,
        hurdles=dict(zip(["minimum", "target", "stretch"], values, strict=True)),
        stage=draw(st.sampled_from(["MQL", "SQL", None])),
        obligation=draw(st.sampled_from(["First answer", None])),
        **narrowed,
        **relative,
    )


@given(goal=goals(), closed=st.booleans())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_standing_hangs_together(evidence: Evidence, goal: Goal, closed: bool) -> None:
    agreement: Agreement = evidence.measures.result.agreement
    period = period_of(AS_OF, goal.per, evidence.zone)
    if closed:
        period = period_of(
            period.starts - (period.ends - period.starts) / 9, goal.per, evidence.zone
        )
    told = standing(evidence, agreement, Promise("goal", goal), period)
    json.dumps(told.as_json(), allow_nan=False)
    assert told.sentence
    assert told.brief
    assert told.closed == closed
    if told.why_not:
        assert told.value is None
        return
    in_order(told)
    if told.projected and None not in (told.projected.low, told.projected.high):
        assert told.projected.low <= told.projected.middle <= told.projected.high
    if told.low is not None and told.high is not None and told.value is not None:
        assert told.low <= told.value <= told.high


def in_order(told: GoalStanding) -> None:
    """A harder hurdle is never likelier, nor reached where an easier one is not."""
    for easy, hard in pairwise(told.hurdles):
        if easy.chance is not None and hard.chance is not None:
            assert 0 <= hard.chance <= easy.chance <= 1
        assert not (hard.reached and easy.reached is False)
