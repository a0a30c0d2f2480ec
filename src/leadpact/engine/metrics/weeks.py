"""Whether MQLs come all along the month: its weeks, what was due in each, and what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from leadpact.agreement.spec import Goal
from leadpact.calendars import Calendar
from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.dimensions import kept_of
from leadpact.engine.metrics.passages import entries
from leadpact.engine.metrics.periods import Period, periods_between
from leadpact.engine.metrics.records import NEVER, Numbers, Records
from leadpact.engine.metrics.tables import EPOCH, microseconds

#: A week is kept that brings at least this part of its due.
ENOUGH_OF_DUE = 0.7
#: Of two numbers that are equal but for how they were reckoned, neither is the smaller.
_ROUNDING = 1e-9
#: A piece of a week at the month's edge with fewer working days belongs to the week beside it.
SMALLEST_PIECE = 3


@dataclass(frozen=True)
class Week:
    """A week within a month, from one local midnight to another, with its working days."""

    month: Period
    first: date
    after: date
    worked: int


def weeks(records: Records) -> CaseTable:
    """One case a week of a month that is over and in which MQLs were due, placed by its last day.

    `kept` says whether at least 70 % of what was due came.
    """
    promise = promise_of_mqls(records.result.agreement.goals)
    came = _mqls(records, promise)
    found = [
        (week, due, arrived)
        for month in _months(records)
        for week, due, arrived in _judged(records, month, promise, came)
        if due > 0
    ]
    last = [_midnight(week.after - timedelta(days=1), records) for week, _, _ in found]
    due = np.array([due for _, due, _ in found], float)
    arrived = np.array([arrived for _, _, arrived in found], float)
    count = len(found)
    return CaseTable(
        {
            "lead": np.full(count, -1),
            "at": np.array(last, np.int64),
            "segment": np.zeros(count, np.int32),
            "kept": is_kept(arrived, due).astype(np.int8),
        },
        keys=("kept",),
        told={"due": pa.array(due), "came": pa.array(arrived)},
    )


def weeks_of(month: Period, calendar: Calendar, since: date) -> Iterator[Week]:
    """The weeks of a month from a day on; none without a working day.

    Weeks begin on Monday. The pieces at both ends stand by themselves from three working days on;
    shorter ones belong to the week beside them.
    """
    first = max(month.starts.astimezone(calendar.zone).date(), since)
    after = month.ends.astimezone(calendar.zone).date()
    bounds = [first]
    monday = first + timedelta(days=7 - first.weekday())
    while monday < after:
        bounds.append(monday)
        monday += timedelta(days=7)
    bounds.append(after)
    if len(bounds) > 2 and _worked(calendar, bounds[0], bounds[1]) < SMALLEST_PIECE:
        del bounds[1]
    if len(bounds) > 2 and _worked(calendar, bounds[-2], bounds[-1]) < SMALLEST_PIECE:
        del bounds[-2]
    for start, end in pairwise(bounds):
        if worked := _worked(calendar, start, end):
            yield Week(month, start, end, worked)


def due_a_day(weeks: Sequence[Week], came: Sequence[int]) -> float:
    """What is due on each working day where nothing is promised: the weeks' part of what came."""
    return sum(came) / max(sum(week.worked for week in weeks), 1)


def is_kept(came: Any, due: Any) -> Any:
    """Whether at least 70 % of what was due came; of numbers or of arrays of them."""
    return came >= ENOUGH_OF_DUE * due - _ROUNDING


def promise_of_mqls(goals: Sequence[Goal]) -> Goal | None:
    """The first goal for a number of MQLs a month that is not measured by another period."""
    for goal in goals:
        absolute = goal.relative_to is None and goal.direction == "up"
        if goal.metric == "mqls" and goal.per == "month" and absolute and _target(goal):
            return goal
    return None


def _target(goal: Goal) -> float:
    target = goal.hurdles.get("target")
    return float(target) if isinstance(target, int | float) else 0.0


def _judged(
    records: Records, month: Period, promise: Goal | None, came: Numbers
) -> Iterator[tuple[Week, float, int]]:
    """The weeks of a month that are over, each with what was due and what came."""
    calendar = records.calendar
    pieces = [
        week
        for week in weeks_of(month, calendar, _first_day(records))
        if _midnight(week.after, records) <= records.as_of
    ]
    arrived = [
        _between(came, _midnight(week.first, records), _midnight(week.after, records))
        for week in pieces
    ]
    if promise is None:
        each = due_a_day(pieces, arrived)
    else:
        first, after = (each.astimezone(records.zone).date() for each in (month.starts, month.ends))
        each = _target(promise) / max(_worked(calendar, first, after), 1)
    for week, number in zip(pieces, arrived, strict=True):
        yield week, each * week.worked, number


def _between(instants: Numbers, start: int, end: int) -> int:
    first, after = np.searchsorted(instants, [start, end])
    return int(after - first)


def _worked(calendar: Calendar, first: date, after: date) -> int:
    return sum(calendar.is_business_day(day) for day in _days(first, after))


def _days(first: date, after: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((after - first).days))


def _mqls(records: Records, promise: Goal | None) -> Numbers:
    """When leads became MQLs for the first time, in order; those that the promise is about."""
    cases, place = entries(records), records.place_of_role("mql")
    first = (cases.columns["place"] == place) & (cases.columns["nth"] == 1)
    limits = ("segment", "origin", "team", "person")
    named = [(name, getattr(promise, name, None)) for name in limits]
    chosen = kept_of(records, cases, [(name, (value,)) for name, value in named if value])
    rows = np.flatnonzero(first) if chosen is None else chosen[first[chosen]]
    return np.sort(cases.columns["at"][rows])


def _first_day(records: Records) -> date:
    """The day of the first lead."""
    known = records.created[records.created != NEVER]
    first = int(known.min()) if len(known) else records.as_of
    return (EPOCH + timedelta(microseconds=first)).astimezone(records.zone).date()


def _months(records: Records) -> list[Period]:
    first = datetime.combine(_first_day(records), time(12), records.zone)
    return periods_between(
        min(first, records.result.as_of), records.result.as_of, "month", records.zone
    )


def _midnight(day: date, records: Records) -> int:
    return microseconds(datetime.combine(day, time(), records.zone).astimezone(UTC))
