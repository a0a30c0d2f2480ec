"""Goals: three hurdles in order, in the unit of their metric, on something that can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from leadpact.agreement.conditions import ScoreCondition, leaves
from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path, nearest
from leadpact.agreement.roles import roles_of
from leadpact.agreement.spec import Agreement, Goal, share
from leadpact.agreement.vocabulary import METRICS

HURDLES = ("minimum", "target", "stretch")
_BASELINE = re.compile(
    r"(?P<year>[1-9]\d{3})"
    r"(?:-(?=(?:Q[1-4]|H[12]|0[1-9]|1[0-2]|W(?:0[1-9]|[1-4]\d|5[0-3]))$)"
    r"(?P<part>[QHW]?)(?P<number>\d+))?"
)
_LENGTHS = {None: "year", "H": "half-year", "Q": "quarter", "": "month", "W": "week"}
_MONTHS = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}

#: Units of figures that are added up, so that longer periods have more.
_COUNTED = ("contacts", "leads", "deals")

#: The roles of stages by which metrics count.
NEEDED_ROLES = {
    "mqls": ("mql",),
    "repeat_mqls": ("mql",),
    "over_threshold": ("mql",),
    "mql_to_sql": ("mql", "sql"),
    "mql_to_close": ("mql", "customer"),
    "mql_cycle_days": ("mql",),
    "high_quality_share": ("mql",),
    "revenue_from_mqls": ("mql",),
    "evenness": ("mql",),
    "sals": ("sal",),
    "acceptance_rate": ("sal",),
    "sqls": ("sql",),
    "opportunities": ("opportunity",),
    "customers": ("customer",),
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
                    f"“{name}”: the {hard} of {_told(hurdles[hard])} must be {better} "
                    f"than the {easy} of {_told(hurdles[easy])}.",
                    "Put the hurdles in order, or set `direction: down` where less is better.",
                )


def _told(hurdle: str | float) -> str:
    return hurdle if isinstance(hurdle, str) else f"{hurdle:,.15g}"


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
def baseline_of_another_length(doc: Document) -> Findings:
    """A number is set beside a period that is longer or shorter than the goal's."""
    for i, goal in enumerate(doc.agreement.goals):
        length = _length(goal.relative_to)
        if length and length != goal.per and _is_added_up(goal.metric):
            message = (
                f"“{goal.name}” is counted per {goal.per}, and {goal.relative_to} is a {length}."
            )
            hint = f"Name a {goal.per} in `relative_to`, or count the goal per {length}."
            yield Finding(("goals", i, "relative_to"), message, hint)


@rule("error")
def baseline_not_over(doc: Document) -> Findings:
    """A baseline period has not ended when the agreement begins, so nobody knows it then."""
    term = doc.agreement.term
    for i, goal in enumerate(doc.agreement.goals):
        ends = _end(goal.relative_to)
        if term and ends and ends > term.starts:
            message = (
                f"“{goal.name}” is measured by {goal.relative_to}, which is not over when the "
                f"agreement begins on {term.starts}."
            )
            hint = "Name an earlier period: the baseline is frozen when the agreement begins."
            yield Finding(("goals", i, "relative_to"), message, hint)


def _length(label: str | None) -> str | None:
    """The length of the period that a label names."""
    named = _BASELINE.fullmatch(label or "")
    return _LENGTHS[named["part"]] if named else None


