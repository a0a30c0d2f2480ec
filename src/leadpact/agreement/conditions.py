"""Conditions: structured questions about a lead, a row or a score."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from leadpact.agreement.durations import Span
from leadpact.agreement.values import Bound, Number, Says, Whole
from leadpact.agreement.values import Scalar as Scalar


class Model(BaseModel):
    """Base of every part of an agreement: unknown keys are refused, values never change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        allow_inf_nan=False,
        # The agreement is built whole when it is first used, not once for each of its parts.
        defer_build=True,
    )


class Test(Model):
    """What a value must be; several tests must all hold.

    An unknown value holds none of them but `unknown`.
    """

    __test__ = False

    equals: Scalar | None = Field(None, alias="is", description="The value itself.")
    one_of: list[Scalar] | None = Field(None, alias="in", description="One of these values.")
    is_not: Scalar | None = Field(None, alias="not", description="Any known value but this one.")
    not_in: list[Scalar] | None = Field(None, description="Any known value but these.")
    at_least: Bound | None = Field(None, description="This much or more, this day or later.")
    more_than: Bound | None = Field(None, description="More than this, after this day.")
    at_most: Bound | None = Field(None, description="This much or less, this day or earlier.")
    less_than: Bound | None = Field(None, description="Less than this, before this day.")
    contains: str | None = Field(None, description="A text that has this in it.")
    starts_with: str | None = Field(None, description="A text that begins so.")
    known: Literal[True] | None = Field(None, description="Any known value.")
    unknown: Literal[True] | None = Field(None, description="No known value.")

    def tests(self) -> dict[str, Any]:
        """The tests that are set, by the name they have in the file."""
        return {
            _WORDS[name]: value
            for name, value in vars(self).items()
            if value is not None and name in _WORDS
        }


#: What each test is called in the file.
_WORDS = {name: field.alias or name for name, field in Test.model_fields.items()}


class FieldCondition(Test):
    """Tests an attribute of the lead: `{field: employees, at_least: 200}`."""

    field: str = Field(description="Name of a field, declared under `fields` or built in.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.tests():
            raise ValueError("says nothing about the field; add `is`, `in`, `at_least`, `known` …")
        return self


def _manner(value: Any) -> str:
    if isinstance(value, dict | Test):
        return "tests"
    return "values" if isinstance(value, list) else "value"


Wanted = Annotated[
    Annotated[Test, Tag("tests")]
    | Annotated[list[Scalar], Tag("values")]
    | Annotated[Scalar, Tag("value")],
    Discriminator(_manner),
]


class EventCondition(Model):
    """Tests what happened: `{event: form_submitted, where: {form: demo}}`."""

    event: Annotated[str | list[str], Says("must be the name of an event, or a list of names")] = (
        Field(description="A kind, several kinds, or `any` for every activity.")
    )
    where: dict[str, Wanted] = Field(
        default_factory=dict,
        description="What its properties must be: a value, a list of values, or tests.",
    )
    count: Whole = Field(1, ge=1, le=1_000_000, description="How many such rows it takes.")
    within: Span | None = Field(None, description="Only rows younger than this count.")
    not_within: Span | None = Field(None, description="True when none came for this long.")

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if self.not_within and (self.within or self.count != 1):
            raise ValueError("`not_within` stands alone; leave `within` and `count` out")
        if not self.event:
            raise ValueError("names no event")
        return self

    @property
    def kinds(self) -> list[str]:
        """The kinds named, always as a list."""
        return [self.event] if isinstance(self.event, str) else self.event

    def where_tests(self) -> dict[str, Test]:
        """The tests on properties, the short forms `form: demo` and `form: [a, b]` spelt out."""
        return {name: _spelt_out(test) for name, test in self.where.items()}

    @property
    def is_plain(self) -> bool:
        """Whether it can be asked of one row: no count, no window, no timer."""
        return self.count == 1 and self.within is None and self.not_within is None


class ScoreCondition(Model):
    """Tests a score: `{score: total, at_least: 50}`; a group's name tests that group."""

    score: str = Field(description="`total`, `fit`, `engagement` or an own group.")
    at_least: Number | None = Field(None, description="This many points or more.")
    more_than: Number | None = Field(None, description="More points than this.")
    at_most: Number | None = Field(None, description="This many points or fewer.")
    less_than: Number | None = Field(None, description="Fewer points than this.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.at_least is self.more_than is self.at_most is self.less_than is None:
            raise ValueError("says nothing about the score; add `at_least` or `at_most`")
        return self


class AllOf(Model):
    """Holds when every part holds."""

    all: list[Condition] = Field(min_length=1, description="Conditions, each of which must hold.")


class AnyOf(Model):
    """Holds when one part holds."""

    any: list[Condition] = Field(min_length=1, description="Conditions, one of which must hold.")


class NoneOf(Model):
    """Holds when every part is known not to hold."""

    none: list[Condition] = Field(min_length=1, description="Conditions, none of which may hold.")


def _shape(value: Any) -> str | None:
    if not isinstance(value, dict | Model):
        return None
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((k for k in ("all", "any", "none", "event", "score", "field") if k in keys), None)


Condition = TypeAliasType(
    "Condition",
    Annotated[
        Annotated[AllOf, Tag("all")]
        | Annotated[AnyOf, Tag("any")]
        | Annotated[NoneOf, Tag("none")]
        | Annotated[EventCondition, Tag("event")]
        | Annotated[ScoreCondition, Tag("score")]
        | Annotated[FieldCondition, Tag("field")],
        Discriminator(
            _shape,
            custom_error_type="condition",
            custom_error_message="must be a condition: it asks about one of "
            "`field`, `event`, `score`, `all`, `any` or `none`",
        ),
    ],
)


for _combination in (AllOf, AnyOf, NoneOf):
    _combination.model_rebuild()


def _spelt_out(test: Any) -> Test:
    if isinstance(test, Test):
        return test
    return Test(one_of=test) if isinstance(test, list) else Test(equals=test)


def parts(condition: Any) -> list[Any]:
    """The conditions directly inside one; empty for a leaf."""
    match condition:
        case AllOf():
            return list(condition.all)
        case AnyOf():
            return list(condition.any)
        case NoneOf():
            return list(condition.none)
        case _:
            return []


def leaves(condition: Any) -> list[Any]:
    """Every field, event and score condition within one, in reading order."""
    inner = parts(condition)
    return [leaf for part in inner for leaf in leaves(part)] if inner else [condition]
