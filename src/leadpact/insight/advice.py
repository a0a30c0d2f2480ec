"""What a changed agreement could help, by the rules of semantics §22: each lever, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadpact.insight import statistics
from leadpact.insight.chain import Link
from leadpact.insight.differences import Difference
from leadpact.insight.statistics import Estimate
from leadpact.insight.what_if import Group, WhatIf


class Lever(StrEnum):
    """What can be changed, in the order in which it is told."""

    FASTER = "faster follow-up"
    RAISE = "a higher threshold"
    LOWER = "a lower threshold"
    TRADE = "fewer MQLs that are worth more"
    SEGMENT = "a lower threshold for a segment"
    SPLIT = "another split of high and low quality"


@dataclass(frozen=True)
class Moved:
    """A threshold at other points. `settings` are as for a what-if.

    `number` is marketing's number that it moves, and `would` what that would have been with as many
    MQLs more or fewer in proportion; None where nothing is promised. Of a lower threshold, `margin`
    are the MQLs that are just above today's, up to `margin_points`, and `late` is the promise of
    follow-up that is broken already. `capacity` is in leads a month.
    """

    lever: Lever
    settings: Sequence[str]
    points: float
    today: float
    found: WhatIf
    number: Link | None = None
    would: float | None = None
    margin: Group | None = None
    margin_points: float | None = None
    late: Link | None = None
    capacity: int | None = None


@dataclass(frozen=True)
class Split:
    """Another split of MQLs into high and low quality.

    It was chosen by the older half of the MQLs whose end is known; `checked` is how much more often
    those of high quality converted in the newer half.
    """

    lever: Lever
    settings: Sequence[str]
    tiers: Sequence[str]
    before: Sequence[str]
    high: Group
    low: Group
    checked: Difference
    found: WhatIf


@dataclass(frozen=True)
class Late:
    """Leads answered in time and too late, by what became of them.

    `more` is how many more would have come of the late ones each month had they converted like the
    others: from, most likely, to. `handed_on` are the late ones of the stretch.
    """

    lever: Lever
    settings: Sequence[str]
    link: Link
    early: Group
    late: Group
    difference: Difference
    more: tuple[float, float, float]
    handed_on: int


@dataclass(frozen=True)
class OfSegment:
    """A lower threshold for a segment whose MQLs bring more each than the `others`.

    `by_amount` says that amounts are compared, not how often they were won.
    """

    lever: Lever
    settings: Sequence[str]
    segment: str
    points: float
    today: float
    own: Group
    others: Group
    by_amount: bool
    found: WhatIf


@dataclass(frozen=True)
class Refused:
    """A lever that the evidence does not carry, and why not, as a sentence."""

    lever: Lever
    why: str


Advice = Moved | OfSegment | Split | Late


@dataclass(frozen=True)
class Advised:
    """Every lever that was looked at. `converted` says what conversion means: `SQL` or `won`."""

    recommended: Sequence[Advice]
    refused: Sequence[Refused]
    converted: str


def converted(group: Group, *, to_sql: bool) -> tuple[int, int]:
    """How many of a group converted, of those whose end is known."""
    share = group.qualification if to_sql else group.conversion
    return share.met, share.n


def value_of(group: Group, level: float, *, by_amount: bool) -> Estimate | None:
    """What a lead of a group brought on average; without amounts, how often one was won."""
    return group.worth(level) if by_amount else estimate_of(group, level, to_sql=False)


def estimate_of(group: Group, level: float, *, to_sql: bool) -> Estimate | None:
    """The same as a share with its interval; None without a case."""
    met, n = converted(group, to_sql=to_sql)
    return statistics.share(met, n, level) if n else None
