"""The agreement document: every section, in the order in which a person reads it.

The docstrings and descriptions of these models are the reference that users read.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from leadpact.agreement.conditions import Condition, Model
from leadpact.agreement.durations import Span, Term
from leadpact.agreement.organisation import (
    CalendarSpec,
    Declared,
    FieldSpec,
    Holidays,
    Parties,
    Party,
    Period,
    Person,
)
from leadpact.agreement.promises import (
    BulkRelease,
    ContactProtocol,
    Goal,
    Handoff,
    Hurdles,
    LateLogging,
    Meeting,
    Member,
    NurtureStep,
    Obligation,
    ObligationOverride,
    OnStage,
    Program,
    ProtocolStep,
    RecyclingRule,
    Reentry,
    RejectionReason,
    Responsibilities,
    Route,
    Routing,
    Segment,
    StageOverride,
    Team,
)
from leadpact.agreement.qualifying import (
    Ageing,
    Criterion,
    Disqualification,
    Disqualifier,
    Hygiene,
    IdealCustomer,
    Limits,
    Persona,
    Rule,
    Scoring,
    Stage,
    Tiers,
)
from leadpact.agreement.values import FieldType, Name, Share, share
from leadpact.agreement.vocabulary import BUILT_IN_FIELDS, Side

__all__ = [
    "Ageing",
    "Agreement",
    "BulkRelease",
    "CalendarSpec",
    "Condition",
    "ContactProtocol",
    "Criterion",
    "Disqualification",
    "Disqualifier",
    "FieldSpec",
    "FieldType",
    "Goal",
    "Handoff",
    "Holidays",
    "Hurdles",
    "Hygiene",
    "IdealCustomer",
    "LateLogging",
    "Limits",
    "Meeting",
    "Member",
    "Model",
    "Name",
    "NurtureStep",
    "Obligation",
    "ObligationOverride",
    "OnStage",
    "Parties",
    "Party",
    "Period",
    "Person",
    "Persona",
    "Program",
    "ProtocolStep",
    "RecyclingRule",
    "Reentry",
    "RejectionReason",
    "Responsibilities",
    "Route",
    "Routing",
    "Rule",
    "Scoring",
    "Segment",
    "Share",
    "Side",
    "Span",
    "Stage",
    "StageOverride",
    "Team",
    "Term",
    "Tiers",
    "share",
]


class Agreement(Model):
    """A service level agreement between marketing and sales."""

    leadpact: Literal[1] = Field(description="Version of this format: 1.")
    name: Name = Field(description="What the agreement is called.")
    purpose: str | None = Field(None, description="Why both sides make it.")
    parties: Parties | None = Field(None, description="The two sides and who speaks for them.")
    term: Period | None = Field(None, description="How long it holds.")
    calendar: CalendarSpec = Field(description="Working time of the organisation.")
    calendars: dict[str, CalendarSpec] = Field(
        default_factory=dict, description="Further calendars, for teams and people, by name."
    )
    fields: dict[str, Declared] = Field(
        default_factory=dict, description="Attributes of leads that conditions use, by name."
    )
    properties: dict[str, Declared] = Field(
        default_factory=dict, description="Properties of activities that are not text."
    )
    definitions: dict[str, str] = Field(
        default_factory=dict, description="Terms that both sides use, and what they mean."
    )
    ideal_customers: list[IdealCustomer] = Field(
        default_factory=list, description="Who our customers are."
    )
    personas: list[Persona] = Field(default_factory=list, description="The buyers we know.")
    hygiene: Hygiene = Field(
        default_factory=Hygiene, description="What is removed before sales sees it."
    )
    scoring: Scoring | None = Field(None, description="How leads are scored.")
    stages: list[Stage] = Field(
        min_length=1, max_length=30, description="The funnel, from top to bottom."
    )
    disqualification: Disqualification = Field(
        default_factory=Disqualification, description="Who is discarded, and who comes back."
    )
    handoff: Handoff = Field(description="How marketing passes a lead to sales.")
    routing: Routing = Field(default_factory=Routing, description="Who receives which leads.")
    obligations: list[Obligation] = Field(
        default_factory=list, description="Promises about each lead, with clocks."
    )
    contact_protocol: ContactProtocol | None = Field(
        None, description="When and how sales contacts a lead."
    )
    nurture: list[Program] = Field(
        default_factory=list, description="Programs for leads that are not ready."
    )
    goals: list[Goal] = Field(default_factory=list, description="Promised figures.")
    responsibilities: Responsibilities = Field(
        default_factory=Responsibilities, description="What each side does."
    )
    meetings: list[Meeting] = Field(
        default_factory=list, description="When both sides look at the figures."
    )
    segments: list[Segment] = Field(
        default_factory=list,
        max_length=200,
        description="Leads for which other thresholds and terms hold.",
    )

    @property
    def gives_points(self) -> bool:
        """Whether any rule scores leads; without one there is no score."""
        return bool(self.scoring and self.scoring.rules)

    def field_types(self) -> dict[str, str]:
        """Type of every attribute that conditions may test: the declared and the built-in ones."""
        return dict.fromkeys(BUILT_IN_FIELDS, "text") | _types(self.fields)

    def property_types(self) -> dict[str, str]:
        """Type of the declared properties; others are text unless a test compares numbers."""
        return _types(self.properties)


def _types(declared: dict[str, Any]) -> dict[str, str]:
    return {name: spec if isinstance(spec, str) else spec.type for name, spec in declared.items()}
