"""Patterns: rows that every condition answers alike share one small integer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.classes import Classes
from leadpact.engine.questions import Questions
from leadpact.engine.values import FALSE, TRUE

#: More possible patterns than this are refused: some property tells nearly every row apart.
MOST_PATTERNS = 2**40


@dataclass(frozen=True)
class Keys:
    """How a row's kind and value classes make one number, before numbers are made dense."""

    kinds: list[str]
    names: list[str]  # keys of properties
    base: list[int]  # [kind]
    stride: list[dict[str, int]]  # [kind] property → stride


def row_keys(kinds: Sequence[str], questions: Questions, classes: Mapping[str, Classes]) -> Keys:
    """Mixed-radix numbers: a kind counts only the properties that matter for it."""
    base, strides, names, total = [], [], dict[str, None](), 0
    for kind in kinds:
        stride, size = {}, 1
        for name in questions.properties_of(kind):
            stride[name] = size
            size *= classes[name].count
        base.append(total)
        strides.append(stride)
        names |= dict.fromkeys(stride)
        total += size
    if total > MOST_PATTERNS:
        raise ValueError("the conditions tell too many rows apart; test fewer properties at once")
    return Keys(list(kinds), list(names), base, strides)


@dataclass(frozen=True)
class RowPatterns:
    """The patterns that occur: kind and class of every property that matters, by number."""

    kinds: list[str]
    classes: Mapping[str, Classes]
    of: list[tuple[str, dict[str, int]]]

    def look_up(self, pattern: int, name: str, lookup: int = 0) -> Any:
        """What a property of the pattern's rows was found to be."""
        _, values = self.of[pattern]
        return self.classes[name].found[lookup][values.get(name, 0)]

    def truths(self, questions: Questions) -> NDArray[np.int8]:
        """Truth of every row atom for every pattern."""
        table = np.full((len(self.of), max(1, len(questions.row_atoms))), FALSE, np.int8)
        for p, (kind, values) in enumerate(self.of):
            for a, atom in enumerate(questions.row_atoms):
                if atom.asks_of(kind):
                    answers = [self.classes[n].answers[t][values[n]] for n, t in atom.tests]
                    table[p, a] = min(answers, default=TRUE)
        return table


def decode(keys: Keys, classes: Mapping[str, Classes], distinct: Sequence[int]) -> RowPatterns:
    """The patterns behind the key numbers that occur, in their order."""
    bases = np.array(keys.base, np.int64)
    found = []
    for number in distinct:
        k = int(np.searchsorted(bases, number, side="right")) - 1
        rest, values = int(number) - keys.base[k], {}
        for name in keys.stride[k]:
            rest, values[name] = divmod(rest, classes[name].count)
        found.append((keys.kinds[k], values))
    return RowPatterns(keys.kinds, classes, found)


@dataclass(frozen=True)
class AttributePatterns:
    """The combinations of attribute classes that occur, by number."""

    names: list[str]  # keys of attributes
    classes: Mapping[str, Classes]
    of: NDArray[np.int32]  # [pattern, attribute] class

    def truths(self, questions: Questions) -> NDArray[np.int8]:
        """Truth of every lead atom for every pattern; a last column is always unknown."""
        table = np.zeros((len(self.of), len(questions.lead_atoms) + 1), np.int8)
        for a, (name, test) in enumerate(questions.lead_atoms):
            answers = np.array(self.classes[name].answers[test], np.int8)
            table[:, a] = answers[self.of[:, self.names.index(name)]]
        return table


def dense(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The distinct numbers in order, and each number's place among them."""
    distinct, places = np.unique(numbers, return_inverse=True)
    return distinct, places.astype(np.int32)
