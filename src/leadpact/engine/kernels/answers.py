"""Answers: which rows keep a promise, and which of them came before its clock began."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.attributes import attributes_when
from leadpact.engine.kernels.bundles import NEVER, STOPS, Program, Rows, State
from leadpact.engine.kernels.scoring import also_holds, pattern_of


@jit.kernel
def note_answer(s: State, obligation: int, at: int, late: bool) -> None:
    """A row of this instant answers an obligation; the one before this instant is kept as well."""
    if s.last_stop[obligation] < at:
        s.prior_stop[obligation] = s.last_stop[obligation]
        s.prior_late[obligation] = s.last_late[obligation]
        s.first_late[obligation] = late
    s.last_stop[obligation] = at
    s.last_late[obligation] = late


@jit.kernel
def tell_answers(program: Program, rows: Rows, s: State) -> None:
    """Tells anew what answered before, from the rows of the open episode so far."""
    lead = s.lead[0]
    duties = program.duties
    s.last_stop[:] = NEVER
    s.prior_stop[:] = NEVER
    for row in range(lead.episode_row, lead.cursor):
        pattern = int(rows.pattern[row])
        vp = pattern_of(program, s, pattern)
        if duties.begins[vp] < duties.begins[vp + 1]:
            attributes = attributes_when(rows, lead.statements, rows.time[row])
            for i in range(duties.begins[vp], duties.begins[vp + 1]):
                if duties.action[i] == STOPS and also_holds(
                    program, s, duties.formula[i], pattern, attributes
                ):
                    note_answer(s, int(duties.target[i]), rows.time[row], duties.logged_late[vp])


@jit.kernel
def row_moves(
    program: Program, rows: Rows, s: State, row: int, action: int, obligation: int
) -> bool:
    """Whether a row of this instant does something to the clocks of an obligation."""
    lead = s.lead[0]
    duties = program.duties
    pattern = int(rows.pattern[row])
    vp = pattern_of(program, s, pattern)
    for i in range(duties.begins[vp], duties.begins[vp + 1]):
        asked = duties.action[i] == action and duties.target[i] == obligation
        if asked and also_holds(program, s, duties.formula[i], pattern, lead.attributes):
            return True
    return False


@jit.kernel
def next_answer(program: Program, rows: Rows, s: State, row: int, obligation: int) -> int:
    """The first row from this one on, up to the last taken, that answers; -1: none does."""
    for candidate in range(row, s.lead[0].cursor):
        if row_moves(program, rows, s, candidate, STOPS, obligation):
            return candidate
    return -1


@jit.kernel
def was_logged_late(program: Program, rows: Rows, s: State, row: int) -> bool:
    """Whether a row was recorded so late that what it answers is flagged."""
    return bool(program.duties.logged_late[pattern_of(program, s, int(rows.pattern[row]))])
