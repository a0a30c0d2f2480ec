"""The fold: one lead after another, one instant after another, in the order a person would tell it."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import (
    ASSIGNS,
    CANCELLED,
    CANCELS,
    CLOCKS,
    DISQUALIFIES,
    ENTRIES,
    EVENT_STARTS,
    EXCLUDES,
    FOREVER,
    HANDS_OFF,
    LAST_STEP,
    LOSES,
    MERGED,
    MERGES,
    NEVER,
    NOBODY,
    OPEN,
    PAUSES,
    PROGRESSES,
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
    TRIGGERS,
    UPHOLDS,
    WAIVES,
    ENGAGEMENT,
    FIT,
    TOTAL,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import (
    drop_clock,
    inherit_clock,
    judge_clocks,
    pause_clock,
    reassign,
    redate,
    resume_clock,
    start_clock,
    stop_clock,
    waive_clock,
)
from leadpact.engine.kernels.profiles import best_profile, profile_fit
from leadpact.engine.kernels.scoring import (
    also_holds,
    attributes_when,
    count_row,
    grow_older,
    look,
    next_wake,
    pattern_of,
    take_score,
    tell_again,
)
from leadpact.engine.kernels.stages import (
    begin_episode,
    decide,
    end_episode,
    note_episode,
    uphold_dispute,
)


@jit.kernel
def fold(program: Program, rows: Rows, s: State, out: Output, first: int, last: int) -> None:
    """Evaluates the leads `first … last - 1`; results are appended to `out`."""
    for lead in range(first, last):
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
    lead.holder = NOBODY
    lead.team = -1
    lead.holder_since = NEVER
    lead.closures = 0
    lead.merges = rows.merge_begins[index]
    lead.heir = rows.heir_begins[index]
    lead.reopened_at = NEVER
    s.latest[:] = -1
    s.last_stop[:] = NEVER
    first = rows.first[index]
    while lead.version + 1 < program.effective.shape[0] and (
        program.effective[lead.version + 1] <= first
    ):
        lead.version += 1
    while lead.closures < program.closed_at.shape[0] and program.closed_at[lead.closures] <= first:
        lead.closures += 1
    begin_episode(program, s, out, lead.cursor, first, NEVER, True)


@jit.kernel
def _next_instant(program: Program, rows: Rows, s: State, now: int) -> int:
    lead = s.lead[0]
    soonest = next_wake(program, s, now)
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
        # Points that are told anew must not take steps that nobody has looked at yet out of the trace.
        grow_older(program, rows, s, out, now - 1)
    _learn_attributes(program, rows, s, now)
    _change_version(program, rows, s, out, now)
    _hear_closures(program, s, out, now)
    if lead.ending != OPEN and _reopened(program, rows, s, now):
        lead.reopened_at = now
        begin_episode(program, s, out, lead.cursor, now, now, True)
    while lead.cursor < lead.end and rows.time[lead.cursor] == now:
        row = lead.cursor
        lead.cursor += 1
        _take_row(program, rows, s, out, row, now, first_entry)
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
    s.wanted[:] = False


@jit.kernel
def _learn_attributes(program: Program, rows: Rows, s: State, now: int) -> None:
    lead = s.lead[0]
    last = rows.stated_begins[lead.statements + 1] - 1
    while lead.stated < last and rows.stated_at[lead.stated + 1] <= now:
        lead.stated += 1
    lead.attributes = rows.attributes[lead.stated]
    lead.segment = program.stages.segment[lead.version, lead.attributes]


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
        lead.segment = program.stages.segment[lead.version, lead.attributes]
        if lead.ending == OPEN:
            if lead.stage >= 0:
                lead.position = program.stages.position[lead.version, lead.stage]
                lead.stage = program.stages.at[lead.version, lead.position]
            tell_again(program, rows, s, out, now)


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


# ------------------------------------------------------------------------------------------- rows


@jit.kernel
def _take_row(
    program: Program, rows: Rows, s: State, out: Output, row: int, now: int, first_entry: int
) -> None:
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
    if unlocks(lead.cool_down_until, action, now):
        lead.unlocked = 1
    elif action == DISQUALIFIES:
        lead.disqualifies = 1
    elif action == REJECTS or action == REJECTS_FOR_GOOD:
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
    elif action == RESTORES:
        lead.excluded = 0
    elif action == HANDS_OFF:
        lead.hands_off = 1
    elif action == ASSIGNS:
        _assign(program, s, out, target, int(program.facts.team[pattern]), now)
    elif action == UPHOLDS:
        uphold_dispute(s, out, first_entry, target)
    elif action == MERGES:
        _absorb(program, rows, s, out, now)


@jit.kernel
def unlocks(cool_down_until: int, action: int, at: int) -> bool:
    """Whether what a row does lets a recycled lead qualify again."""
    if action == QUALIFIES:
        return at >= cool_down_until
    return action == TRIGGERS or action == PROGRESSES


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
    s.ended[:] = False
    for v in range(lead.version + 1):
        vp = v * program.patterns + pattern
        for i in range(duties.begins[vp], duties.begins[vp + 1]):
            if also_holds(program, s, duties.formula[i], pattern, lead.attributes):
                _move_clock(
                    program, s, out, v, vp, int(duties.action[i]), int(duties.target[i]), now
                )
    _go_on_with_protocol(program, s, out, now)


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
        s.last_stop[obligation] = now
        s.late_stop[obligation] = program.duties.logged_late[vp]
    elif in_force and action == STARTS:
        s.wanted[obligation] = True
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
        if program.duties.logged_late[vp]:
            out.clocks[index].logged_late = 1
    elif action == CANCELS:
        drop_clock(program, out, index, CANCELLED, now)
    elif action == PAUSES:
        pause_clock(program, out, index, now)
    elif action == RESUMES:
        resume_clock(program, out, index, now)


@jit.kernel
def _go_on_with_protocol(program: Program, s: State, out: Output, now: int) -> None:
    """The next step of a contact protocol follows the one that this row ended; the last completes it."""
    lead = s.lead[0]
    for obligation in range(s.ended.shape[0]):
        if s.ended[obligation] and lead.ending == OPEN and lead.excluded == 0:
            index = s.current[obligation]
            following = int(program.duties.next_step[out.clocks[index].version, obligation])
            if following >= 0:
                start_clock(program, s, out, following, now)
            elif following == LAST_STEP:
                _complete_by_protocol(program, s, out, now)


@jit.kernel
def _complete_by_protocol(program: Program, s: State, out: Output, now: int) -> None:
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0 and out.clocks[index].outcome == RUNNING:
            if program.duties.by_protocol[out.clocks[index].version, obligation]:
                stop_clock(program, s, out, obligation, now)
                out.clocks[index].by_protocol = 1


@jit.kernel
def _start_wanted(program: Program, s: State, out: Output, now: int) -> None:
    """Clocks that an event of this instant starts, in the episode that is open now."""
    lead = s.lead[0]
    if lead.ending != OPEN or lead.excluded > 0:
        return
    for obligation in range(s.wanted.shape[0]):
        by_event = program.duties.start[lead.version, obligation] == EVENT_STARTS
        held = s.waiting[obligation] and lead.holder != NOBODY
        if by_event and (s.wanted[obligation] or held):
            start_clock(program, s, out, obligation, now)


# ------------------------------------------------------------------------------------------ merges


@jit.kernel
def _absorb(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Another lead's rows of the past join this one's, with its holder and its running clocks."""
    lead = s.lead[0]
    while lead.merges < rows.merge_begins[lead.lead + 1] and rows.merge_at[lead.merges] <= now:
        lead.statements = rows.merge_list[lead.merges]
        lead.stated = rows.stated_begins[lead.statements]
        _learn_attributes(program, rows, s, now)
        _join_rows(program, rows, s, int(lead.merges))
        lead.merges += 1
    if lead.ending == OPEN:
        tell_again(program, rows, s, out, now)
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
            inherit_clock(program, s, out, rows.heir_clock[heir], now)
        reassign(program, s, out, now)


