"""What the records of a customer system say of leads: statements, made without looking anything up.

What the history of a person's record says is *lasting*: later versions are added to it. What a deal
or an activity says *stands* as the record is now: when that changes, the old is withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.vocabulary import rank_of
from leadpact.sources.crm.mapping import (
    ActivityRule,
    Crm,
    DealRecords,
    People,
    Stated,
)
from leadpact.sources.crm.records import Record, Version
from leadpact.sources.crm.told import Told, number_of, print_of

#: Attributes of companies and people that say which key a lead is known by.
_EMAIL = "email"


@dataclass(frozen=True)
class Statement:
    """A row of the log to be: about a record of a person, by its key, and perhaps its email."""

    about: str
    id: str
    kind: str
    at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    recorded: datetime | None = None
    actor: str = ""
    email: str | None = None


def key_of(system: str, of: str, number: str) -> str:
    """The key under which a record's lead, deal or fact is known to the ledger."""
    return f"{system}:{of}/{number}"


@dataclass(frozen=True)
class Reader:
    """Reads records by a mapping. `names` has the person for each owner's id.

    `is_ours` tells whether a version of a property of a record is what Leadpact wrote there.
    """

    crm: Crm
    names: Mapping[str, str] = field(default_factory=dict)
    is_ours: Callable[[Record, str, Version], bool] = lambda _record, _name, _version: False

    def person(self, record: Record, known: Mapping[str, str] | None = None) -> list[Statement]:
        """What a person's record says, lasting.

        `known` has the prints of its values when it was read last (None: never), by which changes
        of properties without a history are found.
        """
        people = self.crm.people[record.object]
        own = _Person(self, people, Told(record, self.is_ours, known))
        found = [own.created(), *own.attributes(), *own.stages(), *own.holders(), *own.events()]
        return sorted(found, key=lambda each: (each.at, rank_of(each.kind), each.id))

    def company(self, record: Record, about: Mapping[str, datetime]) -> list[Statement]:
        """What a company says of its people, given by key with their first instant; it stands."""
        told = Told(record).attributes(self.crm.companies[record.object].fields)
        found = []
        for person, begins in about.items():
            # What the company was before somebody came is what they came with.
            came_with: dict[str, Any] = {}
            for at in sorted(told):
                if at <= begins:
                    came_with |= told[at]
            later = {at: said for at, said in told.items() if at > begins}
            first = {begins: came_with} if came_with else {}
            for at, said in (first | later).items():
                found.append(_standing(self._key(record), "lead.updated", person, at, said))
        return found

    def holder_of(self, record: Record) -> str:
        """The person who holds a company's account; empty for nobody."""
        owner = self.crm.companies[record.object].owner
        return self.names.get(record.values.get(owner or "", ""), "")

    def deal(self, record: Record, about: Iterable[str]) -> list[Statement]:
        """What a deal says of the people with a role in it, given by key; it stands."""
        deals = self.crm.deals[record.object]
        facts = list(self._deal_facts(record, deals))
        actor = self.names.get(record.values.get(deals.owner or "", ""), "")
        return [
            _standing(self._key(record), kind, person, at, said, recorded, actor)
            for person in about
            for kind, at, said, recorded in facts
        ]

    def activity(self, record: Record, about: Iterable[str]) -> list[Statement]:
        """What an activity says of the people it is linked with, given by key; it stands."""
        activities = self.crm.activities[record.object]
        rule = next((r for r in activities.rules if _fits(r, record)), None)
        if rule is None:
            return []
        at = self._at(record, activities.at, record.created_at)
        recorded = record.created_at if record.created_at > at else None
        actor = self.names.get(record.values.get(activities.owner or "", ""), "")
        said = Told(record).properties(rule.properties)
        return [
            _standing(self._key(record), rule.kind, person, at, said, recorded, actor)
            for person in about
        ]

    def happening(self, record: Record) -> Statement | None:
        """What something that a feed tells says of whoever has its address; it lasts."""
        rule = next((r for r in self.crm.feeds[record.object].rules if _fits(r, record)), None)
        if rule is None:
            return None
        said = Told(record).properties(rule.properties)
        name, email = f"{self._key(record)}/{rule.kind}", record.values.get(_EMAIL)
        return Statement("", name, rule.kind, record.created_at, said, email=email)

    def outcome_of(self, record: Record) -> str:
        """`won`, `lost` or `open`."""
        outcome = self.crm.deals[record.object].outcome
        value = record.values.get(outcome.property, "")
        return "won" if value in outcome.won else "lost" if value in outcome.lost else "open"

    def closing_of(self, record: Record) -> tuple[datetime, datetime]:
        """When a deal that is won or lost was so, and when that was noted."""
        deals = self.crm.deals[record.object]
        noted = _noted(record, deals.outcome.property)
        return max(self._at(record, deals.closed, noted), self.opening_of(record)), noted

    def opening_of(self, record: Record) -> datetime:
        """When a deal began."""
        opened = self.crm.deals[record.object].opened
        return self._at(record, opened, record.created_at)

    def amount_of(self, record: Record) -> float | None:
        """A deal's worth; None where none is stated."""
        amount = self.crm.deals[record.object].amount
        return number_of(Told(record).value(amount)) if amount else None

    def stated(self, record: Record, name: str) -> str:
        """A deal's `currency`, `reason` or `product`; empty where it has none."""
        stated: Stated | None = getattr(self.crm.deals[record.object], name)
        return str(Told(record).value(stated) or "") if stated else ""

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin that come without a time of day."""
        return ZoneInfo(self.crm.timezone)

    def _at(self, record: Record, name: str | None, noted: datetime) -> datetime:
        """When something happened, as a property says, else when it was noted."""
        said = record.moment(name, self.zone, noted) if name else None
        return said or noted

    def _deal_facts(
        self, record: Record, deals: DealRecords
    ) -> Iterator[tuple[str, datetime, dict[str, Any], datetime | None]]:
        owner = self.names.get(record.values.get(deals.owner or "", ""), "")
        told = {"deal_id": self._key(record), "amount": self.amount_of(record), "owner": owner}
        told |= {name: self.stated(record, name) for name in ("currency", "product")}
        said = {name: value for name, value in told.items() if value not in (None, "")}
        opened, outcome = self.opening_of(record), self.outcome_of(record)
        made = record.created_at if record.created_at > opened else None
        yield "deal.opened", opened, said, made
        if outcome != "open":
            closed, noted = self.closing_of(record)
            reason = self.stated(record, "reason")
            yield (
                f"deal.{outcome}",
                closed,
                said | ({"reason": reason} if reason else {}),
                noted if noted > closed else None,
            )

    def _key(self, record: Record) -> str:
        return key_of(self.crm.system, record.object, record.id)


@dataclass(frozen=True)
class _Person:
    """A person's record, while its statements are made."""

    reader: Reader
    people: People
    told: Told

    @property
    def record(self) -> Record:
        return self.told.record

    def created(self) -> Statement:
        return self._statement("lead.created", self.record.created_at, {}, "created")

    def attributes(self) -> Iterator[Statement]:
        """One row for all attributes that were stated at an instant."""
        for at, said in sorted(self.told.attributes(self.people.fields).items()):
            yield self._statement("lead.updated", at, said, "updated")

    def stages(self) -> Iterator[Statement]:
        if self.people.stages is None:
            return
        mapped = self.people.stages
        told = set()
        for version in self.told.versions(mapped.property):
            if stage := mapped.values.get(version.value):
                told.add(stage)
                yield self._statement("stage.entered", version.at, {"stage": stage}, stage)
        # Nobody enters a stage on the day on which they came, before they came.
        zone, came = self.reader.zone, self.record.created_at
        for stage, name in mapped.dates.items():
            if stage not in told and (at := self.record.moment(name, zone, came)):
                yield self._statement("stage.entered", at, {"stage": stage}, f"dated {stage}")

    def holders(self) -> Iterator[Statement]:
        if self.people.holder is None:
            return
        for version in self.told.versions(self.people.holder.property):
            if person := self.reader.names.get(version.value):
                yield self._statement("lead.assigned", version.at, {"to": person}, "assigned")

    def events(self) -> Iterator[Statement]:
        for event in self.people.events:
            for version in self.told.versions(event.property):
                if version.value and (not event.among or version.value in event.among):
                    said = self.told.properties(event.properties, version.at)
                    yield self._statement(event.kind, version.at, said, event.property)

    def _statement(self, kind: str, at: datetime, said: Mapping[str, Any], label: str) -> Statement:
        key = key_of(self.reader.crm.system, self.record.object, self.record.id)
        stated = self.people.fields.get(_EMAIL)
        email = self.record.values.get(stated.property or "", "") if stated else ""
        name = f"{key}/{label}" if kind == "lead.created" else f"{key}/{label}/{_mark(at, said)}"
        return Statement(key, name, kind, at, said, email=email or None)


def _standing(
    record: str,
    kind: str,
    person: str,
    at: datetime,
    said: Mapping[str, Any],
    recorded: datetime | None = None,
    actor: str = "",
) -> Statement:
    """A statement whose id changes with everything that it says."""
    mark = _mark(at, {**said, "": [person, recorded and recorded.isoformat(), actor]})
    return Statement(person, f"{record}/{kind}/{mark}", kind, at, said, recorded, actor)


def _mark(at: datetime, said: Mapping[str, Any]) -> str:
    text = json.dumps([at.isoformat(), said], sort_keys=True, ensure_ascii=False)
    return f"{at:%Y%m%dT%H%M%S}-{print_of(text)}"


def _fits(rule: ActivityRule, record: Record) -> bool:
    return all(
        record.values.get(name, "").casefold() in {_text(each) for each in _as_list(wanted)}
        for name, wanted in rule.when.items()
    )


def _as_list(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _text(value: Any) -> str:
    return str(value).casefold()


def _noted(record: Record, name: str) -> datetime:
    """When a property came to have the value that it has."""
    versions = record.versions(name)
    return versions[-1].at if versions else record.modified_at
