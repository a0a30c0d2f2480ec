"""The book of formulas, scorers and timers that the conditions of an agreement become."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.agreement.conditions import (
    AllOf,
    AnyOf,
    EventCondition,
    FieldCondition,
    NoneOf,
    ScoreCondition,
)
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.formulas import tabulate
from leadpact.engine.patterns import AttributePatterns, RowPatterns
from leadpact.engine.questions import Questions
from leadpact.engine.values import TRUE, UNKNOWN

THOUSANDTHS = 1000
NO_LIMIT = 2**60


@dataclass
class Scorer:
    """A scoring rule, or a count: who earns points from which rows."""

    formula: int
    group: int
    points: int  # thousandths
    cap: int
    ageing: tuple[int, Fraction] | None  # microseconds, share lost each period
    name: str
    version: int

    def worth(self) -> list[int]:
        """Thousandths after 0, 1, 2 … full periods, down to nothing."""
        if self.ageing is None or self.ageing[1] <= 0:
            return [self.points]
        _, share = self.ageing
        values, left = [self.points], 1 - share
        while values[-1] != 0 and left > 0:
            values.append(int(self.points * left))
            left -= share
        return values if values[-1] == 0 else [*values, 0]


@dataclass
class Timer:
    """Nothing of a kind for a while."""

    formula: int
    length: int
    version: int


@dataclass
class Book:
    """Formulas in postfix order, with the scorers, timers and questions that they refer to."""

    questions: Questions
    rows: RowPatterns
    attributes: AttributePatterns
    instructions: list[int] = field(default_factory=list)
    operands: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=lambda: [0])
    asks_lead: list[bool] = field(default_factory=list)
    scorers: list[Scorer] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    state_atoms: list[tuple[int, int, int]] = field(default_factory=list)
    opening: list[bool] = field(default_factory=list)  # [state atom] whether it opens by holding
    acts_from: list[int] = field(default_factory=list)  # [state atom] position of the lead
    rising: set[int] = field(default_factory=set)  # versions that wait for a score to rise
    falling: set[int] = field(default_factory=set)
    fading: set[int] = field(default_factory=set)  # counts that some condition wants gone

    def __post_init__(self) -> None:
        self.row_truth = np.ascontiguousarray(self.rows.truths(self.questions))
        self.lead_truth = np.ascontiguousarray(self.attributes.truths(self.questions))
        self._nothing_known = np.zeros((1, self.lead_truth.shape[1]), np.int8)

    # ------------------------------------------------------------------------------- conditions

    def of_row(self, condition: Any, version: int) -> int:
        """A condition asked of one row and of the attributes known then."""
        return self._close(self._row(condition, version))

    def of_lead(self, condition: Any, version: int) -> int:
        """A condition asked of attributes alone; anything else in it is unknown."""
        return self._close(self._leadwise(condition, version))

    def of_customers(self) -> int:
        """Whether the lead was a customer before."""
        return self._close([(b.LEAD_ATOM, self.questions.customer)])

    def of_state(
        self, condition: Any, version: int, groups: dict[str, int], acts_from: int = -1
    ) -> int:
        """A condition asked of a lead's state: what happened in the episode, scores, timers.

        Something can follow from it only once the lead stands at the position `acts_from`.
        """
        formula = self._close(self._state(condition, version, groups, positive=True))
        self.acts_from += [acts_from] * (len(self.state_atoms) - len(self.acts_from))
        return formula

    def _close(self, code: list[tuple[int, int]]) -> int:
        widths = {b.ROW_ATOM: self.row_truth.shape[1], b.LEAD_ATOM: self.lead_truth.shape[1]}
        if any(operand >= widths.get(instruction, operand + 1) for instruction, operand in code):
            raise AssertionError("a condition was compiled that had not been gathered before")
        self.instructions += [instruction for instruction, _ in code]
        self.operands += [operand for _, operand in code]
        self.begins.append(len(self.instructions))
        self.asks_lead.append(any(instruction == b.LEAD_ATOM for instruction, _ in code))
        return len(self.begins) - 2

    def _row(self, condition: Any, version: int) -> list[tuple[int, int]]:
        if isinstance(condition, EventCondition):
            return [(b.ROW_ATOM, self.questions.row_atom(condition, version))]
        if isinstance(condition, FieldCondition):
            return [(b.LEAD_ATOM, self.questions.lead_atom(condition, version))]
        if isinstance(condition, ScoreCondition):
            return _UNKNOWABLE
        return _joined(condition, [self._row(part, version) for part in _parts(condition)])

    def _leadwise(self, condition: Any, version: int) -> list[tuple[int, int]]:
        if isinstance(condition, FieldCondition):
            return [(b.LEAD_ATOM, self.questions.lead_atom(condition, version))]
        if isinstance(condition, EventCondition | ScoreCondition):
            return _UNKNOWABLE
        return _joined(condition, [self._leadwise(part, version) for part in _parts(condition)])

    def _state(
        self, condition: Any, version: int, groups: dict[str, int], positive: bool
    ) -> list[tuple[int, int]]:
        if isinstance(condition, FieldCondition):
            return [(b.LEAD_ATOM, self.questions.lead_atom(condition, version))]
        if isinstance(condition, EventCondition):
            return [self._event_question(condition, version, positive)]
        if isinstance(condition, ScoreCondition):
            return self._score_questions(condition, version, groups, positive)
        inner = positive != isinstance(condition, NoneOf)
        parts = [self._state(part, version, groups, inner) for part in _parts(condition)]
        return _joined(condition, parts)

    def _event_question(
        self, condition: EventCondition, version: int, positive: bool
    ) -> tuple[int, int]:
        formula = self.of_row(condition, version)
        if condition.not_within:
            self.timers.append(Timer(formula, condition.not_within.microseconds, version))
            return self._ask(b.QUIET_FOR, len(self.timers) - 1, 0, positive)
        window = (condition.within.microseconds, Fraction(1)) if condition.within else None
        self.scorers.append(Scorer(formula, -1, THOUSANDTHS, NO_LIMIT, window, "count", version))
        counter = len(self.scorers) - 1
        if not positive:
            self.fading.add(counter)
        return self._ask(b.COUNT_AT_LEAST, counter, condition.count * THOUSANDTHS, positive)

    def _score_questions(
        self, condition: ScoreCondition, version: int, groups: dict[str, int], positive: bool
    ) -> list[tuple[int, int]]:
        group = groups[condition.score]
        lower, upper = _bounds(condition)
        code = []
        if lower is not None:
            (self.rising if positive else self.falling).add(version)
            code.append(self._ask(b.SCORE_AT_LEAST, group, lower, positive))
        if upper is not None:
            (self.falling if positive else self.rising).add(version)
            code.append(self._ask(b.SCORE_AT_MOST, group, upper, positive))
        return [*code, (b.ALL_OF, len(code))]

    def _ask(self, question: int, subject: int, bound: int, positive: bool) -> tuple[int, int]:
        self.state_atoms.append((question, subject, bound))
        self.opening.append(positive)
        return b.STATE_ATOM, len(self.state_atoms) - 1

    # --------------------------------------------------------------------------------- answers

    def formulas(self) -> b.Formulas:
        """The kernels' form of all formulas so far."""
        atoms = np.array(self.state_atoms or [(0, 0, 0)], np.int64)
        return b.Formulas(
            begins=np.array(self.begins, np.int32),
            instructions=np.array(self.instructions or [0], np.int32),
            operands=np.array(self.operands or [0], np.int32),
            row_truth=self.row_truth,
            lead_truth=self.lead_truth,
            question=atoms[:, 0].astype(np.int32),
            subject=atoms[:, 1].astype(np.int32),
            bound=np.ascontiguousarray(atoms[:, 2]),
            opens=np.array([1 if opens else -1 for opens in self.opening] or [0], np.int8),
            opens_from=np.array(self.acts_from or [0], np.int32),
        )

    def _alone(self, formula: int) -> b.Formulas:
        """One formula that asks nothing of a lead's state, by itself."""
        code = slice(self.begins[formula], self.begins[formula + 1])
        return b.Formulas(
            begins=np.array([0, code.stop - code.start], np.int32),
            instructions=np.array(self.instructions[code] or [0], np.int32),
            operands=np.array(self.operands[code] or [0], np.int32),
            row_truth=self.row_truth,
            lead_truth=self.lead_truth,
            question=np.zeros(1, np.int32),
            subject=np.zeros(1, np.int32),
            bound=np.zeros(1, np.int64),
            opens=np.ones(1, np.int8),
            opens_from=np.zeros(1, np.int32),
        )

    def stack(self) -> NDArray[np.int8]:
        """Scratch that is deep enough for every formula."""
        return np.zeros(max(8, *np.diff(self.begins).tolist(), 8), np.int8)

    def by_row(self, formula: int) -> NDArray[np.int8]:
        """What the pattern alone says of a row condition: TRUE, FALSE, or UNKNOWN: ask the lead."""
        out = np.zeros(len(self.rows.of), np.int8)
        blind = self._alone(formula)._replace(lead_truth=self._nothing_known)
        tabulate(blind, 0, True, out, self.stack())
        if not self.asks_lead[formula]:
            out[out == UNKNOWN] = -1
        return out

    def by_attributes(self, formula: int) -> NDArray[np.bool_]:
        """For which attribute patterns a condition on attributes holds."""
        out = np.zeros(len(self.attributes.of), np.int8)
        tabulate(self._alone(formula), 0, False, out, self.stack())
        held: NDArray[np.bool_] = out == TRUE
        return held

    def where_holds(self, condition: Any, version: int) -> NDArray[np.bool_]:
        """For which attribute patterns a condition holds; no condition holds everywhere."""
        if condition is None:
            return np.ones(len(self.attributes.of), np.bool_)
        return self.by_attributes(self.of_lead(condition, version))

    def candidates(self, condition: Any, version: int) -> list[tuple[int, int]]:
        """Patterns whose rows a condition can hold for, with the formula left to ask (-1: none)."""
        if condition is None:
            return []
        formula = self.of_row(condition, version)
        truths = self.by_row(formula)
        return [(int(p), -1 if truths[p] > 0 else formula) for p in np.flatnonzero(truths >= 0)]


