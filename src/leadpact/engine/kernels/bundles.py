"""What the kernels read, keep and write: compiled agreement, rows, a lead's state, results.

Instants and durations are int64 microseconds (UTC, since 1970); points are int64 thousandths.
`v` is a version, `p` a row pattern, `a` an attribute pattern; `vp` stands for `v * patterns + p`.
An index of -1 means none.
"""

from __future__ import annotations

from typing import NamedTuple

from leadpact import jit
from leadpact.calendars.kernels import CalendarTable
from leadpact.engine.kernels.records import (
    CLOCK as CLOCK,
)
from leadpact.engine.kernels.records import (
    ENTRY as ENTRY,
)
from leadpact.engine.kernels.records import (
    EPISODE as EPISODE,
)
from leadpact.engine.kernels.records import (
    LEAD as LEAD,
)
from leadpact.engine.kernels.records import (
    SHARE as SHARE,
)
from leadpact.engine.kernels.records import (
    STATE as STATE,
)
from leadpact.engine.kernels.records import (
    TRACE as TRACE,
)
from leadpact.engine.kernels.records import (
    ClockRecords as ClockRecords,
)
from leadpact.engine.kernels.records import (
    EntryRecords as EntryRecords,
)
from leadpact.engine.kernels.records import (
    EpisodeRecords as EpisodeRecords,
)
from leadpact.engine.kernels.records import (
    LeadRecord as LeadRecord,
)
from leadpact.engine.kernels.records import (
    ShareRecords as ShareRecords,
)
from leadpact.engine.kernels.records import (
    StateRecords as StateRecords,
)
from leadpact.engine.kernels.records import (
    TraceRecords as TraceRecords,
)

NEVER = -(2**62)
FOREVER = 2**62
NOBODY = -1
NO_STEP, LAST_STEP = -1, -2
NOT_YET = -2

# Endings of episodes and outcomes of clocks, as in the agreement's vocabulary.
OPEN, RECYCLED, DISQUALIFIED, WON, LOST, MERGED = 0, 1, 2, 3, 4, 5
FORGOTTEN = -1
RUNNING, MET, MISSED, CANCELLED, REJECTED, WAIVED, OVERDUE = 0, 1, 2, 3, 4, 5, 6

# What a row does to its lead.
REOPENS, LOSES, QUALIFIES, TRIGGERS, PROGRESSES = 0, 1, 2, 3, 4
DISQUALIFIES, REJECTS, REJECTS_FOR_GOOD, RECYCLES = 5, 6, 7, 8
EXCLUDES, RESTORES, HANDS_OFF, ASSIGNS, MERGES, UPHOLDS = 9, 10, 11, 12, 13, 14
FINDS_FAULT, VOUCHES = 15, 16

# What a row does to a clock, in the order in which a row does it.
WAIVES, STOPS, CANCELS, PAUSES, RESUMES, STARTS = 0, 1, 2, 3, 4, 5

# What starts a clock; what its term counts; whose calendar it runs on.
NOTHING_STARTS, HANDOFF_STARTS, STAGE_STARTS, EVENT_STARTS = 0, 1, 2, 3
PROTOCOL_STARTS, STEP_STARTS = 4, 5
NOT_ASKED, WORKING_TIME, CLOCK_TIME, WORKING_DAYS, END_OF_DAY = -1, 0, 1, 2, 3
OWN_CALENDAR, TEAM_CALENDAR, PERSON_CALENDAR = 0, 1, 2

# Instructions of a formula.
ROW_ATOM, LEAD_ATOM, STATE_ATOM, ALL_OF, ANY_OF, NONE_OF = 0, 1, 2, 3, 4, 5

# Questions about the state of a lead.
COUNT_AT_LEAST, SCORE_AT_LEAST, SCORE_AT_MOST, QUIET_FOR = 0, 1, 2, 3

# The scores are those of another lead or version.
UNKNOWN_YET = 2

TOTAL, FIT, ENGAGEMENT = 0, 1, 2

# In the trace, instead of a scorer: from here on the points of an episode are told anew. Such a
# record has the episode for its step, where the lead's rows begin for its row, and the merges so
# far for its amount.
TOLD_ANEW = -1


class Formulas(NamedTuple):
    """Conditions as small programs in postfix order, and the truths of what they ask.

    A truth is 1 (true), 0 (unknown) or -1 (false): all is the least, any the greatest, none the
    opposite of any.
    """

    begins: jit.Int32s
    instructions: jit.Int32s
    operands: jit.Int32s
    row_truth: jit.Int8Table  # [p, row atom]
    lead_truth: jit.Int8Table  # [a, lead atom]
    question: jit.Int32s  # [state atom] COUNT_AT_LEAST …
    subject: jit.Int32s  # scorer, score or timer
    bound: jit.Int64s
    opens: jit.Int8s  # [state atom] the answer that can make its condition hold
    opens_from: jit.Int32s  # [state atom] position from which something can follow from it


