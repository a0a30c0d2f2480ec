"""Decisions: which stages a lead enters, and when an episode begins and ends."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import (
    CANCELLED,
    DISQUALIFIED,
    ENGAGEMENT,
    ENTRIES,
    EPISODES,
    EVENT_STARTS,
    FIT,
    HANDOFF_STARTS,
    LOST,
    NEVER,
    NOBODY,
    OPEN,
    PROGRESSES,
    QUALIFIES,
    RECYCLED,
    REJECTED,
    RUNNING,
    TOTAL,
    TRIGGERS,
    WON,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.clocks import drop_clock, drop_clocks, forget_handoff, start_clock
from leadpact.engine.kernels.formulas import truth
from leadpact.engine.kernels.profiles import take_profile
from leadpact.engine.kernels.protocol import begin_protocol
from leadpact.engine.kernels.scoring import forget_points, look


@jit.kernel
def holds(program: Program, s: State, formula: int) -> bool:
    """Whether a condition on the lead's state holds, after the last look."""
    return truth(program.formulas, formula, 0, s.lead[0].attributes, s.answers, s.stack) > 0


# --------------------------------------------------------------------------------------- episodes


@jit.kernel
def begin_episode(
    s: State, out: Output, first_row: int, now: int, floor: int, unlocked: bool
) -> None:
    """The lead starts down the funnel; its stage is entered with the next decision."""
    lead = s.lead[0]
    lead.episode += 1
    lead.episode_row = first_row
    lead.opened_at = now
    lead.floor = floor
    lead.ending = OPEN
    lead.stage = -1
    lead.position = -1
    lead.stage_since = now
    lead.unlocked = 1 if unlocked else 0
    lead.cool_down_until = now
    lead.qualified_at = NEVER
    lead.handed_at = NEVER
    lead.handed_by_stage = 0
    lead.protocol_due = 0
    lead.assigned_at = NEVER
    lead.waits = 0
    forget_points(s, out, now)
    s.entered[:] = False
    for obligation in range(s.current.shape[0]):
        s.current[obligation] = -1
        s.waiting[obligation] = False
        s.prior_stop[obligation] = NEVER
        if s.last_stop[obligation] < now:
            s.last_stop[obligation] = NEVER


@jit.kernel
def end_episode(
    program: Program, s: State, out: Output, ending: int, cause: int, by_rejection: bool, now: int
) -> None:
    """The lead leaves the funnel; what still runs is closed."""
    lead = s.lead[0]
    take_profile(program, s)
    lead.ending = ending
    lead.protocol_due = 0
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0 and out.clocks[index].outcome == RUNNING:
            sales_owes = program.duties.of_sales[out.clocks[index].version, obligation]
            outcome = REJECTED if by_rejection and sales_owes else CANCELLED
            drop_clock(program, out, index, outcome, now)
        s.waiting[obligation] = False
    note_episode(s, out, ending, cause, now)


@jit.kernel
def note_episode(s: State, out: Output, ending: int, cause: int, now: int) -> None:
    """Writes the episode to the results."""
    lead = s.lead[0]
    note = out.episodes[min(out.used[EPISODES], out.episodes.shape[0] - 1)]
    out.used[EPISODES] += 1
    note.lead = lead.lead
    note.episode = lead.episode
    note.started_at = lead.opened_at
    note.ended_at = now
    note.ending = ending
    note.cause = cause
    note.qualified_at = lead.qualified_at
    note.handed_at = lead.handed_at
    note.assigned_at = lead.assigned_at


@jit.kernel
def disqualifier(program: Program, s: State) -> int:
    """The first disqualification rule that holds; -1: none."""
    facts = program.facts
    v = s.lead[0].version
    begin = facts.disqualifier_begins[v]
    for i in range(begin, facts.disqualifier_begins[v + 1]):
        if holds(program, s, int(facts.disqualifiers[i])):
            return int(i - begin)
    return -1


@jit.kernel
def recycling_rule(program: Program, s: State) -> int:
    """The first recycling rule that applies; -1: none."""
    facts = program.facts
    lead = s.lead[0]
    for i in range(facts.recycling_begins[lead.version], facts.recycling_begins[lead.version + 1]):
        if lead.position >= facts.recycling_from[i] and holds(program, s, int(facts.recycling[i])):
            return i
    return -1


# ----------------------------------------------------------------------------------------- stages


@jit.kernel
def _decided_later(program: Program, rows: Rows, s: State, stage: int) -> bool:
    """Whether the log says that the system entered this stage later in this episode."""
    lead = s.lead[0]
    if not rows.decided[lead.lead]:
        return False
    for row in range(lead.cursor, lead.end):
        pattern = rows.pattern[row]
        episode = program.stages.decided_for[pattern]
        if episode == lead.episode and program.stages.declared[pattern] == stage:
            return True
    return False


