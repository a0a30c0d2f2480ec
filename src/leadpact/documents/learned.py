"""What was learned, as JSON values."""

from __future__ import annotations

from typing import Any

from leadpact.documents.what_if import as_json as what_if_json
from leadpact.insight.learning.apart import Compared
from leadpact.insight.learning.definition import Definition, Picked
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.ranking import TOP, Ranked
from leadpact.insight.learning.scorecard import Scorecard
from leadpact.insight.learning.taught import Taught, Trial
from leadpact.insight.statistics import Estimate


def as_json(taught: Taught) -> dict[str, Any]:
    """All that was learned; without a known end of leads only why not."""
    found = taught.learned
    if found is None:
        return {"why_not": taught.why}
    cases = found.cases
    return {
        "leads": len(cases),
        "customers": cases.customers,
        "days": cases.days,
        "customers_later": cases.later,
        "too_young": cases.young,
        "brought_otherwise": cases.otherwise,
        "attributes_as_exported": found.as_exported,
        "traits": [_trait(each) for each in found.compared],
        "not_looked_at": dict(sorted(found.left_out.items())),
        "definition": _definition(taught.definition, found),
        "scorecard": _scorecard(taught.scorecard, found),
    }


def _trait(each: Compared) -> dict[str, Any]:
    return {
        "name": each.trait.name,
        "when": each.trait.when,
        "leads": each.n,
        "customers": each.customers,
        "share": _estimate(each.share),
        "others": each.others,
        "customers_of_others": each.customers_of_others,
        "times": _estimate(each.times),
        "word": each.word.value,
    }


def _definition(trial: Trial[Definition] | None, found: Learned) -> dict[str, Any]:
    if trial is None:
        return {"why_not": found.why_no_definition}
    return {
        "when": trial.what.when,
        "worth_it": trial.what.is_worth_it,
        "latest_leads": trial.what.of,
        "picks": _picked(trial.what.then),
        "today": _picked(trial.what.today),
        "what_if": _without_leads(trial),
    }


def _scorecard(trial: Trial[Scorecard] | None, found: Learned) -> dict[str, Any]:
    if trial is None:
        return {"why_not": found.why_no_scorecard}
    card = trial.what
    return {
        "rules": [
            {**rule.as_rule(), "leads": rule.n, "customers": rule.customers} for rule in card.rules
        ],
        "threshold": card.threshold,
        "learned_from": card.learned_from,
        "judged_on": card.judged_on,
        "learned": _ranked(card.own),
        "present": _ranked(card.beside.other) if card.beside else None,
        "better_by": _estimate(card.beside.better_by) if card.beside else None,
        "word": card.beside.word.value if card.beside else None,
        "calibration": [
            {"points_from": _finite(b.low), "points_below": _finite(b.high),
             "expected": b.expected, "came": _estimate(b.came)}
            for b in card.bins
        ],
        "what_if": _without_leads(trial),
    }  # fmt: skip


def _finite(number: float) -> float | None:
    return number if abs(number) != float("inf") else None


def _without_leads(trial: Trial[Any]) -> dict[str, Any]:
    told = what_if_json(trial.found)
    del told["leads"]
    return told


def _picked(picked: Picked) -> dict[str, Any]:
    return {"leads": picked.n, "customers": picked.won, "missed": picked.missed,
            "share": _estimate(picked.share)}  # fmt: skip


def _ranked(found: Ranked) -> dict[str, Any]:
    top = {f"{part:.0%}": count for part, count in zip(TOP, found.top, strict=True)}
    return {"area": _estimate(found.area), "customers_in_top": top}


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