class Scoring(NamedTuple):
    """Who earns what. A scorer is a scoring rule, or a count that is asked for (no group)."""

    begins: jit.Int32s  # [vp * classes + ageing class] into scorers
    scorers: jit.Int32s
    formula: jit.Int32s  # [scorer] asked besides the pattern; -1: the pattern decides
    group: jit.Int32s  # [scorer] -1: in no group
    cap: jit.Int64s
    worth: jit.Int64Table  # [scorer, full ageing periods]
    ages_begins: jit.Int32s  # [vp] into the ageing classes in which such a row earns something
    ages: jit.Int32s
    step_begins: jit.Int32s  # [v * classes + ageing class] into the ageing steps
    step_class: jit.Int32s
    step_number: jit.Int32s
    step_shift: jit.Int64s
    step_opens: jit.Bools  # [step] whether it can open a decision, whatever the row
    opening: jit.BoolTable  # [vp, ageing class] whether a step of such a row can open a decision
    first_step: jit.Int64s  # [vp] from the row to the first step of what it earns; else FOREVER
    first_opening: jit.Int64s  # [vp] from the row to the first step that can open a decision
    timer_begins: jit.Int32s  # [vp] into timers
    timers: jit.Int32s
    timer_formula: jit.Int32s  # [timer]
    timer_length: jit.Int64s
    first_timer: jit.Int32s  # [v] the timers of a version follow each other
    timer_atom: jit.Int32s  # [timer] the state atom that asks for it
    atom_begins: jit.Int32s  # [v] the state atoms of a version follow each other
    amount_begins: jit.Int32s  # [v * (groups + 1) + group, then counts] into atoms on amounts
    amounts: jit.Int32s
    base: jit.Int64Cube  # [v, a, group] points of attributes
    least: jit.Int64Table  # [v, group], TOTAL for the sum
    most: jit.Int64Table
    groups: jit.Int32s  # [v] number of groups, TOTAL among them
    grades: jit.Int64Table  # [v] bounds of A, B, 1, 2
    high: jit.BoolTable  # [v, tier] tiers of high quality
    graded: jit.Bools  # [v] whether it has tiers


class Stages(NamedTuple):
    """The funnel: positions are places in a version's order, stages are known across versions."""

    count: jit.Int32s  # type: ignore[assignment]  # [v]; hides the method of tuples
    at: jit.Int32Table  # [v, position] → stage
    position: jit.Int32Table  # [v, stage] → position, or the nearest earlier one
    formula: jit.Int32Cube  # [v, segment, position]
    wins: jit.BoolTable  # [v, position]
    handoff: jit.Int32s  # [v] position
    handed_by_stage: jit.Bools  # [v]
    segment: jit.Int32Table  # [v, a], 0: none
    customer: jit.BoolTable  # [v, a] kept out of stages up to the handoff
    declared: jit.Int32s  # [p] → stage that the row declares
    decided_for: jit.Int32s  # [p] → episode for which the system had decided it, 0: not decided


class Facts(NamedTuple):
    """What rows do to their lead, and the rules that end an episode."""

    begins: jit.Int32s  # [vp]
    action: jit.Int32s
    target: jit.Int64s  # holder, stage or cool-down, as the action needs
    formula: jit.Int32s
    team: jit.Int32s  # [p] team named by an assignment
    disqualifier_begins: jit.Int32s  # [v]
    disqualifiers: jit.Int32s
    recycling_begins: jit.Int32s  # [v]
    recycling: jit.Int32s
    recycling_from: jit.Int32s
    recycling_cool_down: jit.Int64s


class Duties(NamedTuple):
    """Obligations `o` and steps of the contact protocol: what moves their clocks."""

    begins: jit.Int32s  # [vp] into what rows do to clocks
    action: jit.Int32s
    target: jit.Int32s
    formula: jit.Int32s
    logged_late: jit.Bools  # [vp]
    start: jit.Int32Table  # [v, o]
    start_stage: jit.Int32Table  # [v, o] stage
    next_step: jit.Int32Table  # [v, o]
    term_kind: jit.Int32Cube  # [v, segment, o]
    term: jit.Int64Cube  # [v, segment, o] microseconds or days
    applies: jit.BoolTable  # [v * attribute patterns + a, o]
    calendar_of: jit.Int32Table  # [v, o] OWN_CALENDAR …
    calendar: jit.Int32Table  # [v, o]
    organisation: jit.Int32s  # [v] calendar
    always: int  # the calendar of clock time
    person_calendar: jit.Int32Table  # [v, holder]
    person_team: jit.Int32Table  # [v, holder]
    team_calendar: jit.Int32Table  # [v, team]
    of_sales: jit.BoolTable  # [v, o]
    by_protocol: jit.BoolTable  # [v, o]


