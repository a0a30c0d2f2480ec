"""A merge: another lead's past, holder and running clocks become this one's."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.answers import tell_answers
from leadpact.engine.kernels.attributes import attributes_when, learn_attributes
from leadpact.engine.kernels.bundles import (
    CLOCKS,
    FORGOTTEN,
    NEVER,
    NOBODY,
    OPEN,
    RUNNING,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import reassign
from leadpact.engine.kernels.scoring import also_holds, pattern_of, tell_again
from leadpact.engine.kernels.stages import unlocks


@jit.kernel
def absorb(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Another lead's rows of the past join this one's, with its holder and its running clocks."""
    lead = s.lead[0]
    while lead.merges < rows.merge_begins[lead.lead + 1] and rows.merge_at[lead.merges] <= now:
        lead.statements = rows.merge_list[lead.merges]
        lead.stated = rows.stated_begins[lead.statements]
        learn_attributes(program, rows, s, now)
        _join_rows(program, rows, s, int(lead.merges))
        lead.merges += 1
    if lead.ending == OPEN:
        tell_again(program, rows, s, out, now)
        tell_answers(program, rows, s)
    last_heir = rows.heir_begins[lead.lead + 1]
    while lead.heir < last_heir and rows.heir_at[lead.heir] <= now:
        _take_inheritance(program, rows, s, out, lead.heir, now)
        lead.heir += 1


@jit.kernel
def _join_rows(program: Program, rows: Rows, s: State, merge: int) -> None:
    lead = s.lead[0]
    for i in range(rows.joining_begins[merge], rows.joining_begins[merge + 1]):
        time = rows.joining_time[i]
        pattern = int(rows.joining_pattern[i])
        _insert_row(rows, s, time, pattern)
        if time >= lead.floor and lead.ending == OPEN:
            _unlock_by(program, rows, s, pattern, time)


@jit.kernel
def _insert_row(rows: Rows, s: State, time: int, pattern: int) -> None:
    """Puts a row among those already taken; room was left behind the lead's own."""
    lead = s.lead[0]
    place = lead.end
    while place > lead.begin and (place > lead.cursor or rows.time[place - 1] > time):
        rows.time[place] = rows.time[place - 1]
        rows.pattern[place] = rows.pattern[place - 1]
        place -= 1
    rows.time[place] = time
    rows.pattern[place] = pattern
    if time < lead.floor:
        lead.episode_row += 1
    lead.cursor += 1
    lead.end += 1


@jit.kernel
def _unlock_by(program: Program, rows: Rows, s: State, pattern: int, at: int) -> None:
    lead = s.lead[0]
    facts = program.facts
    vp = pattern_of(program, s, pattern)
    attributes = attributes_when(rows, lead.statements, at)
    for i in range(facts.begins[vp], facts.begins[vp + 1]):
        if also_holds(program, s, facts.formula[i], pattern, attributes) and unlocks(
            lead.cool_down_until, int(facts.action[i]), at
        ):
            lead.unlocked = 1


@jit.kernel
def _take_inheritance(
    program: Program, rows: Rows, s: State, out: Output, heir: int, now: int
) -> None:
    lead = s.lead[0]
    if lead.holder == NOBODY and rows.heir_holder[heir] != NOBODY:
        lead.holder = rows.heir_holder[heir]
        lead.team = rows.heir_team[heir]
        lead.holder_since = now
    if lead.ending == OPEN and lead.excluded == 0:
        if rows.heir_clock[heir] >= 0:
            _inherit_clock(s, out, rows.heir_clock[heir], now)
        reassign(program, s, out, now)


@jit.kernel
def _inherit_clock(s: State, out: Output, heir: int, now: int) -> None:
    """A running clock of a lead merged into this one runs on here, if it is the earlier."""
    lead = s.lead[0]
    obligation = int(out.heirs[heir].obligation)
    index = s.current[obligation]
    if index >= 0:
        clock = out.clocks[index]
        if clock.outcome != RUNNING or clock.started_at <= out.heirs[heir].started_at:
            return
        clock.outcome = FORGOTTEN
    index = min(out.used[CLOCKS], out.clocks.shape[0] - 1)
    out.used[CLOCKS] += 1
    s.current[obligation] = index
    s.latest[obligation] = index
    out.clocks[index] = out.heirs[heir]
    clock = out.clocks[index]
    clock.lead = lead.lead
    clock.episode = lead.episode
    clock.counted_from = now
    clock.piece_from = now
    clock.piece_worked = 0
    clock.outcome = RUNNING
    clock.closed_at = NEVER
    s.waiting[obligation] = False
