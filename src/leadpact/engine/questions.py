"""Everything that the versions of an agreement ask of rows and of attributes, gathered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from leadpact.agreement.conditions import AnyOf, Condition, EventCondition, FieldCondition, Test
from leadpact.agreement.qualifying import Hygiene
from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import BUILT_IN_PROPERTIES, OPT_OUT, is_activity
from leadpact.engine.classes import Property
from leadpact.engine.programs import conditions_of_programs, ways_into_programs
from leadpact.engine.values import COMPARISONS, normal, read

#: Pseudo-properties: whether the system decided the row, and how late it was logged (microseconds).
DECIDED, DELAY = "is decided", "logging delay"

#: What kinds with a fixed meaning say that the engine needs to know, whatever is asked.
LOOKED_UP: dict[str, tuple[str, ...]] = {
    "stage.entered": ("stage", "episode", DECIDED),
    "lead.excluded": ("reason", DECIDED),
    "lead.restored": (DECIDED,),
    "lead.assigned": ("to", "team"),
    "sales.rejected": ("reason",),
    "lead.recycled": ("reason",),
    "dispute.ruled": ("upheld", "obligation", "stage"),
    "clock.waived": ("obligation",),
}

ANY_ACTIVITY = "any"

#: A person needs this many seconds to fill a form, where the agreement does not say what bots do.
LEAST_SECONDS_TO_FILL = 2

#: Leads that were customers before, and the answer that ends a contact protocol.
CUSTOMER = FieldCondition.model_validate({"field": "origin", "is": "customer"})
CONNECTED = EventCondition(event="sales.connected")


#: Of so many versions it is kept what they ask: to gather it takes longer than to evaluate a lead.
_KEPT = 32


class Same:
    """A thing that is equal to itself alone: agreements are compared by all that they say."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.thing is other.thing


@dataclass(frozen=True)
class RowAtom:
    """A question to one row: is it of one of these kinds, and do its properties pass the tests?"""

    kinds: tuple[str, ...]
    tests: tuple[tuple[str, int], ...]  # key of the property, number of the test

    def asks_of(self, kind: str) -> bool:
        """Whether a row of this kind can be such an event."""
        return kind in self.kinds or (ANY_ACTIVITY in self.kinds and is_activity(kind))


class Names:
    """Names numbered as they come up; spelling differs only in case and blanks."""

    def __init__(self) -> None:
        self.spelt: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, raw: str | None) -> int:
        """Number of a name, given now if it is new; -1 for none."""
        if raw is None or not normal(raw):
            return -1
        key = normal(raw)
        if key not in self._numbers:
            self._numbers[key] = len(self.spelt)
            self.spelt.append(raw.strip())
        return self._numbers[key]


