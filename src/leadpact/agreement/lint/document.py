"""An agreement as lint rules look at it, with what several of them need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from leadpact.agreement.conditions import EventCondition
from leadpact.agreement.lint.places import Question, questions
from leadpact.agreement.lint.reach import reach
from leadpact.agreement.lint.reasoning import World
from leadpact.agreement.problems import Path
from leadpact.agreement.spec import Agreement, FieldSpec, Rule
from leadpact.agreement.vocabulary import BUILT_IN_PROPERTIES

ORIGINS = ["marketing", "sales", "partner", "customer"]


@dataclass(frozen=True)
class Document:
    """An agreement under examination, as of a day."""

    agreement: Agreement
    today: date

    @cached_property
    def questions(self) -> list[Question]:
        """Every condition with its place."""
        return questions(self.agreement)

    def events(self) -> Iterator[tuple[Path, EventCondition]]:
        """Every event condition with its path."""
        for question in self.questions:
            for path, leaf in question.leaves():
                if isinstance(leaf, EventCondition):
                    yield path, leaf

    @cached_property
    def world(self) -> World:
        """What values fields, properties and scores can have, over all leads."""
        agreement = self.agreement
        plain = World(
            types=agreement.field_types(),
            values={"origin": ORIGINS} | _values(agreement.fields),
            property_types=BUILT_IN_PROPERTIES | agreement.property_types(),
            property_values=_values(agreement.properties),
        )
        return replace(plain, scores=reach(agreement, plain))

    @property
    def rules(self) -> list[Rule]:
        """The scoring rules, none when the agreement does not score."""
        return self.agreement.scoring.rules if self.agreement.scoring else []

    @cached_property
    def people(self) -> set[str]:
        """Names of all people the agreement names, and the roles it gives them."""
        agreement = self.agreement
        named: list[str | None] = [m.name for t in agreement.routing.teams for m in t.people]
        if agreement.parties:
            for party in (agreement.parties.marketing, agreement.parties.sales):
                for person in (party.head, *party.contacts):
                    named += [person.name, person.role]
        return {name for name in named if name}

    @property
    def teams(self) -> set[str]:
        """Names of the teams."""
        return {team.name for team in self.agreement.routing.teams}

    @property
    def stages(self) -> list[str]:
        """Names of the stages, in order."""
        return [stage.name for stage in self.agreement.stages]


def _values(declared: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: spec.values
        for name, spec in declared.items()
        if isinstance(spec, FieldSpec) and spec.values
    }
