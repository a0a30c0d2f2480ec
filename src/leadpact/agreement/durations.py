"""Lengths of time that say which time they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

SECOND = 1_000_000
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MEASURED = re.compile(r"(\d+(?:\.\d+)?)\s+(?:(business|clock)\s+)?(second|minute|hour|day|week)s?")
_END_OF_DAY = re.compile(r"end of the (?:(?:(next)|(\d{1,4})(?:st|nd|rd|th)) )?business day")
_LONGEST = 100 * 366 * 86_400
_LONGEST_TERM = 10 * 366 * 86_400


class TimeKind(StrEnum):
    """Which time a term counts."""

    BUSINESS = "business time"
    CLOCK = "clock time"
    BUSINESS_DAYS = "business days"
    END_OF_DAY = "end of business day"


@dataclass(frozen=True)
class Term:
    """How long a promise has: `2 business hours`, `1 business day`, `24 clock hours`, `14 days`.

    `amount` is microseconds for business and clock time, a number of days otherwise.
    """

    kind: TimeKind
    amount: int
    text: str

    @classmethod
    def parse(cls, text: object) -> Term:
        """Read a term; raises ValueError that says what to write instead."""
        words = _words(text)
        if end := _END_OF_DAY.fullmatch(words):
            days = 1 if end[1] else int(end[2] or 0)
            _refuse_endless(days * _SECONDS["day"], words)
            return cls(TimeKind.END_OF_DAY, days, words)
        number, time, unit = _measured(words)
        _refuse_endless(number * _SECONDS[unit], words)
        if time == "business" and unit == "day":
            if number != int(number):
                raise ValueError(f"“{words}”: business days are whole; write hours instead")
            return cls(TimeKind.BUSINESS_DAYS, int(number), words)
        if time == "business" and unit == "week":
            raise ValueError(f"“{words}”: write business days instead, as in “5 business days”")
        if time is None and unit not in ("day", "week"):
            raise ValueError(
                f"“{words}” does not say which time it means; "
                f"write “{number:g} business {unit}s” or “{number:g} clock {unit}s”"
            )
        kind = TimeKind.BUSINESS if time == "business" else TimeKind.CLOCK
        return cls(kind, round(number * _SECONDS[unit] * SECOND), words)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return _as_text(cls, cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, __: GetJsonSchemaHandler) -> Any:
        examples = ["2 business hours", "1 business day", "24 clock hours", "14 days"]
        return {"type": "string", "examples": [*examples, "end of the next business day"]}


@dataclass(frozen=True)
class Span:
    """A stretch of clock time for windows and ageing: `7 days`, `36 hours`; in microseconds."""

    microseconds: int
    text: str

    @classmethod
    def parse(cls, text: object) -> Span:
        """Read a span; raises ValueError that says what to write instead."""
        words = _words(text)
        number, time, unit = _measured(words)
        if time == "business":
            raise ValueError(
                f"“{words}”: windows and ageing run in clock time; leave “business” out"
            )
        return cls(round(number * _SECONDS[unit] * SECOND), words)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return _as_text(cls, cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, __: GetJsonSchemaHandler) -> Any:
        return {"type": "string", "examples": ["7 days", "24 hours", "2 weeks"]}


def _refuse_endless(seconds: float, words: str) -> None:
    if seconds > _LONGEST_TERM:
        raise ValueError(f"“{words}” is too long; a promise has at most ten years")


def _words(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError(f"a length of time needs a unit, as in “{text} business hours”")
    return " ".join(text.lower().split())


def _measured(words: str) -> tuple[float, str | None, str]:
    match = _MEASURED.fullmatch(words)
    if not match:
        raise ValueError(
            f"“{words}” is not a length of time; write “2 business hours” or “14 days”"
        )
    number = float(match[1])
    if not 1 / SECOND <= number * _SECONDS[match[3]] <= _LONGEST:
        raise ValueError(f"“{words}” must be more than nothing and at most 100 years")
    return number, match[2], match[3]


def _as_text(kind: type, parse: Any) -> CoreSchema:
    read = core_schema.no_info_plain_validator_function(
        lambda value: value if isinstance(value, kind) else parse(value)
    )
    return core_schema.no_info_after_validator_function(
        lambda value: value, read, serialization=core_schema.to_string_ser_schema()
    )
