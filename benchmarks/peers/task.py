"""What every way of computing is asked, and the form in which it answers.

Each reads the same columns of the same Parquet file and computes everything: the score of every
lead now, each qualification with its instant, and the clock of each with its due time and outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.conditions import FieldCondition
from leadpact.agreement.loading import load
from leadpact.agreement.spec import Agreement

AGREEMENT = Path(__file__).with_name("agreement.yaml")
MINUTE, DAY = 60_000_000, 86_400_000_000
TERM = 4 * 60 * MINUTE
COOL_DOWN = 14 * DAY
ANSWERS = ("sales.attempted", "sales.connected")
REJECTION = "sales.rejected"
PROGRESS = ("sales.accepted", "deal.opened", "deal.won")

SCORES = pa.schema({"lead_id": pa.string(), "score": pa.int64()})
ENTRIES = pa.schema({"lead_id": pa.string(), "episode": pa.int64(), "moment": pa.int64()})
CLOCKS = pa.schema(
    {
        "lead_id": pa.string(),
        "episode": pa.int64(),
        "due": pa.int64(),
        "outcome": pa.string(),
    }
)


@dataclass(frozen=True)
class Test:
    """What a value must be: one of some texts, or within bounds; without either anything."""

    column: str
    one_of: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Rule:
    """A scoring rule; points and cap in thousandths, spans in microseconds."""

    number: int
    kind: str
    test: Test | None
    points: int
    cap: int
    every: int
    steps: tuple[int, ...]  # what an activity is worth after so many full periods, until nothing


@dataclass(frozen=True)
class Task:
    """All that is asked, in plain numbers."""

    attributes: list[Rule]
    activities: list[Rule]
    fit: tuple[int, int]
    engagement: tuple[int, int]
    threshold: int
    as_of: int
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    worked: NDArray[np.int64]  # working microseconds before each opening


@dataclass(frozen=True)
class Answer:
    """What was found; tables of SCORES, ENTRIES and CLOCKS in any order."""

    scores: pa.Table
    entries: pa.Table
    clocks: pa.Table

    def differences(self, other: Answer) -> list[str]:
        """What the two do not have in common, a line for each table that differs."""
        connection = duckdb.connect()
        found = []
        for name in ("scores", "entries", "clocks"):
            connection.register("one", getattr(self, name))
            connection.register("two", getattr(other, name))
            only = [
                connection.execute(f"select count(*) from ({a} except all {b})").fetchall()[0][0]
                for a, b in (("from one", "from two"), ("from two", "from one"))
            ]
            if any(only):
                found.append(f"{name}: {only[0]:,} lines only here, {only[1]:,} only there")
        return found


def task(as_of: int) -> tuple[Agreement, Task]:
    """The agreement, and what it asks in numbers; `as_of` in microseconds since 1970."""
    agreement = load(AGREEMENT).agreement
    if agreement is None or agreement.scoring is None:
        raise SystemExit(f"{AGREEMENT} has problems; run `leadpact check` on it.")
    rules = [_rule(number, rule) for number, rule in enumerate(agreement.scoring.rules)]
    fit, engagement = (_limits(agreement.scoring.groups[name]) for name in ("fit", "engagement"))
    mql: Any = agreement.stages[1].when
    opens, closes = _hours()
    worked = np.cumsum(closes - opens) - (closes - opens)
    attributes, activities = ([r for r in rules if bool(r.kind) == own] for own in (False, True))
    threshold = round(mql.at_least * 1000)
    return agreement, Task(
        attributes, activities, fit, engagement, threshold, as_of, opens, closes, worked
    )


def _rule(number: int, rule: Any) -> Rule:
    points = round(rule.points * 1000)
    cap = abs(points) if rule.at_most is None else round(rule.at_most * 1000)
    if isinstance(rule.when, FieldCondition):
        return Rule(number, "", _test(rule.when.field, rule.when), points, cap, 0, (points,))
    tests = [_test(name, wanted) for name, wanted in rule.when.where.items()]
    lost = int(rule.ageing.by.removesuffix("%"))
    ages = range(-(-100 // lost) + 1)
    steps = tuple(int(points * max(0, 100 - age * lost) / 100) for age in ages)
    test = tests[0] if tests else None
    return Rule(number, rule.when.event, test, points, cap, rule.ageing.every.microseconds, steps)


def _test(name: str, wanted: Any) -> Test:
    if isinstance(wanted, list):
        return Test(f"p_{name}", tuple(wanted))
    return Test(f"p_{name}", tuple(wanted.one_of or ()), wanted.at_least, wanted.at_most)


def _limits(group: Any) -> tuple[int, int]:
    return round(group.at_least * 1000), round(group.at_most * 1000)


def _hours() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Openings and closings from Monday to Friday in New York, reckoned without the product."""
    zone, opens, closes = ZoneInfo("America/New_York"), list[int](), list[int]()
    for number in range(3 * 366):
        day = date(2025, 12, 1) + timedelta(days=number)
        if day.weekday() < 5:
            for hour, found in ((9, opens), (18, closes)):
                moment = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
                found.append(round(moment.timestamp()) * 1_000_000)
    return np.array(opens, np.int64), np.array(closes, np.int64)
