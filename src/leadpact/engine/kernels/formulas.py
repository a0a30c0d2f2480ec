"""Whether a condition holds: the one place where conditions are judged."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import (
    ALL_OF,
    ANY_OF,
    LEAD_ATOM,
    ROW_ATOM,
    STATE_ATOM,
    Formulas,
)


@jit.kernel
def truth(
    formulas: Formulas,
    formula: int,
    row: int,
    attributes: int,
    answers: jit.Int8s,
    stack: jit.Int8s,
) -> int:
    """Truth of a formula: 1 true, 0 unknown, -1 false."""
    top = 0
    for i in range(formulas.begins[formula], formulas.begins[formula + 1]):
        instruction = formulas.instructions[i]
        operand = formulas.operands[i]
        if instruction == ROW_ATOM:
            stack[top] = formulas.row_truth[row, operand]
            top += 1
        elif instruction == LEAD_ATOM:
            stack[top] = formulas.lead_truth[attributes, operand]
            top += 1
        elif instruction == STATE_ATOM:
            stack[top] = answers[operand]
            top += 1
        else:
            top -= operand
            stack[top] = _joined(instruction, stack, top, int(operand))
            top += 1
    return int(stack[0])


@jit.kernel
def _joined(instruction: int, stack: jit.Int8s, top: int, parts: int) -> int:
    least = 1
    greatest = -1
    for i in range(top, top + parts):
        part = int(stack[i])
        least = min(least, part)
        greatest = max(greatest, part)
    if instruction == ALL_OF:
        return least
    return greatest if instruction == ANY_OF else -greatest


@jit.kernel
def tabulate(
    formulas: Formulas, formula: int, by_row: bool, out: jit.Int8s, stack: jit.Int8s
) -> None:
    """Truths of a formula for every pattern of rows, or of attributes, into `out`."""
    for pattern in range(out.shape[0]):
        row = pattern if by_row else 0
        attributes = 0 if by_row else pattern
        out[pattern] = truth(formulas, formula, row, attributes, stack, stack)
