"""Clocks: when they start, what stops them, when they are due, and whose time they use."""

from __future__ import annotations

from leadpact import jit
from leadpact.calendars.kernels import (
    add_business_days_at,
    add_working,
    end_of_business_day_at,
    working_between,
)
from leadpact.engine.kernels.bundles import (
    CANCELLED,
    CLOCK_TIME,
    CLOCKS,
    END_OF_DAY,
    FORGOTTEN,
    HANDOFF_STARTS,
    LAST_STEP,
    MET,
    MISSED,
    NEVER,
    NOBODY,
    NOT_ASKED,
    NOT_YET,
    OVERDUE,
    PERSON_CALENDAR,
    PROTOCOL_STARTS,
    RUNNING,
    SHARES,
    STEP_STARTS,
    WAIVED,
    WORKING_DAYS,
    Output,
    Program,
    State,
)


@jit.kernel
def due_at(program: Program, calendar: int, start: int, kind: int, amount: int) -> int:
    """When a promise made at `start` is due."""
    if kind == WORKING_DAYS:
        return add_business_days_at(program.calendars, calendar, start, amount)
    if kind == END_OF_DAY:
        return end_of_business_day_at(program.calendars, calendar, start, amount)
    return add_working(program.calendars, calendar, start, amount)


@jit.kernel
def holders_calendar(
    program: Program, version: int, obligation: int, holder: int, team: int
) -> int:
    """The calendar on which an obligation runs while this person and team hold the lead."""
    duties = program.duties
    whose = duties.calendar_of[version, obligation]
    calendar = -1
    if whose == PERSON_CALENDAR and holder >= 0:
        calendar = int(duties.person_calendar[version, holder])
    if whose != 0 and calendar < 0:
        if team < 0 and holder >= 0:
            team = int(duties.person_team[version, holder])
        calendar = int(duties.team_calendar[version, team]) if team >= 0 else -1
        if calendar < 0:
            calendar = int(duties.organisation[version])
    return calendar if calendar >= 0 else int(duties.calendar[version, obligation])


@jit.kernel
def calendar_now(program: Program, s: State, calendar: int) -> int:
    """Place of a calendar in the table, with the closures declared so far."""
    return int(program.calendar_then[s.lead[0].closures, calendar])


# ------------------------------------------------------------------------------------------ start


@jit.kernel
def start_clock(program: Program, s: State, out: Output, obligation: int, now: int) -> None:
    """Starts the episode's clock of an obligation, unless it had one or none is asked."""
    lead = s.lead[0]
    duties = program.duties
    v = lead.version
    if s.current[obligation] >= 0:
        return
    if duties.calendar_of[v, obligation] == PERSON_CALENDAR and lead.holder == NOBODY:
        # Whether it is asked at all is seen at its start, by the version and attributes of then.
        s.waiting[obligation] = True
        lead.waits = 1
        return
    s.waiting[obligation] = False
    if int(duties.term_kind[v, lead.segment, obligation]) == NOT_ASKED:
        return
    if not duties.applies[v * program.attribute_patterns + lead.attributes, obligation]:
        return
    start_under(program, s, out, obligation, int(v), int(lead.segment), now)
    answer_already(s, out, obligation, now)


@jit.kernel
def start_under(
    program: Program, s: State, out: Output, obligation: int, version: int, segment: int, now: int
) -> None:
    """Starts the episode's clock of an obligation under a version, for a segment."""
    lead = s.lead[0]
    kind = int(program.duties.term_kind[version, segment, obligation])
    index = min(out.used[CLOCKS], out.clocks.shape[0] - 1)
    out.used[CLOCKS] += 1
    s.current[obligation] = index
    s.latest[obligation] = index
    calendar = int(program.duties.always)
    if kind != CLOCK_TIME:
        calendar = holders_calendar(program, version, obligation, lead.holder, lead.team)
    clock = out.clocks[index]
    clock.lead = lead.lead
    clock.episode = lead.episode
    clock.obligation = obligation
    clock.version = version
    clock.segment = segment
    clock.calendar = calendar
    clock.table = calendar_now(program, s, calendar)
    clock.started_at = now
    clock.stopped_at = NEVER
    clock.closed_at = NEVER
    clock.outcome = RUNNING
    clock.in_contact = 0
    clock.logged_late = 0
    clock.by_protocol = 0
    clock.paused = 0
    clock.remaining = 0
    clock.holder = lead.holder
    clock.holder_due = NOT_YET
    clock.piece_from = now
    clock.piece_worked = 0
    clock.worked = 0
    clock.counted_from = now
    clock.late = 0
    term = program.duties.term[version, segment, obligation]
    clock.due_at = due_at(program, clock.table, now, kind, term)


