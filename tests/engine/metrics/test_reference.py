"""The reference page of figures is made from the registry."""

from __future__ import annotations

from pathlib import Path

from leadpact.agreement.vocabulary import METRICS
from leadpact.engine.metrics.registry import REGISTRY, reference

PAGE = Path(__file__).parents[3] / "docs/reference/metrics.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_names_are_those_that_goals_may_use() -> None:
    own = {"attainment_marketing", "attainment_sales"}
    own |= {"conversion_between", "conversion_flow", "conversion_flow_between"}
    assert set(METRICS) == set(REGISTRY) - own