class Questions:
    """Atoms of all conditions of all versions, and the properties and attributes they test.

    A property or attribute to which two versions give different types is two, each with a key.
    """

    def __init__(self, versions: Sequence[Agreement]) -> None:
        self.versions = versions
        self.property_types = [property_types(version) for version in versions]
        self.field_types = [version.field_types() for version in versions]
        self.row_atoms: list[RowAtom] = []
        self.lead_atoms: list[tuple[str, int]] = []
        self.properties: dict[str, Property] = {}
        self.fields: dict[str, Property] = {}
        self.stages = _union(stage.name for v in versions for stage in v.stages)
        self.obligations = _union(name for v in versions for name in obligation_names(v))
        self.reasons = _union(r.reason for v in versions for r in v.handoff.rejections) + _union(
            rule.name for v in versions for rule in v.handoff.recycling
        )
        self.holders = Names()
        self.teams = Names()
        self._add_lookups()
        self.customer = self._lead_atom(CUSTOMER, "text")
        for v, version in enumerate(versions):
            self._add_conditions(version, v)
            for condition in (*protocol_conditions(version), *conditions_of_programs(version)):
                self.row_atom(condition, v)

    def _add_lookups(self) -> None:
        lookups: dict[str, list[Callable[[str | None], Hashable]]] = {
            "stage": [place_in(self.stages)],
            "episode": [lambda raw: int(read(raw, "number") or 0)],
            DECIDED: [lambda raw: raw == "true"],
            "to": [self.holders.number],
            "team": [self.teams.number],
            "reason": [place_in(self.reasons), lambda raw: raw == OPT_OUT],
            "obligation": [place_in(self.obligations)],
            "upheld": [lambda raw: read(raw, "boolean") is True],
        }
        for name, functions in lookups.items():
            self._property(name, BUILT_IN_PROPERTIES.get(name)).lookups = functions
        limits = [v.handoff.late_logging for v in self.versions if v.handoff.late_logging]
        for late in limits:
            for span in (late.limit, late.flag_after):
                self._property(DELAY, None).place_of(Test(more_than=span.microseconds))

    def _add_conditions(self, version: Agreement, v: int) -> None:
        for condition in (*conditions_of(version), *conditions_in(bot_of(version.hygiene))):
            if isinstance(condition, EventCondition):
                self.row_atom(condition, v)
            elif isinstance(condition, FieldCondition):
                self.lead_atom(condition, v)

    def row_atom(self, condition: EventCondition, v: int) -> int:
        """Number of the question that an event condition of a version puts to a row."""
        tests = []
        for name, test in condition.where_tests().items():
            asked = self._property(name, self.property_types[v].get(name))
            tests.append((asked.key, asked.place_of(test)))
        return _place(self.row_atoms, RowAtom(tuple(condition.kinds), tuple(tests)))

    def lead_atom(self, condition: FieldCondition, v: int) -> int:
        """Number of the question that a field condition of a version puts to the attributes."""
        return self._lead_atom(condition, self.field_types[v].get(condition.field))

    def are(self, others: Questions) -> bool:
        """Whether other versions ask the very same, in the same order."""
        return self._asked() == others._asked()

    def _asked(self) -> tuple[Any, ...]:
        asked = [
            {key: (prop.name, prop.declared, prop.tests) for key, prop in of.items()}
            for of in (self.properties, self.fields)
        ]
        types = self.property_types, self.field_types
        named = self.stages, self.obligations, self.reasons
        return self.row_atoms, self.lead_atoms, asked, types, named

    def asks_only_numbers_of(self, name: str) -> bool:
        """Whether an attribute is a number for every version that knows it and every condition."""
        declared = {types[name] for types in self.field_types if name in types}
        asked = {prop.numeric_kind for prop in self.fields.values() if prop.name == name}
        return declared == {"number"} and asked <= {"number"}

    def _lead_atom(self, condition: FieldCondition, kind: str | None) -> int:
        asked = _of_type(self.fields, condition.field, kind)
        place = asked.place_of(Test.model_validate(condition.tests()))
        return _place(self.lead_atoms, (asked.key, place))

    def _property(self, name: str, kind: str | None) -> Property:
        return _of_type(self.properties, name, kind)

    def properties_of(self, kind: str) -> list[str]:
        """Keys of the properties that matter for rows of a kind."""
        names = dict.fromkeys(LOOKED_UP.get(kind, ()))
        for atom in self.row_atoms:
            if atom.asks_of(kind):
                names |= dict.fromkeys(name for name, _ in atom.tests)
        if DELAY in self.properties:
            names[DELAY] = None
        return list(names)


def property_types(version: Agreement) -> dict[str, str]:
    """Type of every property that a version declares, knows or tests; see `docs/semantics.md` §2.

    What it does not declare has one reading for the whole version, whichever condition asks.
    """
    return dict(_property_types(Same(version)))


@lru_cache(maxsize=_KEPT)
def _property_types(of: Same) -> dict[str, str]:
    version: Agreement = of.thing
    operands: dict[str, list[tuple[str, Any]]] = {}
    for condition in conditions_of(version):
        if isinstance(condition, EventCondition):
            for name, test in condition.where_tests().items():
                operands.setdefault(name, []).extend(_operands(test))
    guessed = {name: _guess(asked) for name, asked in operands.items()}
    return guessed | BUILT_IN_PROPERTIES | version.property_types()


