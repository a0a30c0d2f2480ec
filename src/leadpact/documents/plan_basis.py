"""What a plan rests on and what it costs: each number, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from leadpact.documents import words
from leadpact.documents.blocks import Kept, Said, Table, Text
from leadpact.insight.plan_asked import Planned
from leadpact.insight.plan_history import Known
from leadpact.insight.planning import CLOSES, LEADS, MQLS, Owed
from leadpact.insight.statistics import Estimate

#: The keys of lists that were published, by the name of what they are behind.
Opens = Mapping[str, str]
NOTHING_OPENS: Opens = {}
_YOURS = "you said"


def kept(text: str, key: str | None) -> Said:
    """A figure of the history, which opens to its cases where these were published."""
    return Kept(text, key) if key else text


def assumption_table(planned: Planned, opens: Opens = NOTHING_OPENS) -> Table:
    """What the plan rests on, and where each number comes from."""
    rows = list(_assumptions(planned, opens))
    return Table("What it rests on", ["What", "Plan", "From"], rows, words=3)


def cost(planned: Planned, owed: Owed) -> float | None:
    """What a stretch costs, where anything was said of costs."""
    if not planned.costs:
        return None
    return sum(owed.count(phase) * each for phase, each in planned.costs.items())


def _assumptions(planned: Planned, opens: Opens) -> Iterator[list[Text]]:
    assumed, known = planned.plan.assumed, planned.known

    def rate(name: str, told: Estimate | None, of_what: str) -> Text:
        return _from(planned, name, told, of_what, opens.get(name))

    yield ["Revenue", money(planned, assumed.revenue), _YOURS]
    yield [
        "Average sale",
        money(planned, assumed.average_sale),
        rate("average_sale", known.average_sale, "won deals of the last twelve months"),
    ]
    yield [
        "Part of revenue from MQLs",
        words.percent(assumed.from_mqls),
        rate("from_mqls", known.from_mqls, "won deals of the last twelve months"),
    ]
    yield [
        "Deals won for 100 MQLs",
        f"{assumed.deals_per_mql * 100:.1f}",
        rate(
            "deals_per_mql",
            known.deals_per_mql,
            f"MQLs that are {known.mature_days} days old, in which 90 % of deals are won",
        ),
    ]
    yield [
        "From MQL to close",
        "half within " + words.plural(median(assumed.delays), "day"),
        _YOURS if "days" in planned.typed else _deals_told(known, opens.get("days")),
    ]
    if assumed.mqls_per_lead:
        told = rate("mqls_per_lead", known.mqls_per_lead, "leads of the last twelve months")
        yield ["MQLs for 100 leads", f"{assumed.mqls_per_lead * 100:.1f}", told]
    for name, share in assumed.reached.items():
        told = rate(name, known.reached[name], "MQLs old enough to tell")
        yield [f"MQLs that reach {name}", words.percent(share), told]
    if planned.spend is not None:
        yield ["Spend in the year", money(planned, planned.spend), _per_each(planned)]
    if planned.costs:
        whole = cost(planned, planned.plan.whole) or 0.0
        yield ["Cost of the year", money(planned, whole), _returned(planned, whole)]


def _from(
    planned: Planned, name: str, told: Estimate | None, of_what: str, key: str | None
) -> Text:
    if name in planned.typed or told is None:
        return _YOURS
    cases = kept(f"{told.n:,}", key)
    if told.low is None or told.high is None:
        return [cases, f" {of_what}"]
    form = _money_alone if name == "average_sale" else _hundredth
    between = f"{form(told.low)} and {form(told.high)}"
    return [cases, f" {of_what}; likely between ", kept(between, key)]


def _money_alone(value: float) -> str:
    return words.rough(max(value, 0.0), "money")


def _hundredth(value: float) -> str:
    return f"{value * 100:.1f}{words.GLUE}%"


def _deals_told(known: Known, key: str | None) -> Text:
    deals = words.plural(sum(known.delays.values()), "won deal")
    return [kept(deals, key), ", each with its own days"]


def _per_each(planned: Planned) -> str:
    """What one of each phase may cost when so much is spent."""
    whole, spend = planned.plan.whole, planned.spend or 0.0
    phases = [LEADS] if whole.leads else []
    named = {LEADS: "lead", MQLS: "MQL", CLOSES: "won deal"}
    told = [
        f"{money(planned, spend / whole.count(each))} {_for(named.get(each, each))}"
        for each in [*phases, MQLS, *planned.plan.assumed.reached, CLOSES]
        if whole.count(each)
    ]
    return f"{_YOURS}: {words.listed(told)}; {_returned(planned, spend)}"


def _for(phase: str) -> str:
    return f"for {words.with_article(phase)}"


def _returned(planned: Planned, spent: float) -> str:
    earned = planned.plan.whole.revenue
    return f"{f'{earned / spent:,.1f}'} times as much is earned" if spent else _YOURS


def median(delays: Mapping[int, int]) -> int:
    """The days within which half of the deals were won."""
    each = np.repeat([*delays], [*delays.values()])
    return int(np.quantile(each, 0.5, method="inverted_cdf"))


def count(number: float) -> str:
    """A number of cases that is worked out: whole, but for small ones."""
    small = number < 9.95 and round(number, 1) != round(number)
    return f"{number:.1f}" if small else words.number(round(number))


def money(planned: Planned, value: float) -> str:
    """An amount in the currency of the history, if it has one."""
    return f"{words.rough(value, 'money')} {planned.known.currency}".rstrip()
