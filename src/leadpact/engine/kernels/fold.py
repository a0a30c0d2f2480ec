"""The fold: one lead after another, one instant after another, as a person would tell it."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.answers import tell_answers
from leadpact.engine.kernels.attributes import learn_attributes
from leadpact.engine.kernels.bundles import (
    CLOCKS,
    ENGAGEMENT,
    ENTRIES,
    EVENT_STARTS,
    FIT,
    FOREVER,
    MERGED,
    NEVER,
    NOBODY,
    OPEN,
    REOPENS,
    RUNNING,
    TOTAL,
    UNKNOWN_YET,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import judge_clocks, redate, start_clock
from leadpact.engine.kernels.profiles import take_profile
from leadpact.engine.kernels.scoring import (
    also_holds,
    grow_older,
    look,
    next_wake,
    pattern_of,
    tell_again,
)
from leadpact.engine.kernels.stages import (
    begin_episode,
    decide,
    end_episode,
    note_episode,
)
from leadpact.engine.kernels.taking import take_row


@jit.kernel
def fold(program: Program, rows: Rows, s: State, out: Output, first: int, last: int) -> None:
    """Evaluates the leads `first … last - 1`; results are appended to `out`.

    A lead that was absorbed before it had a row leaves nothing.
    """
    for lead in range(first, last):
        if rows.until[lead] < rows.first[lead]:
            continue
        clocks = out.used[CLOCKS]
        entries = out.used[ENTRIES]
        _begin_lead(program, rows, s, out, lead)
        until = rows.until[lead]
        now = rows.first[lead]
        while now <= until:
            _take_instant(program, rows, s, out, now, entries)
            now = _next_instant(program, rows, s, now)
        _finish_lead(program, rows, s, out, clocks, until, now)


@jit.kernel
def _begin_lead(program: Program, rows: Rows, s: State, out: Output, index: int) -> None:
    lead = s.lead[0]
    lead.lead = index
    lead.version = 0
    lead.begin = rows.begins[index]
    lead.cursor = rows.begins[index]
    lead.end = rows.ends[index]
    lead.statements = index
    lead.stated = rows.stated_begins[index]
    lead.attributes = rows.attributes[lead.stated]
    lead.segment = 0
    lead.episode = 0
    lead.ending = OPEN
    lead.excluded = 0
    lead.vouched = 0
    lead.holder = NOBODY
    lead.team = -1
    lead.holder_since = NEVER
    lead.closures = 0
    lead.merges = rows.merge_begins[index]
    lead.heir = rows.heir_begins[index]
    lead.reopened_at = NEVER
    lead.scored = UNKNOWN_YET
    lead.wants = 1
    lead.ends = 1
    s.latest[:] = -1
    s.last_stop[:] = NEVER
    s.last_late[:] = False
    first = rows.first[index]
    while lead.version + 1 < program.effective.shape[0] and (
        program.effective[lead.version + 1] <= first
    ):
        lead.version += 1
    while lead.closures < program.closed_at.shape[0] and program.closed_at[lead.closures] <= first:
        lead.closures += 1
    begin_episode(s, out, lead.cursor, first, NEVER, True)


@jit.kernel
def _next_instant(program: Program, rows: Rows, s: State, now: int) -> int:
    lead = s.lead[0]
    soonest = next_wake(program, s, now)
    # Rows for which no rule asks are passed over, unless the next instant decides something anyway.
    while (
        lead.stirred == 0
        and lead.cursor < lead.end
        and (not program.useful[rows.pattern[lead.cursor]])
    ):
        lead.cursor += 1
    if lead.cursor < lead.end:
        soonest = min(soonest, rows.time[lead.cursor])
    if lead.stated + 1 < rows.stated_begins[lead.statements + 1]:
        soonest = min(soonest, rows.stated_at[lead.stated + 1])
    if lead.version + 1 < program.effective.shape[0]:
        soonest = min(soonest, program.effective[lead.version + 1])
    if lead.closures < program.closed_at.shape[0]:
        soonest = min(soonest, program.closed_at[lead.closures])
    return soonest


@jit.kernel
def _take_instant(
    program: Program, rows: Rows, s: State, out: Output, now: int, first_entry: int
) -> None:
    """Everything that happened at an instant, then what is decided from it."""
    lead = s.lead[0]
    _forget_instant(s)
    if out.trace.shape[0] > 0 and lead.ending == OPEN:
        # Points told anew must not take steps that nobody has looked at yet out of the trace.
        grow_older(program, rows, s, out, now - 1)
    learn_attributes(program, rows, s, now)
    _change_version(program, rows, s, out, now)
    _hear_closures(program, s, out, now)
    if lead.ending != OPEN and _reopened(program, rows, s, now):
        lead.reopened_at = now
        begin_episode(s, out, lead.cursor, now, now, True)
    while lead.cursor < lead.end and rows.time[lead.cursor] == now:
        row = lead.cursor
        lead.cursor += 1
        take_row(program, rows, s, out, row, now, first_entry)
    if lead.ending == OPEN:
        grow_older(program, rows, s, out, now)
    decide(program, rows, s, out, now)
    _start_wanted(program, s, out, now)


@jit.kernel
def _forget_instant(s: State) -> None:
    lead = s.lead[0]
    lead.disqualifies = 0
    lead.rejects = 0
    lead.rejects_for_good = 0
    lead.recycles = 0
    lead.loses = 0
    lead.hands_off = 0
    lead.cool_down_rejected = 0
    lead.cool_down_recycled = 0
    if lead.wants > 0:
        s.wanted[:] = False
        lead.wants = 0


@jit.kernel
def _change_version(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    lead = s.lead[0]
    changed = False
    while lead.version + 1 < program.effective.shape[0] and (
        program.effective[lead.version + 1] <= now
    ):
        lead.version += 1
        changed = True
    if changed:
        lead.scored = UNKNOWN_YET
        lead.counted = 1
        lead.stirred = 1
        lead.segment = program.stages.segment[lead.version, lead.attributes]
        if lead.ending == OPEN:
            if lead.stage >= 0:
                lead.position = program.stages.position[lead.version, lead.stage]
                lead.stage = program.stages.at[lead.version, lead.position]
            tell_again(program, rows, s, out, now)
            tell_answers(program, rows, s)


@jit.kernel
def _hear_closures(program: Program, s: State, out: Output, now: int) -> None:
    lead = s.lead[0]
    heard = False
    while lead.closures < program.closed_at.shape[0] and program.closed_at[lead.closures] <= now:
        lead.closures += 1
        heard = True
    if heard:
        redate(program, s, out, now)


@jit.kernel
def _reopened(program: Program, rows: Rows, s: State, now: int) -> bool:
    lead = s.lead[0]
    facts = program.facts
    row = lead.cursor
    while row < lead.end and rows.time[row] == now:
        pattern = int(rows.pattern[row])
        vp = pattern_of(program, s, pattern)
        for i in range(facts.begins[vp], facts.begins[vp + 1]):
            if facts.action[i] == REOPENS and also_holds(
                program, s, facts.formula[i], pattern, lead.attributes
            ):
                return True
        row += 1
    return False


@jit.kernel
def _start_wanted(program: Program, s: State, out: Output, now: int) -> None:
    """Clocks that an event of this instant starts, in the episode that is open now."""
    lead = s.lead[0]
    if lead.ending != OPEN or lead.excluded > 0 or (lead.wants == 0 and lead.waits == 0):
        return
    for obligation in range(s.wanted.shape[0]):
        by_event = program.duties.start[lead.version, obligation] == EVENT_STARTS
        held = s.waiting[obligation] and lead.holder != NOBODY
        if by_event and (s.wanted[obligation] or held):
            start_clock(program, s, out, obligation, now)


@jit.kernel
def _finish_lead(
    program: Program, rows: Rows, s: State, out: Output, first_clock: int, until: int, next_at: int
) -> None:
    lead = s.lead[0]
    absorbed_at = rows.absorbed_at[lead.lead]
    if lead.ending == OPEN:
        grow_older(program, rows, s, out, until)
        look(program, s, until)
        take_profile(program, s)
        if absorbed_at != FOREVER:
            end_episode(program, s, out, MERGED, -1, False, absorbed_at)
        else:
            note_episode(s, out, OPEN, -1, NEVER)
    lead.next_change = next_at
    for index in range(first_clock, min(out.used[CLOCKS], out.clocks.shape[0])):
        clock = out.clocks[index]
        if clock.outcome == RUNNING and clock.paused == 0 and clock.due_at >= until:
            lead.next_change = min(lead.next_change, clock.due_at)
    judge_clocks(program, out, first_clock, until)
    _note_state(s, out)


@jit.kernel
def _note_state(s: State, out: Output) -> None:
    lead = s.lead[0]
    note = out.states[lead.lead]
    note.lead = lead.lead
    note.episode = lead.episode
    note.ending = lead.ending
    note.stage = lead.stage
    note.stage_since = lead.stage_since
    note.score = s.scores[TOTAL]
    note.fit = s.scores[FIT]
    note.engagement = s.scores[ENGAGEMENT]
    note.tier = lead.tier
    note.high = lead.high
    note.segment = lead.segment
    note.holder = lead.holder
    note.team = lead.team
    note.excluded = lead.excluded
    note.unlocked = lead.unlocked
    note.version = lead.version
    note.attributes = lead.attributes
    note.next_change = lead.next_change
    note.profile = lead.profile
    note.profile_fit = lead.profile_fit
