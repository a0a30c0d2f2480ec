"""What the exported tables are called, what one row of each is, and what its columns mean.

The words here are the reference that users read. A name that was published is not changed or given
another meaning; what is new comes as a new column or table, and raises VERSION.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import INSTANT
from leadpact.engine.result import COUNT, FIELD_TYPES, NUMBER, TEXT, YES_NO

VERSION = 1
DAY = pa.date32()
#: Before the name of each attribute that the agreement declares.
ATTRIBUTE = "attribute_"


@dataclass(frozen=True)
class Column:
    """A column; `to` names the dimension whose key it holds."""

    name: str
    type: pa.DataType
    means: str
    to: str = ""


@dataclass(frozen=True)
class StarTable:
    """A table: what one row of it is, and which columns tell rows apart."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The columns as Arrow has them."""
        return pa.schema([(column.name, column.type) for column in self.columns])


_text, _instant = partial(Column, type=TEXT), partial(Column, type=INSTANT)
_number, _count = partial(Column, type=NUMBER), partial(Column, type=COUNT)
_flag = partial(Column, type=YES_NO)


def _lead(means: str = "The lead.") -> tuple[Column, Column]:
    return (
        _text("lead_id", means=means, to="dim_lead"),
        _text("campaign_key", means="Where the lead came from.", to="dim_campaign"),
    )


def _at(name: str, means: str) -> tuple[Column, Column]:
    """An instant, and its day in the agreement’s zone."""
    day = name.removesuffix("_at") + "_date"
    return (
        _instant(f"{name}", means=means),
        Column(day, DAY, f"The day of `{name}` in the agreement’s zone.", "dim_date"),
    )


_EPISODE = _count("episode", means="Which passage of the lead through the funnel, from 1.")
_SEGMENT = _text("segment", means="The segment that was pinned; empty for none.")
_VERSION = _count("version", means="The version of the agreement that decided.", to="dim_agreement")
_PERSON = partial(_text, "person", to="dim_person")
_SCORES = (
    _number("score", means="The total score; empty where nothing is scored."),
    _number("fit", means="The part for who the lead is."),
    _number("engagement", means="The part for what the lead did."),
    _text("tier", means="A1 to C3, fit and engagement."),
    _text("quality", means="`high` or `low`."),
)

