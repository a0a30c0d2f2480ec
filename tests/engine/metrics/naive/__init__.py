"""Every metric counted the slow way, in plain Python, from the oracle's tables.

It follows `docs/semantics.md` §13 and `docs/reference/metrics.md` and shares no code with the
registry: a metric is a list of cases, made one at a time, and a figure is a sum over some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .company import OF_LEADS, Case, Company, Row
from .deals import Naive
from .funnel import of_scores, scores_of

__all__ = ["METRICS", "OF_LEADS", "Case", "Company", "Naive", "Row", "applies", "value"]

METRICS: dict[str, Callable[[Naive], Iterator[Case]]] = {
    "contacts_added": Naive.contacts,
    "leads": Naive.only_counted,
    "over_threshold": Naive.over_threshold,
    "mqls": lambda n: n.entries_of("mql"),
    "repeat_mqls": lambda n: n.entries_of("mql", repeat=True),
    "sals": lambda n: n.entries_of("sal"),
    "sqls": lambda n: n.entries_of("sql"),
    "opportunities": lambda n: n.entries_of("opportunity"),
    "customers": lambda n: n.entries_of("customer"),
    "stage_entries": Naive.stage_entries,
    "conversion": Naive.conversion,
    "conversion_between": lambda n: n.conversion(every=True),
    "conversion_flow": Naive.flow,
    "conversion_flow_between": lambda n: n.flow(every=True),
    "mql_to_sql": Naive.mql_to_sql,
    "mql_to_close": Naive.mql_to_close,
    "high_quality_share": Naive.high_quality,
    "evenness": Naive.evenness,
    "exclusion_rate": lambda n: n.left_out(None),
    "duplicate_rate": lambda n: n.left_out("duplicate"),
    "bot_rate": lambda n: n.left_out("bot"),
    "competitor_rate": lambda n: n.left_out("competitor"),
    "opt_out_rate": lambda n: n.left_out("opt-out"),
    "nurture_entries": Naive.nurtured,
    "nurture_qualified": Naive.nurture_qualified,
    "nurture_days": Naive.nurture_days,
    "nurture_exits": Naive.nurture_exits,
    "won_deals": Naive.won,
    "lost_deals": lambda n: n.won("lost"),
    "revenue": Naive.revenue,
    "revenue_from_mqls": Naive.from_mqls,
    "win_rate": Naive.win_rate,
    "average_sale": Naive.average_sale,
    "cycle_days": lambda n: n.cycles(since_mql=False),
    "mql_cycle_days": lambda n: n.cycles(since_mql=True),
    "acceptance_rate": Naive.accepted,
    "rejection_rate": Naive.rejected,
    "recycle_rate": Naive.recycled,
    "protocol_completion": Naive.protocols,
    "attempts_per_lead": Naive.attempts,
    "quality_rating": Naive.ratings,
    "speed_to_lead": Naive.speed,
    "speed_to_lead_system": Naive.system,
    "speed_to_lead_assignment": Naive.assignment,
    "speed_to_lead_person": Naive.person,
    "attainment": Naive.attainment,
    "attainment_marketing": lambda n: n.attainment("marketing"),
    "attainment_sales": lambda n: n.attainment("sales"),
    "response_rate": Naive.response,
    "response_p50": Naive.answers,
    "response_p90": Naive.answers,
}
#: What the agreement must have for a metric to mean something.
NEEDS = {
    **dict.fromkeys(("mqls", "repeat_mqls", "high_quality_share", "evenness"), ("mql",)),
    **dict.fromkeys(("revenue_from_mqls", "mql_cycle_days"), ("mql",)),
    "sals": ("sal",),
    "acceptance_rate": ("sal",),
    "sqls": ("sql",),
    "opportunities": ("opportunity",),
    "customers": ("customer",),
    "mql_to_sql": ("mql", "sql"),
    "mql_to_close": ("mql", "customer"),
    "over_threshold": ("mql", "threshold"),
    "protocol_completion": ("protocol",),
    **dict.fromkeys(
        ("nurture_entries", "nurture_qualified", "nurture_days", "nurture_exits"), ("nurture",)
    ),
}


def applies(naive: Naive, metric: str) -> bool:
    """Whether a metric means something under the agreement."""
    there = {naive.role(stage) for stage in naive.stages}
    if naive.agreement.contact_protocol:
        there.add("protocol")
    if naive.agreement.nurture:
        there.add("nurture")
    if has_threshold(naive):
        there.add("threshold")
    return there.issuperset(NEEDS.get(metric, ()))


def has_threshold(naive: Naive) -> bool:
    """Whether the MQL's condition asks, for some leads, for scores that can be looked up."""
    stage = next((s for s in naive.agreement.stages if naive.role(s.name) == "mql"), None)
    if stage is None:
        return False
    conditions = [stage.when]
    for segment in naive.agreement.segments:
        own = segment.stages.get(stage.name)
        conditions += [own.when] if own else []
    used: set[str] = set().union(*(scores_of(of_scores(c)) for c in conditions))
    return bool(used) and used <= {"total", "fit", "engagement"}


def value(measure: str, cases: list[Case]) -> tuple[float | None, int]:
    """The value of a figure over its cases, and their number; a share is its plain ratio."""
    counted, among = sum(c.counts for c in cases), sum(c.of for c in cases)
    if measure in ("count", "sum"):
        return counted, len(cases)
    if measure in ("p50", "p90"):
        return quantile(cases, {"p50": 0.5, "p90": 0.9}[measure]), len(cases)
    n = len(cases) if measure == "part" else round(among)
    return (counted / among if among else None), n


def quantile(cases: list[Case], level: float) -> float | None:
    """The first time at which, by Kaplan-Meier, no more than the rest is still waiting."""
    waiting = 1.0
    for time in sorted({case.counts for case in cases if case.of}):
        at_risk = sum(case.counts >= time for case in cases)
        ended = sum(bool(case.of) and case.counts == time for case in cases)
        waiting *= 1 - ended / at_risk
        if waiting <= 1 - level + 1e-9:
            return time
    return None


def groups(cases: list[Case], key: Callable[[Case], Any]) -> dict[Any, list[Case]]:
    """Cases by what a key says of them."""
    found: dict[Any, list[Case]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case)
    return found
