"""What other tables of Salesforce know of records: histories, roles, merges, conversions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadpact.sources.crm.connector import CrmError
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Version, moment_of
from leadpact.sources.salesforce import shapes
from leadpact.sources.salesforce.client import Client
from leadpact.sources.salesforce.soql import moment, one_of, pieces, select

#: Objects whose deleted records may be merged ones.
MERGED = ("Lead", "Contact", "Account")
_ROLES = "OpportunityContactRole"
#: The field of a record with the one that it was merged into.
MASTER = "MasterRecordId"


@dataclass(frozen=True)
class Related:
    """Asks for what belongs to records, some hundred of them at a time."""

    client: Client
    crm: Crm

    def query(self, asked: str, *, every: bool = False) -> list[dict[str, Any]]:
        """All rows of a query; `every` includes those that were deleted."""
        rows: list[dict[str, Any]] = []
        told = self.client.get("queryAll" if every else "query", {"q": asked})
        while True:
            rows += told.get("records") or ()
            if not told.get("nextRecordsUrl"):
                return rows
            told = self.client.get(str(told["nextRecordsUrl"]))

    def history(self, of: str, rows: Sequence[shapes.Told]) -> dict[str, dict[str, list[Version]]]:
        """Versions of the properties whose changes count, where Salesforce keeps them."""
        wanted = [name for name in self.crm.with_history(of) if "." not in name]
        created = {str(row["Id"]): created_at(row) for row in rows}
        if of == "Opportunity":
            return self._stages_of_deals(wanted, created)
        if not wanted or of in self.crm.activities:
            return {}
        table, parent = _history_table(of)
        field_of = {_in_history(name): name for name in wanted}
        names = (parent, "Field", "OldValue", "NewValue", "CreatedDate", "CreatedById")
        found: list[shapes.Told] = []
        for some in pieces(list(created)):
            where = [one_of(parent, some), one_of("Field", sorted(field_of))]
            found += self.query(select(names, table, where, ["CreatedDate", "Id"]))
        return shapes.history_of(found, parent, created, field_of)

    def _stages_of_deals(
        self, wanted: Sequence[str], created: Mapping[str, datetime]
    ) -> dict[str, dict[str, list[Version]]]:
        """Every stage that opportunities were in; Salesforce keeps them without being told to."""
        found: dict[str, dict[str, list[Version]]] = defaultdict(dict)
        if "StageName" not in wanted:
            return found
        names = ("OpportunityId", "StageName", "CreatedDate", "CreatedById")
        for some in pieces(list(created)):
            where = [one_of("OpportunityId", some)]
            asked = select(names, "OpportunityHistory", where, ["CreatedDate", "Id"])
            for row in self.query(asked):
                versions = found[str(row["OpportunityId"])].setdefault("StageName", [])
                stage, at = shapes.flat(row, "StageName"), created_at(row)
                if not versions or versions[-1].value != stage:
                    versions.append(Version(stage, at, shapes.flat(row, "CreatedById")))
        return found

    def links(self, of: str, rows: Sequence[shapes.Told]) -> dict[str, dict[str, list[str]]]:
        """The people that opportunities and activities are about, and those of accounts."""
        if of in self.crm.activities:
            return {str(row["Id"]): shapes.person_of(shapes.flat(row, "WhoId")) for row in rows}
        found: dict[str, dict[str, list[str]]] = {}
        if of == "Account" and self._has_contacts(of):
            for some in pieces([str(row["Id"]) for row in rows]):
                for told in self.query(
                    select(("Id", "AccountId"), "Contact", [one_of("AccountId", some)])
                ):
                    own = found.setdefault(str(told["AccountId"]), {"Contact": []})
                    own["Contact"].append(str(told["Id"]))
        if of == "Opportunity":
            for some in pieces([str(row["Id"]) for row in rows]):
                where = [one_of("OpportunityId", some)]
                for role in self.query(select(("OpportunityId", "ContactId"), _ROLES, where)):
                    own = found.setdefault(str(role["OpportunityId"]), {"Contact": []})
                    if role["ContactId"] not in own["Contact"]:
                        own["Contact"].append(str(role["ContactId"]))
        return found

    def absorbed(self, of: str, ids: Sequence[str]) -> dict[str, list[tuple[str, str, datetime]]]:
        """Records that were merged into these, and leads that were converted into contacts."""
        found: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
        if of not in self.crm.people:
            return found
        for some in pieces(ids):
            merged = self.merged_into(of, some)
            into = {n: n for n in some} | {n: top for n, (top, _) in merged.items()}
            for number, (top, at) in merged.items():
                found[top].append((of, number, at))
            if of == "Contact" and "Lead" in self.crm.people:
                for row in self._converted(list(into)):
                    contact = str(row["ConvertedContactId"])
                    lead = ("Lead", str(row["Id"]), modified_at(row))
                    found[into[contact]].append(lead)
        return found

    def merged_into(self, of: str, ids: Sequence[str]) -> dict[str, tuple[str, datetime]]:
        """Records that were merged into these, also by way of others: into which, and when."""
        found: dict[str, tuple[str, datetime]] = {}
        masters = list(ids) if of in MERGED else []
        while masters:
            fresh: list[str] = []
            for some in pieces(masters):
                names = ("Id", "MasterRecordId", "SystemModstamp")
                where = ["IsDeleted = true", one_of("MasterRecordId", some)]
                for row in self.query(select(names, of, where), every=True):
                    number, master = str(row["Id"]), str(row["MasterRecordId"])
                    found[number] = (
                        found[master][0] if master in found else master,
                        modified_at(row),
                    )
                    fresh.append(number)
            masters = fresh
        return found

    def _converted(self, contacts: Sequence[str]) -> list[dict[str, Any]]:
        names, found = ("Id", shapes.CONVERTED, "SystemModstamp"), []
        for some in pieces(contacts):
            found += self.query(select(names, "Lead", [one_of("ConvertedContactId", some)]))
        return found

    def without_contact(self, rows: Sequence[shapes.Told]) -> dict[str, datetime]:
        """Leads that were converted into contacts who were deleted since, each with when.

        Such a lead is there still, and nobody sees it or can change it.
        """
        told = ((str(row["Id"]), shapes.flat(row, shapes.CONVERTED)) for row in rows)
        into = {lead: contact for lead, contact in told if contact}
        deleted = self._in_the_bin(into.values())
        tops = self.masters("Contact", [each for each, row in deleted.items() if row[MASTER]])
        deleted |= self._in_the_bin(set(tops.values()) - deleted.keys())
        found = {}
        for lead, contact in into.items():
            row = deleted.get(tops.get(contact, contact))
            if row is not None and not row[MASTER]:
                found[lead] = modified_at(row)
        return found

    def _in_the_bin(self, contacts: Iterable[str]) -> dict[str, dict[str, Any]]:
        names, found = ("Id", MASTER, "SystemModstamp"), dict[str, dict[str, Any]]()
        for some in pieces(sorted(set(contacts))):
            where = ["IsDeleted = true", one_of("Id", some)]
            rows = self.query(select(names, "Contact", where), every=True)
            found |= {str(row["Id"]): row for row in rows}
        return found

    def converted_into(self, contacts: Mapping[str, datetime | None]) -> dict[str, datetime | None]:
        """Leads that were converted into these contacts, each with the instant of the contact."""
        rows = self._converted(list(contacts))
        return {str(row["Id"]): contacts[str(row[shapes.CONVERTED])] for row in rows}

    def touched(self, of: str, since: datetime) -> dict[str, datetime]:
        """Records that something was done to which their own last change does not tell, and when.

        Of who is to be forgotten the instant is `since`.
        """
        recent = f"SystemModstamp >= {moment(since)}"
        found: dict[str, datetime] = {}
        for name, beside, where in self._touching(of):
            asked = select((name, "SystemModstamp"), beside, [*where, recent])
            rows = self.query(asked, every=beside == _ROLES or "IsDeleted = true" in where)
            for number, row in ((shapes.flat(row, name), row) for row in rows):
                found[number] = max(found.get(number, since), modified_at(row))
        people = self.crm.people.get(of)
        if people and people.forget and "." in people.forget:
            above = people.forget.partition(".")[0]
            where = [f"{people.forget} = true", f"{above}.SystemModstamp >= {moment(since)}"]
            found |= {str(r["Id"]): since for r in self.query(select(("Id",), of, where))}
        return {number: found[number] for number in sorted(found) if number}

    def _touching(self, of: str) -> Iterator[tuple[str, str, list[str]]]:
        """The fields that name records of an object in rows whose changes count for those."""
        if of == "Contact" and "Lead" in self.crm.people:
            yield "ConvertedContactId", "Lead", ["IsConverted = true"]
        if of == "Opportunity":
            yield "OpportunityId", _ROLES, []
        if of == "Account" and self._has_contacts(of):
            yield "AccountId", "Contact", ["AccountId != null"]
        if of in MERGED and of in self.crm.people:
            yield "MasterRecordId", of, ["IsDeleted = true", "MasterRecordId != null"]

    def _has_contacts(self, of: str) -> bool:
        """Whether what a company says counts for its contacts."""
        account = self.crm.companies.get(of)
        return bool(account and account.fields and "Contact" in self.crm.people)

    def masters(self, of: str, ids: Sequence[str]) -> dict[str, str]:
        """The record in which each of these lives that were merged into another."""
        into: dict[str, str] = {}
        asked: set[str] = set()
        wanted = set(ids) if of in MERGED else set()
        while wanted:
            for some in pieces(sorted(wanted)):
                where = ["IsDeleted = true", one_of("Id", some), "MasterRecordId != null"]
                for row in self.query(select(("Id", "MasterRecordId"), of, where), every=True):
                    into[str(row["Id"])] = str(row["MasterRecordId"])
            asked |= wanted
            wanted = set(into.values()) - asked
        return {number: _last(into, number) for number in ids if number in into}


def _last(into: Mapping[str, str], number: str) -> str:
    while number in into:
        number = into[number]
    return number


def _history_table(of: str) -> tuple[str, str]:
    """The table of changes of an object's fields, and its column for the record."""
    if of.endswith(shapes.CUSTOM):
        return f"{of.removesuffix(shapes.CUSTOM)}__History", "ParentId"
    return f"{of}History", f"{of}Id"


def _in_history(name: str) -> str:
    """How the history calls a field: that of the owner has another name there."""
    return "Owner" if name == "OwnerId" else name


def created_at(row: shapes.Told) -> datetime:
    """When a record was made. Raises CrmError."""
    found = moment_of(shapes.flat(row, "CreatedDate"))
    if found is None:
        raise CrmError("Salesforce told of a record without the time of its making.")
    return found


def modified_at(row: shapes.Told) -> datetime:
    """When a record was changed last. Raises CrmError."""
    return moment_of(shapes.flat(row, "SystemModstamp")) or created_at(row)
