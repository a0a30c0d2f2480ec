"""From a log to what the fold reads: a pattern for every row, and for every set of attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement
from leadpact.engine import threads
from leadpact.engine.arranged import Log
from leadpact.engine.arranging.kernels import fill_forward
from leadpact.engine.classes import Classes, Property, classify
from leadpact.engine.merges import Ownership
from leadpact.engine.numbering import Numbers, mixed
from leadpact.engine.patterns import AttributePatterns, RowPatterns
from leadpact.engine.prints import patterns_of
from leadpact.engine.questions import Questions
from leadpact.engine.stating import Column
from leadpact.engine.values import normal

#: Combinations of classes are one number while there can be no more of them.
_MOST_COMBINATIONS = 2**62


def handed_over_in_reality(log: Log, versions: Sequence[Agreement]) -> NDArray[np.bool_]:
    """[lead] whether the log, with what the system had decided, tells of a handoff."""
    stages = {normal(version.handoff.stage) for version in versions}
    tells = np.array(
        [
            each.kind == "lead.handed_off"
            or (each.kind == "stage.entered" and normal(each.raw("stage") or "") in stages)
            for each in log.prints
        ],
        np.bool_,
    )
    handed = np.zeros(len(log.leads), np.bool_)
    leads, prints = log.handed
    handed[leads[tells[prints]]] = True
    return handed


@dataclass(frozen=True)
class ShapedRows:
    """The rows by place, each with its instant and its pattern."""

    at: NDArray[np.int64]
    pattern: NDArray[np.int32]
    patterns: RowPatterns


def shape_rows(log: Log, questions: Questions) -> ShapedRows:
    """One small integer for each row: its kind and the class of every value that is asked for."""
    patterns, of_print = patterns_of(log.prints, questions)
    return ShapedRows(log.rows.at, of_print[log.rows.prints], patterns)


# --------------------------------------------------------------------------------------- attributes


@dataclass(frozen=True)
class Statements:
    """What every lead had stated of itself, from when on: one row for each change.

    `lead` is a list of statements: a lead's own, or one after a merge. `said` is, for each
    attribute and list, the line of `Log.stated` that states it last; -1 for none.
    """

    lead: NDArray[np.int64]
    at: NDArray[np.int64]
    pattern: NDArray[np.int32]
    patterns: AttributePatterns
    said: Mapping[str, NDArray[np.int32]]


@dataclass(frozen=True)
class Entries:
    """The statements of every list, in order, each with its line; where each list begins."""

    list: NDArray[np.int64]
    at: NDArray[np.int64]
    line: NDArray[np.int64]
    begins: NDArray[np.int64]

    @classmethod
    def of(cls, log: Log, owned: Ownership) -> Entries:
        numbers, places = owned.statements(log)
        line = log.stated.lines_of(log.rows.row[places]) if owned.own else log.stated_lines
        lists = len(log.leads) + len(owned.joining)
        begins = np.searchsorted(numbers, np.arange(lists + 1))
        return cls(numbers, log.rows.at[places], line, begins)

    def known(self, column: Column) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """[entry] the line of which an attribute is known then, and [list] in the end."""
        says = np.append(column.says, False)[self.line]
        known = np.empty(len(self.line), np.int32)
        last = np.empty(len(self.begins) - 1, np.int32)
        fill_forward(self.begins, self.line.astype(np.int32), says, known, last)
        return known, last

    def changes(self) -> NDArray[np.int64]:
        """The last entry of each list and instant."""
        last = np.ones(len(self.list), np.bool_)
        last[:-1] = (self.list[1:] != self.list[:-1]) | (self.at[1:] != self.at[:-1])
        return np.flatnonzero(last)


def shape_attributes(log: Log, questions: Questions, owned: Ownership) -> Statements:
    """Attributes as known at each moment, filled forward, as patterns."""
    entries = Entries.of(log, owned)
    changes = entries.changes()
    by_name: dict[str, list[str]] = {}
    for key, prop in questions.fields.items():
        by_name.setdefault(prop.name, []).append(key)

    def shaped(name: str) -> tuple[NDArray[np.int32], list[tuple[Classes, NDArray[np.int32]]]]:
        column = log.stated.columns[name]
        known, said = entries.known(column)
        then = known[changes]
        told = (_classes(questions.fields[key], column) for key in by_name.get(name, ()))
        return said, [(classes, of_line[then]) for classes, of_line in told]

    names = list(log.stated.columns)
    columns = threads.together(len(entries.list), *(partial(shaped, name) for name in names))
    classes: dict[str, Classes] = {}
    said, combination = {}, _Combination(len(changes))
    for name, (last, told) in zip(names, columns, strict=True):
        said[name] = last
        for key, (found, of_change) in zip(by_name.get(name, ()), told, strict=True):
            classes[key] = found
            combination.add(of_change, found.count)
    pattern, of = combination.patterns()
    return Statements(
        lead=entries.list[changes],
        at=entries.at[changes],
        pattern=pattern,
        patterns=AttributePatterns(list(classes), classes, of),
        said=said,
    )


def _classes(prop: Property, column: Column) -> tuple[Classes, NDArray[np.int32]]:
    """The classes of an attribute, and [line] its class; behind the last line that of nothing."""
    if prop.cuts is not None:
        classes = classify(prop, [])
        numbers = column.as_numbers(prop.numeric_kind or "number")
        cuts = np.array(prop.cuts)
        passed = np.searchsorted(cuts, numbers, "right") + np.searchsorted(cuts, numbers, "left")
        of_line = np.where(np.isnan(numbers), 0, 1 + passed)
    elif prop.asks_presence_alone:
        classes = classify(prop, [text] if (text := column.any_text()) is not None else [])
        of_line = np.where(column.says, classes.count - 1, 0)
    else:
        texts, places = column.distinct()
        classes = classify(prop, sorted(texts))
        of_text = np.array([*(classes.of_value[text] for text in texts), 0], np.int64)
        of_line = of_text[places]
    return classes, np.append(of_line, 0).astype(np.int32)


class _Combination:
    """Several classes of each row as one number, and back."""

    def __init__(self, rows: int) -> None:
        self._code = np.zeros(rows, np.int64)
        self._possible = 1
        self._parts: list[tuple[NDArray[np.int32], int]] = []

    def add(self, classes: NDArray[np.int32], count: int) -> None:
        """Combines one more class, below `count`, with those before."""
        self._parts.append((classes, count))
        if self._possible * count > _MOST_COMBINATIONS:
            self._code, firsts = _dense(self._code)
            self._possible = len(firsts)
        self._code = self._code * count + classes
        self._possible *= count

    def patterns(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """[row] the number of its combination, and [combination, part] the classes in it."""
        number, firsts = _dense(self._code)
        of = np.zeros((len(firsts), len(self._parts)), np.int32)
        for place, (classes, _) in enumerate(self._parts):
            of[:, place] = classes[firsts]
        return number.astype(np.int32), of


def _dense(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[row] a number below that of the different codes, and in which row each first came up."""
    numbers = Numbers()
    found = numbers.number(mixed(codes), np.arange(len(codes), dtype=np.int32))
    return found.astype(np.int64), numbers.firsts
