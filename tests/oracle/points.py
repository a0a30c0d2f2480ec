"""The score of a lead, summed anew from the rows of its episode."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from leadpact.agreement.conditions import EventCondition, leaves
from leadpact.agreement.spec import Agreement, Limits, Rule

if TYPE_CHECKING:
    from .knowing import Known

Thousandths = int


def thousandths(points: float) -> Thousandths:
    """Points as whole thousandths."""
    return round(Fraction(str(points)) * 1000)


def is_activity_rule(rule: Rule) -> bool:
    """Whether rows earn the points, rather than attributes."""
    return any(isinstance(leaf, EventCondition) for leaf in leaves(rule.when))


def scores(lead: Known, now: datetime) -> dict[str, Thousandths]:
    """Every group's sum and the `total` at an instant."""
    scoring = lead.agreement.scoring
    limits = scoring.groups if scoring else {}
    sums: dict[str, Thousandths] = dict.fromkeys(["fit", "engagement", *limits], 0)
    for rule in scoring.rules if scoring else []:
        group = rule.group or ("engagement" if is_activity_rule(rule) else "fit")
        sums[group] = sums.get(group, 0) + _live(lead, rule, now)
    sums = {group: _limited(points, limits.get(group)) for group, points in sums.items()}
    return sums | {"total": _limited(sum(sums.values()), scoring.total if scoring else None)}


def _live(lead: Known, rule: Rule, now: datetime) -> Thousandths:
    if is_activity_rule(rule):
        live = sum(
            worth(rule, row.at, now)
            for row in lead.episode_rows(now)
            if lead.row_holds(rule.when, row)
        )
    else:
        live = thousandths(rule.points) if lead.holds(rule.when, now) else 0
    if rule.at_most is None:
        return live
    cap = thousandths(rule.at_most)
    return max(-cap, min(cap, live))


def worth(rule: Rule, at: datetime, now: datetime) -> Thousandths:
    """What one row is still worth, cut toward zero."""
    points = thousandths(rule.points)
    if not rule.ageing:
        return points
    periods = (now - at) // _span(rule.ageing.every)
    left = max(Fraction(0), 1 - periods * Fraction(rule.ageing.by.rstrip("% ")) / 100)
    return int(points * left)


def ageing_instants(agreement: Agreement, at: datetime) -> list[datetime]:
    """When a row that happened at an instant loses worth under some rule."""
    found = []
    for rule in agreement.scoring.rules if agreement.scoring else []:
        if rule.ageing and is_activity_rule(rule):
            by = Fraction(rule.ageing.by.rstrip("% ")) / 100
            steps = -(-1 // by) if by else 0
            found += [at + k * _span(rule.ageing.every) for k in range(1, int(steps) + 1)]
    return found


def grade(agreement: Agreement, fit: Thousandths, engagement: Thousandths) -> dict[str, Any]:
    """Tier and quality of two scores."""
    tiers = agreement.scoring.tiers if agreement.scoring else None
    if not tiers:
        return {"tier": None, "quality": None}
    letter = next((x for x in "AB" if _reaches(fit, tiers.fit.get(x))), "C")
    digit = next((x for x in "12" if _reaches(engagement, tiers.engagement.get(x))), "3")
    tier = letter + digit
    return {"tier": tier, "quality": "high" if tier in tiers.high_quality else "low"}


def _reaches(points: Thousandths, bound: float | None) -> bool:
    return bound is not None and points >= thousandths(bound)


def _limited(points: Thousandths, limits: Limits | None) -> Thousandths:
    if limits and limits.at_least is not None:
        points = max(points, thousandths(limits.at_least))
    if limits and limits.at_most is not None:
        points = min(points, thousandths(limits.at_most))
    return points


def _span(span: Any) -> Any:
    return timedelta(microseconds=span.microseconds)
