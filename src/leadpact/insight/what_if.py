"""What a changed agreement would have done to the past: who qualifies, what became of them.

Both versions are simulated over the same history: the rules alone decide, and what the system had
decided then is left out. What became of a lead is taken from what really happened; a lead that only
the changed version would have handed over was perhaps never seen by sales, and then nobody knows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.log import INSTANT, History
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.outcomes import (
    FINAL,
    LOST,
    NOT_OBSERVED,
    OUTCOMES,
    WON,
    outcomes,
    won_deals,
)
from leadpact.engine.result import Result
from leadpact.insight import statistics
from leadpact.insight.statistics import Estimate

KEPT, GAINED, DROPPED = "kept", "gained", "lost"
LEADS = pa.schema(
    {
        "lead_id": pa.string(),
        "group": pa.string(),
        "qualified_at": INSTANT,
        "outcome": pa.string(),
        "holder": pa.string(),
    }
)
CLOCKS = ["lead_id", "obligation", "started_at", "broken", "broken_then"]
_MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Share:
    """`met` of `n` cases; None where there is no case."""

    met: int
    n: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.met / self.n if self.n else None

    @property
    def estimate(self) -> Estimate | None:
        """The share with its interval."""
        return statistics.share(self.met, self.n) if self.n else None

    @property
    def enough(self) -> bool:
        """Whether there are cases enough to conclude anything from the share."""
        return self.n >= ENOUGH


@dataclass(frozen=True)
class Group:
    """Leads with the same fate under the change, by what became of them (see OUTCOMES).

    `sqls` counts, of those whose end is known, the ones that had become SQL. `sales` are the
    amounts won with them, each deal's with the lead to which it belongs; none with several
    currencies.
    """

    name: str
    by_outcome: Mapping[str, int]
    sqls: int = 0
    sales: Sequence[float] = ()

    @property
    def leads(self) -> int:
        """How many they are."""
        return sum(self.by_outcome.values())

    @property
    def observed(self) -> int:
        """Those whose end is known: won, lost or given back."""
        return sum(self.by_outcome[each] for each in FINAL)

    @property
    def conversion(self) -> Share:
        """Won, of those whose end is known."""
        return Share(self.by_outcome[WON], self.observed)

    @property
    def qualification(self) -> Share:
        """Became SQL, of those whose end is known."""
        return Share(self.sqls, self.observed)

    def worth(self, level: float = statistics.LEVEL) -> Estimate | None:
        """What was won with a lead on average, of those whose end is known; None without any."""
        if not self.observed:
            return None
        amounts = [*self.sales, *([0.0] * max(0, self.observed - len(self.sales)))]
        return statistics.mean(amounts, [1.0] * len(amounts), level)

    @property
    def win_rate(self) -> Share:
        """Won, of those won or lost."""
        return Share(self.by_outcome[WON], self.by_outcome[WON] + self.by_outcome[LOST])


@dataclass(frozen=True)
class Deal:
    """A deal that was won with leads of whom none would have been handed over."""

    deal_id: str
    amount: float | None
    currency: str | None
    leads: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """How often a promise about one lead was broken, and would have been under the change.

    Counted are the clocks that start at the same moment under both versions and come to a verdict
    under both: only for these is it known when the answer came.
    """

    obligation: str
    side: str
    clocks: int
    broken: int
    broken_then: int


@dataclass(frozen=True)
class Version:
    """What one version makes of the history. `load` has MQLs by who holds them, "" for nobody.

    `by_rule` counts the MQLs that the rules made, not the CRM or a person.
    """

    mqls: int
    per_month: float
    load: Mapping[str, int]
    by_rule: int


@dataclass(frozen=True)
class WhatIf:
    """The comparison: both versions, the three groups of leads, and the leads one by one.

    `leads` has the columns of LEADS, `clocks` those of CLOCKS: of the clocks of `promises` the ones
    that are broken under one version alone. `months` is the length of the history, each of a
    twelfth of a year.
    """

    as_of: datetime
    months: float
    now: Version
    then: Version
    kept: Group
    gained: Group
    dropped: Group
    missed_deals: Sequence[Deal]
    promises: Sequence[Promise]
    clocks: pa.Table
    leads: pa.Table

    @property
    def qualified(self) -> Group:
        """All who are MQLs under the change: those that stay and those that are new."""
        together = {
            each: self.kept.by_outcome[each] + self.gained.by_outcome[each] for each in OUTCOMES
        }
        sales = [*self.kept.sales, *self.gained.sales]
        return Group("qualified", together, self.kept.sqls + self.gained.sqls, sales)

    @property
    def groups(self) -> tuple[Group, Group, Group]:
        """All three, those that stay first."""
        return self.kept, self.gained, self.dropped


class Fates:
    """What became of every lead of a history that was replayed."""

    def __init__(self, actual: Result, history: History) -> None:
        self._known = {row["lead_id"]: row for row in outcomes(actual, history).to_pylist()}
        measures = Measures(actual, history)
        self.has_sqls = any(metric.name == "sqls" for metric in measures.metrics)
        sqls = measures.population("sqls", ("lead_id",)) if self.has_sqls else None
        self._sqls = set(sqls["lead_id"].to_pylist()) if sqls else set()
        self._sales, self.currency = _sales(measures)

    def outcome(self, lead: str) -> str:
        """One of OUTCOMES."""
        return str(self._known[lead]["outcome"]) if lead in self._known else NOT_OBSERVED

    def holder(self, lead: str) -> str:
        """Who holds it now; "" for nobody."""
        return (self._known[lead]["holder"] or "") if lead in self._known else ""

    def group(self, name: str, leads: Iterable[str]) -> Group:
        """Leads by what became of them."""
        own = [(lead, self.outcome(lead)) for lead in leads]
        counts = Counter(outcome for _, outcome in own)
        ended = [lead for lead, outcome in own if outcome in FINAL]
        return Group(
            name,
            {each: counts[each] for each in OUTCOMES},
            sum(lead in self._sqls for lead in ended),
            [self._sales[lead] for lead in ended if lead in self._sales],
        )


def _sales(measures: Measures) -> tuple[dict[str, float], str]:
    """The amounts won with each lead, and their currency; nothing where there are several."""
    won = [row for row in measures.closed_deals().to_pylist() if row["won"] and row["lead_id"]]
    currencies = {row["currency"] or "" for row in won if row["amount"]}
    sales: dict[str, float] = defaultdict(float)
    if len(currencies) == 1:
        for row in won:
            sales[row["lead_id"]] += row["amount"] or 0.0
        return dict(sales), currencies.pop()
    return {}, ""


class Past:
    """A history as it was and as an agreement's rules alone would have told it.

    `actual` is its replay, which knows what became of each lead; `now` a simulation of the
    agreement as it is, kept as `simulated`. What a comparison needs of them is looked up once.
    """

    def __init__(self, actual: Result, now: Result, history: History) -> None:
        self._as_of, self._history = actual.as_of, history
        self.fates = Fates(actual, history)
        self._won = won_deals(actual, history).to_pylist()
        self._before = _first_mqls(now, history)
        self._months = _months(actual, history)
        self.simulated, self._now = now, self._version(now, self._before)

    def against(self, then: Result) -> WhatIf:
        """Compare with a simulation of the changed agreement over the same history."""
        before, after = self._before, _first_mqls(then, self._history)
        groups = {
            KEPT: before.keys() & after.keys(),
            GAINED: after.keys() - before.keys(),
            DROPPED: before.keys() - after.keys(),
        }
        both = _under_both(self.simulated.clocks, then.clocks)
        return WhatIf(
            as_of=self._as_of,
            months=self._months,
            now=self._now,
            then=self._version(then, after),
            kept=self.fates.group(KEPT, groups[KEPT]),
            gained=self.fates.group(GAINED, groups[GAINED]),
            dropped=self.fates.group(DROPPED, groups[DROPPED]),
            missed_deals=self._missed(before.keys(), after.keys()),
            promises=_promises(both),
            clocks=_differing(both),
            leads=self._lead_by_lead(groups, before | after),
        )

    def _lead_by_lead(
        self, groups: Mapping[str, Iterable[str]], qualified: Mapping[str, datetime]
    ) -> pa.Table:
        rows = [
            {
                "lead_id": lead,
                "group": name,
                "qualified_at": qualified[lead],
                "outcome": self.fates.outcome(lead),
                "holder": self.fates.holder(lead) or None,
            }
            for name, leads in groups.items()
            for lead in sorted(leads)
        ]
        return pa.Table.from_pylist(rows, schema=LEADS)

    def _version(self, result: Result, mqls: Mapping[str, datetime]) -> Version:
        return Version(
            mqls=len(mqls),
            per_month=len(mqls) / self._months,
            load=dict(Counter(self.fates.holder(lead) for lead in mqls).most_common()),
            by_rule=_made_by_rule(result, mqls),
        )

    def _missed(self, before: Iterable[str], after: Iterable[str]) -> list[Deal]:
        """Won deals with a lead that qualified, of whose leads none would under the change."""
        was, would = set(before), set(after)
        return [
            Deal(row["deal_id"], row["amount"], row["currency"], tuple(row["lead_ids"]))
            for row in self._won
            if was.intersection(row["lead_ids"] or ())
            and not would.intersection(row["lead_ids"] or ())
        ]


def _under_both(now: pa.Table, then: pa.Table) -> pa.Table:
    """Clocks that start at the same moment under both versions, and whether each is broken."""
    keys = ["lead_id", "obligation", "started_at"]
    then = _judged(then).drop_columns("side")
    return _judged(now).join(then, keys, join_type="inner", right_suffix="_then")


def _promises(both: pa.Table) -> list[Promise]:
    summed = both.group_by(["obligation", "side"], use_threads=False).aggregate(
        [([], "count_all"), ("broken", "sum"), ("broken_then", "sum")]
    )
    return [
        Promise(row["obligation"], row["side"], row["count_all"], row["broken_sum"],
                row["broken_then_sum"])
        for row in summed.sort_by([("side", "ascending"), ("obligation", "ascending")]).to_pylist()
    ]  # fmt: skip


def _differing(both: pa.Table) -> pa.Table:
    """Those that are broken under one version alone."""
    return both.filter(pc.not_equal(both["broken"], both["broken_then"])).select(CLOCKS)


def _judged(clocks: pa.Table) -> pa.Table:
    """Clocks of promises that were kept or broken; the steps of a contact protocol are none."""
    verdicts = pa.array(["met", "missed", "overdue"])
    clocks = clocks.filter(
        pc.and_(pc.is_in(clocks["outcome"], verdicts), pc.is_null(clocks["protocol_step"]))
    )
    broken = pc.cast(pc.not_equal(clocks["outcome"], "met"), pa.int64())
    columns = ["lead_id", "obligation", "started_at", "side"]
    return clocks.select(columns).append_column("broken", broken)


def _made_by_rule(result: Result, mqls: Mapping[str, datetime]) -> int:
    entries = result.stage_entries.filter(pc.invert(result.stage_entries["recorded"]))
    first = {"lead_id": pa.array(mqls, pa.string()), "entered_at": pa.array(mqls.values(), INSTANT)}
    keys = list(first)
    return int(entries.select(keys).join(pa.table(first), keys, join_type="inner").num_rows)


def _first_mqls(result: Result, history: History) -> dict[str, datetime]:
    """When each lead first became an MQL in its own right."""
    cases = Measures(result, history).population("mqls", ("lead_id", "placed_at"))
    return dict(zip(cases["lead_id"].to_pylist(), cases["placed_at"].to_pylist(), strict=True))


def _months(result: Result, history: History) -> float:
    """The stretch from the first lead to the moment of evaluation; a month at the least."""
    begins = Measures(result, history).begins
    return max(1.0, (result.as_of - begins).total_seconds() / 86_400 / _MONTH_DAYS)