FACTS = (
    StarTable(
        "fact_event",
        "a row of the log, each once, up to the moment of the export",
        ("source", "event_id"),
        (
            _text("source", means="Which system or file told of it."),
            _text("event_id", means="Its key in that source."),
            *_lead(
                "The lead that has the row now; empty for a row about everybody, and for one of a "
                "lead of which all was withdrawn."
            ),
            _text(
                "recorded_lead_id",
                means="The key under which it was recorded, before any merge or withdrawal.",
            ),
            _text("kind", means="What happened, such as `sales.attempted` or `form_submitted`."),
            *_at("happened_at", "When it happened."),
            _instant("recorded_at", means="When it became known; empty: when it happened."),
            _text("actor", means="Who did it, as the source says."),
            _flag("decided", means="Whether the system decided it, rather than somebody else."),
            _text("set_aside", means="Why the row counts in no figure; empty where it counts."),
            _text("batch", means="The import it came with."),
            _text("properties", means="What else is known of it, as JSON; empty for rows that "
                  "state attributes, which `dim_lead` has."),
        ),
    ),
    StarTable(
        "fact_stage_entry",
        "an entry of a lead into a stage",
        ("lead_id", "episode", "stage"),
        (
            *_lead(),
            _EPISODE,
            _text("stage", means="The stage.", to="dim_stage"),
            *_at("entered_at", "When it was entered."),
            _text("nth", means="`first` for the lead’s first entry in its own right into a stage "
                  "of this role, `again` for a later one, `implied` for a stage that was skipped; "
                  "empty for an entry that counts in no figure."),
            _flag("counts", means="Whether figures count it: no merged or excluded lead, no "
                  "upheld dispute, a stage of the agreement in force."),
            _flag("recorded", means="Whether a person or a CRM declared it."),
            _flag("disputed", means="Whether a dispute about it was upheld."),
            _SEGMENT,
            *_SCORES,
            _VERSION,
        ),
    ),
    StarTable(
        "fact_clock",
        "a clock of a promise about a lead, or of a step of the contact protocol",
        ("lead_id", "episode", "obligation", "protocol_step"),
        (
            *_lead(),
            _EPISODE,
            _text("obligation", means="The promise.", to="dim_obligation"),
            _count("protocol_step", means="The step of the contact protocol; empty for a promise."),
            _text("side", means="Which side owes it."),
            _PERSON(means="Who held the lead, at the due time if that has passed."),
            *_at("started_at", "When it started."),
            *_at("due_at", "When it was, or is, due."),
            *_at("stopped_at", "When it was kept, in time or late."),
            _instant("closed_at", means="When it ended without being kept."),
            _text("outcome", means="`met`, `missed`, `overdue`, `running`, or how else it ended."),
            _flag("decided", means="Whether it counts in attainment: met, missed or overdue, and "
                  "no step of the protocol."),
            _flag("met", means="Whether it was met."),
            _number("working_seconds", means="Working seconds until the answer, or so far."),
            _number("late_seconds", means="Working seconds after the due time."),
            _flag("already_in_contact", means="Answered before the handoff."),
            _flag("logged_late", means="The answer was entered late."),
            _flag("by_protocol", means="Kept by completing the contact protocol."),
            _flag("paused", means="Whether it stands still now."),
            _SEGMENT,
            _VERSION,
        ),
    ),
    StarTable(
        "fact_handoff",
        "a passage that was handed over to sales, of a lead that counts, without an upheld dispute",
        ("lead_id", "episode"),
        (
            *_lead(),
            _EPISODE,
            _PERSON(means="Who held the lead in this passage."),
            *_at("handed_off_at", "When it was handed over."),
            *_at("accepted_at", "When it reached the stage with the role `sal`."),
            *_at("ended_at", "When the passage ended; empty while it is open."),
            _flag("accepted", means="Whether sales accepted it."),
            _flag("rejected", means="Whether sales rejected it."),
            _flag("recycled", means="Whether it went back to marketing."),
            _text("reason", means="Why it was rejected or went back."),
            _count("attempts", means="How often sales tried to reach the lead."),
            _flag("protocol_completed", means="Whether the contact protocol was completed; empty "
                  "while it runs or where there is none."),
            _SEGMENT,
        ),
    ),
    StarTable(
        "fact_deal",
        "a deal, once, however many leads have a role in it",
        ("deal_id",),
        (
            _text("deal_id", means="The deal."),
            *_lead("Of its leads the one that was created first; empty for none."),
            _text("company_id", means="The company, as sources name it."),
            _PERSON(means="Its owner; where none is named, whoever holds its lead."),
            _text("product", means="What is sold."),
            _text("outcome", means="`won`, `lost` or `open`, at the moment of the export."),
            _text("reason", means="Why it was won or lost."),
            _number("amount", means="Its worth in its currency; never add up several currencies."),
            _text("currency", means="Its currency."),
            *_at("opened_at", "When it began."),
            *_at("closed_at", "When it was won or lost."),
            _flag("from_mql", means="Whether one of its leads had become an MQL, in its own "
                  "right, by the closing."),
            _count("leads", means="How many leads have a role in it."),
        ),
    ),
    StarTable(
        "fact_score",
        "the standing of a lead at the moment of the export; merged leads have none",
        ("lead_id", "as_of"),
        (
            *_lead(),
            _instant("as_of", means="The moment of the export."),
            Column("as_of_date", DAY, "Its day in the agreement’s zone.", "dim_date"),
            _text("status", means="`open`, `excluded`, `recycled` or how else it stands."),
            _EPISODE,
            _text("stage", means="The stage it is in.", to="dim_stage"),
            *_at("stage_since", "Since when."),
            *_SCORES,
            _SEGMENT,
            _PERSON(means="Who holds it."),
            _text("reason", means="Why it is excluded, or its passage ended."),
            _VERSION,
        ),
    ),
)  # fmt: skip

BRIDGE = StarTable(
    "bridge_deal_lead",
    "a role of a lead in a deal",
    ("deal_id", "lead_id"),
    (
        _text("deal_id", means="The deal.", to="fact_deal"),
        _text("lead_id", means="A lead with a role in it.", to="dim_lead"),
    ),
)

