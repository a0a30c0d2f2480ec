"""What a figure is, the ways in which it can be split, and the words its definitions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadpact.agreement.vocabulary import METRICS

#: How cases become a value: added up, as a share of cases, as a part of a sum that is known whole,
#: as entries for each entry, as an average, or as a percentile of times.
Measure = Literal["count", "sum", "share", "part", "flow", "mean", "p50", "p90"]
Direction = Literal["up", "down"]
Owner = Literal["marketing", "sales", "both"]

#: Ways to split figures.
Split = Literal[
    "segment",
    "source",
    "campaign",
    "landing_page",
    "asset",
    "origin",
    "product",
    "team",
    "person",
]
#: Splits by who holds a lead.
OF_HOLDERS = ("team", "person")

NOT_COUNTED = "excluded and merged leads"
OWN_RIGHT = "excluded and merged leads, implied entries, entries with an upheld dispute"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure, in words and as what it adds up.

    `cases` is the relation of `relations` that holds its cases and `where` which of them count.
    `adds` is what each case, or so many `n` cases alike, add to the numerator, `among` to the
    denominator. `part` is the column by which figures are told apart, in the order of `place`, and
    `parts` whether they are shown so, and with a total; with `of_all` every part is a share of the
    cases of all parts. `reached` is the column with the instant at which a case came to count, or
    with the place of the stage that was entered then.

    `needs` are the roles of stages, or parts of the agreement, without which the figure means
    nothing and is left out; `whole` says that it has no value for a segment, source or the like.
    `held` are the cases that somebody can have held: those that are split by person and team, none
    where it is None. `wide` figures have a part for every pair of stages and are shown only when
    asked for by name.
    """

    name: str
    measure: Measure
    side: Owner
    direction: Direction = "up"
    numerator: str
    denominator: str = "none"
    exclusions: str
    placed_by: str
    example: str
    cases: str
    where: str = "true"
    adds: str = "n"
    among: str = "n"
    part: str | None = None
    parts: Literal["none", "only", "with total"] = "none"
    place: str | None = None
    of_all: bool = False
    reached: str | None = None
    needs: tuple[str, ...] = ()
    held: str | None = "true"
    whole: bool = False
    wide: bool = False
    heading: str | None = None
    counted_in: str | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.heading or METRICS[self.name][0]

    @property
    def unit(self) -> str:
        """contacts, leads, deals, money, share, seconds, days, attempts or rating."""
        return self.counted_in or METRICS[self.name][1]

    def can_be_split(self, by: str) -> bool:
        """Whether the figure means something for single values of a dimension."""
        return not self.whole and (by not in OF_HOLDERS or self.held is not None)
