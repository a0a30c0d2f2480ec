"""What is known of one promise in one period: what a page, the API or a command shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from leadpact.insight.baseline import Baseline
from leadpact.insight.differences import Difference
from leadpact.insight.evenness import Evenness
from leadpact.insight.hurdles import Direction, Hurdle, Verdict


@dataclass(frozen=True)
class Projection:
    """Where the figure will stand when the period ends: in four cases of five from low to high.

    An end is None for a time that may not be reached at all.
    """

    low: float | None
    middle: float | None
    high: float | None


@dataclass(frozen=True)
class Official:
    """The figure of a closed period as it was frozen, and as it is known now."""

    frozen_at: datetime
    now: float | None

    def since(self, value: float | None) -> float | None:
        """What was added later to the frozen value."""
        return None if value is None or self.now is None else self.now - value


@dataclass(frozen=True)
class Maturing:
    """A cohort that is younger than the age by which 90 % of past conversions had happened.

    `age_days` is that age and `until` when the youngest reaches it, `expected` the conversions
    still to come of those who are there already. Both are None while the record cannot tell.
    """

    age_days: float | None
    until: datetime | None
    expected: float | None


@dataclass(frozen=True)
class Change:
    """How the figure differs from that of the period before; counts per working day."""

    period: str
    title: str
    value: float
    by: float
    difference: Difference


@dataclass(frozen=True)
class GoalStanding:
    """One goal, or one obligation with hurdles, in one period.

    `value` is in `unit`: a share from 0 to 1, working seconds, money, or a number of what is
    counted; None without cases, and for a share of fewer than 20 (`met` of `n` then). Of a closed
    period it is the official one. `low` and `high` are its 95 % interval, None for counts and sums,
    which are what they are. `expected_now` is what was due by now of the target.
    `needed_per_working_day` reaches the target from here. `why_not` says why it cannot be judged.
    `sentence` says all of it in words, `brief` the most important in one line or two, `short` what
    was reached and what is promised.
    """

    name: str
    promise: Literal["goal", "obligation"]
    side: str
    metric: str
    title: str
    unit: str
    direction: Direction
    per: str
    period: str
    period_title: str
    starts: datetime
    ends: datetime
    as_of: datetime
    closed: bool
    verdict: Verdict
    value: float | None = None
    n: int = 0
    met: int | None = None
    low: float | None = None
    high: float | None = None
    hurdles: Sequence[Hurdle] = ()
    share_passed: float | None = None
    expected_now: float | None = None
    projected: Projection | None = None
    needed_per_working_day: float | None = None
    working_days_left: float | None = None
    baseline: Baseline | None = None
    official: Official | None = None
    final_at: datetime | None = None
    maturing: Maturing | None = None
    evenness: Evenness | None = None
    change: Change | None = None
    quotas: Sequence[GoalStanding] = ()
    why_not: str | None = None
    sentence: str = ""
    brief: str = ""
    short: str = ""

    @property
    def reached(self) -> Hurdle | None:
        """The hardest hurdle that is reached."""
        sign = 1 if self.direction == "up" else -1
        reached = [hurdle for hurdle in self.hurdles if hurdle.reached]
        return max(reached, key=lambda hurdle: sign * hurdle.value, default=None)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values; instants in ISO form."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Verdict) else value
