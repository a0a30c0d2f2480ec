"""What one row of the log does to a lead and to its clocks."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.absorbing import absorb
from leadpact.engine.kernels.answers import note_answer
from leadpact.engine.kernels.bundles import (
    ASSIGNS,
    CANCELLED,
    CANCELS,
    DISQUALIFIES,
    EXCLUDES,
    FINDS_FAULT,
    HANDS_OFF,
    LAST_STEP,
    LOSES,
    MERGES,
    NEVER,
    OPEN,
    PAUSES,
    QUALIFIES,
    RECYCLES,
    REJECTS,
    REJECTS_FOR_GOOD,
    REOPENS,
    RESTORES,
    RESUMES,
    RUNNING,
    STARTS,
    STOPS,
    UPHOLDS,
    VOUCHES,
    WAIVES,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import (
    drop_clock,
    pause_clock,
    reassign,
    resume_clock,
    start_under,
    stop_clock,
    waive_clock,
)
from leadpact.engine.kernels.protocol import complete_by_protocol
from leadpact.engine.kernels.scoring import also_holds, count_row, pattern_of
from leadpact.engine.kernels.stages import unlocks, uphold_dispute


@jit.kernel
def take_row(
    program: Program, rows: Rows, s: State, out: Output, row: int, now: int, first_entry: int
) -> None:
    """Counts a row, heeds what it states, and moves the clocks by it."""
    lead = s.lead[0]
    pattern = int(rows.pattern[row])
    vp = pattern_of(program, s, pattern)
    facts = program.facts
    if lead.ending == OPEN:
        count_row(program, rows, s, out, row, lead.attributes)
    for i in range(facts.begins[vp], facts.begins[vp + 1]):
        if also_holds(program, s, facts.formula[i], pattern, lead.attributes):
            _take_fact(
                program,
                rows,
                s,
                out,
                int(facts.action[i]),
                facts.target[i],
                pattern,
                now,
                first_entry,
            )
    _move_clocks(program, s, out, pattern, now)


@jit.kernel
def _take_fact(
    program: Program,
    rows: Rows,
    s: State,
    out: Output,
    action: int,
    target: int,
    pattern: int,
    now: int,
    first_entry: int,
) -> None:
    lead = s.lead[0]
    if lead.ending == OPEN and unlocks(lead.cool_down_until, action, now):
        lead.stirred = max(lead.stirred, 1 - lead.unlocked)
        lead.unlocked = 1
        return
    if action not in (QUALIFIES, REOPENS):
        lead.stirred = 1
    if action == DISQUALIFIES:
        lead.disqualifies = 1
    elif action in (REJECTS, REJECTS_FOR_GOOD):
        if lead.rejects == 0 and lead.rejects_for_good == 0:
            lead.rejects = 1 if action == REJECTS else 0
            lead.rejects_for_good = 1 - lead.rejects
            lead.cool_down_rejected = target
    elif action == RECYCLES:
        if lead.recycles == 0:
            lead.cool_down_recycled = target
        lead.recycles = 1
    elif action == LOSES:
        lead.loses = 1
    elif action == EXCLUDES:
        lead.excluded = 1
    elif action == FINDS_FAULT:
        lead.excluded = max(lead.excluded, 1 - lead.vouched)
    elif action in (RESTORES, VOUCHES):
        lead.excluded = 0
        lead.vouched = max(lead.vouched, 1 if action == VOUCHES else 0)
    elif action == HANDS_OFF:
        lead.hands_off = 1
    elif action == ASSIGNS:
        _assign(program, s, out, target, int(program.facts.team[pattern]), now)
    elif action == UPHOLDS:
        uphold_dispute(out, first_entry, target)
    elif action == MERGES:
        absorb(program, rows, s, out, now)


@jit.kernel
def _assign(program: Program, s: State, out: Output, holder: int, team: int, now: int) -> None:
    lead = s.lead[0]
    lead.holder = holder
    lead.team = team
    lead.holder_since = now
    if lead.ending == OPEN:
        if lead.assigned_at == NEVER:
            lead.assigned_at = now
        reassign(program, s, out, now)


@jit.kernel
def _move_clocks(program: Program, s: State, out: Output, pattern: int, now: int) -> None:
    """What a row does to clocks: each is moved by the version under which it started."""
    lead = s.lead[0]
    duties = program.duties
    if lead.ends > 0:
        s.ended[:] = False
        lead.ends = 0
    for v in range(lead.version + 1):
        vp = v * program.patterns + pattern
        for i in range(duties.begins[vp], duties.begins[vp + 1]):
            if also_holds(program, s, duties.formula[i], pattern, lead.attributes):
                _move_clock(
                    program, s, out, v, vp, int(duties.action[i]), int(duties.target[i]), now
                )
    if lead.ends > 0:
        _go_on_with_protocol(program, s, out, pattern, now)


@jit.kernel
def _move_clock(
    program: Program,
    s: State,
    out: Output,
    version: int,
    vp: int,
    action: int,
    obligation: int,
    now: int,
) -> None:
    in_force = version == s.lead[0].version
    if in_force and action == STOPS:
        note_answer(s, obligation, now, program.duties.logged_late[vp])
    elif in_force and action == STARTS:
        s.wanted[obligation] = True
        s.lead[0].wants = 1
    elif in_force and action == WAIVES:
        waive_clock(program, s, out, obligation, now)
    index = s.current[obligation]
    if index < 0 or out.clocks[index].version != version:
        return
    if out.clocks[index].outcome != RUNNING:
        if action == CANCELS and program.duties.next_step[version, obligation] != LAST_STEP:
            s.ended[obligation] = False
        return
    if action == STOPS:
        stop_clock(program, s, out, obligation, now)
        s.ended[obligation] = True
        s.lead[0].ends = 1
        if program.duties.logged_late[vp]:
            out.clocks[index].logged_late = 1
    elif action == CANCELS:
        drop_clock(program, out, index, CANCELLED, now)
    elif action == PAUSES:
        pause_clock(program, out, index, now)
    elif action == RESUMES:
        resume_clock(program, out, index, now)


@jit.kernel
def _go_on_with_protocol(program: Program, s: State, out: Output, pattern: int, now: int) -> None:
    """The next step of a protocol follows the one that this row ended; the last completes it."""
    lead = s.lead[0]
    for obligation in range(s.ended.shape[0]):
        if s.ended[obligation] and lead.ending == OPEN and lead.excluded == 0:
            clock = out.clocks[s.current[obligation]]
            version = int(clock.version)
            following = int(program.duties.next_step[version, obligation])
            if following >= 0 and s.current[following] < 0:
                start_under(program, s, out, following, version, int(clock.segment), now)
            elif following == LAST_STEP:
                late = program.duties.logged_late[version * program.patterns + pattern]
                complete_by_protocol(program, s, out, bool(late), now)
