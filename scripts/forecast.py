"""How well the chances of goals are calibrated: forecasts of invented years against their end.

The companies are made by rules of their own, not by the forecast's: growth that changes, two waves
a year, a quiet December, campaigns, busy month ends, busy and quiet weekdays, holidays. Nobody
tells the forecast any of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadpact.calendars import Calendar
from leadpact.engine.metrics.metric import Measure
from leadpact.engine.metrics.periods import Period, Unit, period_of
from leadpact.insight.days import Days, days_between
from leadpact.insight.ending import DRAWS, outlook
from leadpact.insight.maturity import ripening
from leadpact.insight.pace import course
from leadpact.insight.rows import Rows

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "forecast.md"

Array = NDArray[np.float64]

_HOLIDAYS = [
    date(year, month, day)
    for year in range(2018, 2027)
    for month, day in ((1, 1), (5, 1), (7, 4), (10, 3), (12, 25), (12, 26))
]
CALENDAR = Calendar(
    "UTC",
    {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
    _HOLIDAYS,
)
YEARS = 4
_DAY = 86_400_000_000

#: What is forecast: the name in the page, the measure, and how cases are to be read.
KINDS: dict[str, tuple[Measure, str]] = {
    "counts, such as MQLs": ("count", "one"),
    "shares, such as promises kept": ("share", "kept"),
    "conversion, as it will be when mature": ("share", "converted"),
    "sums, such as revenue": ("sum", "amount"),
    "median times to answer": ("p50", "time"),
}
UNITS: tuple[Unit, ...] = ("week", "month", "quarter", "year")


@dataclass(frozen=True)
class Company:
    """Cases of some years: when each came and what became of it.

    `delay` is in days until it converted, infinite if it never does; `time` in seconds.
    """

    at: NDArray[np.int64]
    kept: Array
    amount: Array
    time: Array
    delay: Array


@dataclass(frozen=True)
class Forecast:
    """One forecast and its end: the chance of a hurdle, whether it was reached, the range."""

    kind: str
    unit: str
    chance: float
    reached: bool
    held: bool


def company(dice: np.random.Generator) -> Company:
    """An invented company."""
    first = date(2020, 1, 1) + timedelta(days=int(dice.integers(0, 365)))
    length = 365 * YEARS
    days = days_between(first, first + timedelta(days=length - 1), CALENDAR)
    rate = np.exp(dice.uniform(np.log(0.2), np.log(12)))
    bursts = dice.gamma(shape := np.exp(dice.uniform(np.log(2), np.log(60))), 1 / shape, length)
    expected = rate * _level(length, dice) * _year(days, dice) * _week(days, dice)
    numbers = dice.poisson(expected * _campaigns(length, dice) * bursts)
    day = np.repeat(np.arange(length), numbers)
    opened = (first - date(1970, 1, 1)).days
    at = (opened + day) * _DAY + dice.integers(0, _DAY, len(day))
    order = np.argsort(at)
    return Company(
        at=at[order],
        kept=(dice.random(len(day)) < _drifting_share(length, dice)[day]).astype(float),
        amount=np.exp(dice.normal(9, dice.uniform(0.3, 0.9), len(day))) * _level(length, dice)[day],
        time=np.exp(dice.normal(7, 1, len(day))) * _level(length, dice)[day],
        delay=_delays(day, length, dice),
    )


def _level(length: int, dice: np.random.Generator) -> Array:
    growth = dice.normal(0.05, 0.2) * np.arange(length) / 365
    walk = np.cumsum(dice.normal(0, dice.uniform(0, 0.08) / np.sqrt(28), length))
    if dice.random() < 0.25:
        walk[int(dice.integers(0, length)) :] += dice.normal(0, 0.3)
    return np.asarray(np.exp(growth + walk))


def _year(days: Days, dice: np.random.Generator) -> Array:
    of_year = days.month / 12 * 2 * np.pi
    waves = sum(
        dice.uniform(0, 0.25 / k) * np.cos(k * of_year + dice.uniform(0, 6)) for k in (1, 2)
    )
    quiet = np.where(days.month == 11, -dice.uniform(0, 0.4), 0.0)
    return np.asarray(np.exp(waves + quiet))


def _week(days: Days, dice: np.random.Generator) -> Array:
    weekdays = np.exp(dice.normal(0, 0.15, 7))
    weekdays[5:] = dice.uniform(0, 0.35, 2)
    busy = weekdays[days.weekday] * np.where(days.classes == 7, dice.uniform(0, 0.3), 1)
    if dice.random() < 0.35:
        busy = busy * np.where(days.month_end, dice.uniform(1, 2), 1)
        busy = busy * np.where(days.quarter_end, dice.uniform(1, 1.8), 1)
    return np.asarray(busy)


def _campaigns(length: int, dice: np.random.Generator) -> Array:
    busy = np.ones(length)
    often = dice.uniform(0, 0.25)
    for week in range(0, length, 7):
        if dice.random() < often:
            start = week + int(dice.integers(0, 5))
            busy[start : start + int(dice.integers(1, 5))] += dice.uniform(0.3, 2.5)
    return busy


def _drifting_share(length: int, dice: np.random.Generator) -> Array:
    walk = np.cumsum(dice.normal(0, dice.uniform(0, 0.2) / np.sqrt(28), length))
    weeks = np.repeat(dice.normal(0, dice.uniform(0, 0.4), length // 7 + 1), 7)[:length]
    return np.asarray(1 / (1 + np.exp(-(dice.normal(0.8, 1) + walk + weeks))))


def _delays(day: NDArray[np.int64], length: int, dice: np.random.Generator) -> Array:
    shape, scale = dice.uniform(0.8, 3), dice.uniform(3, 20)
    will = dice.random(len(day)) < 0.5 * _drifting_share(length, dice)[day]
    return np.where(will, dice.gamma(shape, scale, len(day)), np.inf)


def forecasts(rounds: int, seed: int, kinds: Sequence[str] = tuple(KINDS)) -> list[Forecast]:
    """Forecasts of so many companies, one of each kind for each."""
    dice = np.random.default_rng(seed)
    found: list[Forecast] = []
    for _ in range(rounds):
        made = company(dice)
        for kind in kinds:
            found += _forecast(made, kind, dice)
    return found


def _forecast(made: Company, kind: str, dice: np.random.Generator) -> Iterator[Forecast]:
    unit: Unit = UNITS[int(dice.integers(0, len(UNITS)))]
    if not len(made.at):
        return
    days_seen = int(dice.integers(90, 365 * (YEARS - 2)))
    begins = datetime.combine(_date(int(made.at[0] // _DAY) + days_seen), time(), UTC)
    period = period_of(begins, unit, CALENDAR.zone)
    length = (period.ends - period.starts).days
    passed = max(1, int(length * dice.uniform(0.1, 0.9)))
    moment = period.starts + timedelta(days=passed, hours=-7)
    now = moment.timestamp() * 1e6
    measure, how = KINDS[kind]
    record = _seen(made, how, now)
    present = record.between(period.starts, period.ends)
    path = course(record.day, moment, period, CALENDAR)
    ripe = None
    if record.reached is not None:
        ripe = ripening(record.age(moment), record.delay)
    found = outlook(measure, present, record, path, now, ripe)
    if found is None or found.range is None:
        return
    end = _value(measure, how, made, period)
    if end is None:
        return
    hurdle = found.range[1] * dice.uniform(0.8, 1.25)
    hurdle = round(hurdle) if measure == "count" else hurdle
    low, _, high = found.range
    yield Forecast(kind, unit, found.chance(hurdle, "up"), end >= hurdle, low <= end <= high)


def _seen(made: Company, how: str, now: float) -> Rows:
    """The cases as they were known at a moment."""
    known = made.at <= now
    at = made.at[known]
    ones = np.ones(len(at))
    reached = None
    if how == "converted":
        instants = at + made.delay[known] * _DAY
        reached = np.where(np.isfinite(instants) & (instants <= now), instants, np.nan)
        numerator = np.isfinite(reached).astype(float)
    else:
        numerator = {
            "one": ones,
            "kept": made.kept[known],
            "amount": made.amount[known],
            "time": made.time[known],
        }[how]
    return Rows(at, at // _DAY, numerator, ones, reached)


def _value(measure: Measure, how: str, made: Company, period: Period) -> float | None:
    """The figure when the period has ended, and all conversions have come in."""
    rows = _seen(made, how, np.inf).between(period.starts, period.ends)
    if measure in ("count", "sum"):
        return float(rows.numerator.sum())
    if not len(rows):
        return None
    return float(np.median(rows.numerator) if measure == "p50" else rows.numerator.mean())


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def brier(found: Sequence[Forecast]) -> float:
    """The mean squared distance of chances from what happened; 0 is best, 0.25 knows nothing."""
    return float(np.mean([(each.chance - each.reached) ** 2 for each in found]))


def reliability(found: Sequence[Forecast], bins: int = 10) -> dict[int, tuple[int, float, float]]:
    """For each tenth of chances: forecasts, mean chance, and the part that was reached."""
    tenth = [min(int(each.chance * bins), bins - 1) for each in found]
    rows = {}
    for number in sorted(set(tenth)):
        own = [each for each, place in zip(found, tenth, strict=True) if place == number]
        chances = float(np.mean([each.chance for each in own]))
        rows[number] = (len(own), chances, float(np.mean([each.reached for each in own])))
    return rows


_PAGE = """\
# How far to trust a chance

