"""Puts a condition to rows of the log, before there are patterns; reads each distinct text once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    Condition,
    EventCondition,
    FieldCondition,
    NoneOf,
    Test,
    leaves,
    parts,
)
from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import is_activity
from leadpact.engine.arranged import Log
from leadpact.engine.compile.calendars import start_of
from leadpact.engine.questions import ANY_ACTIVITY, property_types
from leadpact.engine.stating import codes, stated_texts
from leadpact.engine.values import FALSE, TRUE, UNKNOWN, answer

Truth = NDArray[np.int8]

#: Instants before and after every other.
BEFORE_ALL, AFTER_ALL = -(2**62), 2**62


@dataclass(frozen=True)
class InForce:
    """A version of the agreement and the microseconds from when until when it is in force."""

    agreement: Agreement
    begins: int
    ends: int

    @cached_property
    def property_types(self) -> dict[str, str]:
        """Type of every property, as its conditions read it."""
        return property_types(self.agreement)

    @cached_property
    def field_types(self) -> dict[str, Any]:
        """Type of every attribute, as its conditions read it."""
        return dict(self.agreement.field_types())

    def among(self, log: Log, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some places whose rows happened while the version was in force."""
        at = log.rows.at[places]
        return places[(at >= self.begins) & (at < self.ends)]


def in_force(versions: Sequence[Agreement]) -> list[InForce]:
    """The versions, given in order of effect, with their times; the first holds before as well."""
    begins = [BEFORE_ALL]
    for version in versions[1:]:
        start = start_of(version, version.calendar.timezone)
        begins.append(BEFORE_ALL if start is None else start)
    ends = [*begins[1:], AFTER_ALL]
    return [InForce(*told) for told in zip(versions, begins, ends, strict=True)]


def rows_of(log: Log, places: NDArray[np.int64], condition: Condition) -> pa.Table:
    """Rows as `truth` asks for them: `p:…` what they say, `f:…` what of their leads was known.

    Only for conditions that the versions have, whose properties their prints tell.
    """
    columns = {"kind": _told(log, places, pa.array([each.kind for each in log.prints]))}
    for name in properties_asked(condition):
        texts = pa.chunked_array([[each.raw(name) for each in log.prints]], pa.string())
        columns[f"p:{name}"] = _told(log, places, stated_texts(texts))
    columns |= {f"f:{name}": _known_at(log, places, name) for name in fields_asked(condition)}
    return pa.table(columns)


def _told(log: Log, places: NDArray[np.int64], texts: pa.Array) -> pa.DictionaryArray:
    """A text of their prints as a column of some rows."""
    coded = texts.dictionary_encode()
    found = codes(coded).astype(np.int32)[log.rows.prints[places]]
    return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), coded.dictionary)


def _known_at(log: Log, places: NDArray[np.int64], name: str) -> pa.Array:
    """What had been stated of an attribute when some rows happened, by their own leads."""
    column = log.stated.columns[name]
    saying = np.append(column.says, False)[log.stated_lines]
    said_at, lines = log.stated_places[saying], log.stated_lines[saying]
    last = np.searchsorted(said_at, places, side="right") - 1
    of_lead, line = np.append(log.lead_of(said_at), -1), np.append(lines, -1)
    return column.take(np.where(of_lead[last] == log.lead_of(places), line[last], -1)).as_texts()


def properties_asked(condition: Condition) -> list[str]:
    """Properties of rows that a condition tests."""
    events = [leaf for leaf in leaves(condition) if isinstance(leaf, EventCondition)]
    return list(dict.fromkeys(name for event in events for name in event.where))


def fields_asked(condition: Condition) -> list[str]:
    """Attributes that a condition tests."""
    found = [leaf.field for leaf in leaves(condition) if isinstance(leaf, FieldCondition)]
    return list(dict.fromkeys(found))


def truth(condition: Condition, rows: pa.Table, period: InForce) -> Truth:
    """Of each row whether the condition is TRUE, UNKNOWN or FALSE.

    `rows` has the kind, and the texts `p:<property>` and `f:<attribute>` that the condition tests.
    """
    inner = [truth(part, rows, period) for part in parts(condition)]
    match condition:
        case AllOf():
            return reduce(np.minimum, inner)
        case AnyOf():
            return reduce(np.maximum, inner)
        case NoneOf():
            return np.negative(reduce(np.maximum, inner))
        case FieldCondition():
            declared = period.field_types.get(condition.field)
            return _answers(condition, rows[f"f:{condition.field}"], declared)
        case EventCondition():
            return _of_event(condition, rows, period)
        case _:
            return np.full(rows.num_rows, UNKNOWN, np.int8)


def _of_event(condition: EventCondition, rows: pa.Table, period: InForce) -> Truth:
    kinds = rows["kind"].combine_chunks().dictionary_encode()
    of_kind = [
        kind in condition.kinds or (ANY_ACTIVITY in condition.kinds and is_activity(kind))
        for kind in kinds.dictionary.to_pylist()
    ]
    found = np.array(of_kind, np.bool_)[kinds.indices.to_numpy()]
    types = period.property_types
    held = [np.full(rows.num_rows, TRUE, np.int8)]
    held += [
        _answers(test, rows[f"p:{name}"], types.get(name))
        for name, test in condition.where_tests().items()
    ]
    return np.where(found, reduce(np.minimum, held), FALSE).astype(np.int8)


def _answers(test: Test, texts: pa.ChunkedArray, declared: str | None) -> Truth:
    coded = texts.combine_chunks().dictionary_encode()
    told = [*coded.dictionary.to_pylist(), None]
    answers = [answer(test, text, declared) for text in told]
    found: Truth = np.array(answers, np.int8)[codes(coded)]
    return found
