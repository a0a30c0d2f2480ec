"""An organisation that keeps state: records with histories, a recycle bin, users, merges."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadpact.demo.salesforce.table import CHANGED, Row, Table

Clock = Callable[[], datetime]

#: What ids begin with, by object.
PREFIXES = {
    "Lead": "00Q", "Contact": "003", "Account": "001", "Opportunity": "006", "Task": "00T",
    "Event": "00U", "User": "005", "OpportunityContactRole": "00K", "LeadHistory": "0QH",
    "ContactHistory": "03H", "AccountHistory": "019",
    "OpportunityHistory": "008", "OpportunityFieldHistory": "017",
    "TaskStatus": "01T", "Individual": "0PK",
}  # fmt: skip
#: Fields of each object, with their types.
FIELDS: dict[str, dict[str, str]] = {
    "Lead": {"FirstName": "string", "LastName": "string", "Name": "string", "Email": "email",
             "Phone": "phone",
             "Company": "string", "Title": "string", "Country": "string", "Status": "picklist",
             "LeadSource": "picklist", "OwnerId": "reference", "NumberOfEmployees": "int",
             "IsConverted": "boolean", "ConvertedDate": "date", "ConvertedContactId": "reference",
             "IndividualId": "reference",
             "ConvertedAccountId": "reference", "ConvertedOpportunityId": "reference",
             "MasterRecordId": "reference"},
    "Contact": {"FirstName": "string", "LastName": "string", "Name": "string", "Email": "email",
                "Phone": "phone",
                "Title": "string", "AccountId": "reference", "OwnerId": "reference",
                "LeadSource": "picklist", "IndividualId": "reference",
                "MasterRecordId": "reference"},
    "Individual": {"LastName": "string", "ShouldForget": "boolean"},
    "Account": {"Name": "string", "Industry": "picklist", "Website": "url",
                "NumberOfEmployees": "int", "OwnerId": "reference",
                "MasterRecordId": "reference"},
    "Opportunity": {"Name": "string", "StageName": "picklist", "Amount": "currency",
                    "CloseDate": "date", "OwnerId": "reference", "AccountId": "reference",
                    "IsClosed": "boolean", "IsWon": "boolean", "LossReason__c": "picklist"},
    "Task": {"Subject": "string", "Description": "textarea", "Status": "picklist",
             "Priority": "picklist", "ActivityDate": "date", "WhoId": "reference",
             "WhatId": "reference", "OwnerId": "reference", "TaskSubtype": "picklist",
             "CallDisposition": "string", "CallDurationInSeconds": "int", "IsClosed": "boolean",
             "CompletedDateTime": "datetime", "ReminderDateTime": "datetime",
             "IsReminderSet": "boolean", "IsArchived": "boolean",
             "leadpact_key__c": "string"},
    "Event": {"Subject": "string", "StartDateTime": "datetime", "IsArchived": "boolean",
              "WhoId": "reference",
              "OwnerId": "reference"},
    "User": {"Name": "string", "Email": "email", "IsActive": "boolean", "UserType": "picklist"},
    "OpportunityContactRole": {"OpportunityId": "reference", "ContactId": "reference",
                               "Role": "picklist", "IsPrimary": "boolean"},
    "LeadHistory": {"LeadId": "reference", "Field": "picklist", "OldValue": "anyType",
                    "NewValue": "anyType"},
    "ContactHistory": {"ContactId": "reference", "Field": "picklist", "OldValue": "anyType",
                       "NewValue": "anyType"},
    "AccountHistory": {"AccountId": "reference", "Field": "picklist", "OldValue": "anyType",
                       "NewValue": "anyType"},
    "OpportunityHistory": {"OpportunityId": "reference", "StageName": "picklist",
                           "Amount": "currency", "CloseDate": "date"},
    "TaskStatus": {"ApiName": "string", "IsClosed": "boolean", "IsDefault": "boolean",
                   "SortOrder": "int"},
}  # fmt: skip
SYSTEM = {"Id": "id", "CreatedDate": "datetime", "CreatedById": "reference",
          "SystemModstamp": "datetime", "IsDeleted": "boolean"}  # fmt: skip
#: Fields whose history the organisation was told to track.
TRACKED = {"Lead": ("Status", "OwnerId", "Email", "LeadSource"), "Contact": ("OwnerId", "Email")}
#: What a choice may be, where the stand-in says so.
CHOICES = {
    ("Lead", "Status"): ("Open", "Working", "Qualified", "Unqualified"),
    ("Opportunity", "StageName"): ("Prospecting", "Proposal", "Closed Won", "Closed Lost"),
}
REQUIRED = (("Lead", "Status"), ("Opportunity", "StageName"))
#: What a field with the id of another record leads to.
RELATED = {
    "AccountId": ("Account",),
    "OwnerId": ("Group", "User"),
    "WhoId": ("Contact", "Lead"),
    "IndividualId": ("Individual",),
}
_OF = {prefix: of for of, prefix in PREFIXES.items()}
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class FaultyError(Exception):
    """A request that Salesforce would refuse; `code` is its word for why."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(message or code)
        self.code, self.status = code, status


