"""The sections that say what each side owes the other: handoff, routing, obligations, goals."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from leadpact.agreement.conditions import Condition, Model
from leadpact.agreement.durations import Span, Term
from leadpact.agreement.values import Hurdle, Name, Number, Says, TimeOfDay, Weekday, Whole
from leadpact.agreement.vocabulary import Side


class RejectionReason(Model):
    """A reason that sales may give, and what becomes of the lead."""

    reason: Name = Field(description="The reason, as sales records it.")
    then: Literal["recycle", "disqualify"] = Field(
        "recycle", description="Back to marketing, or discarded."
    )
    cool_down: Span | None = Field(None, description="How long it cannot qualify again.")


class RecyclingRule(Model):
    """When a lead goes back to marketing by itself."""

    name: Name = Field(description="What the rule is called.")
    after_stage: Name = Field(alias="from", description="The lead is at this stage or beyond.")
    when: Condition = Field(description="What sends it back.")
    cool_down: Span | None = Field(None, description="How long it cannot qualify again.")


class Reentry(Model):
    """What lets a recycled lead qualify again."""

    activity: Condition | None = Field(
        None, description="Activities that count after the cool-down."
    )
    triggers: Condition | None = Field(None, description="Activities that count at any time.")


class LateLogging(Model):
    """How late an answer may be entered and still count."""

    limit: Span = Field(description="Entered later than this, it stops no clock.")
    flag_after: Span = Field(
        default_factory=lambda: Span.parse("1 hour"),
        description="Entered later than this, it is marked.",
    )


class Handoff(Model):
    """Where and how marketing passes a lead to sales, and how a refused one comes back."""

    stage: Name = Field(description="The stage that is handed over.")
    recorded_by: Literal["stage", "event"] = Field(
        "stage", description="Handed over by entering the stage, or by `lead.handed_off`."
    )
    to: str | None = Field(None, description="Queue, team or person that receives by default.")
    existing_customers: Literal["keep out", "qualify"] = Field(
        "keep out", description="Whether customers' activity makes new leads."
    )
    rejections: list[RejectionReason] = Field(
        default_factory=list, description="Reasons that sales may give."
    )
    recycling: list[RecyclingRule] = Field(
        default_factory=list, description="When leads go back by themselves."
    )
    reentry: Reentry = Field(default_factory=Reentry, description="How a recycled lead comes back.")
    late_logging: LateLogging | None = Field(None, description="How late an answer may be entered.")


class Member(Model):
    """A person on a team, who may hold leads."""

    name: Name = Field(description="Full name, as the CRM has it.")
    email: str | None = Field(None, description="Address for notices.")
    calendar: str | None = Field(None, description="Name of the calendar this person works by.")
    weight: Number = Field(1, ge=0, le=1000, description="Share of the leads, against the others.")
    cap: Whole | None = Field(None, ge=0, description="Most open leads at a time.")


class Team(Model):
    """People who receive leads together."""

    name: Name = Field(description="The team's name.")
    side: Side = Field(Side.SALES, description="Which side it belongs to.")
    calendar: str | None = Field(None, description="Name of the calendar the team works by.")
    lead: Name | None = Field(
        None,
        description="Who leads it: hears of its breaches where an escalation says `team lead`.",
    )
    capacity: Whole | None = Field(None, ge=0, description="Leads the team can answer in a month.")
    people: list[Member] = Field(default_factory=list, description="Who is on it.")


class Route(Model):
    """Which leads go to whom; the first route that matches wins."""

    name: Name = Field(description="What the route is called.")
    when: Condition | None = Field(None, description="When absent, every lead: the default.")
    to: Name = Field(description="A team or a person.")


class BulkRelease(Model):
    """How fast leads that arrive in bulk, such as an imported list, are passed on."""

    at_most: Whole = Field(ge=1, le=10_000, description="Most of them that a person gets.")
    per: Literal["business hour", "business day"] = Field(
        description="The working time in which a person gets that many."
    )


class Routing(Model):
    """Teams and the rules by which leads reach them."""

    company_owner_first: bool = Field(
        True, description="Who owns the company's open lead or deal comes first."
    )
    teams: list[Team] = Field(default_factory=list, description="Who receives leads.")
    routes: list[Route] = Field(
        default_factory=list, max_length=300, description="Rules, in order."
    )
    reassign_on_breach: bool = Field(False, description="A late lead goes to somebody else.")
    bulk: BulkRelease | None = Field(
        None, description="How fast bulk arrivals are passed on; when absent, all at once."
    )


class OnStage(Model):
    """A start at the entry into a stage."""

    stage: Name = Field(description="Name of the stage.")


def _start_form(value: Any) -> str | None:
    if isinstance(value, str):
        return "handoff"
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    if "stage" in keys:
        return "stage"
    return "condition" if {"event", "field", "score", "all", "any", "none"} & set(keys) else None


_STARTS = "must be `handoff`, `{stage: …}` or `{event: …}`"
Start = Annotated[
    Annotated[Literal["handoff"], Says(_STARTS), Tag("handoff")]
    | Annotated[OnStage, Tag("stage")]
    | Annotated[Condition, Tag("condition")],
    Discriminator(_start_form, custom_error_type="start", custom_error_message=_STARTS),
]
_JOINS = "must be `{stage: …}` or `{event: …}`"
Joins = Annotated[
    Annotated[OnStage, Tag("stage")] | Annotated[Condition, Tag("condition")],
    Discriminator(_start_form, custom_error_type="start", custom_error_message=_JOINS),
]
Hurdles = dict[str, Hurdle]


#: In an escalation, whoever leads the team of the person who holds the lead.
TEAM_LEAD = "team lead"


class Escalation(Model):
    """A step of an escalation: who is told when a promise is still open so long after it was due.

    A name alone is told as soon as the promise is broken; `team lead` is whoever leads the team of
    the person who holds the lead.
    """

    after: Term = Field(description="How long after the due time, on the promise's calendar.")
    to: Annotated[str | list[str], Says("must be a name, or a list of names")] = Field(
        description="Who is told then: a person, several, or a team."
    )

    @property
    def names(self) -> list[str]:
        """Everybody who is told."""
        return [self.to] if isinstance(self.to, str) else self.to


def _escalation_form(value: Any) -> str | None:
    if isinstance(value, str):
        return "name"
    return "step" if isinstance(value, dict | Escalation) else None


_ESCALATES = "must be a name, or `{after: 4 business hours, to: NAME}`"
Escalated = Annotated[
    Annotated[str, Tag("name")] | Annotated[Escalation, Tag("step")],
    Discriminator(
        _escalation_form, custom_error_type="escalation", custom_error_message=_ESCALATES
    ),
]


class Obligation(Model):
    """A promise about one lead, with a clock."""

    name: Name = Field(description="What is promised, such as “answer a new MQL”.")
    side: Side = Field(description="Who owes it.")
    description: str | None = Field(None, description="The promise in a sentence.")
    starts_on: Start = Field(
        description="`handoff`, the entry into a stage, or an event: what starts the clock."
    )
    stops_on: Condition | None = Field(None, description="Rows that keep the promise.")
    within: Term = Field(description="How long it may take, and in which time.")
    when: Condition | None = Field(None, description="Leads to which it applies, by attributes.")
    calendar: str = Field("organisation", description="organisation, team, person or a name.")
    warnings: list[Term] = Field(default_factory=list, description="How long before due to warn.")
    pauses_on: Condition | None = Field(None, description="Rows that halt the clock.")
    resumes_on: Condition | None = Field(None, description="Rows that let it run on.")
    cancels_on: Condition | None = Field(None, description="Rows that end it without a verdict.")
    completed_by_protocol: bool = Field(
        False, description="A completed contact protocol keeps the promise too."
    )
    escalate_to: list[Escalated] = Field(
        default_factory=list,
        max_length=20,
        description="Who is told of a breach: as soon as it is broken, or so long after.",
    )
    hurdles: Hurdles = Field(default_factory=dict, description="Shares kept in time.")


class ProtocolStep(Model):
    """One attempt: over which channel, how long after the one before it."""

    name: Name = Field(description="What the step is called.")
    channel: Annotated[str | list[str], Says("must be a channel, or a list of channels")] = Field(
        description="Channel of the attempt, or several of which one will do."
    )
    within: Term = Field(description="How long after the step before it, or the handoff.")


class ContactProtocol(Model):
    """When, how often and over which channels sales contacts a lead."""

    steps: list[ProtocolStep] = Field(
        min_length=1, max_length=20, description="The attempts, in order."
    )
    calendar: str = Field("organisation", description="organisation, team, person or a name.")
    done_when: Condition | None = Field(None, description="Default: `{event: sales.connected}`.")


class NurtureStep(Model):
    """One touch of a program."""

    name: Name = Field(description="What the touch is called.")
    after: Span = Field(description="How long after the touch before it, or the entry.")
    channel: str = Field("email", description="How the lead is touched.")


class Program(Model):
    """A nurture program: who enters, who owns it, its touches and its exit."""

    name: Name = Field(description="The program's name.")
    owner: Name = Field(description="Who answers for it.")
    enters: Joins | None = Field(
        None, description="The entry into a stage, or an event: what lets a lead join it."
    )
    exits: Condition | None = Field(
        None, description="An event that ends it for a lead; when absent, qualifying does."
    )
    steps: list[NurtureStep] = Field(default_factory=list, description="Touches, in order.")


class Goal(Model):
    """A promised figure for a period, with hurdles."""

    name: Name = Field(description="What the goal is called.")
    side: Side = Field(description="Who owes it.")
    metric: Name = Field(description="Key of a metric, such as mqls or win_rate.")
    per: Literal["week", "month", "quarter", "half-year", "year"] = Field(
        "month", description="The period."
    )
    hurdles: Hurdles = Field(description="At least minimum, target and stretch.")
    direction: Literal["up", "down"] = Field("up", description="Whether more or less is better.")
    relative_to: str | None = Field(None, description="Baseline period, such as 2025-Q4.")
    by: Literal["percent", "points"] | None = Field(
        None, description="How a relative goal is counted."
    )
    stage: str | None = Field(None, description="Counts entries into this stage.")
    obligation: str | None = Field(None, description="Counts clocks of this obligation.")
    segment: str | None = Field(None, description="Counts leads of this segment only.")
    origin: str | None = Field(None, description="Counts leads that this side brought only.")
    team: str | None = Field(None, description="Counts this team's leads only.")
    person: str | None = Field(None, description="Counts this person's leads only.")
    quotas: dict[Name, Hurdle] = Field(
        default_factory=dict, description="Targets of single people or teams, by name."
    )


class Responsibilities(Model):
    """What each side does, in its own words."""

    marketing: list[str] = Field(default_factory=list, description="What marketing does.")
    sales: list[str] = Field(default_factory=list, description="What sales does.")


class Meeting(Model):
    """When both sides look at the figures together."""

    name: Name = Field(description="What the meeting is called.")
    every: Literal["week", "two weeks", "month", "quarter", "half-year", "year"] = Field(
        description="How often it is held."
    )
    goal: str | None = Field(None, description="What it is to reach.")
    on: Weekday | None = Field(
        None, description="Weekday (`tue`); by default the first working day of its period."
    )
    at: TimeOfDay | None = Field(
        None, description="When it begins, as `10:00`; by default with the working day."
    )
    lasts: Span = Field(
        default_factory=lambda: Span.parse("1 hour"), description="How long it takes."
    )
    attendees: list[str] = Field(default_factory=list, description="Who comes.")
    agenda: list[str] = Field(default_factory=list, description="What is talked about.")


class StageOverride(Model):
    """Another condition for a stage."""

    when: Condition = Field(description="The condition that holds in the segment.")


def _term_form(value: Any) -> str:
    return "not asked" if value == "not asked" else "term"


class ObligationOverride(Model):
    """Another term for an obligation; `not asked` leaves it out."""

    within: Annotated[
        Annotated[Literal["not asked"], Tag("not asked")] | Annotated[Term, Tag("term")],
        Discriminator(_term_form),
    ] = Field(description="How long it may take in the segment, or `not asked`.")


class Segment(Model):
    """Leads for which other thresholds and terms hold; the first segment that matches wins."""

    name: Name = Field(description="What the segment is called.")
    when: Condition = Field(description="Leads that belong to it, by attributes.")
    stages: dict[str, StageOverride] = Field(
        default_factory=dict, description="Stages by name, each with another condition."
    )
    obligations: dict[str, ObligationOverride] = Field(
        default_factory=dict, description="Obligations by name, each with another term."
    )
