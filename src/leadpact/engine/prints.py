"""Prints: rows of one print differ in nothing that the agreement asks; each becomes a pattern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import FIXED_KINDS
from leadpact.engine import sql
from leadpact.engine.at_hand import AtHand
from leadpact.engine.classes import Classes, Property, class_of_number, classify
from leadpact.engine.delivered import Delivered
from leadpact.engine.patterns import RowPatterns
from leadpact.engine.questions import ANY_ACTIVITY, DECIDED, DELAY, Questions
from leadpact.engine.values import read


@dataclass(frozen=True)
class Print:
    """What is asked of a row: its kind, who decided it, how late it was logged, raw texts."""

    kind: str
    decided: bool = False
    delay: int = 0
    texts: Mapping[str, str | None] = field(default_factory=dict)

    def raw(self, name: str) -> str | None:
        """The raw text of a property, real or not."""
        if name == DECIDED:
            return str(self.decided).lower()
        return self.texts.get(name)


def names_asked(questions: Questions) -> list[str]:
    """The properties of rows that some kind looks up or some condition tests."""
    asked = (prop.name for prop in questions.properties.values())
    return [name for name in dict.fromkeys(asked) if name not in (DECIDED, DELAY)]


class PrintSql(NamedTuple):
    """SQL for a hash that is another for each print, and for the columns that it refers to."""

    columns: dict[str, str]
    hash: str


def print_sql(questions: Questions, delivered: Delivered) -> PrintSql:
    """How the print of a row is told.

    Kinds of which the same is asked share one branch, so that a row costs what is asked of it.
    """
    named = {kind for atom in questions.row_atoms for kind in atom.kinds} - {ANY_ACTIVITY}
    alike: dict[tuple[str, ...], list[str]] = {}
    for kind in sorted(named.union(FIXED_KINDS)):
        alike.setdefault(_values(questions, delivered, kind), []).append(kind)
    others = _values(questions, delivered, "")
    branches = {values: kinds for values, kinds in alike.items() if values or others}
    late = questions.properties.get(DELAY)
    always = [] if late is None else [sql.class_of_number("delay", late.cuts or ())]
    numbers = {
        _number(prop): delivered.number_of(prop.name, prop.numeric_kind)
        for prop in questions.properties.values()
        if prop.cuts is not None and prop is not late
    }
    columns = {"delay": "recorded - moment"} | numbers
    return PrintSql(columns, sql.print_of(branches, others, always))


def prints_by_row(questions: Questions, rows: AtHand) -> NDArray[np.int64]:
    """[row] a number that is another for each print, told row by row."""
    named = {name: rows.text(name).to_pylist() for name in names_asked(questions)}
    late = DELAY in questions.properties
    fixed = (rows.column(name).to_pylist() for name in ("kind", "decided", "moment", "recorded"))
    asked = cache(lambda kind: [named[name] for name in _names_of(questions, kind)])
    numbers: dict[tuple[Any, ...], int] = {}
    found = np.empty(len(rows.rows), np.int64)
    for row, (kind, decided, moment, recorded) in enumerate(zip(*fixed, strict=True)):
        delay = recorded - moment if late else 0
        key = (kind, decided, delay, *[texts[row] for texts in asked(kind)])
        found[row] = numbers.setdefault(key, len(numbers))
    return found


def _names_of(questions: Questions, kind: str) -> list[str]:
    """The properties that are asked of rows of a kind."""
    names = (questions.properties[key].name for key in questions.properties_of(kind))
    return [name for name in dict.fromkeys(names) if name not in (DECIDED, DELAY)]


def _values(questions: Questions, delivered: Delivered, kind: str) -> tuple[str, ...]:
    """SQL for all that is asked of a kind by itself."""
    asked = (questions.properties[key] for key in questions.properties_of(kind))
    told = (_value(prop, delivered) for prop in asked if prop.name not in (DECIDED, DELAY))
    return tuple(dict.fromkeys(told))


def _value(prop: Property, delivered: Delivered) -> str:
    if prop.cuts is None:
        return delivered.text_of(prop.name)
    return sql.class_of_number(sql.identifier(_number(prop)), prop.cuts)


def _number(prop: Property) -> str:
    return f"{prop.key} as a number"


def patterns_of(
    prints: Sequence[Print], questions: Questions
) -> tuple[RowPatterns, NDArray[np.int32]]:
    """The patterns of rows with these prints, and the pattern of each print."""
    asked = cache(questions.properties_of)
    for team in (t.name for v in questions.versions for t in v.routing.teams):
        questions.teams.number(team)
    keys = dict.fromkeys(key for each in prints for key in asked(each.kind))
    classes = {key: _classes(questions.properties[key], key, prints, asked) for key in keys}
    numbers: dict[tuple[str, tuple[tuple[str, int], ...]], int] = {}
    of_print = np.zeros(len(prints), np.int32)
    for place, each in enumerate(prints):
        values = tuple(
            (key, _class(questions.properties[key], classes[key], each)) for key in asked(each.kind)
        )
        of_print[place] = numbers.setdefault((each.kind, values), len(numbers))
    kinds = sorted({kind for kind, _ in numbers})
    found = [(kind, dict(values)) for kind, values in numbers]
    return RowPatterns(kinds, classes, found), of_print


def _classes(prop: Property, key: str, prints: Sequence[Print], asked: object) -> Classes:
    if prop.cuts is not None:
        return classify(prop, [])
    assert callable(asked)
    texts = {each.raw(prop.name) for each in prints if key in asked(each.kind)}
    return classify(prop, sorted(text for text in texts if text is not None))


def _class(prop: Property, classes: Classes, of: Print) -> int:
    if classes.cuts is None:
        raw = of.raw(prop.name)
        return 0 if raw is None else classes.of_value[raw]
    if prop.name == DELAY:
        return class_of_number(of.delay, classes.cuts)
    return class_of_number(read(of.raw(prop.name), prop.numeric_kind or "number"), classes.cuts)
