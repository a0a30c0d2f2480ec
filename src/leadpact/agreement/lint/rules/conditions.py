"""Conditions: they must be askable where they stand, fit their fields, and be able to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import Any

from leadpact.agreement.conditions import (
    EventCondition,
    FieldCondition,
    ScoreCondition,
    Test,
    leaves,
)
from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.places import Asks, Question
from leadpact.agreement.lint.reach import reach
from leadpact.agreement.lint.reasoning import (
    TRUE,
    World,
    possible,
    property_type,
    readable,
    score_tests,
)
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path

_TEXT_TESTS = ("contains", "starts_with")
_ORDER_TESTS = ("at_least", "more_than", "at_most", "less_than")


@rule("error")
def cannot_be_asked(doc: Document) -> Findings:
    """A condition asks for something that is not known where it stands."""
    for question in doc.questions:
        for path, leaf in question.leaves():
            if trouble := _not_askable(question, leaf):
                yield Finding(path, trouble, _instead(question))


def _not_askable(question: Question, leaf: Any) -> str | None:
    if question.asks is Asks.STATE or isinstance(leaf, FieldCondition):
        return None
    if question.asks is Asks.ATTRIBUTES:
        asked = "a score" if isinstance(leaf, ScoreCondition) else "an event"
        return f"{_subject(question)} can only ask for fields, and this asks for {asked}."
    if isinstance(leaf, ScoreCondition):
        return f"{_subject(question)} looks at {Asks.ROW.value}, and this asks for a score."
    if isinstance(leaf, EventCondition) and not leaf.is_plain:
        word = "not_within" if leaf.not_within else "within" if leaf.within else "count"
        return f"{_subject(question)} looks at {Asks.ROW.value}; `{word}` cannot be asked of it."
    return None


def _subject(question: Question) -> str:
    return question.what[:1].upper() + question.what[1:]


def _instead(question: Question) -> str:
    if question.asks is Asks.ATTRIBUTES:
        return "Test attributes here; scores and events belong in `stages`."
    if question.path[0] == "scoring":
        return "Give points for each event, and put counts and windows in the stage's condition."
    return "Name one event, with `where` if needed; counts and windows belong in `stages`."


@rule("error")
def event_missing(doc: Document) -> Findings:
    """Something waits for an event, and its condition names none."""
    for question in doc.questions:
        named = any(isinstance(leaf, EventCondition) for leaf in leaves(question.condition))
        if question.needs_event and not named:
            yield Finding(
                question.path,
                f"{_subject(question)} waits for an event and names none.",
                "Add the event, as in `{event: sales.connected}`.",
            )


@rule("error")
def test_does_not_fit(doc: Document) -> Findings:
    """A test does not fit the type of its field, such as `contains` on a number."""
    for path, name, kind, test in _tests(doc):
        for word, wanted in test.tests().items():
            if word in ("known", "unknown"):
                continue
            if (word in _TEXT_TESTS and kind != "text") or (
                word in _ORDER_TESTS and kind in ("text", "boolean")
            ):
                yield Finding(
                    (*path, word),
                    f"“{name}” is a {kind}; `{word}` cannot be asked of it.",
                    f"Declare “{name}” with another type, or test it with `is` or `in`.",
                )
                continue
            for value in wanted if isinstance(wanted, list) else [wanted]:
                if readable(value, kind) is None:
                    yield Finding(
                        (*path, word),
                        f"“{name}” is a {kind}, and “{value}” is none.",
                        f"Write a {kind}, or declare “{name}” with another type.",
                    )


@rule("error")
def value_not_declared(doc: Document) -> Findings:
    """A test asks for a value that its field is not declared to take."""
    for path, name, kind, test in _tests(doc):
        values = _declared(doc.world, path, name)
        allowed = {readable(value, kind) for value in values}
        for word in ("is", "not", "in", "not_in"):
            wanted = test.tests().get(word, [])
            for value in wanted if isinstance(wanted, list) else [wanted]:
                if values and readable(value, kind) not in allowed:
                    yield Finding(
                        (*path, word) if word in ("in", "not_in", "is", "not") else path,
                        f"“{value}” is not a value of “{name}”.",
                        f"Use one of: {', '.join(values)}; or add it to the declared values.",
                    )


def _declared(world: World, path: Path, name: str) -> list[str]:
    of_event = "where" in path
    return list((world.property_values if of_event else world.values).get(name, ()))


def _tests(doc: Document) -> Iterator[tuple[Path, str, str, Test]]:
    """Every test of a known field or of a property, with its path, name and type."""
    for question in doc.questions:
        for path, leaf in question.leaves():
            if isinstance(leaf, FieldCondition) and leaf.field in doc.world.types:
                yield path, leaf.field, doc.world.types[leaf.field], leaf
            if isinstance(leaf, EventCondition):
                for name, test in leaf.where_tests().items():
                    kind = property_type(name, [test], doc.world)
                    yield (*path, "where", name), name, kind, test


@rule("error")
def never_holds(doc: Document) -> Findings:
    """A condition contradicts itself, so that it can never hold."""
    for question in doc.questions:
        world = replace(doc.world, scores={}, one_row=question.asks is Asks.ROW)
        if not possible([(question.condition, TRUE)], world):
            yield Finding(
                question.path,
                f"The condition of {question.what} can never hold.",
                "Its parts exclude each other; perhaps `any` is meant where `all` stands.",
            )


@rule("error")
def threshold_out_of_reach(doc: Document) -> Findings:
    """A score is asked for that no lead can reach, with all caps and limits applied."""
    for question in doc.questions:
        world = doc.world
        whose = "No lead"
        if question.path[0] == "segments" and question.asks is Asks.STATE:
            segment = doc.agreement.segments[int(question.path[1])]
            among = [segment.when]
            world = replace(world, scores=reach(doc.agreement, world, among))
            whose = f"No lead of the segment “{segment.name}”"
        for path, leaf in question.leaves():
            if isinstance(leaf, ScoreCondition) and leaf.score in world.scores:
                yield from _beyond(path, leaf, world, whose)
    yield from _tier_bounds(doc)


def _beyond(path: Path, leaf: ScoreCondition, world: World, whose: str) -> Findings:
    if possible([(leaf, TRUE)], world):
        return
    low, high = world.scores[leaf.score]
    asked = ", ".join(f"`{word}: {bound:g}`" for word, bound in score_tests(leaf).items())
    yield Finding(
        path,
        f"{whose} can have a “{leaf.score}” score with {asked}: it lies between "
        f"{_end(low)} and {_end(high)}.",
        "Change the threshold, give more points, or raise the caps and limits.",
    )


def _end(score: float) -> str:
    return f"{score:g}" if isfinite(score) else "no bound"


def _tier_bounds(doc: Document) -> Findings:
    tiers = doc.agreement.scoring.tiers if doc.agreement.scoring else None
    for group, bounds in (("fit", tiers.fit), ("engagement", tiers.engagement)) if tiers else ():
        for grade, bound in bounds.items():
            high = doc.world.scores[group][1]
            if bound > high:
                yield Finding(
                    ("scoring", "tiers", group, grade),
                    f"No lead can reach the grade {grade}: {group} is at most {high:g}, "
                    f"and {bound:g} is asked.",
                    "Lower the bound, or give more points.",
                )
