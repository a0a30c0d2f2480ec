"""The routing section of an agreement, ready to be asked: routes, receivers, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadpact.agreement.conditions import FieldCondition, leaves
from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement, BulkRelease, Route
from leadpact.agreement.vocabulary import Side
from leadpact.engine.routing import words
from leadpact.engine.routing.decision import Step
from leadpact.engine.routing.matching import LeadConditions
from leadpact.engine.values import FALSE, TRUE, normal


@dataclass(frozen=True)
class Receiver:
    """To whom a lead is sent: a name, and the route that said so (None: the handoff's `to`)."""

    to: str
    route: str | None


@dataclass(frozen=True)
class Rules:
    """What an agreement says about routing, compiled once and asked of every lead."""

    agreement: Agreement
    conditions: LeadConditions

    @classmethod
    def of(cls, agreement: Agreement) -> Rules:
        """Compiles the routes of an agreement; some hundredths of a second."""
        routes = agreement.routing.routes
        return cls(agreement, LeadConditions(agreement, [route.when for route in routes]))

    @property
    def release(self) -> BulkRelease | None:
        """How bulk arrivals are released, if they are paced."""
        return self.agreement.routing.bulk

    @property
    def marketing_team(self) -> str | None:
        """The first team of marketing: it receives what sales gives back."""
        teams = self.agreement.routing.teams
        return next((team.name for team in teams if team.side is Side.MARKETING), None)

    def team_named(self, name: str) -> str | None:
        """A team of this name, as the agreement spells it."""
        teams = self.agreement.routing.teams
        return next((team.name for team in teams if normal(team.name) == normal(name)), None)

    def team_of(self, person: str) -> str | None:
        """The first team that a person is on, as the agreement has it."""
        return next(
            (
                team.name
                for team in self.agreement.routing.teams
                if any(normal(member.name) == normal(person) for member in team.people)
            ),
            None,
        )

    def receiver(self, attributes: Mapping[str, Any]) -> tuple[Receiver | None, list[Step]]:
        """Whom the first route that matches names, else `handoff.to`; a step for each route."""
        steps = []
        truths = self.conditions.truths(attributes)
        for route, truth in zip(self.agreement.routing.routes, truths, strict=True):
            steps.append(_step(route, truth, attributes))
            if truth == TRUE:
                return Receiver(route.to, route.name), steps
        none = "no route matches" if steps else "there are no routes"
        to = self.agreement.handoff.to
        if to is None:
            steps.append(Step("Receiver", "none", f"{none}, and `handoff.to` names nobody"))
            return None, steps
        steps.append(Step("Receiver", f"“{to}”", f"{none}; `handoff.to` names it"))
        return Receiver(to, None), steps


def _step(route: Route, truth: int, attributes: Mapping[str, Any]) -> Step:
    what = f"Route “{route.name}”"
    if route.when is None:
        return Step(what, "matches", f"it takes every lead, to {route.to}")
    asked = in_words(route.when)
    if truth == TRUE:
        return Step(what, "matches", f"{asked}; to {route.to}")
    given = ", ".join(
        f"{name} is {words.value(attributes.get(name))}" for name in _fields(route.when)
    )
    if truth == FALSE:
        return Step(what, "does not match", f"it asks that {asked}; {given}")
    return Step(what, "cannot be told to match", f"it asks that {asked}; {given}")


def _fields(condition: Any) -> list[str]:
    """The attributes that a condition tests, each once."""
    tested = (leaf.field for leaf in leaves(condition) if isinstance(leaf, FieldCondition))
    return list(dict.fromkeys(tested))
