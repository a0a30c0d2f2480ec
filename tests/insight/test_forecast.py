"""Chances are calibrated: of what was given 70 %, seven in ten come true, in invented companies."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scripts.forecast import Forecast, brier, forecasts, reliability


@pytest.fixture(scope="module")
def found() -> list[Forecast]:
    return forecasts(rounds=60, seed=7)


def test_chances_are_better_than_knowing_nothing(found: list[Forecast]) -> None:
    assert len(found) > 250
    assert brier(found) < 0.17


def test_what_is_called_likely_happens_as_often_as_said(found: list[Forecast]) -> None:
    assert not misleading(found)


def test_the_range_holds_four_ends_in_five(found: list[Forecast]) -> None:
    held = float(np.mean([each.held for each in found]))
    assert held == pytest.approx(0.8, abs=3 * math.sqrt(0.16 / len(found)) + 0.03)


def test_chances_that_are_too_sure_would_be_seen(found: list[Forecast]) -> None:
    def surer(chance: float) -> float:
        return 1 / (1 + math.exp(-2.5 * math.log(max(chance, 1e-4) / max(1 - chance, 1e-4))))

    assert misleading([replace(each, chance=surer(each.chance)) for each in found])


def misleading(found: list[Forecast]) -> list[int]:
    """Fifths of chances in which what happened is further off than chance and five points allow."""
    return [
        fifth
        for fifth, (n, said, happened) in reliability(found, bins=5).items()
        if abs(said - happened) > 0.05 + 3 * math.sqrt(said * (1 - said) / n)
    ]
