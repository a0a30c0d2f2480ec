"""Parts of an agreement in words: conditions, terms, hurdles and lists as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    EventCondition,
    FieldCondition,
    NoneOf,
    ScoreCondition,
    Test,
)
from leadpact.agreement.promises import Escalation
from leadpact.agreement.spec import Ageing, CalendarSpec, Holidays, Limits, OnStage

_TESTS = {
    "is": "is {}",
    "in": "is one of {}",
    "not": "is not {}",
    "not_in": "is none of {}",
    "at_least": "is at least {}",
    "more_than": "is more than {}",
    "at_most": "is at most {}",
    "less_than": "is less than {}",
    "contains": "contains {}",
    "starts_with": "begins with {}",
    "known": "is known",
    "unknown": "is unknown",
}
_SCORE_WORDS = ("at_least", "more_than", "at_most", "less_than")


def in_words(value: Any) -> str:
    """A value of an agreement as it reads within a sentence; “none” when there is no value."""
    match value:
        case None | [] | {} if not value:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,.12g}"
        case date():
            return value.isoformat()
        case list():
            return ", ".join(map(in_words, value))
        case Mapping():
            return ", ".join(f"{in_words(key)} {in_words(item)}" for key, item in value.items())
        case BaseModel():
            return _model_in_words(value)
        case _:
            return str(value)


def condition_in_words(condition: Any, *, nested: bool = False) -> str:
    """A condition as a clause; one that stands within another is put in brackets where needed."""
    match condition:
        case AllOf():
            return _joined(condition.all, " and ", nested)
        case AnyOf():
            return _joined(condition.any, ", or ", nested)
        case NoneOf():
            return f"not {_joined(condition.none, ' nor ', nested=True)}"
        case EventCondition():
            return _event_in_words(condition)
        case ScoreCondition():
            bounds = {word: getattr(condition, word) for word in _SCORE_WORDS}
            return f"{condition.score} score {_tests_in_words(_given(bounds))}"
        case FieldCondition():
            return f"{condition.field} {_tests_in_words(condition.tests())}"
    raise TypeError(f"{type(condition).__name__} is not a condition")


def _model_in_words(value: BaseModel) -> str:
    match value:
        case AllOf() | AnyOf() | NoneOf() | EventCondition() | ScoreCondition() | FieldCondition():
            return condition_in_words(value)
        case OnStage():
            return f"the entry into “{value.stage}”"
        case Escalation():
            return f"{' and '.join(value.names)} after {value.after}"
        case Ageing():
            return f"{value.by} every {value.every}"
        case Limits():
            bounds = {"at least": value.at_least, "at most": value.at_most}
            return in_words(_given(bounds))
        case Holidays():
            return _holidays_in_words(value)
        case CalendarSpec():
            return f"{in_words(value.hours)} in {value.timezone}"
        case _:
            return in_words(_said(value))


def _said(value: BaseModel) -> dict[str, Any]:
    """What a part says beyond its defaults, by the name it has in the file."""
    fields = type(value).model_fields
    return {
        (fields[name].alias or name).replace("_", " "): getattr(value, name)
        for name in fields
        if getattr(value, name) != fields[name].get_default(call_default_factory=True)
    }


def _holidays_in_words(holidays: Holidays) -> str:
    place = holidays.country + (f"-{holidays.region}" if holidays.region else "")
    also = f", also {in_words(holidays.also)}" if holidays.also else ""
    not_on = f", not on {in_words(holidays.not_on)}" if holidays.not_on else ""
    return f"those of {place}{also}{not_on}"


def _joined(conditions: list[Any], word: str, nested: bool) -> str:
    clauses = word.join(condition_in_words(part, nested=True) for part in conditions)
    return f"({clauses})" if nested and len(conditions) > 1 else clauses


def _event_in_words(event: EventCondition) -> str:
    anything = "activity" if event.not_within else "any activity"
    kinds = " or ".join(anything if kind == "any" else kind for kind in event.kinds)
    if event.where:
        kinds += f" ({_where_in_words(event.where_tests())})"
    if event.not_within:
        return f"no {kinds} for {event.not_within}"
    often = f"{event.count} × {kinds}" if event.count > 1 else kinds
    return f"{often} within {event.within}" if event.within else often


def _where_in_words(where: Mapping[str, Test]) -> str:
    return " and ".join(f"{name} {_tests_in_words(test.tests())}" for name, test in where.items())


def _tests_in_words(tests: Mapping[str, Any]) -> str:
    return " and ".join(_TESTS[word].format(in_words(value)) for word, value in tests.items())


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
