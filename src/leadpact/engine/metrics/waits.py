"""Speed to lead in its parts: how long a qualified lead waited, and for whom."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.clocks import NO_STEP, clocks, counting
from leadpact.engine.metrics.episodes import Episodes, episodes, persons, segment_of
from leadpact.engine.metrics.records import NEVER, Numbers, Records

#: For whom a lead waits: until it is passed on, until somebody has it, until that person answers.
SYSTEM, ASSIGNMENT, PERSON, TOTAL = 1, 2, 3, 4

#: Of the clocks of sales that began at the handoff, or with the holder whom they waited for: when
#: the first was answered, and until when one could have been.
_ANSWERS = """
select e.row, bool_or(c.in_contact) as in_contact, bool_or(c.timed) as asked,
       coalesce(min(c.stopped) filter (where c.answered), {never}) as answered,
       max(c.seen) as seen
from waiting as e join clocks as c
  on c.lead = e.lead and c.episode = e.episode and (c.started = e.handed or c.started = e.held)
group by e.row
"""


def waits(records: Records) -> CaseTable:
    """One case a wait of an episode, placed by its qualification, or by the handoff without one.

    `value` is working seconds of the organisation; `observed` is 0 where the wait went on.
    """
    known = episodes(records)
    rows = np.flatnonzero((known.qualified != NEVER) | (known.handed != NEVER))
    own = known.chosen(rows)
    until = np.where(own.is_open, records.as_of, own.ended)
    parts = [
        _system(own, until),
        _assignment(records, own, until),
        *_answers(records, own),
    ]
    row = np.concatenate([part[0] for part in parts])
    start, end = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    which = [SYSTEM, ASSIGNMENT, PERSON, TOTAL]
    begun = np.where(own.qualified == NEVER, own.handed, own.qualified)
    return CaseTable(
        {
            "lead": own.lead[row],
            "at": begun[row],
            "segment": segment_of(records, own.lead, own.episode)[row],
            "person": persons(records)[rows][row],
            "episode": own.episode[row],
            "wait": np.repeat(np.array(which, np.int8), [len(part[0]) for part in parts]),
            "value": records.calendar.elapsed_array(start, np.maximum(start, end)) / 1e6,
            "observed": np.concatenate([part[3] for part in parts]).astype(np.int8),
        },
        keys=("wait",),
    )


#: The rows that waited, from when until when, and whether the wait ended then.
Part = tuple[Numbers, Numbers, Numbers, NDArray[np.bool_]]


def _system(own: Episodes, until: Numbers) -> Part:
    row = np.flatnonzero(own.qualified != NEVER)
    handed = own.handed[row]
    passed_on = handed != NEVER
    return row, own.qualified[row], np.where(passed_on, handed, until[row]), passed_on


def _assignment(records: Records, own: Episodes, until: Numbers) -> Part:
    # Whoever comes to hold a lead by a merge is not on record as given it.
    unknown = (own.first_assigned == NEVER) & (records.holder[own.lead] != 0)
    row = np.flatnonzero((own.handed != NEVER) & ~unknown)
    held = _held(own, until)[row]
    return row, own.handed[row], np.where(held, own.first_assigned[row], until[row]), held


def _held(own: Episodes, until: Numbers) -> NDArray[np.bool_]:
    """Whether somebody held the lead by the end of the episode."""
    held: NDArray[np.bool_] = (own.first_assigned != NEVER) & (own.first_assigned <= until)
    return held


def _answers(records: Records, own: Episodes) -> tuple[Part, Part]:
    waiting = np.flatnonzero(own.handed != NEVER)
    table = pa.table(
        {
            "row": waiting,
            "lead": own.lead[waiting],
            "episode": own.episode[waiting],
            "handed": own.handed[waiting],
            "held": own.first_assigned[waiting],
        }
    )
    query = _ANSWERS.format(never=NEVER)
    found = records.query(query, waiting=table, clocks=_clocks_of_sales(records))
    asked = found["asked"] & ~found["in_contact"]
    row, answered, seen = (found[name][asked] for name in ("row", "answered", "seen"))
    is_answered = answered != NEVER
    end = np.where(is_answered, answered, seen)
    total = np.where(own.qualified[row] == NEVER, own.handed[row], own.qualified[row])
    total = np.minimum(total, own.handed[row])
    held = np.maximum(own.handed[row], own.first_assigned[row])
    has = np.flatnonzero((own.first_assigned[row] != NEVER) & (is_answered | (held <= end)))
    person = (row[has], held[has], end[has], is_answered[has])
    return person, (row, total, end, is_answered)


def _clocks_of_sales(records: Records) -> pa.Table:
    known = clocks(records)
    rows = np.flatnonzero(known.of_sales & (known.step == NO_STEP) & counting(records))
    ended = np.where(known.stopped[rows] != NEVER, known.stopped[rows], known.closed[rows])
    return pa.table(
        {
            "lead": records.leads_of("clocks")[rows],
            "episode": known.episode[rows],
            "started": known.started[rows],
            "stopped": known.stopped[rows],
            "answered": known.answered[rows],
            "timed": known.timed[rows],
            "in_contact": known.in_contact[rows],
            "seen": np.where(ended != NEVER, ended, records.as_of),
        }
    )