def _operands(test: Test) -> Iterator[tuple[str, Any]]:
    for word, operand in test.tests().items():
        if word not in ("known", "unknown"):
            for one in operand if isinstance(operand, list) else [operand]:
                yield word, one


def _guess(asked: Sequence[tuple[str, Any]]) -> str:
    """The type that the values it is tested for show; the bounds decide where there are any."""
    bounds = {_kind(operand) for word, operand in asked if word in COMPARISONS}
    kinds = {_kind(operand) for _, operand in asked}
    if bounds:
        return "number" if "number" in bounds else "date"
    return next(iter(kinds)) if len(kinds) == 1 else "text"


def _kind(operand: Any) -> str:
    if isinstance(operand, bool):
        return "boolean"
    if isinstance(operand, int | float):
        return "number"
    return "date" if isinstance(operand, date) else "text"


def _of_type(known: dict[str, Property], name: str, kind: str | None) -> Property:
    """The property of that name and type, under its name where it is the first of that name."""
    key = name if name not in known or known[name].declared == kind else f"{name} as {kind}"
    return known.setdefault(key, Property(name, kind, key))


def attempt_over(channel: str | list[str]) -> EventCondition:
    """The rows that are an attempt over one of these channels."""
    channels = [channel] if isinstance(channel, str) else channel
    return EventCondition(event="sales.attempted", where={"channel": Test(one_of=list(channels))})


def bot_of(hygiene: Hygiene) -> Condition | None:
    """What only a bot sends: where its author does not say, a hidden field filled, or in no time.

    None where no event is a form.
    """
    if hygiene.bot is not None or not hygiene.form_kinds:
        return hygiene.bot
    hidden, hasty = Test(known=True), Test(less_than=LEAST_SECONDS_TO_FILL)
    return AnyOf(
        any=[
            EventCondition(event=hygiene.form_kinds, where={"honeypot": hidden}),
            EventCondition(event=hygiene.form_kinds, where={"seconds_to_fill": hasty}),
        ]
    )


def protocol_conditions(version: Agreement) -> list[EventCondition]:
    """What the contact protocol asks of rows without its author having to write it."""
    protocol = version.contact_protocol
    return [CONNECTED, *(attempt_over(s.channel) for s in protocol.steps)] if protocol else []


def obligation_names(version: Agreement) -> list[str]:
    """Names of the obligations, the steps of the contact protocol and the ways into programs."""
    protocol = version.contact_protocol
    steps = [step_name(step.name) for step in protocol.steps] if protocol else []
    ways = [way.name for way in ways_into_programs(version)]
    return [obligation.name for obligation in version.obligations] + steps + ways


def step_name(name: str) -> str:
    """As what a step of the contact protocol is known among the obligations."""
    return f"contact protocol: {name}"


def conditions_of(version: Agreement) -> tuple[Any, ...]:
    """Every event, field and score condition of a version."""
    return _conditions(Same(version))


@lru_cache(maxsize=_KEPT)
def _conditions(of: Same) -> tuple[Any, ...]:
    return tuple(conditions_in(of.thing))


def conditions_in(part: Any) -> Iterator[Any]:
    """Every event, field and score condition anywhere within a part of an agreement."""
    if isinstance(part, EventCondition | FieldCondition):
        yield part
    elif isinstance(part, BaseModel):
        for value in vars(part).values():
            yield from conditions_in(value)
    elif isinstance(part, list):
        for item in part:
            yield from conditions_in(item)
    elif isinstance(part, dict):
        for item in part.values():
            yield from conditions_in(item)


def place_in(names: list[str]) -> Callable[[str | None], int]:
    """A look-up of a name's place in a list, as conditions compare texts; -1: not there."""
    places = {normal(name): place for place, name in reversed(list(enumerate(names)))}
    return lambda raw: places.get(normal(raw), -1) if raw else -1


def _union(names: Any) -> list[str]:
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(normal(name), name)
    return list(known.values())


def _place(known: list[Any], item: Any) -> int:
    if item not in known:
        known.append(item)
    return known.index(item)
