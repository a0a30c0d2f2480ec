"""HubSpot as a connector: contacts, deals and activities in as few calls as it allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from leadpact.sources.crm.connector import (
    CredentialError,
    Known,
    Limits,
    Made,
    Outcome,
    OwnProperty,
    Wanted,
)
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import (
    Account,
    Deletion,
    Owner,
    Page,
    PropertyInfo,
    Record,
    moment_of,
)
from leadpact.sources.hubspot import shapes
from leadpact.sources.hubspot.client import Client, UnknownOutcomeError
from leadpact.sources.hubspot.feeds import Feeds
from leadpact.sources.hubspot.places import Place

#: Records of one call: fewer where their history is asked for.
WITH_HISTORY, WITHOUT, WRITTEN, SEARCHED, ASSOCIATED = 50, 100, 100, 200, 1000
#: Where people work who are sent nowhere else.
_DOMAIN = "app.hubspot.com"
#: What a token must be allowed: to read, and to write.
READING = (
    "crm.objects.contacts.read", "crm.objects.companies.read", "crm.objects.deals.read",
    "crm.objects.owners.read", "crm.schemas.contacts.read", "crm.schemas.companies.read",
    "crm.schemas.deals.read", "sales-email-read",
)  # fmt: skip
WRITING = ("crm.objects.contacts.write", "crm.schemas.contacts.write")


_KEY = OwnProperty(shapes.KEY, "Leadpact key", "text", "By what Leadpact finds what it made.")


class HubSpotConnector:
    """One HubSpot account, read as the mapping says; satisfies `Connector`."""

    def __init__(self, client: Client, crm: Crm, own: Mapping[str, Sequence[str]]) -> None:
        self._client, self._crm, self._own = client, crm, own
        self._feeds = Feeds(client, crm.feeds)

    @property
    def limits(self) -> Limits:
        """What asking has cost."""
        return self._client.limits

    @property
    def time_there(self) -> datetime | None:
        """The present moment by the system's own clock; None before its first answer."""
        return self._client.clock.now

    def account(self) -> Account:
        """The account, where its records are seen, and the app by which HubSpot notes writes."""
        token = self._client.token
        if self._client.is_oauth:
            told = self._client.get(f"/oauth/v1/access-tokens/{token}")
            hub, app = told.get("hub_id"), told.get("app_id")
        else:
            told = self._client.post(
                "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": token}
            )
            hub, app = told.get("hubId"), told.get("appId")
        return Account(
            str(hub or ""),
            own_mark=f"INTEGRATION:{app}" if app else "",
            pages=self._seen_at(hub) if hub else "",
            scopes=tuple(str(each) for each in told.get("scopes") or ()),
        )

    def _seen_at(self, hub: object) -> str:
        """What addresses of the account's records begin with; every region has its own domain."""
        try:
            told = self._client.get("/account-info/v3/details")
        except CredentialError:
            told = {}
        domain = str(told.get("uiDomain") or _DOMAIN)
        return f"{self._client.scheme}://{domain}/contacts/{hub}"

    def properties(self, of: str) -> Sequence[PropertyInfo]:
        """The properties of an object."""
        told = self._client.get(f"/crm/v3/properties/{of}")
        return [shapes.property_of(each) for each in told.get("results") or ()]

    def owners(self) -> Sequence[Owner]:
        """Everybody who may hold records, also those who left."""
        return [
            shapes.owner_of(told, active=not archived)
            for archived in (False, True)
            for told in self._pages(
                "/crm/v3/owners", {"limit": "500", "archived": str(archived).lower()}
            )
        ]

    def all_of(self, of: str, after: str) -> Page:
        """Every record of an object, a page at a time."""
        history = self._history(of)
        query = {
            "limit": str(WITH_HISTORY if history else WITHOUT),
            "properties": ",".join(self._read(of)),
            "archived": "false",
        }
        query |= {"propertiesWithHistory": ",".join(history)} if history else {}
        query |= {"associations": ",".join(links)} if (links := self._linked(of)) else {}
        query |= {"after": after} if after else {}
        told = self._client.get(f"/crm/v3/objects/{of}", query)
        found = told.get("results") or []
        whole = self._links(of, [str(r["id"]) for r in found if shapes.has_more_links(r)])
        records = [
            shapes.record_of(of, each, whole.get(str(each["id"])) or shapes.links_of(each))
            for each in found
        ]
        return Page(records, after=_after(told))

    def changed(self, of: str, since: datetime, after: str, known: Known) -> Page:
        """Records that changed, in the order of their changes.

        Each search begins at the last instant that the one before it told of: what is counted off
        instead moves when a record changes meanwhile, and another would be passed over. A search
        tells when a record changed and not its history: only news are read.
        """
        place = Place.parse(after) if after else Place(since)
        told = self._client.search(of, place.search(of, SEARCHED))
        found = told.get("results") or []
        at_of = {str(each["id"]): shapes.changed_at(of, each) for each in found}
        read = known(at_of)
        page = self.read(of, [n for n, at in at_of.items() if n not in read or read[n] < at])
        following = place.following(of, found, more=bool(_after(told)))
        return replace(page, after=following, latest=max(at_of.values(), default=None))

    def deleted(self, of: str, since: datetime | None, after: str) -> Page:
        """Records that were deleted: HubSpot keeps them for a while, and tells all of them."""
        query = {"limit": str(WITHOUT), "archived": "true", "properties": shapes.MERGED}
        told = self._client.get(
            f"/crm/v3/objects/{of}", query | ({"after": after} if after else {})
        )
        deletions = [
            Deletion(of, str(each["id"]), moment_of(str(each.get("archivedAt") or "")))
            for each in told.get("results") or ()
        ]
        recent = [d for d in deletions if since is None or d.at is None or d.at >= since]
        return Page(deletions=recent, after=_after(told))

    def read(self, of: str, ids: Sequence[str]) -> Page:
        """These records; one that was merged into another comes as that one."""
        links = self._links(of, ids)
        unique: dict[str, Record] = {}
        missing: set[str] = set()
        for some in _pieces(ids, WITH_HISTORY if self._history(of) else WITHOUT):
            records, not_there = self._read_some(of, some, links)
            unique |= {record.id: record for record in records}
            missing |= not_there
        gone = []
        for each in _unnamed(unique.values(), ids):
            # What is not there is said so; else another came in its place without naming it.
            found = [] if each in missing else self._read_some(of, [each], links)[0]
            gone += [] if found else [Deletion(of, each)]
            for record in found:
                known = unique.get(record.id, record)
                unique[record.id] = replace(known, absorbed=[*known.absorbed, (of, each)])
        return Page(list(unique.values()), gone)

    def _read_some(
        self, of: str, some: Sequence[str], links: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> tuple[list[Record], set[str]]:
        """Records of one call, and the numbers of those that HubSpot says are not there."""
        history = self._history(of)
        told = self._client.post(
            f"/crm/v3/objects/{of}/batch/read",
            {
                "inputs": [{"id": each} for each in some],
                "properties": self._read(of),
                **({"propertiesWithHistory": history} if history else {}),
            },
        )
        records = [
            shapes.record_of(of, each, links.get(str(each["id"]), {}))
            for each in told.get("results") or ()
        ]
        return records, set(_by_record(told))

    def told(self, feed: str, since: datetime | None, after: str) -> Page:
        """What a feed tells of people, as records without links."""
        return self._feeds.page(feed, since, after)

    def write(self, wanted: Sequence[Wanted]) -> Sequence[Outcome]:
        """Set values, a hundred records a call; those of one that is faulty are tried singly."""
        outcomes: list[Outcome] = []
        for some in _pieces(wanted, WRITTEN):
            outcomes += self._write(some)
        return outcomes

    def _write(self, some: Sequence[Wanted]) -> list[Outcome]:
        path = f"/crm/v3/objects/{some[0].object}/batch/update"
        inputs = [{"id": each.id, "properties": dict(each.values)} for each in some]
        answer = self._client.try_post(path, {"inputs": inputs})
        if answer.status >= 400:
            if len(some) == 1:
                return [Outcome(some[0].id, _why(answer.body))]
            middle = len(some) // 2
            return self._write(some[:middle]) + self._write(some[middle:])
        done = {str(each["id"]): each for each in answer.body.get("results") or ()}
        why = _by_record(answer.body)
        return [
            Outcome(each.id, at=moment_of(str(done[each.id].get("updatedAt") or "")))
            if each.id in done
            else Outcome(each.id, why.get(each.id) or "HubSpot did not write it")
            for each in some
        ]

    def make_tasks(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Make tasks; those that may be there already are looked for first."""
        return self._make("tasks", made)

    def make_notes(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Put notes on the timeline; those that may be there already are looked for first."""
        return self._make("notes", made)

    def end_tasks(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Mark tasks as done."""
        done = {"hs_task_status": "COMPLETED"}
        return self.write([Wanted("tasks", each, done) for each in ids])

    def change_tasks(self, ids: Sequence[str], made: Sequence[Made]) -> Sequence[Outcome]:
        """Give tasks another due time and owner."""
        wanted = [
            {"hs_timestamp": shapes.moment(each.due or each.at), "hubspot_owner_id": each.owner}
            for each in made
        ]
        return self.write([Wanted("tasks", i, v) for i, v in zip(ids, wanted, strict=True)])

    def _make(self, of: str, made: Sequence[Made]) -> list[Outcome]:
        there = self._made_before(of, [each.key for each in made if each.again])
        fresh = [each for each in made if each.key not in there]
        shape = shapes.task_of if of == "tasks" else shapes.note_of
        errors: dict[str, str] = {}
        unsure: dict[str, str] = {}
        for some in _pieces(fresh, WRITTEN):
            body = {"inputs": [shape(each) for each in some]}
            try:
                answer = self._client.create(f"/crm/v3/objects/{of}/batch/create", body)
            except UnknownOutcomeError as unknown:
                unsure |= {each.key: str(unknown) for each in some}
                continue
            for each in answer.body.get("results") or ():
                there[str(each["properties"].get(shapes.KEY))] = str(each["id"])
            if answer.status >= 400:
                errors |= {each.key: _why(answer.body) for each in some}
        return [
            Outcome(there[each.key])
            if each.key in there
            else Outcome(error=unsure[each.key], again=True)
            if each.key in unsure
            else Outcome(error=errors.get(each.key) or "HubSpot did not make it")
            for each in made
        ]

    def _made_before(self, of: str, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in _pieces(keys, WITHOUT):
            wanted = {"propertyName": shapes.KEY, "operator": "IN", "values": list(some)}
            body = {
                "filterGroups": [{"filters": [wanted]}],
                "properties": [shapes.KEY],
                "limit": SEARCHED,
            }
            for each in self._client.search(of, body).get("results") or ():
                found[str(each["properties"].get(shapes.KEY))] = str(each["id"])
        return found

    def set_up(self, of: str, properties: Sequence[OwnProperty]) -> Sequence[str]:
        """Make those of our properties that are missing, and our key on tasks and notes."""
        made = self._define(of, properties)
        for beside, wanted in (("tasks", self._crm.write.tasks), ("notes", self._crm.write.notes)):
            if wanted:
                made += [f"{beside}: {name}" for name in self._define(beside, [_KEY])]
        return made

    def _define(self, of: str, properties: Sequence[OwnProperty]) -> list[str]:
        known = {each.name for each in self.properties(of)}
        missing = [each for each in properties if each.name not in known]
        if missing:
            group = {"name": shapes.GROUP, "label": "Leadpact", "displayOrder": -1}
            self._client.try_post(f"/crm/v3/properties/{of}/groups", group)
            inputs = [shapes.definition_of(each) for each in missing]
            self._client.post(f"/crm/v3/properties/{of}/batch/create", {"inputs": inputs})
        return [each.name for each in missing]

    def _read(self, of: str) -> list[str]:
        always = [shapes.modified_name(of), *shapes.MADE_BY]
        always += [shapes.MERGED] if of not in self._crm.activities else []
        return sorted({*self._crm.read_of(of), *self._own.get(of, ()), *always})

    def _history(self, of: str) -> list[str]:
        return self._crm.with_history(of)

    def _linked(self, of: str) -> list[str]:
        account = self._crm.companies.get(of)
        moot = of in self._crm.people or (account is not None and not account.fields)
        return [] if moot else sorted(self._crm.people)

    def _links(self, of: str, ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Associations of records, a thousand a call; what has more of them is asked for again."""
        found: dict[str, dict[str, list[str]]] = {}
        for to in self._linked(of):
            path = f"/crm/v4/associations/{of}/{to}/batch/read"
            asked = [{"id": each} for each in ids]
            while asked:
                some, asked = asked[:ASSOCIATED], asked[ASSOCIATED:]
                for told in self._client.post(path, {"inputs": some}).get("results") or ():
                    number = str(told["from"]["id"])
                    own = found.setdefault(number, {}).setdefault(to, [])
                    numbers = dict.fromkeys(
                        str(each["toObjectId"]) for each in told.get("to") or ()
                    )
                    own += [each for each in numbers if each not in own]
                    if after := _after(told):
                        asked.append({"id": number, "after": after})
        return found

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        after = ""
        while True:
            told = self._client.get(path, {**query, **({"after": after} if after else {})})
            yield from told.get("results") or ()
            if not (after := _after(told)):
                return


def _after(told: Mapping[str, Any]) -> str:
    return str(((told.get("paging") or {}).get("next") or {}).get("after") or "")


def _pieces(items: Sequence[Any], size: int) -> Iterator[Any]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


def _why(body: Mapping[str, Any]) -> str:
    """Why HubSpot refused something, in its words, without values."""
    return str(body.get("category") or body.get("message") or "refused")[:200]


def _unnamed(records: Iterable[Record], ids: Iterable[str]) -> list[str]:
    """Those of the numbers that no record has, or says to have absorbed."""
    named = {n for r in records for n in (r.id, *(number for _, number in r.absorbed))}
    return [each for each in ids if each not in named]


def _by_record(body: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(number): _why(error)
        for error in body.get("errors") or ()
        for number in (error.get("context") or {}).get("ids") or ()
    }
