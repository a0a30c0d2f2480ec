"""A plan of a year in sentences and tables, for the terminal and for pages."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from leadpact.documents import charts, words
from leadpact.documents.blocks import Chart, Said, Section, Table
from leadpact.documents.plan_basis import (
    NOTHING_OPENS,
    Opens,
    assumption_table,
    cost,
    count,
    kept,
    median,
    money,
)
from leadpact.documents.plan_cases import MONTHS_TOLD, month_of
from leadpact.insight.plan_asked import Planned
from leadpact.insight.plan_history import PastMonth
from leadpact.insight.planning import CLOSES, LEADS, MQLS, Feasible, Owed

KEY = "planner"
#: The part of the published figures that has what the history tells of a plan.
HISTORY = "plan"
_TITLES = {LEADS: "Leads", MQLS: "MQLs (marketing)", CLOSES: "Deals won (sales)"}
#: What is drawn, each by month: its title, and what is counted.
_CHARTS = (
    (CLOSES, "Won deals that sales owes, by month", "Deals"),
    (MQLS, "MQLs that marketing owes, by month", "MQLs"),
)
_BEFORE = "Due before the year, for deals early in it"
#: What is left of adding up days is not one more.
_NOT_MORE = 1e-6


def section(planned: Planned, opens: Opens = NOTHING_OPENS) -> Section:
    """The plan as a part of a page: what is owed, whether it can be done, and what it rests on.

    `opens` has the keys of lists that were published, by the names of `cases_of_plan`.
    """
    before = planned.plan.before
    return Section(
        KEY,
        f"Plan of {planned.plan.year}",
        answer=answer(planned),
        text=_how(planned),
        charts=[_chart(planned, *each) for each in _CHARTS],
        tables=[
            feasible_table(planned, opens),
            quarter_table(planned),
            assumption_table(planned, opens),
        ],
        aside=[
            month_table(planned, opens),
            *([_owed_table(planned, _BEFORE, before, opens)] if before else []),
        ],
    )


def answer(planned: Planned) -> str:
    """What both sides owe, and the word on whether they ever did, in one or two sentences."""
    whole = planned.plan.whole
    said = (
        f"For {money(planned, whole.revenue)} in {planned.plan.year} sales owes "
        f"{count(whole.closes)} won deals and marketing {count(whole.mqls)} MQLs: "
        f"{count(whole.closes / 12)} and {count(whole.mqls / 12)} a month."
    )
    return f"{said} {_verdict(feasibilities(planned))}".strip()


def feasibilities(planned: Planned) -> list[Feasible]:
    """Each phase of which the past is known, beside what an average month of the plan owes."""
    months, whole = planned.known.months[-MONTHS_TOLD:], planned.plan.whole
    if not months:
        return []
    found = [
        Feasible(MQLS, whole.mqls / 12, [(each.title, each.mqls) for each in months]),
        Feasible(CLOSES, whole.closes / 12, [(each.title, each.closes) for each in months]),
    ]
    if whole.leads is not None:
        past = [(each.title, each.leads) for each in months]
        found.insert(0, Feasible(LEADS, whole.leads / 12, past))
    return found


def feasible_table(planned: Planned, opens: Opens = NOTHING_OPENS) -> Table:
    """What a month owes beside what the past months brought."""
    labels = {each.title: each.label for each in planned.known.months}
    return Table(
        "Can it be done? An average month of the plan beside the past",
        ["What", "Owed a month", "Past average", "Best month", "Months that reached it", "Verdict"],
        [
            [
                _TITLES[each.what],
                count(each.owed),
                kept(count(each.average), opens.get(each.what)),
                kept(
                    f"{count(each.best[1])} ({each.best[0]})",
                    opens.get(month_of(each.what, labels[each.best[0]])),
                ),
                words.out_of(each.reached, len(each.past)),
                _word(each),
            ]
            for each in feasibilities(planned)
        ],
    )


def quarter_table(planned: Planned) -> Table:
    """The year and its quarters."""
    year = planned.plan.year
    named = [(f"Q{place} {year}", each) for place, each in enumerate(planned.plan.quarters, 1)]
    return _table(planned, "By quarter", [*named, (str(year), planned.plan.whole)])


def month_table(planned: Planned, opens: Opens = NOTHING_OPENS) -> Table:
    """The twelve months, with what has come of those that are past."""
    return _owed_table(planned, "By month", planned.plan.months, opens)


def goals_yaml(planned: Planned) -> str:
    """Goals for the agreement: an average month, with hurdles as wide as the history's doubt."""
    whole, spans = planned.plan.whole, planned.plan.assumed.spans
    owed = (
        (f"MQLs of the {planned.plan.year} plan", "marketing", "mqls", whole.mqls, spans[MQLS]),
        (
            f"Deals won of the {planned.plan.year} plan",
            "sales",
            "won_deals",
            whole.closes,
            spans[CLOSES],
        ),
    )
    lines = ["goals:"]
    for name, side, metric, number, span in owed:
        minimum, target, stretch = _hurdles(number / 12, span)
        lines += [
            f"  - {{name: {json.dumps(name)}, side: {side}, metric: {metric}, per: month,",
            f"     hurdles: {{minimum: {minimum}, target: {target}, stretch: {stretch}}}}}",
        ]
    return "\n".join(lines) + "\n"


