"""From what somebody types about a year to its plan; what is left out comes from the history."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

from leadpact.agreement.calendars import ORGANISATION, calendars_of
from leadpact.agreement.spec import Agreement
from leadpact.insight.days import days_between
from leadpact.insight.plan_history import Known
from leadpact.insight.planning import (
    CLOSES,
    LEADS,
    LONGEST,
    MQLS,
    Assumptions,
    Plan,
    Split,
    plan,
    weights_of,
)
from leadpact.insight.statistics import Estimate

_AMOUNT = re.compile(r"(\d[\d,_ ]{0,17}(?:\.\d{1,9})?)\s*([kKmM]?)")
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6}
_SPLITS: tuple[Split, ...] = get_args(Split)
_YEARS = range(2000, 2101)


class PlanError(Exception):
    """Something typed, or left out, of which no plan can be made; the message says what to do.

    `about` names the field.
    """

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class Typed:
    """A plan as somebody typed it; an empty text stands for what the history says.

    `costs` has what one of a phase costs; `spend` what may be spent in the year.
    """

    year: str
    revenue: str
    average_sale: str = ""
    from_mqls: str = ""
    deals_per_mql: str = ""
    days: str = ""
    split: str = ""
    spend: str = ""
    costs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """A plan with what it costs: `costs` for one of a phase, `spend` in the year, None if not said.

    `typed` has the names of the assumptions that do not come from the history.
    """

    plan: Plan
    known: Known
    split: Split
    typed: frozenset[str]
    costs: Mapping[str, float]
    spend: float | None


def make_plan(typed: Typed, known: Known, agreement: Agreement) -> Planned:
    """The plan of a year; raises PlanError for what cannot be read or is known nowhere."""
    year = _year(typed.year)
    own = {
        name
        for name in ("average_sale", "from_mqls", "deals_per_mql", "days")
        if getattr(typed, name).strip()
    }
    assumed = _assumptions(typed, known)
    split = _split(typed.split, known)
    days = days_between(date(year, 1, 1), date(year, 12, 31), calendars_of(agreement)[ORGANISATION])
    weights = weights_of(days, split, _past_year(known))
    spend = _number("spend", typed.spend) if typed.spend.strip() else None
    phases = (LEADS, MQLS, *assumed.reached, CLOSES)
    costs = {name: _number(name, text) for name, text in typed.costs.items() if text.strip()}
    if strange := [name for name in costs if name not in phases]:
        raise PlanError(
            strange[0], f"“{strange[0]}” is no phase of the plan; it has {', '.join(phases)}."
        )
    return Planned(plan(year, days, weights, assumed), known, split, frozenset(own), costs, spend)


def _assumptions(typed: Typed, known: Known) -> Assumptions:
    sale = _of(typed.average_sale, "average_sale", "the average sale", known.average_sale)
    rate = _of(
        typed.deals_per_mql,
        "deals_per_mql",
        "how many MQLs bring a deal",
        known.deals_per_mql,
        True,
    )
    part = _of(typed.from_mqls, "from_mqls", "the part from MQLs", known.from_mqls, True)
    return Assumptions(
        revenue=_positive("revenue", typed.revenue, "the revenue of the year"),
        average_sale=sale.value,
        from_mqls=part.value,
        deals_per_mql=rate.value,
        delays=_delays(typed.days, known),
        mqls_per_lead=known.mqls_per_lead.value if known.mqls_per_lead else None,
        reached={name: each.value for name, each in known.reached.items()},
        spans={CLOSES: _span(sale), MQLS: _span(sale, rate)},
    )


def _of(text: str, about: str, what: str, told: Estimate | None, share: bool = False) -> Estimate:
    if text.strip():
        value = _positive(about, text, what, share=share)
        return Estimate(value, None, None, 0)
    if told is None:
        raise PlanError(about, f"The history has too few cases to tell {what}: please say it.")
    return told


def _span(*rates: Estimate) -> tuple[float, float]:
    """Between how many times of the number told the right one lies, for numbers divided by these.

    The rates err apart from one another, so their logarithms' doubts add up as squares.
    """
    up = [math.log(r.value / r.low) for r in rates if r.low is not None and r.low > 0]
    down = [math.log(r.high / r.value) for r in rates if r.high is not None]
    return math.exp(-math.hypot(*down)), math.exp(math.hypot(*up))


def _delays(text: str, known: Known) -> Mapping[int, int]:
    if text.strip():
        days = _number("days", text)
        if days > LONGEST:
            raise PlanError("days", f"From MQL to close {LONGEST} days are the most.")
        return {round(days): 1}
    if not known.delays:
        raise PlanError(
            "days", "The history has no deal to tell how long one takes: please say the days."
        )
    return known.delays


def _split(text: str, known: Known) -> Split:
    chosen = text.strip() or "working days"
    found = next((each for each in _SPLITS if each == chosen), None)
    if found is None:
        raise PlanError("split", f"“{chosen}” is no way to split a year; {_listed(_SPLITS)} are.")
    if found == "history" and not sum(_past_year(known)):
        raise PlanError(
            "split", "The history has no twelve whole months with revenue to split the year by."
        )
    return found


def _past_year(known: Known) -> list[float]:
    """Revenue by month of the year, January first; nothing without twelve whole months."""
    months = known.months[-12:]
    if len(months) < 12:
        return [0.0] * 12
    return [each.revenue for each in sorted(months, key=lambda month: month.label[-2:])]


def _year(text: str) -> int:
    if not text.strip().isdigit() or int(text) not in _YEARS:
        raise PlanError("year", f"“{text}” is no year between {_YEARS[0]} and {_YEARS[-1]}.")
    return int(text)


def _positive(about: str, text: str, what: str, share: bool = False) -> float:
    if not text.strip():
        raise PlanError(about, f"Please say {what}.")
    number = _share(about, text) if share else _number(about, text)
    if number <= 0:
        raise PlanError(about, f"“{text}”: {what} must be more than nothing.")
    return number


def _share(about: str, text: str) -> float:
    cut = text.strip().removesuffix("%")
    number = _number(about, cut)
    value = number / 100 if text.strip().endswith("%") else number
    if value > 1:
        raise PlanError(about, f"“{text}” is more than all; write a share as 40% or 0.4.")
    return value


def _number(about: str, text: str) -> float:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise PlanError(about, f"“{text}” is no number; write one as 1200000, 1,200,000 or 1.2M.")
    digits = re.sub(r"[,_ ]", "", found[1])
    return float(digits) * _TIMES[found[2].lower()]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
