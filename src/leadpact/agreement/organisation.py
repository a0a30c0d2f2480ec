"""The first sections: who agrees, for how long, in which hours, over which data."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from leadpact.agreement.conditions import Model
from leadpact.agreement.durations import Span
from leadpact.agreement.values import Day, FieldType, Name, listed

Intervals = Annotated[
    list[str],
    BeforeValidator(listed, json_schema_input_type=str | list[str]),
    Field(examples=[["09:00-17:00"], ["09:00-12:30", "13:30-18:00"]]),
]


class Person(Model):
    """Somebody the agreement names."""

    name: Name = Field(description="Full name.")
    email: str | None = Field(None, description="Address for notices.")
    role: str | None = Field(None, description="What this person does.")


class Party(Model):
    """One of the two sides."""

    head: Person = Field(description="Who accepts the agreement for this side.")
    contacts: list[Person] = Field(default_factory=list, description="Who answers questions.")


class Parties(Model):
    """The two sides, their heads and their points of contact."""

    marketing: Party = Field(description="Who brings and qualifies the leads.")
    sales: Party = Field(description="Who answers and closes them.")


class Period(Model):
    """From when until when the agreement holds, and how often it is looked at again."""

    starts: Day = Field(alias="from", description="First day in force.")
    until: Day | None = Field(None, description="Last day in force; open-ended when absent.")
    review_every: Literal["month", "quarter", "half-year", "year"] | None = Field(
        None, description="How often both sides look at it again."
    )
    renewal_notice: Span | None = Field(None, description="How long before its end to remind.")


class Holidays(Model):
    """Public holidays of a country or one of its regions, with own additions."""

    country: Name = Field(description="Two-letter country code, such as US or DE.")
    region: str | None = Field(None, description="Region code, such as NY or BY.")
    also: list[Day] = Field(default_factory=list, description="Further closed days.")
    not_on: list[Day] = Field(default_factory=list, description="Holidays that are worked.")


class CalendarSpec(Model):
    """Working hours in a zone. An end at or before its start is on the next day."""

    timezone: Name = Field(description="IANA zone, such as Europe/Berlin.")
    hours: dict[str, Intervals] = Field(
        description="Hours of weekdays: one (`mon`), a range (`mon-fri`) or several (`mon,wed`)."
    )
    holidays: Holidays | None = Field(None, description="Public holidays, on which all is closed.")
    exceptions: dict[Day, Intervals] = Field(
        default_factory=dict,
        description="Hours of single dates, holidays too; an empty list is closed.",
    )


class FieldSpec(Model):
    """An attribute or property that conditions use."""

    type: FieldType = Field("text", description="What its values are.")
    values: list[str] = Field(default_factory=list, description="The values it may take.")
    description: str | None = Field(None, description="What it says, for people.")


def _field_form(value: Any) -> str:
    return "type" if isinstance(value, str) else "specification"


Declared = Annotated[
    Annotated[FieldType, Tag("type")] | Annotated[FieldSpec, Tag("specification")],
    Discriminator(_field_form),
]
