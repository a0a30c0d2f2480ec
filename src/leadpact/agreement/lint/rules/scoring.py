"""Scoring: points, caps, ageing and grades that do what they seem to."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.reach import group_of, is_activity_rule
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.spec import share

_YEAR = 365 * 86_400 * 1_000_000
_MOST_RULES = 200


@rule("warning")
def no_points(doc: Document) -> Findings:
    """A scoring rule gives no points."""
    for i, scoring in enumerate(doc.rules):
        if scoring.points == 0:
            yield Finding(
                ("scoring", "rules", i, "points"),
                f"The rule “{scoring.name}” gives 0 points and changes no score.",
                "Give it points, or delete it.",
            )


@rule("error")
def cap_below_award(doc: Document) -> Findings:
    """A rule's cap is smaller than what it gives once."""
    for i, scoring in enumerate(doc.rules):
        if scoring.at_most is not None and scoring.at_most < abs(scoring.points):
            yield Finding(
                ("scoring", "rules", i, "at_most"),
                f"The rule “{scoring.name}” gives {scoring.points:g} points "
                f"and is capped at {scoring.at_most:g}.",
                "Raise the cap to the points of one event, or lower the points.",
            )


@rule("warning")
def limit_below_award(doc: Document) -> Findings:
    """A group's limit is smaller than what one of its rules gives once."""
    limits = doc.agreement.scoring.groups if doc.agreement.scoring else {}
    for i, scoring in enumerate(doc.rules):
        limit = limits.get(group_of(scoring))
        most = limit.at_most if limit else None
        if most is not None and scoring.points > most:
            yield Finding(
                ("scoring", "rules", i, "points"),
                f"The rule “{scoring.name}” gives {scoring.points:g} points, and its group "
                f"“{group_of(scoring)}” is limited to {most:g}.",
                "Raise the group's limit, or lower the points.",
            )


@rule("error")
def ageing_without_end(doc: Document) -> Findings:
    """Points age so slowly that they outlive the lead: after five years some are left."""
    for i, scoring in enumerate(doc.rules):
        if not scoring.ageing:
            continue
        by = share(scoring.ageing.by)
        if by == 0 or ceil(1 / by) * scoring.ageing.every.microseconds > 5 * _YEAR:
            yield Finding(
                ("scoring", "rules", i, "ageing"),
                f"The points of “{scoring.name}” are not gone after five years.",
                "Take a larger share each time, as in `ageing: {every: 30 days, by: 50%}`.",
            )


@rule("error")
def ageing_without_activity(doc: Document) -> Findings:
    """An attribute rule has ageing, and attributes do not age."""
    for i, scoring in enumerate(doc.rules):
        if scoring.ageing and not is_activity_rule(scoring):
            yield Finding(
                ("scoring", "rules", i, "ageing"),
                f"The rule “{scoring.name}” looks at attributes, which do not age.",
                "Delete its `ageing`; it gives its points while it holds.",
            )


@rule("error")
def grades_out_of_order(doc: Document) -> Findings:
    """A better grade asks for no more than a worse one, so one of them is never given."""
    tiers = doc.agreement.scoring.tiers if doc.agreement.scoring else None
    if not tiers:
        return
    for group in ("fit", "engagement"):
        bounds: dict[str, float] = getattr(tiers, group)
        grades = sorted(bounds)
        for better, worse in pairwise(grades):
            if bounds[better] <= bounds[worse]:
                yield Finding(
                    ("scoring", "tiers", group, better),
                    f"The grade {better} asks for {bounds[better]:g} points of {group}, "
                    f"and the worse grade {worse} for {bounds[worse]:g}.",
                    "The better grade needs the higher bound.",
                )


@rule("error")
def too_much(doc: Document) -> Findings:
    """The agreement is larger than the engine takes."""
    protocol = doc.agreement.contact_protocol
    clocks = len(doc.agreement.obligations) + (len(protocol.steps) if protocol else 0)
    if clocks > 64:
        yield Finding(
            ("obligations",),
            f"There are {clocks} obligations and steps of the contact protocol; 64 are the most.",
            "Join obligations that start and stop alike.",
        )
    if len(doc.rules) > _MOST_RULES:
        yield Finding(
            ("scoring", "rules"),
            f"There are {len(doc.rules)} scoring rules; {_MOST_RULES} are the most.",
            "Join rules that give the same points with `in` or `any`.",
        )
    if len(doc.agreement.stages) > 30:
        yield Finding(("stages",), "There are more than 30 stages.", "Join neighbouring stages.")
