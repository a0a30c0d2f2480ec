"""Names: what is referred to must exist, and what exists must have a name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from leadpact.agreement.conditions import EventCondition, FieldCondition, ScoreCondition, Test
from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.reach import OWN_GROUPS, groups
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path, nearest
from leadpact.agreement.promises import TEAM_LEAD
from leadpact.agreement.spec import OnStage
from leadpact.agreement.vocabulary import FIXED_KINDS, METRICS, Side, is_activity

_RESERVED = {kind.split(".")[0] for kind in FIXED_KINDS if "." in kind}
#: Below it a name is more likely another word than a slip: headcount is not country.
_LIKENESS = 0.7
_WHOSE = ("organisation", "team", "person")


def _unknown(path: Path, what: str, name: str, known: Iterable[str], add: str) -> Finding:
    there = sorted(set(known))
    if close := nearest(name, there, _LIKENESS):
        hint = f"Did you mean “{close}”?"
    else:
        choice = f", or use one of: {', '.join(there)}" if there else ""
        hint = f"{add}{choice}."
    return Finding(path, f"There is no {what} “{name}”.", hint)


@rule("error")
def unknown_field(doc: Document) -> Findings:
    """A condition tests a field that is neither declared nor built in."""
    known = doc.agreement.field_types()
    for question in doc.questions:
        for path, leaf in question.leaves():
            if isinstance(leaf, FieldCondition) and leaf.field not in known:
                add = "Declare it under `fields`"
                yield _unknown((*path, "field"), "field", leaf.field, known, add)


@rule("error")
def unknown_event(doc: Document) -> Findings:
    """An event looks like one with a fixed meaning and is none."""
    for path, event in doc.events():
        for kind in event.kinds:
            reserved = kind.split(".")[0] in _RESERVED and "." in kind
            if reserved and is_activity(kind):
                known = [fixed for fixed in FIXED_KINDS if "." in fixed]
                yield _unknown((*path, "event"), "event", kind, known, "Name an own activity")


@rule("error")
def unknown_group(doc: Document) -> Findings:
    """A score condition or a scoring rule names a group that is not declared."""
    known = groups(doc.agreement)
    add = "Declare it under `scoring.groups`"
    for question in doc.questions:
        for path, leaf in question.leaves():
            if isinstance(leaf, ScoreCondition) and leaf.score not in known | {"total"}:
                yield _unknown((*path, "score"), "score", leaf.score, known | {"total"}, add)
    for i, scoring in enumerate(doc.rules):
        if scoring.group and scoring.group not in known:
            path = ("scoring", "rules", i, "group")
            yield _unknown(path, "group", scoring.group, known | set(OWN_GROUPS), add)


@rule("error")
def unknown_stage(doc: Document) -> Findings:
    """Something refers to a stage that the funnel does not have."""
    for path, name in _stage_references(doc):
        if name not in doc.stages:
            yield _unknown(path, "stage", name, doc.stages, "Add it under `stages`")


def _stage_references(doc: Document) -> Iterator[tuple[Path, str]]:
    agreement = doc.agreement
    yield ("handoff", "stage"), agreement.handoff.stage
    for i, recycling in enumerate(agreement.handoff.recycling):
        yield ("handoff", "recycling", i, "from"), recycling.after_stage
    for i, promise in enumerate(agreement.obligations):
        if isinstance(promise.starts_on, OnStage):
            yield ("obligations", i, "starts_on", "stage"), promise.starts_on.stage
    for i, program in enumerate(agreement.nurture):
        if isinstance(program.enters, OnStage):
            yield ("nurture", i, "enters", "stage"), program.enters.stage
    for i, goal in enumerate(agreement.goals):
        if goal.stage:
            yield ("goals", i, "stage"), goal.stage
    for i, segment in enumerate(agreement.segments):
        for stage in segment.stages:
            yield ("segments", i, "stages", stage), stage
    yield from _tested(doc, "stage")


def _tested(doc: Document, prop: str) -> Iterator[tuple[Path, str]]:
    """Values that conditions on events with a fixed meaning want a property to have."""
    for path, event in doc.events():
        if prop in event.where and not any(is_activity(kind) for kind in event.kinds):
            test = event.where_tests()[prop]
            for value in _wanted(test):
                yield (*path, "where", prop), value


def _wanted(test: Test) -> list[str]:
    named = [*(test.one_of or []), *(test.not_in or []), test.equals, test.is_not]
    return [value for value in named if isinstance(value, str)]


@rule("error")
def unknown_obligation(doc: Document) -> Findings:
    """Something refers to an obligation that is not promised."""
    known = [promise.name for promise in doc.agreement.obligations]
    for path, name in _obligation_references(doc):
        if name not in known:
            yield _unknown(path, "obligation", name, known, "Add it under `obligations`")


def _obligation_references(doc: Document) -> Iterator[tuple[Path, str]]:
    for i, goal in enumerate(doc.agreement.goals):
        if goal.obligation:
            yield ("goals", i, "obligation"), goal.obligation
    for i, segment in enumerate(doc.agreement.segments):
        for name in segment.obligations:
            yield ("segments", i, "obligations", name), name
    yield from _tested(doc, "obligation")


@rule("error")
def unknown_segment(doc: Document) -> Findings:
    """A goal is for a segment that does not exist."""
    known = [segment.name for segment in doc.agreement.segments]
    for i, goal in enumerate(doc.agreement.goals):
        if goal.segment and goal.segment not in known:
            path = ("goals", i, "segment")
            yield _unknown(path, "segment", goal.segment, known, "Add it under `segments`")


@rule("error")
def unknown_metric(doc: Document) -> Findings:
    """A goal names a metric that is not in the registry of metrics."""
    for i, goal in enumerate(doc.agreement.goals):
        if goal.metric not in METRICS:
            add = "A goal needs a figure that can be counted"
            yield _unknown(("goals", i, "metric"), "metric", goal.metric, METRICS, add)


@rule("error")
def unknown_calendar(doc: Document) -> Findings:
    """Something runs on a calendar that is not declared."""
    declared = set(doc.agreement.calendars)
    for path, name, words in _calendar_references(doc):
        if name not in declared | set(words):
            add = "Declare it under `calendars`"
            yield _unknown(path, "calendar", name, declared | set(words), add)


def _calendar_references(doc: Document) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    agreement = doc.agreement
    for i, promise in enumerate(agreement.obligations):
        yield ("obligations", i, "calendar"), promise.calendar, _WHOSE
    if agreement.contact_protocol:
        yield ("contact_protocol", "calendar"), agreement.contact_protocol.calendar, _WHOSE
    for i, team in enumerate(agreement.routing.teams):
        if team.calendar:
            yield ("routing", "teams", i, "calendar"), team.calendar, _WHOSE[:1]
        for j, person in enumerate(team.people):
            if person.calendar:
                path: Path = ("routing", "teams", i, "people", j, "calendar")
                yield path, person.calendar, _WHOSE[:2]


@rule("error")
def unknown_team(doc: Document) -> Findings:
    """A goal is for a team that is not declared."""
    for i, goal in enumerate(doc.agreement.goals):
        if goal.team and goal.team not in doc.teams:
            add = "Add it under `routing.teams`"
            yield _unknown(("goals", i, "team"), "team", goal.team, doc.teams, add)


@rule("error")
def unknown_receiver(doc: Document) -> Findings:
    """A route leads to a team or person that is not declared."""
    members = {m.name for team in doc.agreement.routing.teams for m in team.people}
    known = doc.teams | members
    for i, route in enumerate(doc.agreement.routing.routes):
        if route.to not in known:
            path = ("routing", "routes", i, "to")
            yield _unknown(path, "team or person", route.to, known, "Add it under `routing.teams`")
    queue = doc.agreement.handoff.to
    if queue and queue not in known and nearest(queue, known):
        yield _unknown(("handoff", "to"), "team or person", queue, known, "Add it")


@rule("error")
def unknown_person(doc: Document) -> Findings:
    """Somebody owes or hears of something and is not named anywhere else."""
    known = doc.people | doc.teams
    for path, name in _person_references(doc):
        if doc.people and name not in known:
            add = "Add them under `parties` or `routing.teams`"
            yield _unknown(path, "person", name, known, add)


def _person_references(doc: Document) -> Iterator[tuple[Path, str]]:
    for path, name in _escalated(doc):
        if name != TEAM_LEAD:
            yield path, name
    for i, team in enumerate(doc.agreement.routing.teams):
        if team.lead:
            yield ("routing", "teams", i, "lead"), team.lead
    for i, program in enumerate(doc.agreement.nurture):
        yield ("nurture", i, "owner"), program.owner
    for i, goal in enumerate(doc.agreement.goals):
        if goal.person:
            yield ("goals", i, "person"), goal.person


def _escalated(doc: Document) -> Iterator[tuple[Path, str]]:
    """Everybody to whom an obligation escalates."""
    for i, promise in enumerate(doc.agreement.obligations):
        for j, step in enumerate(promise.escalate_to):
            path: Path = ("obligations", i, "escalate_to", j)
            if isinstance(step, str):
                yield path, step
            elif isinstance(step.to, str):
                yield (*path, "to"), step.to
            else:
                yield from (((*path, "to", k), name) for k, name in enumerate(step.to))


@rule("error")
def team_without_a_lead(doc: Document) -> Findings:
    """An escalation goes to the team lead, and a team that receives leads has none."""
    teams = [(i, team) for i, team in enumerate(doc.agreement.routing.teams) if not team.lead]
    if not any(name == TEAM_LEAD for _, name in _escalated(doc)):
        return
    for i, team in teams:
        if team.side == Side.SALES:
            yield Finding(
                ("routing", "teams", i),
                f"Promises escalate to the team lead, and “{team.name}” has none.",
                "Name them there as `lead`.",
            )


@rule("error")
def unknown_reason(doc: Document) -> Findings:
    """A condition waits for a rejection reason that sales cannot give."""
    known = [rejection.reason for rejection in doc.agreement.handoff.rejections]
    for path, event in doc.events():
        if event.kinds != ["sales.rejected"] or "reason" not in event.where or not known:
            continue
        test = event.where_tests()["reason"]
        for reason in _wanted(test):
            if reason.casefold() not in {k.casefold() for k in known}:
                add = "Add it under `handoff.rejections`"
                yield _unknown((*path, "where", "reason"), "rejection reason", reason, known, add)


@rule("error")
def unknown_program(doc: Document) -> Findings:
    """A condition waits for a nurture program that does not exist."""
    known = [program.name for program in doc.agreement.nurture]
    for path, name in _tested(doc, "program"):
        if name not in known:
            yield _unknown(path, "nurture program", name, known, "Add it under `nurture`")


@rule("error")
def undefined_term(doc: Document) -> Findings:
    """A stage that both sides rely on, such as the MQL, is defined nowhere."""
    defined = {term.casefold() for term in doc.agreement.definitions}
    for i, stage in enumerate(doc.agreement.stages):
        relied_on = stage.role in ("mql", "sal", "sql") or stage.name == doc.agreement.handoff.stage
        if relied_on and not stage.definition and stage.name.casefold() not in defined:
            yield Finding(
                ("stages", i, "name"),
                f"“{stage.name}” is used and not defined.",
                f"Say under `definitions` what “{stage.name}” means.",
            )
    yield from _terms_in_texts(doc, defined)


def _terms_in_texts(doc: Document, defined: set[str]) -> Findings:
    defined = defined | {s.casefold() for s in doc.stages}
    for section in ("obligations", "goals"):
        for i, item in enumerate(getattr(doc.agreement, section)):
            for term in ("MQL", "SAL", "SQL"):
                words = item.name.replace(term + "s", term).split()
                if term in words and term.casefold() not in defined:
                    yield Finding(
                        (section, i, "name"),
                        f"“{item.name}” speaks of the {term}, which is defined nowhere.",
                        f"Say under `definitions` what {term} means.",
                    )


@rule("error")
def duplicate_name(doc: Document) -> Findings:
    """Two things of one sort have the same name, so that nobody can say which is meant."""
    for path, what, names in _named(doc):
        first: Counter[str] = Counter()
        for i, name in enumerate(names):
            first[name.casefold()] += 1
            if first[name.casefold()] == 2:
                yield Finding(
                    (*path, i),
                    f"There are two {what} called “{name}”.",
                    "Give each a name of its own.",
                )


def _named(doc: Document) -> Iterator[tuple[Path, str, list[str]]]:
    agreement = doc.agreement
    lists: list[tuple[Path, str, Iterable[Any]]] = [
        (("stages",), "stages", agreement.stages),
        (("scoring", "rules"), "scoring rules", doc.rules),
        (("obligations",), "obligations", agreement.obligations),
        (("goals",), "goals", agreement.goals),
        (("segments",), "segments", agreement.segments),
        (("personas",), "personas", agreement.personas),
        (("ideal_customers",), "ideal customers", agreement.ideal_customers),
        (("nurture",), "nurture programs", agreement.nurture),
        (("meetings",), "meetings", agreement.meetings),
        (("routing", "teams"), "teams", agreement.routing.teams),
        (("routing", "routes"), "routes", agreement.routing.routes),
        (("handoff", "recycling"), "recycling rules", agreement.handoff.recycling),
    ]
    if agreement.contact_protocol:
        steps = agreement.contact_protocol.steps
        lists.append((("contact_protocol", "steps"), "steps of the protocol", steps))
    for i, team in enumerate(agreement.routing.teams):
        lists.append((("routing", "teams", i, "people"), "people of the team", team.people))
    yield from ((path, what, [item.name for item in items]) for path, what, items in lists)
    reasons = [rejection.reason for rejection in agreement.handoff.rejections]
    yield ("handoff", "rejections"), "rejection reasons", reasons


@rule("note")
def unused_field(doc: Document) -> Findings:
    """A declared field or property is used by no condition."""
    leaves = [leaf for question in doc.questions for _, leaf in question.leaves()]
    fields = {leaf.field for leaf in leaves if isinstance(leaf, FieldCondition)}
    properties = {p for leaf in leaves if isinstance(leaf, EventCondition) for p in leaf.where}
    for section, declared, used in (
        ("fields", doc.agreement.fields, fields),
        ("properties", doc.agreement.properties, properties),
    ):
        for name in declared:
            if name not in used:
                yield Finding(
                    (section, name),
                    f"“{name}” is declared and no condition uses it.",
                    "Delete it, or write the condition it was meant for.",
                )


@rule("note")
def unused_calendar(doc: Document) -> Findings:
    """A declared calendar is nobody's."""
    used = {name for _, name, _ in _calendar_references(doc)}
    for name in doc.agreement.calendars:
        if name not in used:
            yield Finding(
                ("calendars", name),
                f"No team, person or obligation works by the calendar “{name}”.",
                "Delete it, or name it where it belongs.",
            )
