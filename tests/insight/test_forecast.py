"""Chances are calibrated: of what was given 70 %, seven in ten come true, in invented companies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from leadpact.engine.metrics.periods import Period, period_of
from leadpact.insight.differences import Word, difference
from leadpact.insight.pace import course
from leadpact.insight.statistics import Estimate, count
from scripts import forecast
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


def test_months_of_an_even_company_are_called_different_one_time_in_twenty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forecast, "_level", lambda length, _: np.ones(length))
    monkeypatch.setattr(forecast, "_year", lambda days, _: np.ones(len(days)))
    dice = np.random.default_rng(11)
    words = [word for _ in range(150) for word in months_beside_one_another(dice)]
    clearly = float(np.mean([word is not Word.NOISE for word in words]))
    assert clearly == pytest.approx(0.05, abs=3 * math.sqrt(0.0475 / len(words)))


def months_beside_one_another(dice: np.random.Generator) -> Iterator[Word]:
    """The word for each of four months of a company against the month before it."""
    made = forecast.company(dice)
    for month in dice.choice(np.arange(6, 40), 4, replace=False):
        as_of = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=30.44 * int(month))
        now = period_of(as_of, "month", forecast.CALENDAR.zone)
        seen = made.at[made.at < as_of.timestamp() * 1e6] // 86_400_000_000
        scatter = course(seen, as_of, now, forecast.CALENDAR).scatter
        ends = [now.starts - timedelta(days=n) for n in (1, 35)]
        both = [period_of(end, "month", forecast.CALENDAR.zone) for end in ends]
        one, other = (per_working_day(seen, period, scatter) for period in both)
        yield difference(one, other, 0).word


def per_working_day(seen: np.ndarray, period: Period, scatter: float) -> Estimate:
    days = np.arange(
        *(each.timestamp() // 86_400 for each in (period.starts, period.ends)), dtype=int
    )
    worked = [forecast.CALENDAR.is_business_day(date.fromordinal(719_163 + day)) for day in days]
    return count(float(np.isin(seen, days).sum()), scatter).per(sum(worked))


def misleading(found: list[Forecast]) -> list[int]:
    """Fifths of chances in which what happened is further off than chance and five points allow."""
    return [
        fifth
        for fifth, (n, said, happened) in reliability(found, bins=5).items()
        if abs(said - happened) > 0.05 + 3 * math.sqrt(said * (1 - said) / n)
    ]
