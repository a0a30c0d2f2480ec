"""What an evaluation hands back: the tables from which every figure and page is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import INSTANT

TEXT = pa.string()
NUMBER = pa.float64()
COUNT = pa.int32()
YES_NO = pa.bool_()

#: Arrow types of the types that an agreement gives its fields.
FIELD_TYPES = {"text": TEXT, "number": NUMBER, "boolean": YES_NO, "date": pa.date32()}

#: One row a lead: where it stands at the moment of evaluation. `stage` is that of the last episode;
#: `merged_into` the lead that has its rows in the end, if it was absorbed.
LEAD_STATES = pa.schema(
    {
        "lead_id": TEXT,
        "status": TEXT,
        "episode": COUNT,
        "stage": TEXT,
        "stage_since": INSTANT,
        "score": NUMBER,
        "fit": NUMBER,
        "engagement": NUMBER,
        "tier": TEXT,
        "quality": TEXT,
        "segment": TEXT,
        "persona": TEXT,
        "profile": TEXT,
        "profile_fit": NUMBER,
        "holder": TEXT,
        "reason": TEXT,
        "unlocked": YES_NO,
        "version": COUNT,
        "next_change_at": INSTANT,
        "merged_into": TEXT,
    }
)

#: One row an entry into a stage, with what was pinned then.
STAGE_ENTRIES = pa.schema(
    {
        "lead_id": TEXT,
        "episode": COUNT,
        "stage": TEXT,
        "entered_at": INSTANT,
        "implied": YES_NO,
        "recorded": YES_NO,
        "segment": TEXT,
        "tier": TEXT,
        "quality": TEXT,
        "score": NUMBER,
        "fit": NUMBER,
        "engagement": NUMBER,
        "version": COUNT,
        "disputed": YES_NO,
    }
)

#: One row a passage of a lead through the funnel, with the times told apart: entry into the handoff
#: stage that is not implied, handoff, first assignment.
EPISODES = pa.schema(
    {
        "lead_id": TEXT,
        "episode": COUNT,
        "started_at": INSTANT,
        "ended_at": INSTANT,
        "ending": TEXT,
        "reason": TEXT,
        "qualified_at": INSTANT,
        "handed_off_at": INSTANT,
        "assigned_at": INSTANT,
    }
)

#: One row a clock. `closed_at` is when it ended without being stopped. Seconds are working seconds
#: on the calendar that ran, pauses left out; `late_seconds` those after due, if missed or overdue.
CLOCKS = pa.schema(
    {
        "lead_id": TEXT,
        "episode": COUNT,
        "obligation": TEXT,
        "side": TEXT,
        "segment": TEXT,
        "version": COUNT,
        "started_at": INSTANT,
        "due_at": INSTANT,
        "stopped_at": INSTANT,
        "closed_at": INSTANT,
        "outcome": TEXT,
        "already_in_contact": YES_NO,
        "logged_late": YES_NO,
        "by_protocol": YES_NO,
        "paused": YES_NO,
        "holder": TEXT,
        "qualified_at": INSTANT,
        "handed_off_at": INSTANT,
        "assigned_at": INSTANT,
        "working_seconds": NUMBER,
        "late_seconds": NUMBER,
        "protocol_step": COUNT,
    }
)

#: One row a stretch of a clock's working time with one holder.
CLOCK_SHARES = pa.schema(
    {
        "lead_id": TEXT,
        "episode": COUNT,
        "obligation": TEXT,
        "holder": TEXT,
        "from_at": INSTANT,
        "to_at": INSTANT,
        "working_seconds": NUMBER,
    }
)

#: One row an entry of a lead into a nurture program: touches done, the next one, and how the lead
#: left. A touch not reported by its time stays the next one; after the last, and for a lead that
#: left, none follows.
NURTURE = pa.schema(
    {
        "lead_id": TEXT,
        "episode": COUNT,
        "program": TEXT,
        "owner": TEXT,
        "segment": TEXT,
        "entered_at": INSTANT,
        "step": COUNT,
        "next_step": TEXT,
        "next_channel": TEXT,
        "next_touch_at": INSTANT,
        "left_at": INSTANT,
        "exit": TEXT,
    }
)

#: One row an exclusion, also when it was taken back.
EXCLUSIONS = pa.schema(
    {
        "lead_id": TEXT,
        "reason": TEXT,
        "at": INSTANT,
        "duplicate_of": TEXT,
        "detail": TEXT,
        "restored": YES_NO,
    }
)

#: What sales did with a lead and who was given it, as far as figures count it.
FACT_KINDS = (
    "sales.attempted",
    "sales.connected",
    "sales.accepted",
    "sales.rejected",
    "sales.rated",
    "lead.assigned",
    "lead.excluded",
)

#: One row a row of the log of these kinds, by instant, a lead's in their order. The rows of an
#: absorbed lead are the survivor's, but for assignments from before the merge. `holder` is whom an
#: assignment names.
FACTS = pa.schema(
    {"lead_id": TEXT, "happened_at": INSTANT, "kind": TEXT, "holder": TEXT, "rating": NUMBER}
)

#: `why` of a log row that was withdrawn.
VOIDED = "voided"

#: One row a log row that leaves no trace in any figure, and why.
SET_ASIDE = pa.schema(
    {"event_id": TEXT, "source": TEXT, "lead_id": TEXT, "kind": TEXT, "why": TEXT}
)

SCHEMAS: dict[str, pa.Schema] = {
    "lead_states": LEAD_STATES,
    "stage_entries": STAGE_ENTRIES,
    "episodes": EPISODES,
    "clocks": CLOCKS,
    "clock_shares": CLOCK_SHARES,
    "nurture": NURTURE,
    "exclusions": EXCLUSIONS,
    "set_aside": SET_ASIDE,
    "facts": FACTS,
}


def leads_schema(agreement: Agreement) -> pa.Schema:
    """Columns of `leads`: the key, the creation and every attribute of the agreement, typed."""
    attributes = {name: FIELD_TYPES[kind] for name, kind in agreement.field_types().items()}
    return pa.schema({"lead_id": TEXT, "created_at": INSTANT} | attributes)


@dataclass(frozen=True)
class Result:
    """State of every lead as of one moment; all tables have the columns of SCHEMAS, in order.

    `agreement` is the version in force at `as_of`, `versions` all that were evaluated, in order of
    effect; `known_at` is the moment by which rows were known, if one was given. `leads` has the
    columns of `leads_schema` and may have more. `closed_days` were declared closed for the
    organisation. `lead_places` says, for tables of which it is known, in which row of `leads` the
    lead of each row stands. Raises ValueError for a table of another shape.
    """

    as_of: datetime
    agreement: Agreement
    leads: pa.Table
    lead_states: pa.Table
    stage_entries: pa.Table
    episodes: pa.Table
    clocks: pa.Table
    clock_shares: pa.Table
    nurture: pa.Table
    exclusions: pa.Table
    set_aside: pa.Table
    facts: pa.Table
    closed_days: tuple[date, ...] = ()
    versions: tuple[Agreement, ...] = ()
    known_at: datetime | None = None
    lead_places: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            _require(name, schema, self.tables()[name].schema)
        known = leads_schema(self.agreement)
        present = [field for field in self.leads.schema if field.name in known.names]
        _require("leads", known, pa.schema(present))

    def tables(self) -> dict[str, pa.Table]:
        """Every table by its name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if isinstance(value, pa.Table)}

    @classmethod
    def empty(cls, agreement: Agreement, as_of: datetime) -> Self:
        """The result of a log without rows."""
        tables = {name: schema.empty_table() for name, schema in SCHEMAS.items()}
        leads = leads_schema(agreement).empty_table()
        return cls(as_of=as_of, agreement=agreement, leads=leads, **tables)


def _require(name: str, wanted: pa.Schema, found: pa.Schema) -> None:
    if sorted(map(str, wanted)) != sorted(map(str, found)):
        wrong = sorted(set(map(str, found)) ^ set(map(str, wanted)))
        raise ValueError(f"the table {name} has another shape than agreed: {', '.join(wrong)}")
