"""What a figure is, and the words its definitions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadpact.agreement.vocabulary import METRICS

#: How cases become a value: added up, as a share, as an average, or as a percentile of times.
Measure = Literal["count", "sum", "share", "mean", "p50", "p90"]
Direction = Literal["up", "down"]

NOT_COUNTED = "excluded and merged leads"
OWN_RIGHT = "excluded and merged leads, implied entries, entries with an upheld dispute"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure. `parts` says whether it is shown for each `part` of its cases, and with a total.

    `query` returns the *population*: one row a case with `numerator` and `denominator`, the lead
    behind it, the instant that places it in a period (`placed_at`), and the dimensions it can be
    split by (`part`, `segment`, `source`, `origin`, `holder`). Parts are shown by their `place`,
    where they have one, then by name. What a query leaves out is empty. The tables it reads are
    those of `tables.connect`. `needs` is the role of a stage without which the figure means nothing
    and is left out.
    """

    name: str
    measure: Measure
    side: Literal["marketing", "sales", "both"]
    direction: Direction = "up"
    numerator: str
    denominator: str = "none"
    exclusions: str
    placed_by: str
    query: str
    example: str
    parts: Literal["none", "only", "with total"] = "none"
    needs: str | None = None
    heading: str | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.heading or METRICS[self.name][0]

    @property
    def unit(self) -> str:
        """contacts, leads, deals, money, share, seconds, attempts or rating."""
        return METRICS[self.name][1] if self.name in METRICS else self.measure
