"""The funnel: stages in order, a handoff that leads somewhere, leads that can come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from leadpact.agreement.conditions import EventCondition, leaves, parts
from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.reach import reach_with_one_award
from leadpact.agreement.lint.reasoning import NOT_TRUE, TRUE, Claim, possible
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path

_ROLES = ("mql", "sal", "sql", "opportunity", "customer")


@rule("error")
def stage_order(doc: Document) -> Findings:
    """The stages do not make one funnel from top to bottom."""
    stages = doc.agreement.stages
    if stages[0].when:
        yield Finding(
            ("stages", 0, "when"),
            f"“{stages[0].name}” is the first stage: every lead is in it, whatever `when` says.",
            "Delete its `when`, or put a stage before it.",
        )
    for i, stage in enumerate(stages[:-1]):
        if stage.outcome == "won":
            yield Finding(
                ("stages", i, "outcome"),
                f"“{stage.name}” ends the funnel as won, and stages come after it.",
                "Move it to the end.",
            )
    yield from _roles_in_order(doc)


@rule("warning")
def handoff_at_first_stage(doc: Document) -> Findings:
    """Every lead is handed over as soon as it comes, because the handoff stage is the first."""
    handoff = doc.agreement.handoff
    if doc.stages[0] == handoff.stage and handoff.recorded_by == "stage":
        yield Finding(
            ("handoff", "stage"),
            f"“{handoff.stage}” is the first stage, so every lead is handed over at once.",
            "Hand over at a later stage, or set `recorded_by: event` if somebody does it.",
        )


def _roles_in_order(doc: Document) -> Findings:
    highest = -1
    for i, stage in enumerate(doc.agreement.stages):
        if stage.role is None:
            continue
        rank = _ROLES.index(stage.role)
        if rank <= highest:
            trouble = "stands twice" if rank == highest else f"comes after {_ROLES[highest]}"
            yield Finding(
                ("stages", i, "role"),
                f"The role {stage.role} {trouble}; the order is {', '.join(_ROLES)}.",
                "Move the stage, or give it another role.",
            )
        highest = max(highest, rank)


@rule("warning")
def stage_without_side(doc: Document) -> Findings:
    """Nobody is accountable for a stage."""
    for i, stage in enumerate(doc.agreement.stages):
        if stage.side is None:
            yield Finding(
                ("stages", i),
                f"Nobody answers for the stage “{stage.name}”.",
                "Add `side: marketing` or `side: sales`.",
            )


@rule("warning")
def shadowed_route(doc: Document) -> Findings:
    """A route never receives a lead, because earlier ones take them all."""
    routes = [(route.name, route.when) for route in doc.agreement.routing.routes]
    for i in _shadowed(doc, [when for _, when in routes]):
        yield Finding(
            ("routing", "routes", i),
            f"The route “{routes[i][0]}” receives no lead: earlier routes take them all.",
            "Move it up, or delete it.",
        )


@rule("warning")
def shadowed_segment(doc: Document) -> Findings:
    """No lead can be in a segment, because earlier ones take them all."""
    segments = doc.agreement.segments
    for i in _shadowed(doc, [segment.when for segment in segments]):
        yield Finding(
            ("segments", i),
            f"No lead can be in the segment “{segments[i].name}”: earlier segments take them all.",
            "Move it up, or delete it.",
        )


def _shadowed(doc: Document, conditions: list[Any]) -> Iterator[int]:
    """Places of conditions that can hold, but not when none of the earlier ones does."""
    for i, condition in enumerate(conditions):
        earlier = conditions[:i]
        own: list[Claim] = [(condition, TRUE)] if condition else []
        passed: list[Claim] = [(other, NOT_TRUE) for other in earlier if other]
        if None in earlier or (possible(own, doc.world) and not possible(own + passed, doc.world)):
            yield i


@rule("warning")
def no_default_route(doc: Document) -> Findings:
    """A lead that matches no route would reach nobody."""
    routing = doc.agreement.routing
    if not routing.routes or doc.agreement.handoff.to:
        return
    if all(route.when is not None for route in routing.routes):
        yield Finding(
            ("routing", "routes"),
            "A lead that matches none of the routes reaches nobody.",
            "Add a last route without `when`, or a receiver in `handoff.to`.",
        )


@rule("error")
def team_cannot_receive(doc: Document) -> Findings:
    """A route leads to a team in which nobody can take a lead."""
    receiving = {route.to for route in doc.agreement.routing.routes} | {doc.agreement.handoff.to}
    for i, team in enumerate(doc.agreement.routing.teams):
        able = [person for person in team.people if person.weight > 0 and person.cap != 0]
        if team.name in receiving and not able:
            yield Finding(
                ("routing", "teams", i),
                f"Leads go to the team “{team.name}”, and nobody in it can take one.",
                "Add people, or give one of them a weight and a cap above 0.",
            )


@rule("note")
def queue_by_hand(doc: Document) -> Findings:
    """There are teams, and `handoff.to` names none of them and nobody in them."""
    queue, teams = doc.agreement.handoff.to, doc.agreement.routing.teams
    if queue and teams and queue not in doc.teams | {m.name for t in teams for m in t.people}:
        yield Finding(
            ("handoff", "to"),
            f"“{queue}” is no team and nobody in one: leads wait there until somebody gives them "
            "away by hand",
            "name a team or a person of `routing.teams`, if they are to be given away by turns",
        )


@rule("warning")
def bulk_release_above_cap(doc: Document) -> Findings:
    """Bulk arrivals are passed on faster than anybody may hold leads, so the pace slows nothing."""
    release = doc.agreement.routing.bulk
    people = [person for team in doc.agreement.routing.teams for person in team.people]
    if release is None or any(person.cap is None for person in people):
        return
    highest = max((person.cap or 0 for person in people), default=0)
    if people and release.at_most >= highest:
        yield Finding(
            ("routing", "bulk", "at_most"),
            f"Bulk arrivals come at {release.at_most:,} per {release.per}, and nobody may hold "
            f"more than {highest:,} open leads.",
            "Lower `at_most` below the caps, or leave `bulk` out.",
        )


@rule("warning")
def rejection_reasons_missing(doc: Document) -> Findings:
    """The agreement reckons with rejections and names no reasons for them."""
    if doc.agreement.handoff.rejections:
        return
    for path, event in doc.events():
        if "sales.rejected" in event.kinds:
            yield Finding(
                path,
                "Sales may reject leads here, and the agreement names no reasons for it.",
                "List them under `handoff.rejections`.",
            )
            return


@rule("warning")
def bounces_back(doc: Document) -> Findings:
    """A rejected lead would be handed over again the next time it so much as opens a page."""
    handoff = doc.agreement.handoff
    if handoff.reentry.activity or not _qualifies_on_fit(doc):
        return
    for i, rejection in enumerate(handoff.rejections):
        if rejection.then == "recycle" and not rejection.cool_down:
            path: Path = ("handoff", "rejections", i)
            yield Finding(
                path,
                f"A lead rejected for “{rejection.reason}” can be back at “{handoff.stage}” with "
                "its next activity: its attributes alone nearly reach the threshold.",
                "Add a `cool_down`, or say in `reentry.activity` what lets the lead back in.",
            )


def _qualifies_on_fit(doc: Document) -> bool:
    """Whether attributes and one further activity can lead into the handoff stage."""
    stage = next((s for s in doc.agreement.stages if s.name == doc.agreement.handoff.stage), None)
    if stage is None or stage.when is None:
        return False
    world = replace(doc.world, scores=reach_with_one_award(doc.agreement, doc.world))
    ways = parts(stage.when) if hasattr(stage.when, "any") else [stage.when]
    return any(possible([(way, TRUE)], world) for way in ways if not _names_event(way))


def _names_event(condition: Any) -> bool:
    return any(isinstance(leaf, EventCondition) for leaf in leaves(condition))
