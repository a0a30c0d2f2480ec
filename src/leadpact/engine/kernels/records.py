"""The records that kernels keep and write: the lead in hand, states, entries, episodes, clocks.

All fields are int64. Instants are microseconds (UTC, since 1970); points are thousandths.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from leadpact import jit

_LEAD_FIELDS = [
    "lead",
    "version",
    "attributes",
    "cursor",
    "begin",
    "end",
    "stated",
    "episode",
    "episode_row",
    "opened_at",
    "ending",
    "stage",
    "position",
    "stage_since",
    "unlocked",
    "cool_down_until",
    "excluded",
    "vouched",  # a person restored the lead, which no finding overrules
    "holder",
    "team",
    "holder_since",
    "qualified_at",
    "handed_at",
    "handed_by_stage",
    "protocol_due",
    "assigned_at",
    "closures",
    "merges",
    "heir",
    "statements",
    "floor",
    "tier",
    "high",
    "disqualifies",
    "rejects",
    "rejects_for_good",
    "recycles",
    "loses",
    "hands_off",
    "cool_down_rejected",
    "cool_down_recycled",
    "reopened_at",
    "segment",
    "profile",  # the ideal customer that fits best, now or at the end of the last episode; or -1
    "profile_fit",
    "next_change",
    "grows_at",  # next instant at which something earned is worth less
    "wakes_at",  # next such instant that can open a decision
    "scored",  # points or attributes are other than when the scores were last added up
    "counted",  # counts are other than when they were last looked at
    "stirred",  # something that decisions rest on may be other than at the last decision
    "wants",  # an event of this instant starts a clock
    "waits",  # a clock may wait for a holder
    "ends",  # the row in hand ended a step of a protocol
]
_CLOCK_FIELDS = [
    "lead",
    "episode",
    "obligation",
    "version",
    "segment",
    "calendar",
    "table",
    "started_at",
    "due_at",
    "stopped_at",
    "closed_at",
    "outcome",
    "in_contact",
    "logged_late",
    "by_protocol",
    "paused",
    "remaining",
    "holder",
    "holder_due",
    "piece_from",
    "piece_worked",
    "worked",
    "counted_from",
    "late",
]
_ENTRY_FIELDS = [
    "lead",
    "episode",
    "stage",
    "entered_at",
    "implied",
    "recorded",
    "segment",
    "tier",
    "high",
    "score",
    "fit",
    "engagement",
    "version",
    "disputed",
]
_SHARE_FIELDS = ["lead", "episode", "obligation", "holder", "from_at", "to_at", "worked", "clock"]
_EPISODE_FIELDS = [
    "lead",
    "episode",
    "started_at",
    "ended_at",
    "ending",
    "cause",
    "qualified_at",
    "handed_at",
    "assigned_at",
]
_STATE_FIELDS = [
    "lead",
    "episode",
    "ending",
    "stage",
    "stage_since",
    "score",
    "fit",
    "engagement",
    "tier",
    "high",
    "segment",
    "holder",
    "team",
    "excluded",
    "unlocked",
    "version",
    "attributes",
    "next_change",
    "profile",
    "profile_fit",
]
_TRACE_FIELDS = ["lead", "at", "version", "scorer", "step", "row", "amount"]


def _records(fields: list[str]) -> np.dtype[np.void]:
    return np.dtype([(name, np.int64) for name in fields], align=True)


LEAD = _records(_LEAD_FIELDS)
CLOCK = _records(_CLOCK_FIELDS)
ENTRY = _records(_ENTRY_FIELDS)
SHARE = _records(_SHARE_FIELDS)
EPISODE = _records(_EPISODE_FIELDS)
STATE = _records(_STATE_FIELDS)
TRACE = _records(_TRACE_FIELDS)

LeadRecord = Annotated[jit.RecordArray, jit.Layout(LEAD)]
ClockRecords = Annotated[jit.RecordArray, jit.Layout(CLOCK)]
EntryRecords = Annotated[jit.RecordArray, jit.Layout(ENTRY)]
ShareRecords = Annotated[jit.RecordArray, jit.Layout(SHARE)]
EpisodeRecords = Annotated[jit.RecordArray, jit.Layout(EPISODE)]
StateRecords = Annotated[jit.RecordArray, jit.Layout(STATE)]
TraceRecords = Annotated[jit.RecordArray, jit.Layout(TRACE)]