@jit.kernel
def answer_already(s: State, out: Output, obligation: int, now: int) -> None:
    """A lead with whom sales is in contact already needs no answer, nor one just answered.

    The row that ended the episode before is none of this one, but may stop what begins with it.
    """
    at = s.last_stop[obligation]
    late = s.last_late[obligation]
    if at == now:
        at = s.prior_stop[obligation]
        late = s.prior_late[obligation]
    if at == NEVER or at < s.lead[0].floor:
        if s.last_stop[obligation] != now:
            return
        at = now
        late = s.first_late[obligation]
    clock = out.clocks[s.current[obligation]]
    clock.outcome = MET
    clock.in_contact = 1 if at < now else 0
    clock.logged_late = 1 if late else 0
    clock.stopped_at = at
    clock.closed_at = now


@jit.kernel
def _chain_was_cancelled(program: Program, s: State, out: Output) -> bool:
    """Whether a step of the contact protocol ended without an answer and without a waiver."""
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0:
            clock = out.clocks[index]
            starts = program.duties.start[clock.version, obligation]
            is_step = starts in (PROTOCOL_STARTS, STEP_STARTS)
            ended = clock.outcome not in (RUNNING, WAIVED) and clock.stopped_at == NEVER
            if is_step and ended:
                return True
    return False


@jit.kernel
def forget_handoff(program: Program, s: State, out: Output) -> None:
    """The handoff was recorded after the stage had handed over: what it had started starts anew."""
    chain_stays = _chain_was_cancelled(program, s, out)
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0:
            clock = out.clocks[index]
            starts = program.duties.start[clock.version, obligation]
            stopped = clock.stopped_at != NEVER and clock.outcome != WAIVED
            is_step = starts in (PROTOCOL_STARTS, STEP_STARTS)
            begun_by_it = starts == HANDOFF_STARTS or (is_step and not chain_stays)
            if begun_by_it and (stopped or clock.outcome == RUNNING):
                clock.outcome = FORGOTTEN
                s.current[obligation] = -1
                s.latest[obligation] = -1


# ----------------------------------------------------------------------------------- consumed time


@jit.kernel
def count_time(program: Program, out: Output, index: int, now: int) -> None:
    """Books the working time since the last count, unless the clock is paused."""
    clock = out.clocks[index]
    if clock.paused == 0 and now > clock.counted_from:
        worked = working_between(program.calendars, clock.table, clock.counted_from, now)
        clock.worked += worked
        clock.piece_worked += worked
    clock.counted_from = now


@jit.kernel
def _lengthened(out: Output, index: int, now: int) -> bool:
    """Lengthens the last share where its holder has the lead again: others had it for no time."""
    clock = out.clocks[index]
    place = min(out.used[SHARES], out.shares.shape[0]) - 1
    while place >= 0 and out.shares[place].lead == clock.lead:
        share = out.shares[place]
        if share.clock == index:
            if share.to_at != clock.piece_from or share.holder != clock.holder:
                return False
            share.to_at = now
            share.worked += clock.piece_worked
            return True
        place -= 1
    return False


@jit.kernel
def cut_share(out: Output, index: int, now: int) -> None:
    """Whoever held the lead had it until now: their share of the clock is written down."""
    clock = out.clocks[index]
    if now > clock.piece_from and not _lengthened(out, index, now):
        share = out.shares[min(out.used[SHARES], out.shares.shape[0] - 1)]
        out.used[SHARES] += 1
        share.lead = clock.lead
        share.episode = clock.episode
        share.obligation = clock.obligation
        share.holder = clock.holder
        share.from_at = clock.piece_from
        share.to_at = now
        share.worked = clock.piece_worked
        share.clock = index
    clock.piece_from = now
    clock.piece_worked = 0


@jit.kernel
def _redated(program: Program, table: int, due: int, remaining: int, now: int) -> int:
    """The due time when so much working time remains on a calendar from now."""
    if now <= due and working_between(program.calendars, table, now, due) == remaining:
        return due
    return add_working(program.calendars, table, now, remaining)


@jit.kernel
def move_to(program: Program, out: Output, index: int, calendar: int, table: int, now: int) -> None:
    """What remains of a running clock is counted on another calendar from now on."""
    clock = out.clocks[index]
    if not in_time(out, index, now):
        return
    count_time(program, out, index, now)
    if clock.paused == 0 and table != clock.table:
        remaining = working_between(program.calendars, clock.table, now, clock.due_at)
        clock.due_at = _redated(program, table, clock.due_at, remaining, now)
    clock.table = table
    clock.calendar = calendar