# ------------------------------------------------------------------------------------------ finish


@jit.kernel
def _finish_lead(
    program: Program, rows: Rows, s: State, out: Output, first_clock: int, until: int, next_at: int
) -> None:
    lead = s.lead[0]
    if lead.episode == 0:
        return
    absorbed_at = rows.absorbed_at[lead.lead]
    if lead.ending == OPEN:
        grow_older(program, rows, s, out, until)
        take_score(program, s)
        if absorbed_at != FOREVER:
            end_episode(program, s, out, MERGED, -1, False, absorbed_at)
        else:
            note_episode(s, out, OPEN, -1, NEVER)
    lead.next_change = next_at
    look(program, s, until)
    for index in range(first_clock, min(out.used[CLOCKS], out.clocks.shape[0])):
        clock = out.clocks[index]
        if clock.outcome == RUNNING and clock.paused == 0 and clock.due_at >= until:
            lead.next_change = min(lead.next_change, clock.due_at)
    judge_clocks(program, out, first_clock, until)
    _note_state(program, s, out)


@jit.kernel
def _note_state(program: Program, s: State, out: Output) -> None:
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
    note.profile = best_profile(program, s)
    note.profile_fit = 0
    if note.profile >= 0:
        first = program.profiles.begins[lead.version]
        note.profile_fit = profile_fit(program, s, first + note.profile)
