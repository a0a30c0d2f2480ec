"""The small values of which an agreement is made: names, numbers, shares, days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_EARLIEST, _LATEST = date(1970, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True)
class Says:
    """Gives a value one sentence for whatever is wrong with it, a union's members included."""

    sentence: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source), custom_error_type="says", custom_error_message=self.sentence
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors that know `errorMessage` show the sentence too."""
        return handler(core) | {"errorMessage": self.sentence}


def share(text: str) -> float:
    """A share written as a percentage, as a number from 0 to 1 and above."""
    return float(text.rstrip("% ")) / 100


def _not_yes_or_no(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not yes or no")
    return value


def _day(value: object) -> date:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"“{value}” is not a date; write it as 2026-12-31") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"“{value}” is not a date; write it as 2026-12-31")
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError(f"{value} is not between the years 1970 and 2200")
    return value


def listed(value: object) -> object:
    """A single text as a list of one, for those who leave the brackets out."""
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1, max_length=120)]
Number = Annotated[float, BeforeValidator(_not_yes_or_no)]
Sum = Annotated[Number, Field(ge=-1_000_000_000, le=1_000_000_000)]
Whole = Annotated[int, BeforeValidator(_not_yes_or_no)]
Day = Annotated[date, BeforeValidator(_day)]
Share = Annotated[
    Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)? ?%$", examples=["80 %"])],
    Says("must be a share, such as 80 %"),
]
Hurdle = Annotated[Share | Number, Says("must be a number or a share, such as 40 or 80 %")]
Scalar = Annotated[
    str | bool | int | float | date, Says("must be a text, a number, yes or no, or a date")
]
Bound = Annotated[Number | Day, Says("must be a number, or a date such as 2026-12-31")]
FieldType = Literal["text", "number", "boolean", "date"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[
    str,
    Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", strict=True),
    Says("must be a time of day in quotes, such as '10:00'"),
]