#: The last column of the attributes' truths is always unknown.
_UNKNOWABLE = [(b.LEAD_ATOM, -1)]


def _parts(condition: Any) -> list[Any]:
    if isinstance(condition, AllOf):
        return condition.all
    return condition.any if isinstance(condition, AnyOf) else condition.none


def _joined(condition: Any, parts: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    words: dict[type, int] = {AllOf: b.ALL_OF, AnyOf: b.ANY_OF, NoneOf: b.NONE_OF}
    word = words[type(condition)]
    return [*(step for part in parts for step in part), (word, len(parts))]


def _bounds(condition: ScoreCondition) -> tuple[int | None, int | None]:
    lower = [
        ceil(thousandths(condition.at_least)) if condition.at_least is not None else None,
        floor(thousandths(condition.more_than)) + 1 if condition.more_than is not None else None,
    ]
    upper = [
        floor(thousandths(condition.at_most)) if condition.at_most is not None else None,
        ceil(thousandths(condition.less_than)) - 1 if condition.less_than is not None else None,
    ]
    return (
        max((x for x in lower if x is not None), default=None),
        min((x for x in upper if x is not None), default=None),
    )


# The few numbers of an agreement are asked for again for every lead.
@lru_cache(maxsize=4096)
def thousandths(points: float) -> Fraction:
    """Points in thousandths, exactly as written."""
    return Fraction(repr(float(points))) * THOUSANDTHS


def whole_thousandths(points: float) -> int:
    """Points in whole thousandths; a finer figure is rounded."""
    return round(thousandths(points))
