"""The mapping file (`sources.yaml`): which columns are leads, events and deals.

The docstrings and descriptions of these models are the reference that users read.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from leadpact.agreement.calendars import zone_hint, zone_named
from leadpact.agreement.conditions import Model, Scalar
from leadpact.agreement.values import Day
from leadpact.agreement.vocabulary import FIXED_KINDS
from leadpact.sources.amounts import Decimal
from leadpact.sources.instants import DateOrder

ColumnName = Annotated[str, Field(min_length=1, max_length=1000)]


def _known_zone(name: str) -> str:
    if zone_named(name) is None:
        raise ValueError(f"“{name[:60]}” is no time zone; {zone_hint(name)}")
    return name


def known_kind(kind: str) -> str:
    """The kind itself; raises ValueError for a word that only looks like one of fixed meaning."""
    if "." not in kind or kind in FIXED_KINDS:
        return kind
    reserved = {name.split(".")[0] for name in FIXED_KINDS if "." in name}
    near = get_close_matches(kind, FIXED_KINDS, n=1, cutoff=0.8)
    if near or kind.split(".")[0] in reserved:
        hint = f"did you mean {near[0]}?" if near else "name an activity of yours without a dot"
        raise ValueError(f"“{kind}” is not one of the kinds with a fixed meaning; {hint}")
    return kind


Zone = Annotated[str, AfterValidator(_known_zone)]
Kind = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(known_kind)]


def _one_of(part: Any, what: str) -> None:
    """Refuse a part that names neither a column nor a fixed value, or both."""
    if (part.column is None) == (part.value is None):
        raise ValueError(f"needs either {what}")


class ShortForm(Model):
    """A part that may be written as just the name of a column."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, written: Any) -> Any:
        return {"column": written} if isinstance(written, str | list) else written