@jit.kernel
def _due_by_rule(program: Program, rows: Rows, s: State, position: int) -> bool:
    lead = s.lead[0]
    stages = program.stages
    v = lead.version
    formula = int(stages.formula[v, lead.segment, position])
    if formula < 0 or lead.unlocked == 0:
        return False
    if stages.customer[v, lead.attributes] and position <= stages.handoff[v]:
        return False
    stage = int(stages.at[v, position])
    return holds(program, s, formula) and not _decided_later(program, rows, s, stage)


@jit.kernel
def _is_due(program: Program, rows: Rows, s: State, position: int) -> bool:
    stage = program.stages.at[s.lead[0].version, position]
    return s.declared[stage] > 0 or _due_by_rule(program, rows, s, position)


@jit.kernel
def _enter(program: Program, s: State, out: Output, position: int, implied: bool, now: int) -> None:
    lead = s.lead[0]
    lead.stage = int(program.stages.at[lead.version, position])
    lead.position = position
    lead.stage_since = now
    note_entry(s, out, implied, now)
    if not implied:
        s.entered[lead.stage] = True
        if position == program.stages.handoff[lead.version]:
            lead.qualified_at = now


@jit.kernel
def note_entry(s: State, out: Output, implied: bool, now: int) -> None:
    """Writes an entry into a stage to the results, with what is pinned to it."""
    lead = s.lead[0]
    note = out.entries[min(out.used[ENTRIES], out.entries.shape[0] - 1)]
    out.used[ENTRIES] += 1
    note.lead = lead.lead
    note.episode = lead.episode
    note.stage = lead.stage
    note.entered_at = now
    note.implied = 1 if implied else 0
    note.recorded = 1 if lead.position > 0 and s.declared[lead.stage] == 2 else 0
    note.segment = lead.segment
    note.tier = lead.tier
    note.high = lead.high
    note.score = s.scores[TOTAL]
    note.fit = s.scores[FIT]
    note.engagement = s.scores[ENGAGEMENT]
    note.version = lead.version
    note.disputed = 0


@jit.kernel
def uphold_dispute(out: Output, first: int, stage: int) -> None:
    """A dispute over a stage was upheld: its latest entry is marked."""
    for i in range(min(out.used[ENTRIES], out.entries.shape[0]) - 1, first - 1, -1):
        if out.entries[i].stage == stage:
            out.entries[i].disputed = 1
            return


@jit.kernel
def _enter_stages(program: Program, rows: Rows, s: State, out: Output, now: int) -> bool:
    """Enters every stage up to the furthest that is due; whether one of them is a win."""
    lead = s.lead[0]
    v = lead.version
    furthest = program.stages.count[v] - 1
    while furthest > lead.position and not _is_due(program, rows, s, furthest):
        furthest -= 1
    won = False
    for position in range(lead.position + 1, furthest + 1):
        implied = not _is_due(program, rows, s, position)
        _enter(program, s, out, position, implied, now)
        won = won or bool(program.stages.wins[v, position])
    return won


# ---------------------------------------------------------------------------------------- handoff


@jit.kernel
def _hand_over(program: Program, s: State, out: Output, by_stage: bool, now: int) -> None:
    """The lead passes to sales: what starts on the handoff starts, the contact protocol last."""
    lead = s.lead[0]
    lead.handed_at = now
    lead.handed_by_stage = 1 if by_stage else 0
    lead.protocol_due = 1
    for obligation in range(s.current.shape[0]):
        if program.duties.start[lead.version, obligation] == HANDOFF_STARTS:
            start_clock(program, s, out, obligation, now)


@jit.kernel
def _record_handoff(program: Program, s: State, out: Output, now: int) -> None:
    """A handoff was recorded: the first of the episode, or one that moves what the stage did."""
    lead = s.lead[0]
    if lead.handed_at == NEVER:
        _hand_over(program, s, out, False, now)
    elif lead.handed_by_stage > 0:
        moved = lead.handed_at < now
        lead.handed_by_stage = 0
        if moved:
            forget_handoff(program, s, out)
            _hand_over(program, s, out, False, now)


@jit.kernel
def _start_waiting(program: Program, s: State, out: Output, now: int) -> None:
    if s.lead[0].holder == NOBODY or s.lead[0].waits == 0:
        return
    for obligation in range(s.current.shape[0]):
        by_event = program.duties.start[s.lead[0].version, obligation] == EVENT_STARTS
        if s.waiting[obligation] and not by_event:
            start_clock(program, s, out, obligation, now)


