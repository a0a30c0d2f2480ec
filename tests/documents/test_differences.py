"""Shares of groups side by side: what is no chance, what may be, and what nobody can say."""

from __future__ import annotations

import numpy as np

from leadpact.documents.differences import beside_others, in_points
from leadpact.engine.metrics.aggregate import Cases, Figure, figure
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.insight.words import points


def told(groups: dict[str | None, tuple[int, int]]) -> dict[str | None, str]:
    label = Figure("conversion", "all", None, None, None, "share", 0)
    found = {
        group: figure(REGISTRY["conversion"], label, Cases(met, n, n))
        for group, (met, n) in groups.items()
    }
    return {
        group: text.replace("\u00a0", " ").replace("\n", ", ")
        for group, text in beside_others(found).items()
    }


def test_a_group_is_set_beside_all_others_together() -> None:
    assert told({"events": (60, 300), "search": (30, 300), None: (34, 300), "ads": (3, 12)}) == {
        # 20 % beside 67 of 612; 10 % and 11 % beside some 15 %; of twelve nobody can say.
        "events": "+9 points",
        "search": "−6 points, may be chance",
        None: "−4 points, may be chance",
        "ads": "–",
    }


def test_one_group_has_no_others() -> None:
    assert told({"events": (60, 300)}) == {"events": "–"}


def test_two_shares_alone_are_asked_less_than_one_of_many() -> None:
    assert "chance" not in in_points((30, 300), (97, 612))
    assert "chance" in in_points((30, 300), (97, 612), 1 - 0.05 / 4)


def test_of_many_alike_groups_a_table_seldom_calls_one_more_or_less() -> None:
    dice = np.random.default_rng(7)
    alarms = 0
    for _ in range(400):
        groups = {str(n): (int(dice.binomial(200, 0.1)), 200) for n in range(15)}
        alarms += any("chance" not in text and text[0] in "+−" for text in told(groups).values())
    # One table in twenty, and three standard errors of what is seen in so many.
    assert alarms / 400 <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_less_than_a_point_is_told_with_a_decimal() -> None:
    told = [points(share) for share in (0.0004, -0.004, 0.01, -0.026)]
    assert told == ["0.1 points", "0.4 points", "1 point", "3 points"]
