"""The planner: a year's revenue, and what marketing and sales owe for it each month."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents import plan as told_plan
from leadpact.documents.plan_basis import NOTHING_OPENS, Opens, median
from leadpact.documents.stored import Stored
from leadpact.insight.plan_asked import PlanError, Planned, Typed, make_plan
from leadpact.insight.plan_history import Known
from leadpact.insight.planning import CLOSES, LEADS, MQLS
from leadpact.insight.statistics import Estimate
from leadpact.ledger.selectors import agreements, figures
from leadpact.web.figures.parts import has_charts, shaped
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page

_SPLITS = (
    ("working days", "by working days"),
    ("even", "evenly"),
    ("history", "as your last twelve months"),
)


@dataclass(frozen=True)
class Asked:
    """A field of the form: what stands in it, and what the history says where it is empty."""

    name: str
    label: str
    value: str
    help: str = ""
    placeholder: str = ""
    wrong: str = ""


@page("planner", name="planner", roles=READERS, nav="Planner", order=62)
def planner(request: PageRequest) -> HttpResponse:
    """What a year's revenue asks of both sides, from the company's own rates."""
    (known, opens), agreement = _known(), agreements.in_force(request.now)
    if known is None or agreement is None:
        return render(request, "figures/planner.html", {"title": "Planner", "sections": []})
    typed = _typed(request)
    shown: dict[str, Any] = {"wrong": {}}
    if typed.revenue.strip():
        try:
            shown |= _plan(make_plan(typed, known, agreement.agreement), opens)
        except PlanError as error:
            shown["wrong"] = {error.about: str(error)}
    fields = _fields(typed, known, shown["wrong"])
    stray = [text for name, text in shown["wrong"].items() if name not in {f.name for f in fields}]
    shown |= {
        "title": "Planner",
        "measurement": figures.measurement(),
        "fields": fields[:2],
        "more": fields[2:],
        "stray": stray,
        "opened": any(each.value or each.wrong for each in fields[2:]),
        "splits": [
            (value, label, value == (typed.split or "working days")) for value, label in _SPLITS
        ],
    }
    return render(request, "figures/planner.html", shown)


def _known() -> tuple[Known | None, Opens]:
    """What the last measurement tells of a plan, if there was one, and what its figures open to."""
    row = figures.part(told_plan.HISTORY)
    told = json.loads(row.value) if row else None
    return (Known.of_json(told["known"]), told["opens"]) if told else (None, NOTHING_OPENS)


def _typed(request: PageRequest) -> Typed:
    sent = {
        name: request.GET.get(name, "") for name in Typed.__dataclass_fields__ if name != "costs"
    }
    sent["year"] = sent["year"] or str(request.now.astimezone(request.zone).year + 1)
    costs = {
        name.removeprefix("cost-"): str(value)
        for name, value in request.GET.items()
        if name.startswith("cost-")
    }
    return Typed(**sent, costs=costs)


def _plan(planned: Planned, opens: Opens) -> dict[str, Any]:
    stored = Stored()
    stored.add(told_plan.section(planned, opens))
    made = shaped(stored.parts[told_plan.KEY])
    return {
        "sections": [made],
        "answer": made["answer"],
        "has_charts": has_charts([made]),
        "goals": told_plan.goals_yaml(planned),
    }


def _fields(typed: Typed, known: Known, wrong: dict[str, str]) -> list[Asked]:
    sale, part, rate = known.average_sale, known.from_mqls, known.deals_per_mql
    took = f"{median(known.delays)}" if known.delays else ""
    phases = ((LEADS, "lead"), (MQLS, "MQL"), *((each, each) for each in known.reached))
    money = f", {known.currency}" if known.currency else ""
    asked = [
        ("year", "Year", typed.year, "", ""),
        ("revenue", f"Revenue of the year{money}", typed.revenue, "As 2400000 or 2.4M.", ""),
        (
            "average_sale",
            "Average sale",
            typed.average_sale,
            "",
            f"{sale.value:,.0f}" if sale else "",
        ),
        ("from_mqls", "Part of revenue from MQLs", typed.from_mqls, "As 60%.", _percent(part)),
        ("deals_per_mql", "Deals won for an MQL", typed.deals_per_mql, "As 8%.", _percent(rate)),
        ("days", "Days from MQL to close", typed.days, "Half of your deals took so long.", took),
        ("spend", "Spend in the year", typed.spend, "", ""),
        *(
            (f"cost-{name}", f"Cost of one {what}", typed.costs.get(name, ""), "", "")
            for name, what in (*phases, (CLOSES, "won deal"))
        ),
    ]
    return [
        Asked(name, label, value, help_, placeholder, wrong.get(name.removeprefix("cost-"), ""))
        for name, label, value, help_, placeholder in asked
    ]


def _percent(told: Estimate | None) -> str:
    return f"{told.value * 100:.1f}%" if told else ""
