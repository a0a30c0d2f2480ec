"""The contact protocol: a chain of clocks, each of which starts when the one before it stops."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.answers import next_answer, row_moves, was_logged_late
from leadpact.engine.kernels.bundles import (
    CANCELS,
    LAST_STEP,
    MET,
    NOBODY,
    PERSON_CALENDAR,
    PROTOCOL_STARTS,
    RUNNING,
    WAIVED,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import answer_already, start_under, stop_clock


@jit.kernel
def begin_protocol(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Begins the chain that a handoff has made due, at the first step that is not waived.

    On people's calendars it waits for a holder. Rows of this instant may answer a step at once.
    """
    lead = s.lead[0]
    version = int(lead.version)
    first = first_step(program, version)
    if lead.protocol_due == 0 or (first >= 0 and _waits(program, s, version, first)):
        return
    lead.protocol_due = 0
    step = _first_not_waived(program, s, out, version, first)
    if step < 0:
        return
    start_under(program, s, out, step, version, int(lead.segment), now)
    if step == first:
        answer_already(s, out, step, now)
    if out.clocks[s.current[step]].outcome != MET:
        _answer_at_once(program, rows, s, out, step, _first_row(rows, s, now), now)
    _follow(program, rows, s, out, step, now)


@jit.kernel
def first_step(program: Program, version: int) -> int:
    """The obligation with which a version's contact protocol begins; -1: it has none."""
    for obligation in range(program.duties.next_step.shape[1]):
        if program.duties.start[version, obligation] == PROTOCOL_STARTS:
            return obligation
    return -1


@jit.kernel
def _waits(program: Program, s: State, version: int, first: int) -> bool:
    on_person = program.duties.calendar_of[version, first] == PERSON_CALENDAR
    return bool(on_person and s.lead[0].holder == NOBODY)


@jit.kernel
def _first_not_waived(program: Program, s: State, out: Output, version: int, first: int) -> int:
    """The step with which to begin; -1 when there is none or the chain stays as it is."""
    step = first
    while step >= 0 and s.current[step] >= 0:
        if out.clocks[s.current[step]].outcome != WAIVED:
            return -1
        step = int(program.duties.next_step[version, step])
    return step


@jit.kernel
def _first_row(rows: Rows, s: State, now: int) -> int:
    """The first of the rows of this instant."""
    row = int(s.lead[0].cursor)
    while row > s.lead[0].begin and rows.time[row - 1] == now:
        row -= 1
    return row


@jit.kernel
def _follow(program: Program, rows: Rows, s: State, out: Output, step: int, now: int) -> None:
    """Goes on behind a step that has just begun, as far as rows answer it and those behind it."""
    version = int(s.lead[0].version)
    row = _first_row(rows, s, now)
    while out.clocks[s.current[step]].outcome == MET:
        following = int(program.duties.next_step[version, step])
        late = False
        if out.clocks[s.current[step]].in_contact == 0:
            row = next_answer(program, rows, s, row, step)
            late = was_logged_late(program, rows, s, row)
            if following != LAST_STEP and row_moves(program, rows, s, row, CANCELS, step):
                return
            row += 1
        if following == LAST_STEP:
            complete_by_protocol(program, s, out, late, now)
            return
        if s.current[following] >= 0:
            return
        segment = int(out.clocks[s.current[step]].segment)
        start_under(program, s, out, following, version, segment, now)
        _answer_at_once(program, rows, s, out, following, row, now)
        step = following


@jit.kernel
def _answer_at_once(
    program: Program, rows: Rows, s: State, out: Output, step: int, row: int, now: int
) -> None:
    """Stops a step that began just now, if a row of this instant from `row` on answers it."""
    answer = next_answer(program, rows, s, row, step)
    if answer >= 0:
        stop_clock(program, s, out, step, now)
        if was_logged_late(program, rows, s, answer):
            out.clocks[s.current[step]].logged_late = 1


@jit.kernel
def complete_by_protocol(program: Program, s: State, out: Output, late: bool, now: int) -> None:
    """The protocol is completed, and with it what is promised to be."""
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        running = index >= 0 and out.clocks[index].outcome == RUNNING
        if running and program.duties.by_protocol[out.clocks[index].version, obligation]:
            stop_clock(program, s, out, obligation, now)
            out.clocks[index].by_protocol = 1
            out.clocks[index].logged_late = 1 if late else 0
