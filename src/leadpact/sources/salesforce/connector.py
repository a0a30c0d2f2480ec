"""Salesforce as a connector: leads, contacts, opportunities and activities in few calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from leadpact.sources.crm.connector import (
    CrmError,
    Known,
    Limits,
    Made,
    NotSetUpError,
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
from leadpact.sources.salesforce import shapes
from leadpact.sources.salesforce.client import Client, RefusedError
from leadpact.sources.salesforce.related import MERGED, Related, created_at
from leadpact.sources.salesforce.soql import moment, one_of, pieces, select

#: Records of one call that writes, rows of one page of a first reading.
WRITTEN, ROWS = 200, 2_000
#: What the connected app's user must be allowed: to read, and to write.
READING = ("api", "read: Lead, Contact, Account, Opportunity, Task, Event, User", "View All Data")
WRITING = ("edit: Lead, Contact, Task", "the permission set Leadpact of the package")
_POLLS, _LONGEST_POLL = 400, 15.0


class SalesforceConnector:
    """One organisation, read as the mapping says; satisfies `Connector`.

    `own` has the names of Leadpact's own properties by object. In Salesforce they end in `__c`.
    """

    def __init__(self, client: Client, crm: Crm, own: Mapping[str, Sequence[str]]) -> None:
        self._client, self._crm, self._own = client, crm, own
        self._related = Related(client, crm)
        self._before = client.limits.calls

    @property
    def limits(self) -> Limits:
        """What asking has cost."""
        limits = self._client.limits
        return replace(limits, calls=limits.calls - self._before)

    @property
    def time_there(self) -> datetime | None:
        """The present moment by the system's own clock; None before its first answer."""
        return self._client.clock.now

    def account(self) -> Account:
        """The organisation, and the user as whom everything of ours is written."""
        organisation, user = map(shapes.long_id, self._client.identity())
        if not user:
            raise CrmError("Salesforce does not say as whom Leadpact comes.")
        return Account(organisation, own_mark=user, pages=self._client.address,
                       scopes=self._client.scopes)  # fmt: skip

    def properties(self, of: str) -> Sequence[PropertyInfo]:
        """The fields of an object, our own under the names that we use, and of related ones."""
        return [
            PropertyInfo(self._ours(each.name), each.label, each.type, each.options, each.writable)
            for each in self._fields(of).values()
        ] + self._related_properties(of)

    def _related_properties(self, of: str) -> list[PropertyInfo]:
        """Fields of the account, and of every other related record that the mapping names."""
        named = {name.partition(".")[0] for name in self._crm.read_of(of) if "." in name}
        found = []
        for each in self._client.described(of).get("fields") or ():
            above, objects = each.get("relationshipName"), each.get("referenceTo") or ()
            if objects and (above in named or above == "Account"):
                # An owner is a user or a queue, of which users have more to tell.
                for field in self._fields("User" if "User" in objects else objects[0]).values():
                    name = f"{above}.{field.name}"
                    found.append(PropertyInfo(name, field.label, field.type, writable=False))
        return found

    def owners(self) -> Sequence[Owner]:
        """Everybody who may hold records, also those who were deactivated."""
        names = ("Id", "Name", "Email", "IsActive")
        asked = select(names, "User", ["UserType = 'Standard'"], ["Id"])
        return [shapes.owner_of(each) for each in self._related.query(asked)]

    # Reading.

    def all_of(self, of: str, after: str) -> Page:
        """Every record of an object by a query job, whose rows are fetched a page at a time."""
        fields = self._selected(of)
        place = json.loads(after) if after else {}
        if place.get("fields") != fields:
            # The first page, or the mapping was changed since the job began.
            place = {"job": self._job(of, fields), "fields": fields, "locator": ""}
        try:
            text, place["locator"] = self._client.rows(place["job"], place["locator"], ROWS)
        except RefusedError as refused:
            if not (after and refused.is_gone):
                raise
            # Results are kept for a week; what is read again changes nothing.
            return self.all_of(of, "")
        page = self._page(of, shapes.rows_of_csv(text, fields))
        return replace(page, after=json.dumps(place) if place["locator"] else "")

    def changed(self, of: str, since: datetime, after: str, _known: Known | None = None) -> Page:
        """Records that changed; also those that another record was merged or converted into.

        They are told whole, so that leaving any out would save no call.
        """
        if after:
            try:
                told = self._client.get(after)
            except RefusedError as refused:
                if not refused.is_gone:
                    raise
                return self.changed(of, since, "")
        else:
            where = [f"SystemModstamp >= {moment(since)}", *self._there(of)]
            order = ["SystemModstamp", "Id"]
            asked = select(self._selected(of), of, where, order)
            told = self._client.get(self._kind(of), {"q": asked})
        page = self._page(of, told.get("records") or [])
        following = str(told.get("nextRecordsUrl") or "")
        if following:
            return replace(page, after=following)
        known = {record.id for record in page.records}
        touched = self._related.touched(of, since)
        more = [each for each in touched if each not in known]
        beside = [each for each in self.read(of, more).records if each.id not in known]
        latest = max(touched.values(), default=None)
        return replace(page, records=[*page.records, *beside], latest=latest)

    def deleted(self, of: str, since: datetime | None, after: str) -> Page:
        """Records in the recycle bin, but for people who were merged into one that is not."""
        if after:
            told = self._client.get(after)
        else:
            where = ["IsDeleted = true"]
            where += [f"SystemModstamp >= {moment(since)}"] if since else []
            where += ["MasterRecordId = null"] if of in MERGED and of in self._crm.people else []
            asked = select(("Id", "SystemModstamp"), of, where, ["SystemModstamp"])
            told = self._client.get("queryAll", {"q": asked})
        at = {
            str(each["Id"]): moment_of(shapes.flat(each, "SystemModstamp"))
            for each in told.get("records") or ()
        }
        if of in self._crm.people:
            # What had been merged into them is gone with them.
            merged = self._related.merged_into(of, list(at))
            at |= {number: at[top] for number, (top, _) in merged.items()}
        deletions = [Deletion(of, number, when) for number, when in at.items()]
        if of == "Contact" and self._follows_conversions:
            leads = self._related.converted_into(at)
            deletions += [Deletion("Lead", number, when) for number, when in leads.items()]
        return Page(deletions=deletions, after=str(told.get("nextRecordsUrl") or ""))

    def read(self, of: str, ids: Sequence[str]) -> Page:
        """These records; one that was merged into another comes as that one."""
        rows: list[shapes.Told] = []
        for some in pieces(ids):
            asked = select(self._selected(of), of, [one_of("Id", some), *self._there(of)])
            rows += self._related.query(asked, every=of in self._crm.activities)
        there = {str(row["Id"]) for row in rows}
        missing = [each for each in ids if each not in there]
        masters = self._related.masters(of, missing)
        of_masters = self.read(of, sorted({*masters.values()} - there)) if masters else Page()
        gone = [Deletion(of, each) for each in missing if each not in masters]
        page = self._page(of, rows)
        return Page(
            [*page.records, *of_masters.records],
            [*gone, *page.deletions, *of_masters.deletions],
        )

    @property
    def _follows_conversions(self) -> bool:
        """Whether leads go on as the contacts that they are converted into."""
        return {"Lead", "Contact"} <= self._crm.people.keys()

    def _page(self, of: str, rows: Sequence[shapes.Told]) -> Page:
        """Rows as records; leads whose contact was deleted are gone as well."""
        if of != "Lead" or not self._follows_conversions:
            return Page(self._records(of, rows))
        gone = self._related.without_contact(rows)
        there = [row for row in rows if str(row["Id"]) not in gone]
        return Page(self._records(of, there), [Deletion(of, n, at) for n, at in gone.items()])

    def _records(self, of: str, rows: Sequence[shapes.Told]) -> list[Record]:
        """Rows as records, with all that other queries know of them."""
        ids = [str(row["Id"]) for row in rows]
        names, history = self._names(of), self._related.history(of, rows)
        links, absorbed = self._related.links(of, rows), self._related.absorbed(of, ids)
        return [
            shapes.record_of(
                of,
                row,
                names,
                shapes.with_present(
                    history.get(number, {}),
                    row,
                    names,
                    moment_of(shapes.flat(row, "SystemModstamp")) or created_at(row),
                ),
                links.get(number, {}),
                absorbed.get(number, ()),
                self._key,
            )
            for number, row in zip(ids, rows, strict=True)
        ]

    def _kind(self, of: str) -> str:
        """How an object is asked for: `query` leaves out activities older than a year."""
        return "queryAll" if of in self._crm.activities else "query"

    def _there(self, of: str) -> list[str]:
        """The condition that leaves out what is in the recycle bin, where it is needed."""
        return ["IsDeleted = false"] if of in self._crm.activities else []

    def _job(self, of: str, fields: Sequence[str]) -> str:
        """A query job for all records that is done; its number."""
        body = {"operation": self._kind(of), "query": select(fields, of, self._there(of))}
        told = self._client.send("POST", "jobs/query", body)
        job = str(told["id"])
        for tried in range(_POLLS):
            state = str(self._client.get(f"jobs/query/{job}").get("state"))
            if state == "JobComplete":
                return job
            if state in ("Failed", "Aborted"):
                raise CrmError(f"Salesforce gave up a query of everything (job {job}, {state}).")
            self._client.sleep(min(1.0 + tried, _LONGEST_POLL))
        raise CrmError(f"Salesforce does not come to an end with a query (job {job}).")

    def told(self, _feed: str, _since: datetime | None, _after: str) -> Page:
        """Nothing: all that Salesforce tells of people is in records."""
        return Page()

    # Writing.

    def write(self, wanted: Sequence[Wanted]) -> Sequence[Outcome]:
        """Set values, two hundred records a call; one that is refused stops no other."""
        outcomes: list[Outcome] = []
        for begin in range(0, len(wanted), WRITTEN):
            some = wanted[begin : begin + WRITTEN]
            body = {"allOrNone": False, "records": [self._as_written(each) for each in some]}
            told = self._client.send("PATCH", "composite/sobjects", body) or []
            outcomes += [
                shapes.outcome_of(result, each.id) for each, result in zip(some, told, strict=True)
            ]
        return outcomes

    def make_tasks(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Make tasks by our key: one that is there already is brought up to date."""
        return self._make(made, is_note=False)

    def make_notes(self, made: Sequence[Made]) -> Sequence[Outcome]:
        """Put notes on the timeline, as tasks that are done."""
        return self._make(made, is_note=True)

    def end_tasks(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Mark tasks as done."""
        return self.write([Wanted("Task", each, {"Status": self._statuses[1]}) for each in ids])

    def change_tasks(self, ids: Sequence[str], made: Sequence[Made]) -> Sequence[Outcome]:
        """Give tasks another time, and whose they are."""
        changes = zip(ids, made, strict=True)
        return self.write([Wanted("Task", each, shapes.task_changed(to)) for each, to in changes])

    def set_up(self, of: str, properties: Sequence[OwnProperty]) -> Sequence[str]:
        """Look whether our fields are there; they come with a package, which people deploy.

        Raises NotSetUpError with those that are missing.
        """
        self._client.forget_described()
        known = self._fields(of)
        missing = [each.name for each in properties if self._name(each.name) not in known]
        if missing:
            raise NotSetUpError(
                f"{of} lacks {', '.join(self._name(name) for name in missing)}. Deploy the package "
                "of fields (from the settings, or by `leadpact crm setup salesforce --package "
                "FILE`), and give its permission set to the user of the connected app."
            )
        return []

    def _make(self, made: Sequence[Made], *, is_note: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        status = self._statuses[is_note] if made else ""
        path = f"composite/sobjects/Task/{self._key}"
        for begin in range(0, len(made), WRITTEN):
            some = made[begin : begin + WRITTEN]
            records = [shapes.task_of(each, self._key, status, is_note=is_note) for each in some]
            told = self._client.send("PATCH", path, {"allOrNone": False, "records": records})
            outcomes += [shapes.outcome_of(result) for result in told or ()]
        return outcomes

    def _as_written(self, wanted: Wanted) -> dict[str, Any]:
        known = self._fields(wanted.object)
        told: dict[str, Any] = {"attributes": {"type": wanted.object}, "id": wanted.id}
        for name, value in wanted.values.items():
            field = self._name(name)
            told[field] = shapes.typed(value, known[field].type if field in known else "")
        return told

    @cached_property
    def _statuses(self) -> tuple[str, str]:
        """The organisation's statuses of a task that waits, and of one that is done."""
        names = ("ApiName", "IsClosed", "IsDefault", "SortOrder")
        rows = self._related.query(select(names, "TaskStatus", (), ["SortOrder"]))
        waiting = [row for row in rows if not row["IsClosed"]]
        default = [row for row in waiting if row["IsDefault"]] or waiting
        done = [row for row in rows if row["IsClosed"]]
        if not default or not done:
            raise CrmError("The organisation has no status for a task that waits, or is done.")
        return str(default[0]["ApiName"]), str(done[0]["ApiName"])

    # Names.

    @property
    def _key(self) -> str:
        """The field with our own mark of a task."""
        return self._name(f"{self._crm.write.prefix}key")

    def _name(self, name: str) -> str:
        """What a property is called in Salesforce."""
        own = name.startswith(self._crm.write.prefix)
        return name if not own or name.endswith(shapes.CUSTOM) else f"{name}{shapes.CUSTOM}"

    def _ours(self, name: str) -> str:
        own = name.casefold().startswith(self._crm.write.prefix)
        return name.casefold().removesuffix(shapes.CUSTOM) if own else name

    def _names(self, of: str) -> dict[str, str]:
        """Name in Salesforce by property, of all that is read and there; our own may be missing."""
        known = self._fields(of)
        own = [name for name in self._own.get(of, ()) if self._name(name) in known]
        return {name: self._name(name) for name in [*self._crm.read_of(of), *own]}

    def _selected(self, of: str) -> list[str]:
        more = ["WhoId"] if of in self._crm.activities else []
        more += [shapes.CONVERTED] if of == "Lead" and self._follows_conversions else []
        more += [self._key] if self._key in self._fields(of) else []
        return list(dict.fromkeys([*shapes.ALWAYS, *more, *self._names(of).values()]))

    def _fields(self, of: str) -> dict[str, PropertyInfo]:
        found = map(shapes.property_of, self._client.described(of).get("fields") or ())
        return {each.name: each for each in found}