DIMENSIONS = (
    StarTable(
        "dim_lead",
        "a lead, merged ones as well",
        ("lead_id",),
        (
            _text("lead_id", means="The lead."),
            _text("campaign_key", means="Where it came from.", to="dim_campaign"),
            *_at("created_at", "When it entered the database."),
            _flag("counts", means="Whether figures count it: neither merged nor excluded."),
            _text("merged_into", means="The lead that has its rows now."),
            _text("exclusion", means="Why it is left out, such as `duplicate`."),
            _text("persona", means="The buyer it looks like."),
            _text("profile", means="The ideal customer it looks like."),
            _number("profile_fit", means="How much of that it meets, from 0 to 1."),
        ),
    ),
    StarTable(
        "dim_campaign",
        "a source with a campaign, also the one without either",
        ("campaign_key",),
        (
            _text("campaign_key", means="The same in every export for the same source and "
                  "campaign."),
            _text("source", means="Marketing channel of first touch."),
            _text("campaign", means="Campaign of first touch."),
        ),
    ),
    StarTable(
        "dim_person",
        "somebody who holds or held a lead, or is on a team",
        ("person",),
        (
            _text("person", means="The name, as the agreement spells it."),
            _text("team", means="The team; empty for who is on none.", to="dim_team"),
        ),
    ),
    StarTable(
        "dim_team",
        "a team of the agreement",
        ("team",),
        (
            _text("team", means="The team."),
            _text("side", means="`marketing` or `sales`."),
            _number("capacity", means="Leads it can answer in a month."),
        ),
    ),
    StarTable(
        "dim_stage",
        "a stage of any version",
        ("stage",),
        (
            _text("stage", means="The stage."),
            _count("place", means="Its place in the funnel, from 1; empty where the agreement in "
                   "force has it no more."),
            _text("role", means="`mql`, `sal`, `sql`, `opportunity` or `customer`, for figures."),
            _flag("handoff", means="Whether it is handed over."),
            _text("side", means="Who is accountable for it."),
            _text("definition", means="What both sides mean by it."),
        ),
    ),
    StarTable(
        "dim_obligation",
        "a promise of any version, or a step of its contact protocol",
        ("obligation",),
        (
            _text("obligation", means="The promise."),
            _text("side", means="Who owes it."),
            _text("within", means="How long it may take, outside segments with a term of "
                  "their own."),
            _text("calendar", means="Whose working time counts."),
            _text("description", means="The promise in a sentence."),
            _flag("in_force", means="Whether the agreement in force has it."),
        ),
    ),
    StarTable(
        "dim_agreement",
        "a version of the agreement",
        ("version",),
        (
            _count("version", means="Its number, from 0, in order of effect."),
            _text("name", means="What it is called."),
            Column("from_date", DAY, "First day of its term; empty without one."),
            Column("until_date", DAY, "Last day of its term; empty for an open end."),
            _text("checksum", means="SHA-256 of its file."),
            _flag("in_force", means="Whether it is in force at the moment of the export."),
        ),
    ),
    StarTable(
        "dim_date",
        "a day, without gaps, of the years that facts speak of",
        ("date",),
        (
            Column("date", DAY, "The day."),
            _count("year", means="2026."),
            _text("quarter", means="`2026-Q1`, as figures name it."),
            _text("month", means="`2026-03`."),
            _text("week", means="`2026-W10`, from Monday."),
            _count("weekday", means="1 for Monday to 7."),
            _text("weekday_name", means="`Monday`."),
            _flag("working_day", means="Whether the organisation works on it."),
        ),
    ),
)  # fmt: skip

ABOUT = StarTable(
    "about",
    "the export itself",
    ("as_of",),
    (
        _count("schema_version", means=f"Version of this page: {VERSION}."),
        _text("leadpact", means="The version of Leadpact that wrote it."),
        _instant("as_of", means="The moment it tells of."),
        _instant("known_at", means="Only what was known by then; empty: everything."),
        _text("agreement", means="The agreement in force."),
        _text("timezone", means="The agreement’s zone, in which days begin and end."),
    ),
)

TABLES = (*FACTS, BRIDGE, *DIMENSIONS, ABOUT)


def tables_for(agreement: Agreement) -> dict[str, StarTable]:
    """Every table by its name; that of leads with the attributes that the agreement declares."""
    return {table.name: table for table in _with_attributes(TABLES, agreement)}


def _with_attributes(tables: Iterable[StarTable], agreement: Agreement) -> Iterable[StarTable]:
    declared = tuple(
        Column(f"{ATTRIBUTE}{name}", FIELD_TYPES[kind], name)
        for name, kind in agreement.field_types().items()
    )
    for table in tables:
        if table.name == "dim_lead":
            yield StarTable(table.name, table.row, table.key, (*table.columns, *declared))
        else:
            yield table
