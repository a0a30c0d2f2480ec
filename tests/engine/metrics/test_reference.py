"""The reference page of figures is made from the registry."""

from __future__ import annotations

from pathlib import Path

from leadpact.agreement.lint.rules.goals import NEEDED_ROLES
from leadpact.agreement.vocabulary import METRICS
from leadpact.engine.metrics.registry import REGISTRY, reference

PAGE = Path(__file__).parents[3] / "docs/reference/metrics.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_names_are_those_that_goals_may_use() -> None:
    own = {"attainment_marketing", "attainment_sales"}
    own |= {"nurture_days", "nurture_exits"}
    own |= {"conversion_between", "conversion_flow", "conversion_flow_between"}
    assert set(METRICS) == set(REGISTRY) - own


def test_a_check_asks_for_the_roles_by_which_figures_count() -> None:
    others = {"threshold", "protocol", "nurture"}
    needed = {name: set(metric.needs) - others for name, metric in REGISTRY.items()}
    told = {name: set(NEEDED_ROLES.get(name, ())) for name in REGISTRY}
    assert told == needed