def as_json(planned: Planned) -> dict[str, Any]:
    """The plan as plain values."""
    plan = planned.plan
    return {
        "year": plan.year,
        "currency": planned.known.currency or None,
        "split": planned.split,
        "assumptions": {
            "revenue": plan.assumed.revenue,
            "average_sale": plan.assumed.average_sale,
            "from_mqls": plan.assumed.from_mqls,
            "deals_per_mql": plan.assumed.deals_per_mql,
            "median_days": median(plan.assumed.delays),
            "said": sorted(planned.typed),
        },
        "before": [_owed_json(each) for each in plan.before],
        "months": [_owed_json(each) for each in plan.months],
        "whole": _owed_json(plan.whole),
        "feasible": [
            {
                "phase": each.what,
                "owed_a_month": each.owed,
                "past_average": each.average,
                "best": {"month": each.best[0], "count": each.best[1]},
                "months_that_reached_it": each.reached,
                "months": len(each.past),
            }
            for each in feasibilities(planned)
        ],
        "cost": cost(planned, plan.whole),
    }


def _owed_json(owed: Owed) -> dict[str, Any]:
    return {
        "starts": owed.starts.isoformat(),
        "revenue": owed.revenue,
        "closes": owed.closes,
        "mqls": owed.mqls,
        "leads": owed.leads,
        "reached": dict(owed.reached),
    }


def _owed_table(planned: Planned, caption: str, months: Sequence[Owed], opens: Opens) -> Table:
    return _table(planned, caption, [(f"{each.starts:%B %Y}", each) for each in months], opens)


def _table(
    planned: Planned,
    caption: str,
    rows: Sequence[tuple[str, Owed]],
    opens: Opens = NOTHING_OPENS,
) -> Table:
    phases = [*planned.plan.assumed.reached]
    with_leads = planned.plan.assumed.mqls_per_lead is not None
    past = {each.title: each for each in planned.known.months}
    came = any(name in past for name, _ in rows)
    header = [
        "When",
        f"Revenue{f', {planned.known.currency}' if planned.known.currency else ''}",
        *(["Leads"] if with_leads else []),
        _TITLES[MQLS],
        *phases,
        _TITLES[CLOSES],
        *(["Cost"] if planned.costs else []),
        *(["MQLs that came", "Deals that came"] if came else []),
    ]
    return Table(
        caption,
        header,
        [
            [
                name,
                words.rough(owed.revenue, "money"),
                *([count(owed.leads or 0)] if with_leads else []),
                count(owed.mqls),
                *(count(owed.reached[phase]) for phase in phases),
                count(owed.closes),
                *([words.rough(cost(planned, owed) or 0, "money")] if planned.costs else []),
                *(_came(past.get(name), opens) if came else []),
            ]
            for name, owed in rows
        ],
    )


def _came(month: PastMonth | None, opens: Opens) -> list[Said]:
    if month is None:
        return [words.NOTHING, words.NOTHING]
    return [
        kept(words.number(n), opens.get(month_of(phase, month.label)))
        for phase, n in ((MQLS, month.mqls), (CLOSES, month.closes))
    ]


def _verdict(found: Sequence[Feasible]) -> str:
    """The worst word of both sides' own debts."""
    own = [each for each in found if each.what != LEADS]
    if not own:
        return "No whole month of the past tells whether that can be done."
    beyond = [each for each in own if not each.reached]
    if beyond:
        each = max(beyond, key=lambda e: e.owed / max(e.best[1], 0.5))
        name = "MQLs" if each.what == MQLS else "won deals"
        return (
            f"No month so far had that many {name}: the best was {count(each.best[1])} in "
            f"{each.best[0]}."
        )
    least = min(own, key=lambda each: each.reached)
    name = "MQLs" if least.what == MQLS else "won deals"
    return f"{_months(least)} had that many {name}."


def _months(each: Feasible) -> str:
    if each.reached == len(each.past):
        return f"Each of the last {words.plural(each.reached, 'month')}"
    return f"{words.capital(words.out_of(each.reached, len(each.past)))} past months"


def _word(each: Feasible) -> str:
    if not each.reached:
        return "never yet"
    return "within reach" if each.average >= each.owed else "a stretch"


def _how(planned: Planned) -> list[str]:
    split = {
        "working days": "by its working days",
        "even": "evenly over its days",
        "history": "as revenue fell over the last twelve whole months",
    }[planned.split]
    return [
        f"The revenue of the year is split {split}. A won deal is due when its revenue is; the MQL "
        "behind it is due as much earlier as won deals took so far. Deals after the year’s end are "
        "taken to go on like those of its beginning. Each rate that you do not say comes from your "
        "own history, as far as it has cases enough; “What it rests on” tells which.",
    ]


def _chart(planned: Planned, phase: str, title: str, what: str) -> Chart:
    """What a side owes month by month."""
    months = planned.plan.months
    rows: list[dict[str, object]] = [
        {
            "name": f"{each.starts:%b %Y}",
            "value": each.count(phase),
            "label": count(each.count(phase)),
        }
        for each in months
    ]
    shown = [[str(row["name"]), str(row["label"])] for row in rows]
    highest = max(months, key=lambda each: each.count(phase))
    return Chart(
        f"planned-{phase}",
        title,
        f"Most are due in {highest.starts:%B}: {count(highest.count(phase))}.",
        charts.bars(rows, what),
        Table(title, ["Month", what], shown),
    )


def _hurdles(owed: float, span: tuple[float, float]) -> tuple[int, int, int]:
    """Enough if the rates turn out well, as planned, and enough if they turn out badly."""
    target = max(2, math.ceil(owed - _NOT_MORE))
    minimum = min(target - 1, math.ceil(owed * span[0] - _NOT_MORE))
    return max(1, minimum), target, max(target + 1, math.ceil(owed * span[1] - _NOT_MORE))
