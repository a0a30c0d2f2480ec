"""Goals: three hurdles in order, in the unit of their metric, on something that can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path
from leadpact.agreement.spec import Goal, share
from leadpact.agreement.vocabulary import METRICS

HURDLES = ("minimum", "target", "stretch")
_BASELINE = re.compile(r"\d{4}(-(Q[1-4]|H[12]|(0[1-9]|1[0-2])|W\d{2}))?")

_NEEDED_ROLE = {
    "mqls": "mql",
    "repeat_mqls": "mql",
    "mql_to_close": "mql",
    "high_quality_share": "mql",
    "revenue_from_mqls": "mql",
    "evenness": "mql",
    "sals": "sal",
    "sqls": "sql",
    "opportunities": "opportunity",
    "customers": "customer",
}
_NEEDED_SUBJECT = {"stage_entries": "stage", "conversion": "stage"}


def _hurdles(doc: Document) -> Iterator[tuple[Path, str, dict[str, str | float], bool]]:
    """Hurdles of goals and obligations: path, name, hurdles by name, and whether less is better."""
    for i, goal in enumerate(doc.agreement.goals):
        down = goal.direction == "down"
        yield ("goals", i, "hurdles"), goal.name, dict(goal.hurdles), down
    for i, promise in enumerate(doc.agreement.obligations):
        if promise.hurdles:
            path: Path = ("obligations", i, "hurdles")
            yield path, promise.name, dict(promise.hurdles), False


@rule("error")
def hurdles_missing(doc: Document) -> Findings:
    """A goal or obligation has fewer than the three hurdles minimum, target and stretch."""
    for path, name, hurdles, _ in _hurdles(doc):
        missing = [hurdle for hurdle in HURDLES if hurdle not in hurdles]
        if missing:
            yield Finding(
                path,
                f"“{name}” lacks the hurdle{'s' * (len(missing) > 1)} {' and '.join(missing)}.",
                "Say the least that will do, what you aim for, and what you would celebrate.",
            )


@rule("error")
def hurdles_out_of_order(doc: Document) -> Findings:
    """The hurdles of a goal do not go from easy to hard."""
    for path, name, hurdles, down in _hurdles(doc):
        there = [hurdle for hurdle in HURDLES if hurdle in hurdles]
        for easy, hard in pairwise(there):
            if _mixed(hurdles[easy], hurdles[hard]):
                message = f"“{name}” has shares and numbers among its hurdles."
                yield Finding((*path, hard), message, "Write all of them as 80 %, or none.")
            elif not _harder(_amount(hurdles[easy]), _amount(hurdles[hard]), down):
                better = "lower" if down else "higher"
                yield Finding(
                    (*path, hard),
                    f"“{name}”: the {hard} of {hurdles[hard]} must be {better} than "
                    f"the {easy} of {hurdles[easy]}.",
                    "Put the hurdles in order, or set `direction: down` where less is better.",
                )


def _mixed(one: str | float, other: str | float) -> bool:
    return isinstance(one, str) != isinstance(other, str)


def _harder(easy: float, hard: float, down: bool) -> bool:
    return hard < easy if down else hard > easy


def _amount(hurdle: str | float) -> float:
    return share(hurdle) if isinstance(hurdle, str) else float(hurdle)


@rule("error")
def hurdle_in_wrong_unit(doc: Document) -> Findings:
    """A hurdle is a share where its metric is a number, or the other way round."""
    for i, goal in enumerate(doc.agreement.goals):
        if goal.metric not in METRICS or goal.relative_to:
            continue
        title, unit = METRICS[goal.metric]
        for name, hurdle in goal.hurdles.items():
            path = ("goals", i, "hurdles", name)
            if unit == "share" and (not isinstance(hurdle, str) or share(hurdle) > 1):
                message = f"“{title}” is a share of a whole, and {hurdle} is none."
                yield Finding(path, message, "Write it as a percentage up to 100 %, such as 80 %.")
            elif unit != "share" and isinstance(hurdle, str):
                message = f"“{title}” is counted in {unit}, and {hurdle} is a share."
                yield Finding(path, message, "Write a number, or say `relative_to` which period.")


@rule("error")
def baseline_incomplete(doc: Document) -> Findings:
    """A relative goal does not say clearly against which period, or in what."""
    for i, goal in enumerate(doc.agreement.goals):
        if goal.relative_to and not goal.by:
            message = f"“{goal.name}” is relative and does not say in what."
            yield Finding(("goals", i), message, "Add `by: percent` or `by: points`.")
        if goal.by and not goal.relative_to:
            message = f"“{goal.name}” says `by: {goal.by}` and not against which period."
            yield Finding(("goals", i, "by"), message, "Add `relative_to: 2025-Q4` or the like.")
        if goal.relative_to and not _BASELINE.fullmatch(goal.relative_to):
            message = f"“{goal.relative_to}” is not a period."
            hint = "Write 2025, 2025-H2, 2025-Q4 or 2025-12."
            yield Finding(("goals", i, "relative_to"), message, hint)


@rule("error")
def goal_not_countable(doc: Document) -> Findings:
    """A goal's metric needs a stage, a role or grades that the agreement does not name."""
    roles = {stage.role for stage in doc.agreement.stages}
    for i, goal in enumerate(doc.agreement.goals):
        needed = _NEEDED_SUBJECT.get(goal.metric)
        if needed and getattr(goal, needed) is None:
            message = f"“{goal.name}” does not say of which {needed}."
            yield Finding(("goals", i), message, f"Add `{needed}:` with its name.")
        role = _NEEDED_ROLE.get(goal.metric)
        if role and role not in roles:
            message = f"“{goal.name}” counts by the role {role}, which no stage has."
            yield Finding(("goals", i, "metric"), message, f"Add `role: {role}` to that stage.")
        if _lacks_grades(doc, goal):
            message = f"“{goal.name}” needs grades, and the scoring has none."
            yield Finding(("goals", i, "metric"), message, "Add `scoring.tiers`.")


def _lacks_grades(doc: Document, goal: Goal) -> bool:
    scoring = doc.agreement.scoring
    return goal.metric == "high_quality_share" and not (scoring and scoring.tiers)