@jit.kernel
def _begin_clocks(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Begins what starts with the stages entered now, a handoff or a holder; the protocol last."""
    lead = s.lead[0]
    v = lead.version
    for obligation in range(s.current.shape[0]):
        stage = program.duties.start_stage[v, obligation]
        if stage >= 0 and s.entered[stage]:
            start_clock(program, s, out, obligation, now)
    handoff = int(program.stages.handoff[v])
    by_stage = handoff >= 0 and program.stages.handed_by_stage[v] and lead.handed_at == NEVER
    if by_stage and s.entered[program.stages.at[v, handoff]]:
        _hand_over(program, s, out, True, now)
    s.entered[:] = False
    if lead.hands_off > 0:
        _record_handoff(program, s, out, now)
    _start_waiting(program, s, out, now)
    begin_protocol(program, rows, s, out, now)


# --------------------------------------------------------------------------------------- decisions


@jit.kernel
def decide(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Decides once, after everything that happened at this instant has been taken.

    Where nothing that a decision rests on has changed since the last one, it would be the same.
    """
    lead = s.lead[0]
    if lead.excluded > 0:
        drop_clocks(program, s, out, now)
        return
    if lead.ending != OPEN:
        return
    look(program, s, now)
    if lead.stirred == 0 and not rows.decided[lead.lead]:
        return
    lead.stirred = 0
    if lead.position < 0:
        _enter_first(program, s, out, now)
        # A lead that is restored has been quiet since now, not since its episode began.
        look(program, s, now)
    if _disqualified(program, s, out, now):
        return
    won, position = False, -1
    while lead.position != position:
        position = lead.position
        won = _enter_stages(program, rows, s, out, now) or won
        if lead.position != position:
            # Timers begin anew with the stage, and what holds by that alone is decided at once.
            look(program, s, now)
            if _disqualified(program, s, out, now):
                return
    _begin_clocks(program, rows, s, out, now)
    _end_if_due(program, rows, s, out, won, now)


@jit.kernel
def _enter_first(program: Program, s: State, out: Output, now: int) -> None:
    if s.lead[0].position < 0:
        _enter(program, s, out, 0, False, now)


@jit.kernel
def _disqualified(program: Program, s: State, out: Output, now: int) -> bool:
    rule = disqualifier(program, s)
    if s.lead[0].disqualifies == 0 and rule < 0:
        return False
    cause = -1 if s.lead[0].disqualifies > 0 else rule
    end_episode(program, s, out, DISQUALIFIED, cause, False, now)
    return True


@jit.kernel
def _end_if_due(program: Program, rows: Rows, s: State, out: Output, won: bool, now: int) -> None:
    lead = s.lead[0]
    rule = recycling_rule(program, s)
    if won:
        end_episode(program, s, out, WON, -1, False, now)
    elif lead.loses > 0:
        end_episode(program, s, out, LOST, -1, False, now)
    elif lead.rejects_for_good > 0:
        end_episode(program, s, out, DISQUALIFIED, -1, True, now)
    elif lead.rejects > 0:
        _recycle(program, rows, s, out, -1, lead.cool_down_rejected, True, now)
    elif lead.recycles > 0 and lead.reopened_at != now:
        _recycle(program, rows, s, out, -1, lead.cool_down_recycled, False, now)
    elif rule >= 0:
        cool_down = program.facts.recycling_cool_down[rule]
        nth = rule - program.facts.recycling_begins[lead.version]
        _recycle(program, rows, s, out, nth, cool_down, False, now)


@jit.kernel
def _recycle(
    program: Program,
    rows: Rows,
    s: State,
    out: Output,
    cause: int,
    cool_down: int,
    rejected: bool,
    now: int,
) -> None:
    """The episode ends and the next one begins, in which no handoff was recorded."""
    end_episode(program, s, out, RECYCLED, cause, rejected, now)
    begin_episode(s, out, s.lead[0].cursor, now, now + 1, False)
    s.lead[0].cool_down_until = now + cool_down
    look(program, s, now)
    _enter_first(program, s, out, now)
    rule = disqualifier(program, s)
    if rule >= 0:
        end_episode(program, s, out, DISQUALIFIED, rule, False, now)
        return
    s.lead[0].hands_off = 0
    _begin_clocks(program, rows, s, out, now)


@jit.kernel
def unlocks(cool_down_until: int, action: int, at: int) -> bool:
    """Whether what a row does lets a recycled lead qualify again."""
    if action == QUALIFIES:
        return at >= cool_down_until
    return action in (TRIGGERS, PROGRESSES)
