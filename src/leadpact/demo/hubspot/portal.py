"""The state of the stand-in: records with their history, associations, owners, properties."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leadpact.demo.hubspot.mailroom import Mailroom

Clock = Callable[[], datetime]
Listener = Callable[[dict[str, Any]], None]

TOKEN = "pat-demo"
#: So many versions of a property are kept.
MOST_VERSIONS = 45
MODIFIED = {"contacts": "lastmodifieddate"}
_BY_PERSON = ("CRM_UI", "userId:1")
_NEXT = timedelta(milliseconds=1)
_SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal"}


class Faulty(Exception):  # noqa: N818 it is an answer of the API
    """A request that the API refuses for what it says."""

    def __init__(self, message: str, category: str = "VALIDATION_ERROR") -> None:
        super().__init__(message)
        self.category = category


@dataclass
class Thing:
    """A record of any object."""

    number: str
    created: datetime
    updated: datetime
    archived_at: datetime | None = None
    merged_into: str = ""
    values: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """A property: its type, the values it may have, and whether no two records share one."""

    name: str
    label: str
    type: str = "string"
    options: Sequence[str] = ()
    read_only: bool = False


class Portal:
    """One account. What people do there are its methods; `now` tells its time.

    `app` is the number of the only app that may use the API, `token` what opens it.
    """

    def __init__(self, now: Clock, *, token: str = TOKEN, app: str = "4711") -> None:
        self.now, self.token, self.app = now, token, app
        self.domain = "app.hubspot.com"
        self.extra_scopes: Sequence[str] = ()
        self.hub, self.refresh, self.renewed = "900100", "refresh-demo", 0
        self.lock = threading.RLock()
        self.objects: dict[str, dict[str, Thing]] = {}
        self.links: dict[tuple[str, str], dict[str, list[str]]] = {}
        self.owners: dict[str, dict[str, Any]] = {}
        self.mail = Mailroom()
        self.definitions: dict[str, dict[str, Definition]] = {}
        self.listeners: list[Listener] = []
        self.numbers: dict[str, list[int]] = {}
        self._changed: dict[str, dict[str, None]] = {}
        self._backdated: set[str] = set()
        self._next = 100

    def define(self, of: str, *definitions: Definition) -> None:
        """Let an object have properties."""
        self.definitions.setdefault(of, {}).update({each.name: each for each in definitions})

    def hire(self, number: str, first: str, last: str, email: str) -> None:
        """Somebody may hold records from now on."""
        self.owners[number] = {
            "id": number, "firstName": first, "lastName": last, "email": email, "archived": False
        }  # fmt: skip

    def dismiss(self, number: str) -> None:
        """Somebody left: the owner is deactivated, and keeps what it held."""
        self.owners[number]["archived"] = True

    def add(
        self,
        of: str,
        values: Mapping[str, str] | None = None,
        *,
        linked: Mapping[str, Iterable[str]] | None = None,
        by: tuple[str, str] = _BY_PERSON,
        at: datetime | None = None,
    ) -> str:
        """Make a record; its number."""
        with self.lock:
            self._next += 1
            number, at = str(self._next), at or self.now()
            made = Thing(number, at, at)
            self.objects.setdefault(of, {})[number] = made
            self.numbers.setdefault(of, []).append(self._next)
            source = {"hs_object_source": by[0], "hs_object_source_id": by[1]}
            self._write(of, made, {**(values or {}), **source}, by, at, quietly=True)
            for to, numbers in (linked or {}).items():
                for other in numbers:
                    self.link(of, number, to, other)
            self._tell(of, "creation", number, at)
            return number

    def set(
        self,
        of: str,
        number: str,
        values: Mapping[str, str],
        *,
        by: tuple[str, str] = _BY_PERSON,
        at: datetime | None = None,
    ) -> Thing:
        """Change properties of a record. Raises Faulty."""
        with self.lock:
            thing = self.there(of, number)
            self._write(of, thing, values, by, at or self.now())
            return thing

    def link(self, of: str, number: str, to: str, other: str) -> None:
        """Associate two records."""
        with self.lock:
            for a, b, c, d in ((of, number, to, other), (to, other, of, number)):
                numbers = self.links.setdefault((a, b), {}).setdefault(c, [])
                if d not in numbers:
                    numbers.append(d)
                if a == "companies":
                    # How many contacts a company has is a property of it.
                    self._touch(a, self.objects[a][b], self.now())

    def unlink(self, of: str, number: str, to: str, other: str) -> None:
        """Take an association away; the record counts as changed."""
        with self.lock:
            for a, b, c, d in ((of, number, to, other), (to, other, of, number)):
                numbers = self.links.get((a, b), {}).get(c, [])
                if d in numbers:
                    numbers.remove(d)
            self._touch(of, self.there(of, number), self.now())

    def delete(self, of: str, number: str) -> None:
        """Delete a record; it can be restored."""
        with self.lock:
            thing = self.there(of, number)
            thing.archived_at = self.now()
            self._tell(of, "deletion", number, thing.archived_at)

    def forget(self, of: str, number: str) -> None:
        """Delete a record for the sake of privacy: nothing of it is left."""
        with self.lock:
            at = self.now()
            del self.objects[of][number]
            self.numbers[of].remove(int(number))
            self._changed.get(of, {}).pop(number, None)
            for to, numbers in self.links.pop((of, number), {}).items():
                for each in numbers:
                    self.links[to, each][of].remove(number)
            self._tell(of, "deletion", number, at)
            self._tell(of, "privacyDeletion", number, at)

    def restore(self, of: str, number: str) -> None:
        """Bring a deleted record back."""
        with self.lock:
            thing = self.objects[of][number]
            thing.archived_at = None
            self._touch(of, thing, self.now())
            self._tell(of, "restore", number, thing.updated)

    def merge(self, of: str, survivor: str, other: str) -> None:
        """Merge a record into another: what the survivor lacks comes from the other."""
        with self.lock:
            keeps, goes, at = self.there(of, survivor), self.there(of, other), self.now()
            lacking = {n: v for n, v in goes.values.items() if v and not keeps.values.get(n)}
            merged = [*filter(None, keeps.values.get("hs_merged_object_ids", "").split(";")), other]
            self._write(of, keeps, lacking | {"hs_merged_object_ids": ";".join(merged)},
                        ("MERGE_OBJECTS", survivor), at)  # fmt: skip
            for to, numbers in self.links.get((of, other), {}).items():
                for each in list(numbers):
                    self.link(of, survivor, to, each)
                    self.unlink(of, other, to, each)
                    self._touch(to, self.objects[to][each], at)
            goes.merged_into, goes.archived_at = survivor, at
            self._tell(of, "merge", survivor, at, mergedObjectIds=[int(other)])

    def there(self, of: str, number: str) -> Thing:
        """A record that is not deleted; of one that was merged the survivor. Raises Faulty."""
        thing = self.objects.get(of, {}).get(number)
        while thing is not None and thing.merged_into:
            thing = self.objects[of].get(thing.merged_into)
        if thing is None or thing.archived_at is not None:
            raise Faulty(f"{of} {number} is not there", "OBJECT_NOT_FOUND")
        return thing

    def _write(
        self,
        of: str,
        thing: Thing,
        values: Mapping[str, str],
        by: tuple[str, str],
        at: datetime,
        *,
        quietly: bool = False,
    ) -> None:
        self._judge(of, values, by)
        for name, value in values.items():
            if thing.values.get(name, "") == value:
                continue
            thing.values[name] = value
            version = {"value": value, "timestamp": iso(at), "sourceType": by[0], "sourceId": by[1]}
            versions = thing.history.setdefault(name, [])
            versions.insert(0, version)
            del versions[MOST_VERSIONS:]
            if not quietly:
                self._tell(of, "propertyChange", thing.number, at, propertyName=name,
                           propertyValue=value)  # fmt: skip
        self._touch(of, thing, at)

    def _judge(self, of: str, values: Mapping[str, str], by: tuple[str, str]) -> None:
        """Refuse what the API refuses; people are kept from it by the pages they use."""
        known = self.definitions.get(of)
        if known is None or by[0] != "INTEGRATION":
            return
        for name, value in values.items():
            if name in ("hs_object_source", "hs_object_source_id"):
                continue
            definition = known.get(name)
            if definition is None:
                raise Faulty(f"Property “{name}” does not exist", "PROPERTY_DOESNT_EXIST")
            if definition.read_only:
                raise Faulty(f"Property “{name}” is read only", "READ_ONLY_VALUE")
            if value and definition.options and value not in definition.options:
                raise Faulty(f"“{name}” has no such option", "INVALID_OPTION")
            if value and name == "hubspot_owner_id" and self._gone(value):
                raise Faulty("The owner does not exist", "INVALID_OWNER_ID")

    def _gone(self, owner: str) -> bool:
        return owner not in self.owners or self.owners[owner]["archived"]

    def changed_since(self, of: str, since: datetime) -> list[Thing]:
        """Records that changed at or after an instant, in no order."""
        objects, found = self.objects.get(of, {}), []
        for number in reversed(self._changed.get(of, {})):
            thing = objects[number]
            if thing.updated >= since:
                found.append(thing)
            elif of not in self._backdated:
                break
        return found

    def _touch(self, of: str, thing: Thing, at: datetime) -> None:
        # No two changes of a record bear the same instant.
        thing.updated = max(at, thing.updated + _NEXT)
        order = self._changed.setdefault(of, {})
        last = next(reversed(order), thing.number)
        if self.objects[of][last].updated > thing.updated:
            self._backdated.add(of)
        order.pop(thing.number, None)
        order[thing.number] = None
        thing.values[MODIFIED.get(of, "hs_lastmodifieddate")] = iso(thing.updated)

    def _tell(self, of: str, what: str, number: str, at: datetime, **more: Any) -> None:
        if of not in _SINGULAR:
            return
        said = {
            "subscriptionType": f"{_SINGULAR[of]}.{what}",
            "objectId": int(number),
            "occurredAt": int(at.timestamp() * 1000),
            "portalId": int(self.hub),
            "appId": int(self.app),
            **more,
        }
        for listener in self.listeners:
            listener(said)


def iso(at: datetime) -> str:
    """An instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
