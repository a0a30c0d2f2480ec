"""Which scores a lead can reach: spans of the groups and the total, caps and limits applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from leadpact.agreement.conditions import EventCondition, FieldCondition, leaves
from leadpact.agreement.lint.reasoning import (
    TRUE,
    Span,
    World,
    allows,
    field_values,
    judge,
    possible,
)
from leadpact.agreement.spec import Agreement, Limits, Rule, Scoring

#: Groups that every agreement has.
OWN_GROUPS = ("fit", "engagement")


def group_of(rule: Rule) -> str:
    """The group a rule adds to: its own, else engagement for activities and fit for attributes."""
    return rule.group or ("engagement" if is_activity_rule(rule) else "fit")


def is_activity_rule(rule: Rule) -> bool:
    """Whether each event earns the points, rather than an attribute while it holds."""
    return any(isinstance(leaf, EventCondition) for leaf in leaves(rule.when))


def groups(agreement: Agreement) -> set[str]:
    """The names that a score condition may give, apart from the total."""
    return set(OWN_GROUPS) | set(agreement.scoring.groups if agreement.scoring else ())


def reach(agreement: Agreement, world: World, among: Sequence[Any] = ()) -> dict[str, Span]:
    """Lowest and highest score of each group and of `total`, for the leads that match `among`."""
    if not agreement.scoring:
        return dict.fromkeys([*OWN_GROUPS, "total"], (0.0, 0.0))
    return _limited(agreement.scoring, _spans(agreement, world, among))


def reach_with_one_award(
    agreement: Agreement, world: World, among: Sequence[Any] = ()
) -> dict[str, Span]:
    """The same for a lead whose attributes all count and who did a single thing."""
    if not agreement.scoring:
        return reach(agreement, world, among)
    attributes = [rule for rule in agreement.scoring.rules if not is_activity_rule(rule)]
    still = agreement.scoring.model_copy(update={"rules": attributes})
    spans = _spans(agreement.model_copy(update={"scoring": still}), world, among)
    awards: dict[str, float] = defaultdict(float)
    for rule in agreement.scoring.rules:
        if is_activity_rule(rule):
            awards[group_of(rule)] = max(awards[group_of(rule)], rule.points)
    total = sum(high for _, high in spans.values()) + max(awards.values(), default=0.0)
    grown = {g: (low, high + awards[g]) for g, (low, high) in spans.items()}
    limited = _limited(agreement.scoring, grown)
    return limited | {"total": (limited["total"][0], min(total, limited["total"][1]))}


def _spans(agreement: Agreement, world: World, among: Sequence[Any]) -> dict[str, Span]:
    spans: dict[str, Span] = dict.fromkeys(groups(agreement), (0.0, 0.0))
    for name, span in _contributions(agreement, world, among):
        low, high = spans.get(name, (0.0, 0.0))
        spans[name] = (low + span[0], high + span[1])
    return spans


def _contributions(
    agreement: Agreement, world: World, among: Sequence[Any]
) -> Iterator[tuple[str, Span]]:
    by_field: dict[tuple[str, str], list[tuple[Rule, FieldCondition]]] = defaultdict(list)
    for rule in agreement.scoring.rules if agreement.scoring else []:
        if isinstance(rule.when, FieldCondition):
            by_field[group_of(rule), rule.when.field].append((rule, rule.when))
        elif possible([(c, TRUE) for c in (rule.when, *among)], replace(world, one_row=True)):
            yield group_of(rule), _alone(rule)
    for (group, name), rules in by_field.items():
        yield group, _of_one_field(name, rules, world, among)


def _of_one_field(
    name: str, rules: Sequence[tuple[Rule, FieldCondition]], world: World, among: Sequence[Any]
) -> Span:
    """Rules on one field exclude each other, so only one of its values counts at a time."""
    kind = world.types.get(name, "text")
    tests = [test for _, test in rules]
    tests += [
        leaf
        for condition in among
        for leaf in leaves(condition)
        if isinstance(leaf, FieldCondition) and leaf.field == name
    ]
    sums = [
        sum(_capped(rule) for rule, test in rules if judge(test, value, kind))
        for value in field_values(name, tests, world)
        if all(allows(condition, name, value, world) for condition in among)
    ]
    return (min(sums, default=0.0), max(sums, default=0.0))


def _capped(rule: Rule) -> float:
    cap = inf if rule.at_most is None else rule.at_most
    return max(-cap, min(cap, rule.points))


def _alone(rule: Rule) -> Span:
    most = inf if rule.at_most is None else rule.at_most
    worth = most if is_activity_rule(rule) else abs(_capped(rule))
    if rule.points == 0:
        return (0.0, 0.0)
    return (0.0, worth) if rule.points > 0 else (-worth, 0.0)


def _limited(scoring: Scoring, spans: dict[str, Span]) -> dict[str, Span]:
    by_group = {g: _cut(span, scoring.groups.get(g, Limits())) for g, span in spans.items()}
    total = (sum(low for low, _ in by_group.values()), sum(high for _, high in by_group.values()))
    return by_group | {"total": _cut(total, scoring.total)}


def _cut(span: Span, limits: Limits) -> Span:
    least = -inf if limits.at_least is None else limits.at_least
    most = inf if limits.at_most is None else limits.at_most
    low, high = (max(least, min(most, end)) for end in span)
    return (low, high)
