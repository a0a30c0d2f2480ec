"""What a company's own history says of the assumptions of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.tables import microseconds, stages
from leadpact.insight import statistics
from leadpact.insight.maturity import RIPE
from leadpact.insight.planning import LONGEST
from leadpact.insight.statistics import Estimate

Instants = NDArray[np.int64]
#: From an instant up to, not including, another.
Stretch = tuple[datetime, datetime]
_DAY = 86_400_000_000
_YEAR = timedelta(days=365)
#: MQLs older than this tell of another time.
_OLDEST = timedelta(days=730)
#: Phases after the MQL that a plan tells as well, by role.
PHASES = ("sal", "sql", "opportunity")
#: Whole months of the past that are told.
MOST_MONTHS = 24


@dataclass(frozen=True)
class PastMonth:
    """What came in a whole month of the past."""

    label: str
    title: str
    leads: int
    mqls: int
    closes: int
    revenue: float


@dataclass(frozen=True)
class Known:
    """Rates of the last twelve months, each None where there are too few cases to tell.

    `deals_per_mql` counts deals won whose first MQL came in the time looked at, of MQLs old enough
    (`mature_days`) for their deals to have closed. `delays` has how many deals took so many days
    from the MQL.
    """

    currency: str
    average_sale: Estimate | None
    from_mqls: Estimate | None
    deals_per_mql: Estimate | None
    mature_days: int | None
    mqls_per_lead: Estimate | None
    reached: Mapping[str, Estimate]
    delays: Mapping[int, int]
    months: Sequence[PastMonth]

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which `of_json` makes the same again."""
        return asdict(self) | {"delays": [[days, n] for days, n in self.delays.items()]}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` told."""
        rates = ("average_sale", "from_mqls", "deals_per_mql", "mqls_per_lead")
        made: dict[str, Any] = {
            name: Estimate(**told[name]) if told[name] else None for name in rates
        }
        made["reached"] = {name: Estimate(**each) for name, each in told["reached"].items()}
        made["delays"] = dict(told["delays"])
        made["months"] = [PastMonth(**each) for each in told["months"]]
        return cls(**{**told, **made})


def known(measures: Measures) -> Known:
    """What the history tells; money is that of the currency in which most was won."""
    return _History(measures).told()


def last_year(as_of: datetime) -> Stretch:
    """The twelve months of which rates are told."""
    return as_of - _YEAR, as_of + timedelta(microseconds=1)


def old_enough(as_of: datetime, mature_days: int) -> Stretch:
    """When the MQLs came that are old enough to tell, and not too old."""
    return as_of - _OLDEST, as_of - timedelta(days=mature_days)


def part_of_money(measures: Measures) -> str:
    """The currency in which most was won; empty where there is one alone."""
    found = measures.of("revenue")
    most = max(found, key=lambda figure: figure.value or 0.0, default=None)
    return most.name.partition(": ")[2] if most else ""


class _History:
    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._as_of = measures.result.as_of
        self._mqls = self._instants("mqls")
        self._leads = self._instants("leads")
        self._won = self._instants("won_deals")
        self._sales = self._of_currency("revenue")

    def told(self) -> Known:
        took = self._population("mql_cycle_days", ("placed_at", "numerator"))
        days = took["numerator"].cast(pa.float64()).to_numpy()
        qualified = _at(took) - (days * _DAY).astype(np.int64)
        mature = int(np.ceil(np.quantile(days, RIPE))) if len(days) >= ENOUGH else None
        return Known(
            currency=self._currency,
            average_sale=self._average_sale(),
            from_mqls=self._from_mqls(),
            deals_per_mql=self._deals_per_mql(qualified, mature),
            mature_days=mature,
            mqls_per_lead=_share(self._lately(self._mqls), self._lately(self._leads)),
            reached=self._reached(mature),
            delays=_tallied(days),
            months=[self._month(each) for each in self._whole_months()],
        )

    def _population(self, name: str, columns: tuple[str, ...]) -> pa.Table:
        applies = {metric.name for metric in self._measures.metrics}
        if name not in applies:
            return pa.table({column: pa.nulls(0, pa.int64()) for column in columns})
        return self._measures.population(name, columns, keep=False)

    def _instants(self, name: str) -> Instants:
        return np.sort(_at(self._population(name, ("placed_at",))))

    def _of_currency(self, name: str) -> pa.Table:
        """The cases of money in the chosen currency."""
        found = self._population(name, ("placed_at", "numerator", "denominator", "part"))
        own = pc.equal(
            pc.fill_null(found["part"].cast(pa.string()), ""), part_of_money(self._measures)
        )
        return found.filter(own)

    @property
    def _currency(self) -> str:
        named = pc.unique(self._measures.history.deals["currency"]).drop_null().to_pylist()
        return part_of_money(self._measures) or (named[0] if len(named) == 1 else "")

    def _average_sale(self) -> Estimate | None:
        found = self._within_a_year(self._of_currency("average_sale"))
        amounts = found["numerator"].cast(pa.float64()).to_numpy()
        if len(amounts) < ENOUGH:
            return None
        return statistics.mean(amounts, np.ones(len(amounts)))

    def _from_mqls(self) -> Estimate | None:
        found = self._within_a_year(self._of_currency("revenue_from_mqls"))
        parts, wholes = (
            found[name].cast(pa.float64()).to_numpy() for name in ("numerator", "denominator")
        )
        if len(wholes) < ENOUGH or not wholes.sum():
            return None
        return Estimate(float(parts.sum() / wholes.sum()), None, None, len(wholes))

    def _deals_per_mql(self, qualified: Instants, mature: int | None) -> Estimate | None:
        if mature is None:
            return None
        return _share(self._ripe(qualified, mature), self._ripe(self._mqls, mature))

    def _reached(self, mature: int | None) -> dict[str, Estimate]:
        if mature is None:
            return {}
        named = {
            row["role"]: row["stage"] for row in stages(self._measures.result.agreement).to_pylist()
        }
        found: dict[str, Estimate] = {}
        for role in PHASES:
            if role in named and "mql" in named:
                steps = self._measures.population(
                    "conversion_between", ("placed_at", "numerator", "part"), keep=False
                )
                steps = steps.filter(pc.equal(steps["part"], f"{named['mql']} → {named[role]}"))
                came = steps.filter(pc.greater(steps["numerator"], 0))
                share = _share(self._ripe(_at(came), mature), self._ripe(_at(steps), mature))
                found |= {named[role]: share} if share else {}
        return found

    def _ripe(self, at: Instants, mature: int) -> int:
        """How many are old enough to tell, and not too old."""
        return int(_within(at, old_enough(self._as_of, mature)).sum())

    def _lately(self, at: Instants) -> int:
        return int(_within(at, last_year(self._as_of)).sum())

    def _within_a_year(self, cases: pa.Table) -> pa.Table:
        return cases.filter(pa.array(_within(_at(cases), last_year(self._as_of))))

    def _whole_months(self) -> list[Period]:
        found = self._measures.periods("month")
        begins = self._measures.begins
        return [p for p in found if p.starts >= begins and p.ends <= self._as_of][-MOST_MONTHS:]

    def _month(self, period: Period) -> PastMonth:
        starts, ends = microseconds(period.starts), microseconds(period.ends)

        def came(at: Instants) -> int:
            return int(np.diff(np.searchsorted(at, [starts, ends]))[0])

        at = _at(self._sales)
        amounts = self._sales["numerator"].cast(pa.float64()).to_numpy()
        revenue = float(amounts[(at >= starts) & (at < ends)].sum())
        counts = came(self._leads), came(self._mqls), came(self._won)
        return PastMonth(period.label, period.title, *counts, revenue)


def _at(cases: pa.Table) -> Instants:
    at = cases["placed_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).drop_null()
    return np.asarray(at.to_numpy(), np.int64)


def _within(at: Instants, stretch: Stretch) -> NDArray[np.bool_]:
    starts, ends = map(microseconds, stretch)
    return (at >= starts) & (at < ends)


def _tallied(days: NDArray[np.float64]) -> dict[int, int]:
    whole, deals = np.unique(np.clip(np.rint(days), 0, LONGEST).astype(int), return_counts=True)
    return {int(day): int(n) for day, n in zip(whole, deals, strict=True)}


def _share(met: int, n: int) -> Estimate | None:
    """A rate with its interval; None of few cases, or where one leads to more than one."""
    return statistics.share(met, n) if n >= ENOUGH and 0 < met <= n else None