class Profiles(NamedTuple):
    """Ideal customers: the share of each one's criteria, by weight, that a lead shows."""

    begins: jit.Int32s  # [v] into profiles
    criteria_begins: jit.Int32s  # [profile]
    criteria: jit.Int32s  # formulas
    weight: jit.Int64s  # thousandths


class Program(NamedTuple):
    """Every version of an agreement, compiled for the patterns of one log."""

    effective: jit.Int64s  # [v] from when in force; the first from ever
    patterns: int
    attribute_patterns: int
    segments: int
    classes: int
    useful: jit.Bools  # [p] whether such a row does anything at all, under any version
    formulas: Formulas
    scoring: Scoring
    stages: Stages
    facts: Facts
    duties: Duties
    profiles: Profiles
    calendars: CalendarTable
    closed_at: jit.Int64s  # when closures were declared
    calendar_then: jit.Int32Table  # [closures so far, calendar] → index in `calendars`


class Rows(NamedTuple):
    """The rows of every lead, in time order within the lead, and what each has stated of itself."""

    begins: jit.Int64s  # [lead] own rows
    ends: jit.Int64s
    time: jit.Int64s
    pattern: jit.Int32s
    stated_begins: jit.Int64s  # [list + 1] a lead's own list has its number
    stated_at: jit.Int64s
    attributes: jit.Int32s
    first: jit.Int64s  # [lead] its earliest instant
    until: jit.Int64s  # [lead] the moment of evaluation
    decided: jit.Bools  # [lead] whether the system had decided stages for it
    absorbed_at: jit.Int64s  # [lead] FOREVER unless it was merged into another
    merge_begins: jit.Int64s  # [lead + 1] merges into it, in order
    merge_at: jit.Int64s
    merge_list: jit.Int64s  # its list of statements from then on
    joining_begins: jit.Int64s  # [merge + 1] rows that join it then, in order
    joining_time: jit.Int64s
    joining_pattern: jit.Int32s
    heir_begins: jit.Int64s  # [lead + 1] running clocks and holders that come with a merge
    heir_at: jit.Int64s
    heir_holder: jit.Int64s  # NOBODY: a clock alone
    heir_team: jit.Int64s
    heir_clock: jit.Int64s  # -1: the holder alone


class State(NamedTuple):
    """All that is kept of the lead in hand; written over for each next lead."""

    lead: LeadRecord  # of length one
    live: jit.Int64s  # [scorer] live points in the episode
    earned: jit.Int64s  # [group] points of activities, rule caps applied
    scores: jit.Int64s  # [group] as of the last look
    last: jit.Int64s  # [timer] last matching row in the episode
    declared: jit.Int8s  # [stage] in the episode: 1 by the system, 2 by somebody
    ageing_rows: jit.Int64Table  # [ageing class, …] the episode's rows that age so, in order
    ageing_count: jit.Int64s  # [ageing class] how many they are
    applied: jit.Int64s  # [step] how many of them have had the step
    scouted: jit.Int64s  # [step] how many were looked at for the next that can open a decision
    due: jit.Int64s  # [step] when it falls next
    answers: jit.Int8s  # [state atom]
    stack: jit.Int8s
    current: jit.Int64s  # [o] clock of the episode
    latest: jit.Int64s  # [o] latest clock of any episode
    last_stop: jit.Int64s  # [o] instant of the last row of the episode that would stop it
    last_late: jit.Bools  # [o] whether that row was logged late
    first_late: jit.Bools  # [o] whether the first such row of that instant was
    prior_stop: jit.Int64s  # [o] instant of the last such row before that instant
    prior_late: jit.Bools  # [o] whether that row was logged late
    waiting: jit.Bools  # [o] for a holder
    wanted: jit.Bools  # [o] an event of this instant starts it
    ended: jit.Bools  # [o] the row in hand ended it, and the next step may follow
    entered: jit.Bools  # [stage] entered in its own right with the decision in hand


class Output(NamedTuple):
    """Results in the order in which they arise; `used` counts them, and on when one is full."""

    states: StateRecords
    entries: EntryRecords
    episodes: EpisodeRecords
    clocks: ClockRecords
    shares: ShareRecords
    trace: TraceRecords
    used: jit.Int64s  # [ENTRIES, EPISODES, CLOCKS, SHARES, TRACES]
    heirs: ClockRecords  # clocks that leads merged into others leave behind


ENTRIES, EPISODES, CLOCKS, SHARES, TRACES = 0, 1, 2, 3, 4
