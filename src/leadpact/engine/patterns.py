"""Patterns: rows that every condition answers alike share one small integer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.classes import Classes
from leadpact.engine.questions import Questions
from leadpact.engine.values import FALSE, TRUE


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
