"""Nurture programs as promises: an entry is a clock that begins as it says and never runs out.

So all that §8, §10 and §11 say of clocks holds for entries, and nothing of it is said twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leadpact.agreement.conditions import AnyOf, EventCondition
from leadpact.agreement.spec import Agreement, OnStage, Program

ENTERED, LEFT, TOUCHED = "nurture.entered", "nurture.left", "nurture.touched"
#: Properties of those rows.
TOLD = ("program", "step", "reason")
#: Names of the promises that no agreement can have: an agreement's names are printed.
_MARK = "\u2063nurture "
_BY_STAGE = "\u2063 by stage"


@dataclass(frozen=True)
class Joining:
    """A way into a program, under the name of its promise: an event, or the entry into a stage."""

    name: str
    program: Program
    starts_on: Any
    stops_on: Any


def ways_into_programs(version: Agreement) -> Iterator[Joining]:
    """Of each program one way that begins as it or a row says, and one where a stage begins it."""
    for program in version.nurture:
        by_stage = isinstance(program.enters, OnStage)
        said = _says(ENTERED, program)
        starts = AnyOf(any=[program.enters, said]) if program.enters and not by_stage else said
        ends = _says(LEFT, program)
        stops = AnyOf(any=[program.exits, ends]) if program.exits else ends
        yield Joining(f"{_MARK}{program.name}", program, starts, stops)
        if by_stage:
            yield Joining(f"{_MARK}{program.name}{_BY_STAGE}", program, program.enters, stops)


def conditions_of_programs(version: Agreement) -> list[EventCondition]:
    """What programs ask of rows without their author having to write it."""
    return [_says(kind, each) for each in version.nurture for kind in (ENTERED, LEFT)]


def program_behind(obligation: str) -> str | None:
    """The program of a promise by its name; None for a promise of the agreement."""
    if not obligation.startswith(_MARK):
        return None
    return obligation.removeprefix(_MARK).removesuffix(_BY_STAGE)


def _says(kind: str, program: Program) -> EventCondition:
    return EventCondition(event=kind, where={"program": program.name})
