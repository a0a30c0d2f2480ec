"""Whether conditions can hold together: a small decision procedure over their possible values.

A formula is taken apart into branches of single tests; a branch is possible when every field has
a value that satisfies all tests on it. What cannot be decided counts as possible, so that nothing
right is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, islice, pairwise, product
from typing import Any

from leadpact.agreement.conditions import (
    AnyOf,
    EventCondition,
    FieldCondition,
    NoneOf,
    ScoreCondition,
    Test,
    parts,
)
from leadpact.agreement.vocabulary import is_activity

Truth = frozenset[bool | None]
TRUE: Truth = frozenset({True})
NOT_TRUE: Truth = frozenset({False, None})
Claim = tuple[Any, Truth]
Span = tuple[float, float]
Wants = list[tuple[str, Any]]

#: Stands for “no known value”, which is a candidate of every field.
UNKNOWN = None
#: How much is looked at before a question counts as undecided.
_MOST_BRANCHES = 2_000
_MOST_CLAIMS = 20_000
_PRESENCE = ("known", "unknown")


@dataclass(frozen=True)
class World:
    """What values there are: types and declared values, of fields and properties; scores."""

    types: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    property_types: Mapping[str, str] = field(default_factory=dict)
    property_values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scores: Mapping[str, Span] = field(default_factory=dict)
    one_row: bool = False


def possible(claims: Sequence[Claim], world: World) -> bool:
    """Whether all claims can come true together."""
    looked_at = 0
    for branch in _joined(claims):
        if _consistent(branch, world):
            return True
        looked_at += max(len(branch), _MOST_CLAIMS // _MOST_BRANCHES)
        if looked_at > _MOST_CLAIMS:
            return True
    return False


def field_values(name: str, tests: Sequence[Test], world: World) -> list[Any]:
    """Values of a field that between them decide the tests in every way they can be decided."""
    return _candidates(world.types.get(name, "text"), tests, world.values.get(name, ()))


def allows(condition: Any, name: str, value: Any, world: World) -> bool:
    """Whether a condition can hold while the named field has the value."""
    return any(
        all(
            judge(leaf, value, world.types.get(name, "text")) in wanted
            for leaf, wanted in branch
            if isinstance(leaf, FieldCondition) and leaf.field == name
        )
        for branch in islice(_branches(condition, TRUE), _MOST_BRANCHES)
    )


def judge(test: Test, value: Any, kind: str) -> bool | None:
    """What a test says of a value: true, false, or None when that is unknown."""
    return _judge(_read(test, kind), value)


def _read(test: Test, kind: str) -> Wants:
    """What a test wants, read as its field's type once for all the values it is asked of."""
    wants: Wants = []
    for word, wanted in test.tests().items():
        if word in ("in", "not_in"):
            wants.append((word, frozenset(readable(one, kind) for one in wanted)))
        elif word in ("contains", "starts_with"):
            wants.append((word, str(wanted).strip().casefold()))
        else:
            wants.append((word, wanted if word in _PRESENCE else readable(wanted, kind)))
    return wants


def _judge(wants: Wants, value: Any) -> bool | None:
    return _both([_single(word, wanted, value) for word, wanted in wants])


def readable(value: Any, kind: str) -> Any:
    """A value as its type reads it; None when it cannot be read so."""
    match kind:
        case "number":
            return _number(value)
        case "boolean":
            return _boolean(value)
        case "date":
            return _date(value)
        case _:
            return str(value).strip().casefold() or None


def _both(outcomes: Sequence[bool | None]) -> bool | None:
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _single(word: str, wanted: Any, value: Any) -> bool | None:
    if word in _PRESENCE:
        return (value is UNKNOWN) == (word == "unknown")
    if value is UNKNOWN:
        return None
    if word in ("in", "not_in"):
        return (value in wanted) == (word == "in")
    if word in ("contains", "starts_with"):
        return wanted in str(value) if word == "contains" else str(value).startswith(wanted)
    if word in ("is", "not"):
        return bool(value == wanted) == (word == "is")
    return None if wanted is None else _compared(word, value, wanted)


def _compared(word: str, value: Any, bound: Any) -> bool | None:
    if type(value) is not type(bound):
        return None
    outcomes = {
        "at_least": value >= bound,
        "more_than": value > bound,
        "at_most": value <= bound,
        "less_than": value < bound,
    }
    return bool(outcomes[word])


def _branches(condition: Any, wanted: Truth) -> Iterator[tuple[Claim, ...]]:
    """The ways in which a condition comes out as wanted, each a tuple of claims about leaves."""
    inner = parts(condition)
    if not inner:
        yield ((condition, wanted),)
        return
    every = (True in wanted) != isinstance(condition, AnyOf)
    if isinstance(condition, NoneOf):
        wanted = frozenset(None if truth is None else not truth for truth in wanted)
    if every:
        yield from _joined([(part, wanted) for part in inner])
    else:
        for part in inner:
            yield from _branches(part, wanted)


def _joined(claims: Sequence[Claim]) -> Iterator[tuple[Claim, ...]]:
    ways = [list(islice(_branches(*claim), _MOST_BRANCHES)) for claim in claims]
    for choice in product(*ways):
        yield tuple(chain.from_iterable(choice))


