"""What the records of a customer system say of leads: statements, made without looking anything up.

What the history of a person's record says is *lasting*: later versions are added to it. What a deal
or an activity says *stands* as the record is now: when that changes, the old is withdrawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadpact.agreement.vocabulary import rank_of
from leadpact.sources.crm.mapping import (
    Activities,
    ActivityRule,
    Crm,
    DealRecords,
    People,
    Stated,
)
from leadpact.sources.crm.records import Record, Version, moment_of

_NAMED_BY = 8
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
        own = _Person(self, people, record, known)
        found = [own.created(), *own.attributes(), *own.stages(), *own.holders(), *own.events()]
        return sorted(found, key=lambda each: (each.at, rank_of(each.kind), each.id))

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
        at = _happened(activities, record)
        recorded = record.created_at if record.created_at > at else None
        actor = self.names.get(record.values.get(activities.owner or "", ""), "")
        said = _properties(rule.properties, record)
        return [
            _standing(self._key(record), rule.kind, person, at, said, recorded, actor)
            for person in about
        ]

    def outcome_of(self, record: Record) -> str:
        """`won`, `lost` or `open`."""
        outcome = self.crm.deals[record.object].outcome
        value = record.values.get(outcome.property, "")
        return "won" if value in outcome.won else "lost" if value in outcome.lost else "open"

    def closing_of(self, record: Record) -> tuple[datetime, datetime]:
        """When a deal that is won or lost was so, and when that was noted."""
        deals = self.crm.deals[record.object]
        noted = _noted(record, deals.outcome.property)
        return (record.moment(deals.closed) if deals.closed else None) or noted, noted

    def opening_of(self, record: Record) -> datetime:
        """When a deal began."""
        opened = self.crm.deals[record.object].opened
        return (record.moment(opened) if opened else None) or record.created_at

    def amount_of(self, record: Record) -> float | None:
        """A deal's worth; None where none is stated."""
        amount = self.crm.deals[record.object].amount
        return number_of(_value(amount, record)) if amount else None

    def stated(self, record: Record, name: str) -> str:
        """A deal's `currency`, `reason` or `product`; empty where it has none."""
        stated: Stated | None = getattr(self.crm.deals[record.object], name)
        return str(_value(stated, record) or "") if stated else ""

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
                max(closed, opened),
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
    record: Record
    known: Mapping[str, str] | None

    def created(self) -> Statement:
        return self._statement("lead.created", self.record.created_at, {}, "created")

    def attributes(self) -> Iterator[Statement]:
        """One row for all attributes that were stated at an instant."""
        by_instant: dict[datetime, dict[str, Any]] = {}
        for name, stated in self.people.fields.items():
            if not stated.properties:
                by_instant.setdefault(self.record.created_at, {})[name] = stated.value
                continue
            for version in self._joined(stated.properties):
                if (value := typed(version.value, stated)) is not None:
                    by_instant.setdefault(version.at, {})[name] = value
        for at, said in sorted(by_instant.items()):
            yield self._statement("lead.updated", at, said, "updated")

    def stages(self) -> Iterator[Statement]:
        if self.people.stages is None:
            return
        mapped = self.people.stages
        told = set()
        for version in self._versions(mapped.property):
            if stage := mapped.values.get(version.value):
                told.add(stage)
                yield self._statement("stage.entered", version.at, {"stage": stage}, stage)
        for stage, name in mapped.dates.items():
            if stage not in told and (at := self.record.moment(name)):
                yield self._statement("stage.entered", at, {"stage": stage}, f"dated {stage}")

    def holders(self) -> Iterator[Statement]:
        if self.people.holder is None:
            return
        for version in self._versions(self.people.holder.property):
            if person := self.reader.names.get(version.value):
                yield self._statement("lead.assigned", version.at, {"to": person}, "assigned")

    def events(self) -> Iterator[Statement]:
        for event in self.people.events:
            for version in self._versions(event.property):
                if version.value and (not event.among or version.value in event.among):
                    said = _properties(event.properties, self.record, (event.property, version))
                    yield self._statement(event.kind, version.at, said, event.property)

    def _versions(self, name: str) -> list[Version]:
        """What was stated of a property, but for what Leadpact wrote."""
        found = self.record.versions(name) or self._noticed(name)
        return [v for v in found if not self.reader.is_ours(self.record, name, v)]

    def _joined(self, names: Sequence[str]) -> list[Version]:
        """What was stated of several properties together, whenever one of them changed."""
        if len(names) == 1:
            return self._versions(names[0])
        found: list[Version] = []
        versions = {name: self._versions(name) for name in names}
        # One that has no history and is as before is what it was all the time.
        now = {n: self.record.values.get(n, "") for n, told in versions.items() if not told}
        changes = [(v.at, v.value, name) for name, told in versions.items() for v in told]
        for at, value, name in sorted(changes, key=lambda each: each[0]):
            now[name] = value
            text = " ".join(filter(None, (now.get(each, "").strip() for each in names)))
            if found and found[-1].at == at:
                found.pop()
            found.append(Version(text, at))
        return found

    def _noticed(self, name: str) -> list[Version]:
        """The value of a property without a history, where it is not the one known before."""
        value = self.record.values.get(name, "")
        if not value or (self.known is not None and self.known.get(name) == print_of(value)):
            return []
        first = self.known is None
        return [Version(value, self.record.created_at if first else self.record.modified_at)]

    def _statement(self, kind: str, at: datetime, said: Mapping[str, Any], label: str) -> Statement:
        key = key_of(self.reader.crm.system, self.record.object, self.record.id)
        stated = self.people.fields.get(_EMAIL)
        email = self.record.values.get(stated.property or "", "") if stated else ""
        name = f"{key}/{label}" if kind == "lead.created" else f"{key}/{label}/{_mark(at, said)}"
        return Statement(key, name, kind, at, said, email=email or None)


def print_of(value: str) -> str:
    """A short print of a value, to see later whether it is another, without keeping it."""
    return hashlib.sha256(value.encode()).hexdigest()[:_NAMED_BY]


def typed(text: str, stated: Stated) -> Any:
    """A value as the mapping reads it; None where it is empty or cannot be read so."""
    text = stated.values.get(text, text).strip()
    if not text:
        return None
    if stated.type == "number":
        return number_of(text)
    if stated.type == "boolean":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            text.lower()
        )
    if stated.type == "date":
        at = moment_of(text)
        return at.date().isoformat() if at else None
    return text


def number_of(value: Any) -> float | None:
    """A value as a number; None where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) != float("inf") and number == number else None


def _standing(
    record: str,
    kind: str,
    person: str,
    at: datetime,
    said: Mapping[str, Any],
    recorded: datetime | None,
    actor: str,
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


def _happened(activities: Activities, record: Record) -> datetime:
    return (record.moment(activities.at) if activities.at else None) or record.created_at


def _properties(
    stated: Mapping[str, Stated], record: Record, changed: tuple[str, Version] | None = None
) -> dict[str, Any]:
    found = {}
    for name, each in stated.items():
        if changed and each.property == changed[0]:
            value = typed(changed[1].value, each)
        else:
            value = _value(each, record)
        if value is not None:
            found[name] = value
    return found


def _value(stated: Stated, record: Record) -> Any:
    if not stated.properties:
        return stated.value
    values = (record.values.get(name, "").strip() for name in stated.properties)
    return typed(" ".join(filter(None, values)), stated)


def _noted(record: Record, name: str) -> datetime:
    """When a property came to have the value that it has."""
    versions = record.versions(name)
    return versions[-1].at if versions else record.modified_at