A goal shows how likely each of its hurdles is to be reached, and where the period will end, with a
range that holds the end in four cases of five. This page says how that is reckoned and how well it
came out on {companies} invented companies; `make docs` makes it.

## How it is reckoned

1. **The days.** Working days are those of the agreement's calendar, holidays and declared closures
   included. How busy each is, is learned from the company's own record of at most five years: each
   weekday, holidays, each month of the year, and the last five working days of a month and of a
   quarter. A habit that was seen seldom is drawn towards the plain working day.
2. **The level.** How many come on a usual working day may drift from four weeks to the next and may
   grow steadily. How far it drifts, and by how much counts scatter beyond pure chance, is weighed
   by how well each value predicts the record.
3. **The rest of the period** is played {draws:,} times: a level, its drift, so many cases a week,
   and for shares, amounts and times what those cases are like, learned in the same way from the
   record week by week. A chance is the part of these plays in which the hurdle is reached.
4. **Conversion** is forecast as it will be when all have had their time: a lead that has not
   converted yet still may, by the ages at which others did.

A forecast needs eight weeks of record with ten cases, and twenty cases for what they are like.
Before that a goal shows what was due by now by working days alone, and no chance.

What it cannot know: a campaign that is planned, a budget that was cut, a person who left. It
supposes that the rest of the period is like what has been.