class Value(ShortForm):
    """What a field or property is: a column, with more about it, or a fixed `value`."""

    column: ColumnName | list[ColumnName] | None = Field(
        None, description="The column; several are joined by a blank, as first and last name."
    )
    value: Scalar | None = Field(None, description="The same for every row, in place of a column.")
    type: Literal["text", "number", "boolean", "date"] = Field(
        "text", description="How the cell is read."
    )
    values: dict[str, str] = Field(
        default_factory=dict, description="Other names for values: `{GTXPro: GTX Pro}`."
    )
    fold: Literal["lower"] | None = Field(
        None, description="`lower`: Google and google are one value."
    )
    missing: list[str] = Field(
        default_factory=list, description="Further texts that mean no value in this column."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        _one_of(self, "a `column` or a fixed `value`")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns named, always as a list."""
        if self.column is None:
            return []
        return [self.column] if isinstance(self.column, str) else self.column

    @property
    def json_type(self) -> str:
        """The type under which it is written in the log."""
        if isinstance(self.value, bool):
            return "boolean"
        return "number" if isinstance(self.value, int | float) else self.type


class Moment(ShortForm):
    """When something happened: a date column's name, or a fixed day."""

    column: ColumnName | None = Field(None, description="The date column.")
    value: Day | None = Field(
        None, description="The same day for every row, for tables without times."
    )
    otherwise: Day | None = Field(None, description="The day for rows whose cell is empty.")
    day: Literal["start", "end"] = Field(
        "start",
        description="Where on its day a date without a time of day is placed. `end` keeps it after "
        "the times of that day that other columns know.",
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        _one_of(self, "a date `column` or a fixed `value`")
        return self


class LeadKey(ShortForm):
    """The column that tells leads apart."""

    column: ColumnName = Field(description="The column with the key.")
    form: Literal["email"] | None = Field(
        None, alias="as", description="`email`: addresses are compared without case and blanks."
    )


class LeadReference(ShortForm):
    """The column that names the lead of a row, by its key or by its email address."""

    column: ColumnName = Field(description="The column with the key or the address.")
    separator: str = Field(";", min_length=1, description="Between several keys in one cell.")


class Assignment(Model):
    """Who holds the lead, and since when."""

    to: Value = Field(description="The person.")
    team: Value | None = Field(None, description="The person's team.")
    at: Moment = Field(description="When the person was given the lead.")


class EventKind(Model):
    """What happened: a kind's name, or the column that says so."""

    value: Kind | None = Field(None, description="The same kind for every row.")
    column: ColumnName | None = Field(None, description="The column that tells the kind.")
    values: dict[str, Kind] = Field(
        default_factory=dict,
        description="Kind for each text of the column: `{Call: sales.attempted}`; without it, the "
        "text in lower case with underscores.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, written: Any) -> Any:
        return {"value": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        _one_of(self, "a kind's name or a `column`")
        return self


class Event(Model):
    """Rows, or one date column of them, as events.

    In a table of leads an empty date means that it did not happen; elsewhere every row needs one.
    """

    kind: EventKind = Field(description="What happened, or the column that says so.")
    at: Moment = Field(description="When it happened.")
    recorded: Moment | None = Field(None, description="When it became known, if later.")
    lead: LeadReference | None = Field(None, description="Whose event; this row's lead if absent.")
    id: ColumnName | None = Field(None, description="Column with the event's own key.")
    actor: Value | None = Field(None, description="Who did it.")
    properties: dict[str, Value] = Field(default_factory=dict, description="What belongs to it.")
    when: dict[ColumnName, Scalar | list[Scalar]] = Field(
        default_factory=dict, description="Only rows in which these columns have these values."
    )


class Leads(Model):
    """Each row is a lead."""

    id: LeadKey = Field(description="The column that tells leads apart.")
    created: Moment = Field(description="When the lead entered the database.")
    fields: dict[str, Value] = Field(default_factory=dict, description="Attributes of the lead.")
    attributes: Literal["as exported", "known at creation"] = Field(
        "as exported",
        description="Since when the attributes are true: exports show them as they are now.",
    )
    stages: dict[str, Moment] = Field(
        default_factory=dict, description="Stage of the agreement → date column of its entry."
    )
    assigned: Assignment | None = Field(None, description="Who holds the lead, and since when.")


class Outcome(ShortForm):
    """Which deals are won and which are lost; all others are open."""

    column: ColumnName | None = Field(None, description="The column with the deal's stage.")
    won: list[Scalar] = Field(default=["Closed Won"], description="Its texts for won deals.")
    lost: list[Scalar] = Field(default=["Closed Lost"], description="Its texts for lost deals.")
    value: Literal["won", "lost", "open"] | None = Field(
        None, description="The same for every row, for a table of won deals only."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        _one_of(self, "a `column` or a fixed `value`")
        return self


class Deals(Model):
    """Each row is a deal."""

    id: ColumnName = Field(description="The column that tells deals apart.")
    outcome: Outcome = Field(description="The column with the deal's stage, or how it ended.")
    opened: Moment | None = Field(None, description="When the deal began.")
    closed: Moment | None = Field(
        None, description="When it was won or lost; not looked at while it is open."
    )
    amount: Value | None = Field(None, description="Its worth.")
    currency: Value | None = Field(None, description="Such as USD.")
    company: Value | None = Field(None, description="Key of the company.")
    owner: Value | None = Field(None, description="Who in sales works on it.")
    product: Value | None = Field(None, description="What is sold.")
    reason: Value | None = Field(None, description="Why it was won or lost.")
    leads: LeadReference | None = Field(None, description="The leads with a role in the deal.")


class Links(Model):
    """Rows that tie leads to deals, where the table of deals does not name them."""

    deal: ColumnName = Field(description="The column with the key of the deal.")
    lead: LeadReference | None = Field(None, description="This row's lead if absent.")


class Table(Model):
    """One file, sheet, or query over the other tables, and what its rows are."""

    file: str | None = Field(
        None, min_length=1, description="CSV, TSV, Parquet, JSON lines or Excel; by its ending."
    )
    sql: str | None = Field(
        None, min_length=1, description="A query over the tables above, by their names."
    )
    google_sheet: str | None = Field(
        None,
        min_length=1,
        max_length=2000,
        description="A Google spreadsheet, by its address or key; see [Google Sheets]"
        "(../how-to/google-sheets.md).",
    )
    name: str | None = Field(
        None, min_length=1, description="Name in SQL and in reports; default: the file's name."
    )
    encoding: str | None = Field(None, description="Such as cp1252; default: found out, or UTF-8.")
    delimiter: str | None = Field(
        None, pattern=r'^[^"\r\n]$', description="Mark between cells; default: found out."
    )
    header_line: int = Field(
        1, ge=1, le=1000, description="The line, or row, that names the columns."
    )
    sheet: str | None = Field(
        None, description="Sheet of an Excel file or a Google spreadsheet; default: the first."
    )
    timezone: Zone | None = Field(None, description="Zone of times that carry none.")
    dates: DateOrder | None = Field(None, description="How 3/4/2025 is meant, if unclear.")
    decimal: Decimal | None = Field(None, description="`comma` for 1.234,50, if unclear.")
    missing: list[str] = Field(default_factory=list, description="Texts that mean no value.")
    leads: Leads | None = None
    events: list[Event] = Field(default_factory=list)
    deals: Deals | None = None
    links: Links | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(each is not None for each in (self.file, self.sql, self.google_sheet)) != 1:
            raise ValueError("needs one of `file`, `sql` and `google_sheet`")
        if self.file is None and self.name is None:
            origin = "sql" if self.sql is not None else "google_sheet"
            raise ValueError(f"a table from `{origin}` needs a `name`")
        return self

    @property
    def title(self) -> str:
        """How reports and the log call this table."""
        return self.name or str(self.file).replace("\\", "/").rsplit("/", 1)[-1]


class Sources(Model):
    """Where leads, events and deals come from."""

    leadpact_sources: Literal[1] = Field(description="Version of this format.")
    timezone: Zone | None = Field(None, description="Zone of times that carry none.")
    dates: DateOrder | None = Field(None, description="How 3/4/2025 is meant, if unclear.")
    decimal: Decimal | None = Field(None, description="`comma` for 1.234,50, if unclear.")
    missing: list[str] = Field(
        default_factory=list,
        description="Texts that mean no value, such as `Select`; an empty cell always does.",
    )
    notes: list[str] = Field(
        default_factory=list, description="What readers of a report must know about the data."
    )
    tables: list[Table] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _titles_differ(self) -> Self:
        titles = [table.title for table in self.tables]
        for title in titles:
            if titles.count(title) > 1:
                raise ValueError(f"two tables are called “{title}”; give one another `name`")
        return self
