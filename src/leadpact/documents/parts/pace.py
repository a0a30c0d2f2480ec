"""Progress against pace: what came of a goal day by day, beside what was due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Said, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.goal_cases import cases_of, figures_of, question_behind
from leadpact.documents.parts.shared import key, opened_in
from leadpact.engine.metrics.periods import Period
from leadpact.insight.evidence import Evidence
from leadpact.insight.hurdles import target
from leadpact.insight.pace import Course, course
from leadpact.insight.sentences import outlook_of
from leadpact.insight.standing import GoalStanding


def pace(book: CaseBook, standing: GoalStanding) -> Chart | None:
    """The chart of a goal that is added up in a period under way; None for any other."""
    aim = target(standing.hurdles)
    question = question_behind(book.measures.result.agreement, standing)
    if standing.expected_now is None or aim is None or question is None:
        return None
    evidence = Evidence(book.measures)
    rows = evidence.rows(question)
    period = Period(standing.period, standing.period_title, standing.starts, standing.ends)
    path = course(rows.day, standing.as_of, period, evidence.calendar)
    own = rows.between(standing.starts, standing.ends)
    way = Way.of(path, own.day, own.numerator, aim.value)
    return Chart(
        key("pace", standing.side, standing.per, standing.name),
        f"{words.capital(standing.side)}: {standing.name}",
        opened_in(standing.brief, figures_of(book, standing)),
        charts.pace(**_drawn(way, standing)),
        Table(
            f"{standing.name}, {standing.period_title}",
            ["Until", "Came", "Due"],
            list(_weekly(book, standing, way, evidence.zone)),
        ),
        verdict=outlook_of(aim),
    )


@dataclass(frozen=True)
class Way:
    """Sums from the start of a period: `due` at the end of each of its days, and what `came`.

    The last of `came` is that of the moment, `now` days after the start.
    """

    first: datetime
    now: float
    due: NDArray[np.float64]
    came: NDArray[np.float64]

    @classmethod
    def of(
        cls, path: Course, day: NDArray[np.int64], value: NDArray[np.float64], aim: float
    ) -> Way:
        """From the days of the cases, 1970-01-01 is 0, and what each counts for."""
        busy = path.busyness[path.begins : path.ends]
        if not busy.any():
            busy = np.ones(len(busy))
        today = path.last - path.begins
        places = np.clip(day - (path.today_number - today), 0, today)
        daily = np.bincount(places, value, today + 1)
        first = path.days.first + timedelta(days=path.begins)
        return cls(
            first=datetime.combine(first, time()),
            now=today + path.today,
            due=np.r_[0.0, aim * np.cumsum(busy) / busy.sum()],
            came=np.r_[0.0, np.cumsum(daily)],
        )

    @property
    def length(self) -> int:
        """Days of the period."""
        return len(self.due) - 1

    @property
    def today(self) -> int:
        """Whole days that have passed."""
        return len(self.came) - 2

    def moment(self, days: float) -> datetime:
        """So many days after the start, on the wall clock."""
        return self.first + timedelta(days=days)


def _drawn(way: Way, standing: GoalStanding) -> dict[str, Any]:
    came = [*range(way.today + 1), way.now]
    return {
        "due": [_point(way, days, sum_, standing) for days, sum_ in enumerate(way.due)],
        "came": [
            _point(way, days, sum_, standing) for days, sum_ in zip(came, way.came, strict=True)
        ],
        "end": _end(way, standing),
        "hurdles": [
            {"value": each.value, "label": f"{each.name} {words.number(each.value)}"}
            for each in standing.hurdles
        ],
    }


def _point(way: Way, days: float, value: float, standing: GoalStanding) -> dict[str, Any]:
    label = words.amount(round(value), standing.unit)
    return {"at": _stamp(way, days), "value": round(value, 3), "label": label}


def _end(way: Way, standing: GoalStanding) -> dict[str, Any] | None:
    ends = standing.projected
    if ends is None or ends.low is None or ends.middle is None or ends.high is None:
        return None
    low, middle, high = (round(each) for each in (ends.low, ends.middle, ends.high))
    label = f"{middle:,} ({low:,} to {high:,})"
    at = _stamp(way, way.length)
    return {"at": at, "low": low, "value": middle, "high": high, "label": label}


def _stamp(way: Way, days: float) -> str:
    # Marked as UTC and drawn as UTC, so that a day is a day wherever the page is read.
    return f"{way.moment(days).isoformat(timespec='minutes')}Z"


def _weekly(
    book: CaseBook, standing: GoalStanding, way: Way, zone: ZoneInfo
) -> Iterator[list[Said]]:
    """Sums at the end of each week that is over, and at the moment."""
    mondays = [days for days in range(1, way.today + 1) if way.moment(days).weekday() == 0]
    for days in mondays:
        until = way.moment(days).replace(tzinfo=zone)
        yield _sums(book, standing, until, way.came[days], way.due[days])
    yield _sums(book, standing, None, way.came[-1], standing.expected_now or 0.0)


def _sums(
    book: CaseBook, standing: GoalStanding, until: datetime | None, came: float, due: float
) -> list[Said]:
    """A row of the table; nothing is known beyond the moment, so that it needs no bound."""
    at = words.moment(until or standing.as_of, book.measures.zone)
    behind = cases_of(book, standing, f"until {at}", (standing.starts, until or standing.ends))
    text = words.amount(came, standing.unit)
    return [at, opened(text, behind) if behind else text, words.rough(due, standing.unit)]