@jit.kernel
def reassign(program: Program, s: State, out: Output, now: int) -> None:
    """The lead has a holder: running clocks go on in that person's time."""
    lead = s.lead[0]
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0 and out.clocks[index].outcome == RUNNING:
            clock = out.clocks[index]
            if clock.holder != lead.holder:
                count_time(program, out, index, now)
                cut_share(out, index, now)
                if clock.holder_due == NOT_YET and clock.paused == 0 and clock.due_at < now:
                    clock.holder_due = clock.holder
                clock.holder = lead.holder
            if clock.calendar != program.duties.always:
                calendar = holders_calendar(
                    program, clock.version, obligation, lead.holder, lead.team
                )
                table = calendar_now(program, s, calendar)
                move_to(program, out, index, calendar, table, now)


@jit.kernel
def redate(program: Program, s: State, out: Output, now: int) -> None:
    """A closure was declared: running clocks on that calendar count on without the day."""
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0 and out.clocks[index].outcome == RUNNING:
            calendar = int(out.clocks[index].calendar)
            move_to(program, out, index, calendar, calendar_now(program, s, calendar), now)


# -------------------------------------------------------------------------------------------- end


@jit.kernel
def close_clock(program: Program, out: Output, index: int, outcome: int, now: int) -> None:
    """Ends a clock with an outcome, its time booked and its lateness measured."""
    clock = out.clocks[index]
    count_time(program, out, index, now)
    cut_share(out, index, now)
    clock.outcome = outcome
    clock.closed_at = now
    if clock.paused == 0 and now > clock.due_at:
        clock.late = working_between(program.calendars, clock.table, clock.due_at, now)


@jit.kernel
def in_time(out: Output, index: int, now: int) -> bool:
    """Whether a clock has not run out: at or before due, or paused."""
    clock = out.clocks[index]
    return bool(clock.paused > 0 or now <= clock.due_at)


@jit.kernel
def stop_clock(program: Program, s: State, out: Output, obligation: int, now: int) -> None:
    """The promise is answered; the next step of a protocol may follow."""
    index = s.current[obligation]
    outcome = MET if in_time(out, index, now) else MISSED
    close_clock(program, out, index, outcome, now)
    out.clocks[index].stopped_at = now


@jit.kernel
def drop_clock(program: Program, out: Output, index: int, outcome: int, now: int) -> None:
    """Ends a clock that nobody answered; one that had run out stays missed."""
    close_clock(program, out, index, outcome if in_time(out, index, now) else MISSED, now)


@jit.kernel
def drop_clocks(program: Program, s: State, out: Output, now: int) -> None:
    """Cancels all that runs, and forgets what waits."""
    for obligation in range(s.current.shape[0]):
        index = s.current[obligation]
        if index >= 0 and out.clocks[index].outcome == RUNNING:
            drop_clock(program, out, index, CANCELLED, now)
        s.waiting[obligation] = False
    s.lead[0].protocol_due = 0


@jit.kernel
def waive_clock(program: Program, s: State, out: Output, obligation: int, now: int) -> None:
    """The latest clock of an obligation is not asked any more, unless it was met."""
    index = s.latest[obligation]
    if index < 0 or out.clocks[index].outcome == MET:
        return
    clock = out.clocks[index]
    if clock.outcome == RUNNING:
        close_clock(program, out, index, WAIVED, now)
        following = program.duties.next_step[clock.version, obligation]
        s.ended[obligation] = s.current[obligation] == index and following != LAST_STEP
        s.lead[0].ends = 1
    clock.outcome = WAIVED


@jit.kernel
def pause_clock(program: Program, out: Output, index: int, now: int) -> None:
    """Nothing runs until the clock is resumed."""
    clock = out.clocks[index]
    if clock.paused == 0 and now <= clock.due_at:
        count_time(program, out, index, now)
        clock.remaining = working_between(program.calendars, clock.table, now, clock.due_at)
        clock.paused = 1


@jit.kernel
def resume_clock(program: Program, out: Output, index: int, now: int) -> None:
    """Runs on with the working time that remained at the pause."""
    clock = out.clocks[index]
    if clock.paused > 0:
        clock.due_at = _redated(program, clock.table, clock.due_at, clock.remaining, now)
        clock.paused = 0
        clock.counted_from = now


@jit.kernel
def judge_clocks(program: Program, out: Output, first: int, until: int) -> None:
    """At the moment of evaluation: which unstopped clocks have run out, and how much has run."""
    for index in range(first, min(out.used[CLOCKS], out.clocks.shape[0])):
        clock = out.clocks[index]
        if clock.outcome == RUNNING:
            in_due_time = in_time(out, index, until)
            close_clock(program, out, index, RUNNING if in_due_time else OVERDUE, until)
            clock.closed_at = NEVER
