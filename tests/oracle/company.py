"""What all leads share: the versions in force, the calendars, the closures declared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.conditions import EventCondition, Test, leaves
from leadpact.agreement.durations import Term
from leadpact.agreement.spec import Agreement, CalendarSpec
from leadpact.agreement.vocabulary import BUILT_IN_PROPERTIES

from .facts import Row
from .hours import Hours

ORGANISATION = "organisation"
Calendar = tuple[str, int, frozenset[date]]
"""Name, version and dates closed: two clocks run alike when these are equal."""


@dataclass(frozen=True)
class Promise:
    """An obligation or a step of the contact protocol, as a clock sees it."""

    name: str
    side: str
    term: Term
    calendar: str
    stops: Any
    cancels: Any = None
    pauses: Any = None
    resumes: Any = None
    when: Any = None
    by_protocol: bool = False
    step: int | None = None


class Company:
    """The agreement's versions in order of effect, with everything declared for all leads."""

    def __init__(self, versions: list[Agreement], closures: list[Row], simulate: bool) -> None:
        self.versions = sorted(versions, key=_effect)
        self.closures = closures
        self.simulate = simulate
        self.hours = lru_cache(maxsize=None)(self._hours)
        self.property_types = lru_cache(maxsize=None)(self._property_types)

    def instants(self) -> list[datetime]:
        """When versions take effect and closures are declared."""
        return [_effect(one) for one in self.versions[1:]] + [row.at for row in self.closures]

    def version_at(self, instant: datetime) -> int:
        """Number of the version in force; the first is in force before it, too."""
        return max(n for n, one in enumerate(self.versions) if n == 0 or _effect(one) <= instant)

    def calendar(self, version: int, name: str, instant: datetime) -> Calendar:
        """A calendar of a version with the dates that were declared closed by then."""
        closed = {
            date.fromisoformat(str(row.properties["date"]))
            for row in self.closures
            if row.at <= instant and (row.properties.get("calendar") or ORGANISATION) == name
        }
        return name, version, frozenset(closed)

    def calendar_name(self, version: int, mode: str, holder: str | None, team: str | None) -> str:
        """The calendar that `organisation`, `team`, `person` or a name means for a holder."""
        if mode not in ("team", "person"):
            return mode
        teams = self.versions[version].routing.teams
        named = [one for one in teams if _same(one.name, team)]
        having = [one for one in teams if any(_same(p.name, holder) for p in one.people)]
        queue = [one for one in teams if _same(one.name, holder)]
        own = next(iter(named or having or queue), None)
        person = next((p for one in having for p in one.people if _same(p.name, holder)), None)
        if mode == "person" and person and person.calendar:
            return person.calendar
        return (own.calendar if own else None) or ORGANISATION

    def protocol(self, version: int) -> list[Promise]:
        """The steps of the contact protocol of a version, in order."""
        protocol = self.versions[version].contact_protocol
        if not protocol:
            return []
        done = protocol.done_when or EventCondition(event="sales.connected")
        return [
            Promise(
                name=f"contact protocol: {step.name}",
                side="sales",
                term=step.within,
                calendar=protocol.calendar,
                stops=EventCondition(
                    event="sales.attempted",
                    where={
                        "channel": Test(
                            one_of=step.channel
                            if isinstance(step.channel, list)
                            else [step.channel]
                        )
                    },
                ),
                cancels=done,
                step=number,
            )
            for number, step in enumerate(protocol.steps)
        ]

    def _hours(self, calendar: Calendar) -> Hours:
        name, version, closed = calendar
        return Hours(self._spec(version, name), closed)

    def _spec(self, version: int, name: str) -> CalendarSpec:
        agreement = self.versions[version]
        return agreement.calendar if name == ORGANISATION else agreement.calendars[name]

    def _property_types(self, version: int) -> dict[str, str]:
        """Declared types, and for the others what their tests compare them with."""
        agreement = self.versions[version]
        operands: dict[str, list[Any]] = {}
        bounds: dict[str, list[Any]] = defaultdict(list)
        for condition in conditions_of(agreement):
            for leaf in leaves(condition):
                if isinstance(leaf, EventCondition):
                    for name, test in leaf.where_tests().items():
                        _collect(name, test, operands, bounds)
        guessed = {name: _guess(values, bounds[name]) for name, values in operands.items()}
        return guessed | dict(BUILT_IN_PROPERTIES) | agreement.property_types()


def conditions_of(part: Any) -> list[Any]:
    """Every condition within an agreement, outermost first."""
    if hasattr(part, "event") or any(hasattr(part, key) for key in ("all", "any", "none")):
        return [part]
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list | tuple):
        return [found for one in part for found in conditions_of(one)]
    if hasattr(type(part), "model_fields"):
        return [
            found
            for name in type(part).model_fields
            for found in conditions_of(getattr(part, name))
        ]
    return []


def _collect(
    name: str, test: Test, operands: dict[str, list[Any]], bounds: dict[str, list[Any]]
) -> None:
    for key, operand in test.tests().items():
        if key in ("known", "unknown"):
            continue
        operands.setdefault(name, []).extend(operand if isinstance(operand, list) else [operand])
        if key in ("at_least", "more_than", "at_most", "less_than"):
            bounds[name].append(operand)


def _guess(values: list[Any], bounds: list[Any]) -> str:
    """A number where some bound is one; else the type of all bounds, or of all values."""
    if any(type(bound) in (int, float) for bound in bounds):
        return "number"
    for kind, types in (("number", (int, float)), ("boolean", (bool,)), ("date", (date,))):
        if all(type(value) in types for value in bounds or values):
            return kind
    return "text"


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() == other.casefold()


def _effect(agreement: Agreement) -> datetime:
    if not agreement.term:
        return datetime.min.replace(tzinfo=UTC)
    midnight = datetime.combine(agreement.term.starts, time())
    return midnight.replace(tzinfo=ZoneInfo(agreement.calendar.timezone)).astimezone(UTC)
