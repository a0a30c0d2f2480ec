"""Conditions on attributes, asked of one lead: compiled and judged as in every evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from leadpact.agreement.conditions import FieldCondition, leaves
from leadpact.agreement.spec import Agreement
from leadpact.engine.classes import classify
from leadpact.engine.compile.book import Book
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.formulas import tabulate
from leadpact.engine.patterns import AttributePatterns, RowPatterns
from leadpact.engine.questions import Questions
from leadpact.engine.values import TRUE, answer

#: Combinations of values whose answers are remembered.
_REMEMBERED = 4096


class LeadConditions:
    """Conditions of an agreement that ask attributes alone; an absent one is always true."""

    def __init__(self, agreement: Agreement, conditions: Sequence[Any]) -> None:
        self._questions = Questions([agreement])
        book = Book(self._questions, RowPatterns([], {}, []), _no_leads(self._questions))
        self._compiled = [None if c is None else book.of_lead(c, 0) for c in conditions]
        self._formulas, self._depth = book.formulas(), len(book.stack())
        asked = {
            self._questions.lead_atom(leaf, 0)
            for condition in conditions
            if condition is not None
            for leaf in leaves(condition)
            if isinstance(leaf, FieldCondition)
        }
        self._atoms = sorted(asked)
        self._names = [self._property(atom).name for atom in self._atoms]
        self._answered = lru_cache(_REMEMBERED)(self._answers)

    def truths(self, attributes: Mapping[str, Any]) -> tuple[int, ...]:
        """What each condition says of a lead: 1 true, 0 unknown, -1 false."""
        return self._answered(tuple(_text(attributes.get(name)) for name in self._names))

    def _property(self, atom: int) -> Any:
        return self._questions.fields[self._questions.lead_atoms[atom][0]]

    def _answers(self, texts: tuple[str | None, ...]) -> tuple[int, ...]:
        known = np.zeros((1, len(self._questions.lead_atoms) + 1), np.int8)
        for atom, text in zip(self._atoms, texts, strict=True):
            prop = self._property(atom)
            test = prop.tests[self._questions.lead_atoms[atom][1]]
            known[0, atom] = answer(test, text, prop.declared)
        formulas = self._formulas._replace(lead_truth=known)
        return tuple(TRUE if f is None else self._truth(formulas, f) for f in self._compiled)

    def _truth(self, formulas: b.Formulas, formula: int) -> int:
        # Scratch of its own, so that several threads may ask at once.
        out, stack = np.zeros(1, np.int8), np.zeros(self._depth, np.int8)
        tabulate(formulas, formula, False, out, stack)
        return int(out[0])


def _no_leads(questions: Questions) -> AttributePatterns:
    classes = {key: classify(prop, []) for key, prop in questions.fields.items()}
    return AttributePatterns(list(classes), classes, np.zeros((0, len(classes)), np.int32))


def _text(value: Any) -> str | None:
    """A value as the log would have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