def stamp(at: datetime) -> str:
    """An instant as Salesforce tells it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


@dataclass
class Org:
    """An organisation. `now` tells the time.

    `me` is the user as whom programs come, `web` who makes leads from web forms.
    """

    now: Clock
    token: str = "session"
    name: str = "Sample company"
    number: str = "00D000000000001EAA"
    tables: dict[str, Table] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.fields = {of: {**SYSTEM, **own} for of, own in FIELDS.items()}
        self.tables = {of: Table() for of in FIELDS}
        self.me = self.user("Leadpact", "leadpact@example.com")
        self.web = self._store("User", {"Name": "Automated Process", "IsActive": True,
                                        "UserType": "AutomatedProcess"}, "")  # fmt: skip
        for order, (name, closed) in enumerate((("Not Started", False), ("Completed", True))):
            self._store("TaskStatus", {"ApiName": name, "IsClosed": closed, "IsDefault": not order,
                                       "SortOrder": order}, self.me)  # fmt: skip

    # What people do.

    def user(self, name: str, email: str = "") -> str:
        """Somebody who may hold records."""
        told = {"Name": name, "Email": email, "IsActive": True, "UserType": "Standard"}
        return self._store("User", told, "")

    def deactivate(self, user: str) -> None:
        """Somebody leaves."""
        self.tables["User"][user]["IsActive"] = False

    def create(self, of: str, values: Mapping[str, Any], by: str = "") -> str:
        """A new record; its id."""
        with self.lock:
            self._check(of, values)
            told = {"OwnerId": by or self.me, **values} if of in _OWNED else dict(values)
            number = self._store(of, told, by or self.me)
            if of == "Opportunity":
                self._keep_stage(number, by or self.me)
            return number

    def update(self, of: str, number: str, values: Mapping[str, Any], by: str = "") -> None:
        """Other values for a record. Raises FaultyError."""
        with self.lock:
            row = self._there(of, number)
            self._check(of, values)
            if number in self.locked:
                raise FaultyError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
            if of == "Lead" and row.get("IsConverted"):
                raise FaultyError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
            if (owner := values.get("OwnerId")) and not self._may_hold(str(owner)):
                raise FaultyError("OPERATION_WITH_INVALID_USER_TYPE_EXCEPTION", "inactive owner")
            changed = {n: v for n, v in values.items() if row.get(n) != v}
            for name in changed:
                self._track(of, row, name, changed[name], by or self.me)
            self._change(of, row, values)
            _name(of, row)
            if of == "Task" and "Status" in changed:
                self._close(row)
            if of == "Opportunity" and changed:
                self._keep_stage(number, by or self.me)

    def delete(self, of: str, number: str) -> None:
        """Into the recycle bin."""
        with self.lock:
            self._change(of, self._there(of, number), {"IsDeleted": True})

    def restore(self, of: str, number: str) -> None:
        """Out of the recycle bin."""
        with self.lock:
            self._change(of, self.tables[of][number], {"IsDeleted": False})

    def empty_bin(self, of: str) -> None:
        """What is in the recycle bin is gone for good, as after 15 days."""
        with self.lock:
            for row in [row for row in self.tables[of].values() if row["IsDeleted"]]:
                self.tables[of].drop(row["Id"])

    def touch(self, of: str, number: str) -> None:
        """Salesforce changes a record by itself, as when a choice is renamed."""
        with self.lock:
            self._change(of, self._there(of, number), {})

    def merge(self, of: str, survivor: str, absorbed: str) -> None:
        """One record takes in another, with its activities."""
        with self.lock:
            kept, gone = self._there(of, survivor), self._there(of, absorbed)
            self._change(of, gone, {"IsDeleted": True, "MasterRecordId": survivor})
            self._change(of, kept, {})
            self._move(absorbed, survivor)

    def convert(self, lead: str, by: str = "", contact: str = "", deal: str = "") -> str:
        """A lead becomes a contact, an account and, where `deal` names one, an opportunity.

        With `contact` it becomes one that is there already. Who converts a lead that no person
        holds has the contact. The contact's id.
        """
        with self.lock:
            row = self._there("Lead", lead)
            said = {name: row.get(name) for name in ("FirstName", "LastName", "Email", "Title")}
            account = self.create("Account", {"Name": row.get("Company") or "?"}, by)
            if not contact:
                owner = self.tables["User"].get(row["OwnerId"], {})
                held = owner.get("UserType") == "Standard" or not by
                said |= {"AccountId": account, "OwnerId": row["OwnerId"] if held else by}
                contact = self.create("Contact", said, by)
            told: Row = {"IsConverted": True, "ConvertedContactId": contact,
                         "ConvertedAccountId": account, "Status": "Qualified",
                         "ConvertedDate": f"{self.now():%Y-%m-%d}"}  # fmt: skip
            if deal:
                opportunity = self.create(
                    "Opportunity", {"Name": deal, "StageName": "Prospecting",
                                    "AccountId": account, "OwnerId": row["OwnerId"]}, by
                )  # fmt: skip
                self.add_role(opportunity, contact, by)
                told["ConvertedOpportunityId"] = opportunity
            self._track("Lead", row, "Status", "Qualified", by or self.me)
            self._change("Lead", row, told)
            self._move(lead, contact)
            return contact

    def add_role(self, deal: str, contact: str, by: str = "") -> str:
        """A contact gets a role in an opportunity, whose own record does not change by that."""
        told = {"OpportunityId": deal, "ContactId": contact, "Role": "Decision Maker"}
        return self.create("OpportunityContactRole", told, by)

    # What programs ask.

    def table(self, of: str) -> Table:
        """The records of an object. Raises FaultyError."""
        if of not in self.tables:
            raise FaultyError("INVALID_TYPE", f"sObject type '{of}' is not supported")
        return self.tables[of]

    def found(self, number: Any) -> Row | None:
        """The record with this id, whatever object it is of."""
        of = _OF.get(str(number)[:3])
        return None if of is None else self.tables[of].get(str(number))

    def upsert(self, of: str, key: str, values: Mapping[str, Any], by: str) -> tuple[str, bool]:
        """The record with this value of an external id, made or updated; whether it was made."""
        with self.lock:
            wanted = values.get(key)
            known = self.tables[of].among(key, [wanted] if wanted else [])
            if there := next((row for row in known if not row["IsDeleted"]), None):
                self.update(of, there["Id"], values, by)
                return there["Id"], False
            return self.create(of, values, by), True

    def add_field(self, of: str, name: str, kind: str) -> None:
        """A field of the organisation's own, as a deployed package brings it."""
        self.fields[of][name] = kind

    # Within.

    def _store(self, of: str, values: Row, by: str) -> str:
        number = _id(PREFIXES[of], next(self._numbers))
        at = stamp(self.now())
        row = dict.fromkeys(self.fields.get(of) or {**SYSTEM, **FIELDS[of]})
        row.update(values, Id=number, CreatedDate=at, SystemModstamp=at, CreatedById=by or number,
                   IsDeleted=False)  # fmt: skip
        if of == "Lead":
            row["IsConverted"] = bool(row["IsConverted"])
        _name(of, row)
        if of == "Task":
            self._close(row)
        self.tables[of].put(row)
        return number

    def _change(self, of: str, row: Row, values: Mapping[str, Any]) -> None:
        self.tables[of].change(row, {**values, CHANGED: stamp(self.now())})

    def _close(self, row: Row) -> None:
        row["IsClosed"] = row.get("Status") == "Completed"
        row["CompletedDateTime"] = stamp(self.now()) if row["IsClosed"] else None

    def _there(self, of: str, number: str) -> Row:
        row = self.tables[of].get(number) if of in self.tables else None
        if row is None or row["IsDeleted"]:
            raise FaultyError("ENTITY_IS_DELETED", "entity is deleted", 404)
        return row

    def _may_hold(self, number: str) -> bool:
        user = self.tables["User"].get(number)
        return user is not None and bool(user["IsActive"])

    def _check(self, of: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            kind = self.fields[of].get(name)
            if value is None and (of, name) in REQUIRED:
                raise FaultyError(
                    "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{name}]"
                )
            if kind is None:
                raise FaultyError("INVALID_FIELD", f"No such column '{name}' on entity '{of}'")
            if kind in ("double", "currency", "int") and isinstance(value, str):
                raise FaultyError("JSON_PARSER_ERROR", f"Cannot deserialize {kind} from a text")

    def _track(self, of: str, row: Row, name: str, value: Any, by: str) -> None:
        if name not in TRACKED.get(of, ()) or row.get(name) == value:
            return
        old, table = row.get(name), f"{of}History"
        pairs = [(old, value)]
        if name == "OwnerId":
            pairs.append((self._user_name(old), self._user_name(value)))
        for before, after in pairs:
            told = {f"{of}Id": row["Id"], "Field": "Owner" if name == "OwnerId" else name,
                    "OldValue": before, "NewValue": after}  # fmt: skip
            self._store(table, told, by)

    def _user_name(self, number: Any) -> Any:
        return self.tables["User"].get(str(number), {}).get("Name")

    def _keep_stage(self, number: str, by: str) -> None:
        row = self.tables["Opportunity"][number]
        told = {name: row.get(name) for name in ("StageName", "Amount", "CloseDate")}
        self._store("OpportunityHistory", {"OpportunityId": number, **told}, by)

    def _move(self, before: str, after: str) -> None:
        for of, name in (
            ("Task", "WhoId"), ("Event", "WhoId"), ("OpportunityContactRole", "ContactId"),
        ):  # fmt: skip
            for row in list(self.tables[of].among(name, [before])):
                self._change(of, row, {name: after})


_OWNED = ("Lead", "Contact", "Account", "Opportunity", "Task", "Event")


def _name(of: str, row: Row) -> None:
    """The whole name of a person, which nobody sets."""
    if of in ("Lead", "Contact"):
        parts = (row.get("FirstName"), row.get("LastName"))
        row["Name"] = " ".join(str(part) for part in parts if part)


def _id(prefix: str, number: int) -> str:
    """An id of 18 characters, whose last three say which of the others are capital letters."""
    short = f"{prefix}000000{number:06d}"
    parts = (short[begin : begin + 5] for begin in range(0, 15, 5))
    checks = (sum(1 << at for at, sign in enumerate(part) if sign.isupper()) for part in parts)
    return short + "".join(_CHECKS[each] for each in checks)