## How it came out

The companies are invented by rules of their own, of which the forecast is told nothing: growth that
changes, two waves a year, a quiet December, campaigns, busy month ends. They have 0.2 to 12 cases
on a usual day and a record of three months to two years. Each forecast is made at some moment of a
week, month, quarter or year, for a hurdle from 20 % below to 25 % above the expected end.

| figure | forecasts | Brier score | ends within the range |
|---|---:|---:|---:|
{kinds}

The Brier score is the mean squared distance between the chance and what happened: 0 is perfect,
0.25 is what one gets who always says 50 %. The range is meant to hold 80 %.

| chance said | forecasts | mean chance | reached |
|---|---:|---:|---:|
{tenths}
"""


def forecast_reliability(rounds: int = 100, seed: int = 2025) -> str:
    """The reference page in Markdown; takes about half a minute."""
    found = forecasts(rounds, seed)
    kinds = [_kind_row(kind, [f for f in found if f.kind == kind]) for kind in KINDS]
    tenths = [
        f"| {n * 10} to {n * 10 + 10} % | {count} | {_percent(chance)} | {_percent(reached)} |"
        for n, (count, chance, reached) in reliability(found).items()
    ]
    return _PAGE.format(
        companies=rounds,
        draws=DRAWS,
        kinds="\n".join([*kinds, _kind_row("**all**", found)]),
        tenths="\n".join(tenths),
    )


def _kind_row(kind: str, found: Sequence[Forecast]) -> str:
    held = float(np.mean([each.held for each in found]))
    return f"| {kind} | {len(found)} | {brier(found):.3f} | {_percent(held)} |"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


if __name__ == "__main__":
    PAGE.write_text(forecast_reliability(), encoding="utf-8")
