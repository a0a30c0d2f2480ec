"""When two values of an agreement mean the same, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from leadpact.agreement.conditions import AllOf, AnyOf, EventCondition, NoneOf, parts
from leadpact.agreement.durations import Span, Term

_SHARE = re.compile(r"(\d+(?:\.\d+)?) ?%")

#: What only explains: a change of these changes nothing that is promised.
WORDING = frozenset(
    {"description", "demographics", "responsibilities", "issues", "goals", "agenda"}
)


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same."""
    return bool(one == other or meaning(one) == meaning(other))


def meaning(value: Any) -> Any:
    """A value reduced to what it means: units, short forms and order of parts do not count."""
    match value:
        case AllOf() | AnyOf() | NoneOf():
            if _is_alone(value):
                return meaning(parts(value)[0])
            return (type(value).__name__, sorted(repr(meaning(part)) for part in parts(value)))
        case EventCondition():
            window = (meaning(value.within), meaning(value.not_within), value.count)
            tests = sorted((name, repr(meaning(t))) for name, t in value.where_tests().items())
            return repr(("event", sorted(value.kinds), window, tests))
        case Term():
            return (value.kind, value.amount)
        case Span():
            return value.microseconds
        case BaseModel():
            return _of_model(value)
        case dict():
            return {key: meaning(item) for key, item in value.items()}
        case list():
            return [meaning(item) for item in value]
        case str():
            found = _SHARE.fullmatch(value)
            return ("share", float(found[1])) if found else " ".join(value.split())
        case int() | float():
            return value if isinstance(value, bool) else float(value)
        case _:
            return value


def differences(old: BaseModel, new: BaseModel) -> Iterator[tuple[str, Any, Any]]:
    """Attributes of two parts that do not mean the same, wording left out."""
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name not in WORDING and not same(before, after):
            yield name, before, after


def _is_alone(value: Any) -> bool:
    return not isinstance(value, NoneOf) and len(parts(value)) == 1


def _of_model(value: BaseModel) -> Any:
    given = {n: meaning(getattr(value, n)) for n in type(value).model_fields if n not in WORDING}
    return repr(sorted((name, repr(item)) for name, item in given.items()))