def _consistent(branch: Sequence[Claim], world: World) -> bool:
    by_field: dict[str, list[Claim]] = defaultdict(list)
    by_score: dict[str, list[Claim]] = defaultdict(list)
    events: list[Claim] = []
    for leaf, wanted in branch:
        match leaf:
            case FieldCondition():
                by_field[leaf.field].append((leaf, wanted))
            case ScoreCondition():
                by_score[leaf.score].append((leaf, wanted))
            case _:
                events.append((leaf, wanted))
    return (
        all(
            _some_value(claims, world.types.get(name, "text"), world.values.get(name, ()))
            for name, claims in by_field.items()
        )
        and all(
            _some_score(claims, world.scores[name])
            for name, claims in by_score.items()
            if name in world.scores
        )
        and _events_possible(events, world)
    )


def _some_value(claims: Sequence[Claim], kind: str, values: Sequence[str]) -> bool:
    candidates = _candidates(kind, [test for test, _ in claims], values)
    wanted = [(_read(test, kind), truth) for test, truth in claims]
    return any(
        all(_judge(wants, value) in truth for wants, truth in wanted) for value in candidates
    )


def _some_score(claims: Sequence[Claim], span: Span) -> bool:
    low, high = span
    cuts = [bound for test, _ in claims for bound in score_tests(test).values()]
    inside = [value for value in _around(cuts) if low <= value <= high]
    return any(
        all(_score_holds(test, value) in truth for test, truth in claims)
        for value in [low, high, *inside]
    )


def _score_holds(test: ScoreCondition, value: float) -> bool | None:
    return _both([_compared(word, value, bound) for word, bound in score_tests(test).items()])


def score_tests(test: ScoreCondition) -> dict[str, float]:
    """The bounds that a score condition sets, by the name they have in the file."""
    words = ("at_least", "more_than", "at_most", "less_than")
    return {w: float(getattr(test, w)) for w in words if getattr(test, w) is not None}


def _events_possible(events: Sequence[Claim], world: World) -> bool:
    wanted = [leaf for leaf, truth in events if truth == TRUE]
    refused = [leaf for leaf, truth in events if True not in truth]
    if any(leaf in refused for leaf in wanted):
        return False
    if world.one_row:
        return not wanted or (_shared_kind(wanted) and _row_possible(wanted, world))
    return all(_row_possible([leaf], world) for leaf in wanted)


def _shared_kind(events: Sequence[EventCondition]) -> bool:
    named = [set(event.kinds) - {"any"} for event in events if "any" not in event.kinds]
    if not named:
        return True
    shared = set.intersection(*named)
    return any(is_activity(kind) for kind in shared) if len(named) < len(events) else bool(shared)


def _row_possible(events: Sequence[EventCondition], world: World) -> bool:
    tests: dict[str, list[Claim]] = defaultdict(list)
    for event in events:
        for name, test in event.where_tests().items():
            tests[name].append((test, TRUE))
    return all(
        _some_value(claims, property_type(name, [t for t, _ in claims], world), values)
        for name, claims in tests.items()
        for values in [world.property_values.get(name, ())]
    )


def property_type(name: str, tests: Sequence[Test], world: World) -> str:
    """A property's declared type, else number or date when a test compares it, else text."""
    if name in world.property_types:
        return world.property_types[name]
    bounds = [b for t in tests for w, b in t.tests().items() if w in _ORDERED]
    if not bounds:
        return "text"
    return "date" if isinstance(bounds[0], date) else "number"


_ORDERED = ("at_least", "more_than", "at_most", "less_than")


def _candidates(kind: str, tests: Sequence[Test], values: Sequence[str]) -> list[Any]:
    if kind == "boolean":
        return [UNKNOWN, True, False]
    if kind == "text":
        return [UNKNOWN, *_texts(tests, values)]
    mentioned = [readable(one, kind) for one in _mentioned(tests)]
    if kind == "date":
        days = {d + timedelta(n) for d in mentioned if isinstance(d, date) for n in (-1, 0, 1)}
        return [UNKNOWN, *sorted(days or {date(2000, 1, 1)})]
    return [UNKNOWN, *_around([n for n in mentioned if isinstance(n, float)])]


def _texts(tests: Sequence[Test], values: Sequence[str]) -> list[str]:
    if values:
        return [str(value).strip().casefold() for value in values]
    inside = "".join(t.contains.strip().casefold() for t in tests if t.contains)
    starts = {t.starts_with.strip().casefold() for t in tests if t.starts_with}
    mentioned = {str(one).strip().casefold() for one in _mentioned(tests)}
    composed = {start + "\n" + inside for start in starts | {""}}
    return sorted(mentioned | composed)


def _mentioned(tests: Sequence[Test]) -> Iterator[Any]:
    for test in tests:
        for word, wanted in test.tests().items():
            if word in ("in", "not_in"):
                yield from wanted
            elif word not in ("known", "unknown", "contains", "starts_with"):
                yield wanted


def _around(cuts: Sequence[float]) -> list[float]:
    """The cuts, a value between each two, and one beyond either end."""
    if not cuts:
        return [0.0]
    points = sorted(set(cuts))
    between = [(low + high) / 2 for low, high in pairwise(points)]
    return [points[0] - 1, *points, *between, points[-1] + 1]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _boolean(value: Any) -> bool | None:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(str(value).strip().casefold())


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
