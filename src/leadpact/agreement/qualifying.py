"""The sections that say which leads count: customers, personas, hygiene, scoring, stages."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leadpact.agreement.conditions import Condition, Model
from leadpact.agreement.durations import Span
from leadpact.agreement.values import Name, Number, Says, Share, Sum, share
from leadpact.agreement.vocabulary import Side

MOST_STEPS = 1_000
"""Steps in which points may fade; the engine keeps the worth after each."""


class Criterion(Model):
    """One trait of an ideal customer, with its weight."""

    name: Name = Field(description="What the trait is called.")
    when: Condition = Field(description="Leads that have the trait.")
    weight: Number = Field(
        1, ge=0.001, le=1000, description="Its part in the fit, against the others."
    )


class IdealCustomer(Model):
    """Who our customer is, for the company or for one product, service or market."""

    name: Name = Field(description="What this kind of customer is called.")
    product: str | None = Field(None, description="The product, service or market it is for.")
    description: str | None = Field(None, description="The customer in a few words.")
    criteria: list[Criterion] = Field(min_length=1, description="Traits, each with its weight.")


class Persona(Model):
    """A buyer we know: demographics, job, issues and goals."""

    name: Name = Field(description="What this buyer is called.")
    when: Condition | None = Field(None, description="Attributes by which a lead is recognised.")
    demographics: str | None = Field(None, description="Age, place, education, income.")
    responsibilities: str | None = Field(None, description="What the job asks of this buyer.")
    issues: list[str] = Field(default_factory=list, description="What troubles this buyer.")
    goals: list[str] = Field(default_factory=list, description="What this buyer wants to reach.")


class Hygiene(Model):
    """What marketing removes before sales sees it.

    Every exclusion has a reason and can be undone.
    """

    duplicates: bool = Field(True, description="A second lead with the same email is excluded.")
    competitors: list[str] = Field(default_factory=list, description="Domains or company names.")
    own_domains: list[str] = Field(default_factory=list, description="Our own email domains.")
    test_patterns: list[str] = Field(
        default_factory=lambda: ["test@*", "*@example.*", "*+test@*"],
        description="Emails that are tests; `*` stands for anything.",
    )
    disposable: bool = Field(True, description="Addresses of throw-away mail services.")
    invalid_email: bool = Field(False, description="Leads whose email cannot be one.")
    opt_out: Condition | None = Field(None, description="Leads that asked not to be contacted.")
    bot: Condition | None = Field(None, description="Rows that only a bot sends (honeypot filled).")
    form_kinds: list[str] = Field(
        default_factory=lambda: ["form_submitted"], description="Events that are filled forms."
    )
    machine_within: Span | None = Field(
        None, description="Openings and clicks this soon after sending are a machine's."
    )
    sent_kind: str = Field("email_sent", description="The event that an email was sent.")
    machine_kinds: list[str] = Field(
        default_factory=lambda: ["email_opened", "email_clicked"],
        description="Events that mail scanners can cause.",
    )


class Ageing(Model):
    """How an activity loses worth: after each full period, this share of its points."""

    every: Span = Field(description="The period.")
    by: Share = Field(description="The share of the points lost with each period.")

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Self:
        if 0 < share(self.by) < 1 / MOST_STEPS:
            raise ValueError(
                f"by {self.by}: the points fade in more than {MOST_STEPS:,} steps; "
                "write a longer period and a larger share"
            )
        return self


class Rule(Model):
    """Points for an attribute or an activity; negative points count against."""

    name: Name = Field(description="What the rule is called wherever a score is explained.")
    group: str | None = Field(None, description="`fit`, `engagement` or an own group.")
    when: Condition = Field(description="What earns the points.")
    points: Number = Field(ge=-100_000, le=100_000, description="Points, in whole thousandths.")
    at_most: Sum | None = Field(None, gt=0, description="Cap on this rule's live points.")
    ageing: Ageing | None = Field(None, description="How the points fade; activities only.")


class Limits(Model):
    """Bounds of a sum of points."""

    at_least: Sum | None = Field(None, description="The sum never counts for less.")
    at_most: Sum | None = Field(None, description="The sum never counts for more.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least:g} is above at_most {self.at_most:g}")
        return self


Tier = Annotated[
    Annotated[str, Field(pattern="^[ABC][123]$")], Says("must be a tier, from A1 to C3")
]


class Tiers(Model):
    """Bounds of the fit letters and engagement numbers; what reaches none has the last grade."""

    fit: dict[Literal["A", "B"], Number] = Field(description="Least fit for each letter.")
    engagement: dict[Literal["1", "2"], Number] = Field(
        description="Least engagement for each number."
    )
    high_quality: list[Tier] = Field(
        default_factory=lambda: ["A1", "A2", "B1"], description="Tiers of high quality."
    )


class Scoring(Model):
    """How leads are scored. Optional: stages may come from recorded facts alone."""

    groups: dict[str, Limits] = Field(
        default_factory=dict, description="Limits of `fit`, `engagement` and own groups."
    )
    total: Limits = Field(default_factory=Limits, description="Limits of the whole score.")
    rules: list[Rule] = Field(default_factory=list, description="What earns and costs points.")
    tiers: Tiers | None = Field(None, description="Grades from A1 to C3.")


class Stage(Model):
    """A step of the funnel, with the side accountable for it."""

    name: Name = Field(description="The stage's own name, such as MQL.")
    side: Side | None = Field(None, description="Who is accountable for it.")
    definition: str | None = Field(None, description="What both sides mean by it.")
    when: Condition | None = Field(None, description="When absent, only recorded facts enter it.")
    role: Literal["mql", "sal", "sql", "opportunity", "customer"] | None = Field(
        None, description="Which of the field's stages this is, for figures."
    )
    outcome: Literal["won"] | None = Field(None, description="`won`: entering it ends the episode.")


class Disqualifier(Model):
    """A reason to discard a lead, and when it applies by itself."""

    reason: Name = Field(description="The reason, as reports name it.")
    when: Condition = Field(description="Leads that it discards.")


class Disqualification(Model):
    """Who is discarded, when a lead is lost, and what brings a closed lead back."""

    rules: list[Disqualifier] = Field(default_factory=list, description="Reasons to discard.")
    closed_lost: Condition | None = Field(None, description="Rows that end the episode as lost.")
    reopens_on: Condition | None = Field(None, description="Rows that begin a new episode.")