def _end(label: str | None) -> date | None:
    """The day after the period that a label names."""
    named = _BASELINE.fullmatch(label or "")
    if not named:
        return None
    year, number = int(named["year"]), int(named["number"] or 1)
    if named["part"] == "W":
        return date.fromisocalendar(year, 1, 1) + timedelta(weeks=number)
    after = number * _MONTHS[_LENGTHS[named["part"]]]
    return date(year + after // 12, after % 12 + 1, 1)


def _is_added_up(metric: str) -> bool:
    return metric == "revenue" or METRICS.get(metric, ("", ""))[1] in _COUNTED


@rule("error")
def quota_of_nobody(doc: Document) -> Findings:
    """A quota is for somebody who is on no team."""
    members = {member.name for team in doc.agreement.routing.teams for member in team.people}
    for i, name, goal in _quotas(doc):
        if name not in members | doc.teams:
            near = nearest(name, members | doc.teams)
            message = f"“{goal.name}” has a quota for “{name}”, who is on no team."
            hint = f"Did you mean “{near}”?" if near else "Add them under `routing.teams`."
            yield Finding(("goals", i, "quotas", name), message, hint)


@rule("error")
def quotas_unclear(doc: Document) -> Findings:
    """Quotas are in another unit than the goal's target, or divide what cannot be divided."""
    for i, name, goal in _quotas(doc):
        path: Path = ("goals", i, "quotas", name)
        target = goal.hurdles.get("target")
        if goal.relative_to or goal.team or goal.person or goal.metric == "evenness":
            what = "a relative goal" if goal.relative_to else "such a goal"
            message = f"“{goal.name}” has quotas, and {what} cannot be divided among people."
            yield Finding(path, message, "Make it a goal of its own, with `person` or `team`.")
        elif target is not None and _mixed(goal.quotas[name], target):
            message = f"“{goal.name}”: the quota of {name} is in another unit than the target."
            yield Finding(path, message, f"Write it like the target, {target}.")
        elif target is not None and not _amount(target):
            message = f"“{goal.name}” has quotas, and its target is 0."
            yield Finding(path, message, "Set a target of which a quota is a part.")


@rule("warning")
def quotas_below_target(doc: Document) -> Findings:
    """The quotas of all people, or of all teams, add up to less than the target."""
    teams = doc.agreement.routing.teams
    groups = [{team.name for team in teams}, {m.name for team in teams for m in team.people}]
    for i, goal in enumerate(doc.agreement.goals):
        target = goal.hurdles.get("target")
        if not isinstance(target, int | float) or not _is_added_up(goal.metric):
            continue
        for group in groups:
            parts = [_amount(quota) for name, quota in goal.quotas.items() if name in group]
            if parts and group <= goal.quotas.keys() and sum(parts) < target:
                message = (
                    f"The quotas of “{goal.name}” add up to {sum(parts):,g}; "
                    f"the target is {target:,g}."
                )
                hint = "Raise a quota: with every quota met the target would be missed."
                yield Finding(("goals", i, "quotas"), message, hint)


def _quotas(doc: Document) -> Iterator[tuple[int, str, Goal]]:
    for i, goal in enumerate(doc.agreement.goals):
        for name in goal.quotas:
            yield i, name, goal


@rule("warning")
def evenness_of_nothing(doc: Document) -> Findings:
    """MQLs are to be spread evenly over a period for which none are promised."""
    goals = doc.agreement.goals
    promised = {goal.per for goal in goals if goal.metric == "mqls" and not goal.relative_to}
    for i, goal in enumerate(goals):
        if goal.metric == "evenness" and goal.per not in promised:
            message = f"“{goal.name}” spreads MQLs over a {goal.per}, and no goal promises any."
            hint = f"Add a goal for `mqls` per {goal.per}, or the weeks go by what came."
            yield Finding(("goals", i, "per"), message, hint)


@rule("error")
def goal_not_countable(doc: Document) -> Findings:
    """A goal's metric needs a stage, role, score, grades or protocol that is not there."""
    roles = roles_of(doc.agreement)
    for i, goal in enumerate(doc.agreement.goals):
        needed = _NEEDED_SUBJECT.get(goal.metric)
        if needed and getattr(goal, needed) is None:
            message = f"“{goal.name}” does not say of which {needed}."
            yield Finding(("goals", i), message, f"Add `{needed}:` with its name.")
        missing = [role for role in NEEDED_ROLES.get(goal.metric, ()) if role not in roles]
        for role in missing:
            message = f"“{goal.name}” counts by the role {role}, which no stage has."
            yield Finding(("goals", i, "metric"), message, f"Add `role: {role}` to that stage.")
        if not missing and (lacking := _lacking(doc.agreement, goal)):
            yield Finding(("goals", i, "metric"), f"“{goal.name}” needs {lacking[0]}.", lacking[1])


def _lacking(agreement: Agreement, goal: Goal) -> tuple[str, str] | None:
    """What besides stages a goal's metric needs and the agreement has not, and what to do."""
    scoring = agreement.scoring
    if goal.metric == "high_quality_share" and not (scoring and scoring.tiers):
        return "grades, and the scoring has none", "Add `scoring.tiers`."
    if goal.metric == "protocol_completion" and agreement.contact_protocol is None:
        return "a contact protocol, and there is none", "Add `contact_protocol`."
    if goal.metric.startswith("nurture_") and not agreement.nurture:
        return "a nurture program, and there is none", "Add `nurture`."
    if goal.metric == "over_threshold" and not _asks_score_of_mqls(agreement):
        hint = "Add a score to its `when`, or set a goal for another figure."
        return "a score in the condition of the MQL, which asks for none", hint
    return None


def _asks_score_of_mqls(agreement: Agreement) -> bool:
    """Whether a lead needs a score to become MQL, in some segment at least."""
    stage = agreement.stages[roles_of(agreement).index("mql")]
    own = [segment.stages.get(stage.name) for segment in agreement.segments]
    asked = [stage.when, *(each.when for each in own if each)]
    found = [leaf for when in asked if when is not None for leaf in leaves(when)]
    return any(isinstance(leaf, ScoreCondition) for leaf in found)
