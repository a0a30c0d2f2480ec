"""The promises that have hurdles: goals, obligations, and the quotas of people and teams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from leadpact.agreement.spec import Agreement, Goal
from leadpact.insight.hurdles import amount

#: An obligation is judged as often as both sides look at the agreement, else every month.
_USUAL = "month"


@dataclass(frozen=True)
class Promise:
    """A promise, in the words of a goal."""

    kind: Literal["goal", "obligation"]
    goal: Goal


def promises(agreement: Agreement) -> list[Promise]:
    """Every obligation with hurdles, as a goal for its attainment, then every goal."""
    often = (agreement.term and agreement.term.review_every) or _USUAL
    kept = [
        Promise(
            "obligation",
            Goal(
                name=each.name,
                side=each.side,
                metric="attainment",
                per=often,
                hurdles=each.hurdles,
                obligation=each.name,
            ),
        )
        for each in agreement.obligations
        if each.hurdles
    ]
    return [*kept, *(Promise("goal", goal) for goal in agreement.goals)]


def quotas(agreement: Agreement, goal: Goal) -> Iterator[Goal]:
    """A goal for each quota; its other hurdles are as far from the quota as the goal's from its.

    A name that is a team's is the team's quota, any other a person's.
    """
    promised = {name: amount(hurdle) for name, hurdle in goal.hurdles.items()}
    target = promised.get("target") or next(iter(promised.values()), 0.0)
    teams = {team.name for team in agreement.routing.teams}
    for name, quota in goal.quotas.items():
        scale = amount(quota) / target if target else 1.0
        most = 1.0 if isinstance(quota, str) else None
        hurdles = {each: _scaled(value * scale, most) for each, value in promised.items()}
        whose = {"team": name} if name in teams else {"person": name}
        own = {"name": f"{goal.name} of {name}", "hurdles": hurdles, "quotas": {}}
        yield goal.model_copy(update=own | {"team": None, "person": None} | whose)


def _scaled(value: float, most: float | None) -> str | float:
    return value if most is None else f"{100 * min(value, most):g} %"
