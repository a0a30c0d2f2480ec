"""What lint takes for possible is what trying every value finds."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from leadpact.agreement.conditions import AllOf, AnyOf, Condition, FieldCondition, NoneOf
from leadpact.agreement.lint.reasoning import NOT_TRUE, TRUE, World, possible

READ = TypeAdapter[Any](Condition)
WORLD = World(types={"n": "number", "t": "text"}, values={"t": ("a", "ab", "c")})
NUMBERS = [None, *(half / 2 for half in range(-3, 10))]
TEXTS = [None, "a", "ab", "c"]

number_tests = st.one_of(
    st.fixed_dictionaries({word: st.integers(0, 3)})
    for word in ("is", "not", "at_least", "more_than", "at_most", "less_than")
)
text_tests = st.one_of(
    st.fixed_dictionaries({word: st.sampled_from(["a", "ab", "c", "b"])})
    for word in ("is", "not", "contains", "starts_with")
)
lists = st.fixed_dictionaries({"in": st.lists(st.integers(0, 3), min_size=1, max_size=3)})
presence = st.sampled_from([{"known": True}, {"unknown": True}])
leaf = st.one_of(
    st.one_of(number_tests, lists, presence).map(lambda test: {"field": "n", **test}),
    st.one_of(text_tests, presence).map(lambda test: {"field": "t", **test}),
)
tree = st.recursive(
    leaf,
    lambda inner: st.sampled_from(["all", "any", "none"]).flatmap(
        lambda word: st.lists(inner, min_size=1, max_size=3).map(lambda parts: {word: parts})
    ),
    max_leaves=6,
)


def truth(condition: Any, lead: dict[str, Any]) -> bool | None:
    """A condition judged the slow way, straight from the page on semantics."""
    match condition:
        case AllOf():
            return every([truth(part, lead) for part in condition.all])
        case NoneOf():
            return every([negated(truth(part, lead)) for part in condition.none])
        case AnyOf():
            return negated(every([negated(truth(part, lead)) for part in condition.any]))
        case FieldCondition():
            tests = condition.tests().items()
            return every([said(word, wanted, lead[condition.field]) for word, wanted in tests])
    raise AssertionError(condition)


def every(outcomes: list[bool | None]) -> bool | None:
    return False if False in outcomes else None if None in outcomes else True


def negated(outcome: bool | None) -> bool | None:
    return None if outcome is None else not outcome


def said(word: str, wanted: Any, value: Any) -> bool | None:
    if word == "known":
        return value is not None
    if word == "unknown":
        return value is None
    if value is None:
        return None
    return {
        "is": lambda: value == wanted,
        "not": lambda: value != wanted,
        "in": lambda: value in wanted,
        "at_least": lambda: value >= wanted,
        "more_than": lambda: value > wanted,
        "at_most": lambda: value <= wanted,
        "less_than": lambda: value < wanted,
        "contains": lambda: wanted in value,
        "starts_with": lambda: value.startswith(wanted),
    }[word]()


def leads() -> list[dict[str, Any]]:
    return [{"n": n, "t": t} for n, t in product(NUMBERS, TEXTS)]


@given(tree)
def test_possible_is_what_some_lead_satisfies(raw: dict[str, Any]):
    condition = READ.validate_python(raw)
    tried = any(truth(condition, lead) is True for lead in leads())
    assert possible([(condition, TRUE)], WORLD) == tried


@given(tree, tree)
def test_shadowed_is_what_no_lead_gets_past(raw: dict[str, Any], earlier_raw: dict[str, Any]):
    condition, earlier = READ.validate_python(raw), READ.validate_python(earlier_raw)
    tried = any(
        truth(condition, lead) is True and truth(earlier, lead) is not True for lead in leads()
    )
    assert possible([(condition, TRUE), (earlier, NOT_TRUE)], WORLD) == tried
