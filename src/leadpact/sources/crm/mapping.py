"""The mapping file of a customer system (`crm.yaml`): what its objects and properties mean.

The docstrings and descriptions of these models are the reference that users read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from leadpact.agreement.conditions import Model, Scalar
from leadpact.sources.mapping import Kind, Zone

#: What names of our own properties in a customer system begin with, unless the file says another.
PREFIX = "leadpact_"

#: In a suggestion, where there are no stages to suggest yet.
NO_AGREEMENT = (
    "    # No agreement is in force yet. Publish one and begin again: then `stages` stand here."
)

#: What a system tells of people beside its records.
FEEDS = {"hubspot": ("form_submissions", "email_events")}

Name = Annotated[str, Field(min_length=1, max_length=200)]
#: The built-in under another name: a field here is called `property`.
property_ = property
Owned = Literal["crm", "leadpact"]


class Stated(Model):
    """What a field or property is: a property of the record, or a fixed `value`.

    Just a name is the property of that name; a list of names is those, joined.
    """

    property: Name | None = Field(None, description="The property of the record.")
    joined: list[Name] = Field(
        default_factory=list,
        description="Several properties, joined by a blank, as first and last name.",
    )
    value: Scalar | None = Field(None, description="The same for every record.")
    type: Literal["text", "number", "boolean", "date"] = Field(
        "text", description="How the value is read."
    )
    values: dict[str, str] = Field(
        default_factory=dict, description="Other names for values: `{ORGANIC_SEARCH: Search}`."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, written: Any) -> Any:
        if isinstance(written, list):
            return {"joined": written}
        return {"property": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = (self.property is not None, self.value is not None, bool(self.joined))
        if sum(origins) != 1:
            raise ValueError("needs either a `property`, some that are `joined`, or a `value`")
        return self

    @property_
    def properties(self) -> list[str]:
        """The properties that it is made of."""
        return [self.property] if self.property else list(self.joined)


class Stages(Model):
    """The property that says how far a person is, and the stage of the agreement for its values."""

    property: Name = Field(description="Such as `lifecyclestage`.")
    values: dict[str, Name] = Field(
        description="The agreement's stage for each value; one that is not named says nothing."
    )
    dates: dict[Name, Name] = Field(
        default_factory=dict,
        description="Stage → property with the date of its entry, for entries older than what the "
        "history of the property reaches.",
    )
    write: Literal["forward", "always", "never"] = Field(
        "forward",
        description="Whether Leadpact writes the stage: only onwards, also back, or never.",
    )


class Holder(Model):
    """The property that says who holds a person. Just a name is the property of that name."""

    property: Name = Field(description="Such as `hubspot_owner_id`.")
    wins: Owned = Field(
        "crm",
        description="Whose word counts when both sides changed it: `crm` keeps what stands there "
        "and writes only where nobody does; `leadpact` writes who was assigned here last.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, written: Any) -> Any:
        return {"property": written} if isinstance(written, str) else written


class Happening(Model):
    """A property whose every change says that something happened."""

    kind: Kind = Field(description="What happened, such as `form_submitted`.")
    property: Name = Field(description="The property that changes.")
    among: list[Name] = Field(
        default_factory=list, alias="is", description="Only changes to one of these values."
    )
    properties: dict[str, Stated] = Field(
        default_factory=dict,
        description="What belongs to it. The property itself has the value it changed to; others "
        "the value that they had then, as far as their history is known.",
    )


class People(Model):
    """Records that are leads."""

    fields: dict[str, Stated] = Field(description="Attributes of the lead.")
    stages: Stages | None = None
    holder: Holder | None = None
    events: list[Happening] = Field(default_factory=list)
    forget: Name | None = Field(
        None,
        description="A property that is true once the person is to be forgotten, such as "
        "`Individual.ShouldForget`: they are erased here too, as `leadpact person erase` does.",
    )


class Companies(Model):
    """Records of companies: who holds the account, and what every lead of it takes over."""

    name: Name | None = Field(None, description="What it is called.")
    domain: Name | None = Field(
        None,
        description="Its domain or website, by which leads belong to it of which the customer "
        "system does not say whose they are.",
    )
    owner: Name | None = Field(
        None,
        description="Who holds the account. Where the agreement routes by `company_owner_first`, "
        "leads of the company go to them.",
    )
    fields: dict[str, Stated] = Field(
        default_factory=dict,
        description="Attributes of the lead, for everybody who is linked with the company.",
    )


class DealOutcome(Model):
    """Which deals are won and which are lost; all others are open."""

    property: Name = Field(description="The property with the deal's stage.")
    won: list[Name] = Field(description="Its values for won deals.")
    lost: list[Name] = Field(description="Its values for lost deals.")


class DealRecords(Model):
    """Records that are deals; the people linked with one have a role in it."""

    outcome: DealOutcome
    opened: Name | None = Field(None, description="When it began; else when the record was made.")
    closed: Name | None = Field(
        None, description="When it was won or lost; else when its stage was changed."
    )
    amount: Stated | None = Field(None, description="Its worth.")
    currency: Stated | None = Field(None, description="Such as USD.")
    reason: Stated | None = Field(None, description="Why it was won or lost.")
    product: Stated | None = Field(None, description="What is sold.")
    owner: Name | None = Field(None, description="Who in sales works on it.")


class ActivityRule(Model):
    """What an activity means."""

    kind: Kind = Field(description="Such as `sales.attempted`, or an activity of the lead.")
    when: dict[Name, list[Scalar] | Scalar] = Field(
        default_factory=dict,
        description="Only records in which these properties have (one of) these values.",
    )
    properties: dict[str, Stated] = Field(default_factory=dict, description="What belongs to it.")


class Activities(Model):
    """Records of something that happened with people: calls, emails, meetings, tasks."""

    at: Name | None = Field(None, description="When it happened; else when the record was made.")
    owner: Name | None = Field(None, description="Who did it.")
    rules: list[ActivityRule] = Field(
        min_length=1,
        description="The first that fits says what the record means; one that fits none, nothing.",
    )


class Feed(Model):
    """What HubSpot tells of people beside its records, by `form_submissions` or `email_events`.

    A form that was sent has `form`, `form_id`, `page` and each of its fields by name; what a
    marketing email did has `type` (OPEN, CLICK …), `campaign`, `campaign_id`, `subject` and, where
    it was clicked, `url`. Of an address that no contact has nothing is said.
    """

    rules: list[ActivityRule] = Field(
        min_length=1,
        description="The first that fits says what it means; what fits none says nothing.",
    )
    sooner: Name | None = Field(
        None,
        description="A property of people that changes with each, such as "
        "`recent_conversion_date`: then it is asked for at once, else every five minutes.",
    )


class Writing(Model):
    """What Leadpact writes into the customer system, beside stage and holder."""

    prefix: str = Field(
        PREFIX,
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
        description="What the names of Leadpact's own properties begin with.",
    )
    properties: bool = Field(
        True, description="Score with its reasons, due time and state of the service level."
    )
    tasks: bool = Field(True, description="A task for the holder of each lead that waits for them.")
    notes: bool = Field(False, description="A note on the timeline when a lead is handed over.")


class Crm(Model):
    """What the objects of a customer system mean, and what is written back."""

    leadpact_crm: Literal[1] = Field(description="Version of this format.")
    system: Literal["hubspot", "salesforce"] = Field(description="The customer system.")
    timezone: Zone = Field(
        "UTC",
        description="Where days begin that come without a time of day, such as Salesforce's close "
        "date. What was noted on the day it states, happened when it was noted.",
    )
    people: dict[Name, People] = Field(
        min_length=1, description="By object, such as `contacts`; one record is one lead."
    )
    companies: dict[Name, Companies] = Field(
        default_factory=dict,
        description="By object. A lead belongs to the company whose number is its attribute "
        "`company_id`, else to that of its domain.",
    )
    deals: dict[Name, DealRecords] = Field(default_factory=dict, description="By object.")
    activities: dict[Name, Activities] = Field(default_factory=dict, description="By object.")
    feeds: dict[Name, Feed] = Field(
        default_factory=dict,
        description="`form_submissions` and `email_events` of HubSpot; Salesforce has no feeds.",
    )
    who: dict[str, Name] = Field(
        default_factory=dict,
        description="Person of the agreement for an owner, named by email, name or id, where "
        "neither email nor name is the same on both sides.",
    )
    write: Writing = Writing()

    @model_validator(mode="after")
    def _ours_is_no_source(self) -> Self:
        for name, people in self.people.items():
            ours = [each for each in _read_by(people) if each.startswith(self.write.prefix)]
            if ours:
                raise ValueError(
                    f"people “{name}” reads “{ours[0]}”, which Leadpact writes itself; "
                    "name a property of the customer system"
                )
        return self

    @model_validator(mode="after")
    def _feeds_are_there(self) -> Self:
        for name in self.feeds:
            if name not in FEEDS.get(self.system, ()):
                known = ", ".join(FEEDS.get(self.system, ())) or "none"
                raise ValueError(f"{self.system} has no feed “{name}”; it has {known}")
        return self

    @property
    def objects(self) -> list[str]:
        """Every object that is read, people first, so that all others find whom they are about."""
        return [*self.people, *self.companies, *self.deals, *self.activities]

    def read_of(self, name: str) -> list[str]:
        """The properties of an object that have a meaning, in alphabetical order."""
        found: set[str] = set()
        if people := self.people.get(name):
            found |= set(_read_by(people))
            found |= {feed.sooner for feed in self.feeds.values() if feed.sooner}
        if companies := self.companies.get(name):
            told = (companies.name, companies.domain, companies.owner)
            found |= {each for each in told if each} | set(_named(companies.fields.values()))
        if deals := self.deals.get(name):
            found |= {deals.outcome.property}
            found |= {each for each in (deals.opened, deals.closed, deals.owner) if each}
            stated = (deals.amount, deals.currency, deals.reason, deals.product)
            found |= set(_named(each for each in stated if each))
        if activities := self.activities.get(name):
            found |= {each for each in (activities.at, activities.owner) if each}
            for rule in activities.rules:
                found |= {*rule.when, *_named(rule.properties.values())}
        return sorted(found)

    def with_history(self, name: str) -> list[str]:
        """The properties of an object whose changes count, in alphabetical order."""
        if people := self.people.get(name):
            dates = set(people.stages.dates.values()) if people.stages else set()
            return sorted(set(_read_by(people)) - dates - {people.forget})
        if companies := self.companies.get(name):
            return sorted(set(_named(companies.fields.values())))
        return [self.deals[name].outcome.property] if name in self.deals else []


def _read_by(people: People) -> list[str]:
    found = _named(people.fields.values())
    if people.stages:
        found += [people.stages.property, *people.stages.dates.values()]
    if people.holder:
        found.append(people.holder.property)
    found += [people.forget] if people.forget else []
    for event in people.events:
        found += [event.property, *_named(event.properties.values())]
    return found


def _named(stated: Iterable[Stated]) -> list[str]:
    return [name for each in stated for name in each.properties]
