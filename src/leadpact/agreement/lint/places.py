"""Every place of an agreement where a condition stands, and what can be asked there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from leadpact.agreement.conditions import AllOf, AnyOf, NoneOf
from leadpact.agreement.problems import Path
from leadpact.agreement.spec import Agreement, Obligation, OnStage


class Asks(Enum):
    """What a condition is asked of."""

    ATTRIBUTES = "what is known about the lead"
    ROW = "one event as it comes in"
    STATE = "all that happened to the lead so far"


@dataclass(frozen=True)
class Question:
    """A condition with its place; `what` names the place as a person would."""

    path: Path
    condition: Any
    asks: Asks
    what: str
    needs_event: bool = False

    def leaves(self) -> Iterator[tuple[Path, Any]]:
        """Every field, event and score condition within it, with its own path."""
        return _leaves(self.path, self.condition)


def questions(agreement: Agreement) -> list[Question]:
    """Every condition of the agreement, in the order of the document."""
    found = [
        *_descriptions(agreement),
        *_hygiene(agreement),
        *_scoring(agreement),
        *_funnel(agreement),
        *_handoff(agreement),
        *_routes(agreement),
        *(q for i, promise in enumerate(agreement.obligations) for q in _obligation(i, promise)),
        *_programs(agreement),
        *_segments(agreement),
    ]
    return [question for question in found if question.condition is not None]


def _leaves(path: Path, condition: Any) -> Iterator[tuple[Path, Any]]:
    match condition:
        case AllOf():
            word, inner = "all", condition.all
        case AnyOf():
            word, inner = "any", condition.any
        case NoneOf():
            word, inner = "none", condition.none
        case _:
            yield path, condition
            return
    for index, part in enumerate(inner):
        yield from _leaves((*path, word, index), part)


def _row(path: Path, condition: Any, what: str) -> Question:
    return Question(path, condition, Asks.ROW, what, needs_event=True)


def _descriptions(agreement: Agreement) -> Iterator[Question]:
    for i, profile in enumerate(agreement.ideal_customers):
        for j, trait in enumerate(profile.criteria):
            path: Path = ("ideal_customers", i, "criteria", j, "when")
            yield Question(path, trait.when, Asks.STATE, f"the criterion “{trait.name}”")
    for i, persona in enumerate(agreement.personas):
        path = ("personas", i, "when")
        yield Question(path, persona.when, Asks.ATTRIBUTES, f"the persona “{persona.name}”")


def _hygiene(agreement: Agreement) -> Iterator[Question]:
    hygiene = agreement.hygiene
    yield Question(("hygiene", "opt_out"), hygiene.opt_out, Asks.ATTRIBUTES, "`opt_out`")
    yield _row(("hygiene", "bot"), hygiene.bot, "`bot`")


def _scoring(agreement: Agreement) -> Iterator[Question]:
    for i, rule in enumerate(agreement.scoring.rules if agreement.scoring else []):
        yield Question(
            ("scoring", "rules", i, "when"), rule.when, Asks.ROW, f"the rule “{rule.name}”"
        )


def _funnel(agreement: Agreement) -> Iterator[Question]:
    for i, stage in enumerate(agreement.stages):
        path: Path = ("stages", i, "when")
        yield Question(path, stage.when, Asks.STATE, f"the stage “{stage.name}”")
    discard = agreement.disqualification
    for i, disqualifier in enumerate(discard.rules):
        path = ("disqualification", "rules", i, "when")
        what = f"the disqualification “{disqualifier.reason}”"
        yield Question(path, disqualifier.when, Asks.STATE, what)
    yield _row(("disqualification", "closed_lost"), discard.closed_lost, "`closed_lost`")
    yield _row(("disqualification", "reopens_on"), discard.reopens_on, "`reopens_on`")


def _handoff(agreement: Agreement) -> Iterator[Question]:
    handoff = agreement.handoff
    for i, recycling in enumerate(handoff.recycling):
        path: Path = ("handoff", "recycling", i, "when")
        yield Question(path, recycling.when, Asks.STATE, f"the recycling “{recycling.name}”")
    reentry: Path = ("handoff", "reentry")
    yield _row((*reentry, "activity"), handoff.reentry.activity, "re-entry by activity")
    yield _row((*reentry, "triggers"), handoff.reentry.triggers, "re-entry by trigger")


def _routes(agreement: Agreement) -> Iterator[Question]:
    for i, route in enumerate(agreement.routing.routes):
        path: Path = ("routing", "routes", i, "when")
        yield Question(path, route.when, Asks.ATTRIBUTES, f"the route “{route.name}”")


def _obligation(index: int, promise: Obligation) -> Iterator[Question]:
    path: Path = ("obligations", index)
    name = f"of “{promise.name}”"
    if promise.starts_on != "handoff" and not isinstance(promise.starts_on, OnStage):
        yield _row((*path, "starts_on"), promise.starts_on, f"the start {name}")
    yield Question((*path, "when"), promise.when, Asks.ATTRIBUTES, f"`when` {name}")
    yield _row((*path, "stops_on"), promise.stops_on, f"the stop {name}")
    yield _row((*path, "pauses_on"), promise.pauses_on, f"the pause {name}")
    yield _row((*path, "resumes_on"), promise.resumes_on, f"the resumption {name}")
    yield _row((*path, "cancels_on"), promise.cancels_on, f"the cancellation {name}")


def _programs(agreement: Agreement) -> Iterator[Question]:
    if agreement.contact_protocol:
        done = agreement.contact_protocol.done_when
        yield _row(("contact_protocol", "done_when"), done, "`done_when`")
    for i, program in enumerate(agreement.nurture):
        name = f"the program “{program.name}”"
        if not isinstance(program.enters, OnStage):
            yield _row(("nurture", i, "enters"), program.enters, f"entry to {name}")
        yield _row(("nurture", i, "exits"), program.exits, f"exit from {name}")


def _segments(agreement: Agreement) -> Iterator[Question]:
    for i, segment in enumerate(agreement.segments):
        name = f"the segment “{segment.name}”"
        yield Question(("segments", i, "when"), segment.when, Asks.ATTRIBUTES, name)
        for stage, override in segment.stages.items():
            path: Path = ("segments", i, "stages", stage, "when")
            yield Question(path, override.when, Asks.STATE, f"the stage “{stage}” in {name}")
