"""Salesforce's JSON and CSV as records, and what Leadpact writes as Salesforce's JSON."""

from __future__ import annotations

import csv
import html
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadpact.sources.crm.connector import Made, Outcome
from leadpact.sources.crm.records import Owner, PropertyInfo, Record, Version, moment_of

#: What the ids of leads, contacts, users and queues begin with, in every organisation.
LEAD, CONTACT, USER, QUEUE = "00Q", "003", "005", "00G"
#: Fields that every record has.
ALWAYS = ("Id", "CreatedDate", "CreatedById", "SystemModstamp")
#: The field of a lead with the contact that it became.
CONVERTED = "ConvertedContactId"
#: The end of the name of a field that is the organisation's own.
CUSTOM = "__c"
_NUMBERS = ("double", "currency", "percent", "int", "long")
_AGAIN = ("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "TXN_SECURITY_METERING_ERROR")
_LONGEST_SUBJECT = 255
_SHORT_ID, _MARKS = 15, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

Told = Mapping[str, Any]


def flat(told: Told, name: str) -> str:
    """A field as text; `Account.Name` is the name of the account. Empty for none."""
    value: Any = told.get(name)
    if value is None and "." in name:
        value = told
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return text(value)


def long_id(number: str) -> str:
    """An id of 18 characters, as every answer has it, also where one of 15 was told.

    The last three say which of the others are capital letters, five at a time.
    """
    if len(number) != _SHORT_ID:
        return number
    parts = (number[begin : begin + 5] for begin in range(0, _SHORT_ID, 5))
    marks = (sum(sign.isupper() << at for at, sign in enumerate(part)) for part in parts)
    return number + "".join(_MARKS[mark] for mark in marks)


def text(value: Any) -> str:
    """A value as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def record_of(
    of: str,
    told: Told,
    names: Mapping[str, str],
    history: Mapping[str, Sequence[Version]],
    links: Mapping[str, Sequence[str]],
    absorbed: Sequence[tuple[str, str, datetime]],
    key: str,
) -> Record:
    """A record; `names` has the name in Salesforce for each name in the mapping.

    `absorbed` are records that became this one, each with the instant of its last change, which
    counts as a change of this one too. `key` is the field by which our own tasks are known.
    """
    created = moment_of(flat(told, "CreatedDate")) or moment_of("1970-01-01")
    assert created is not None
    modified = moment_of(flat(told, "SystemModstamp")) or created
    values = {name: flat(told, field) for name, field in names.items()}
    # What changed since the row was found, as far as the history tells.
    values |= {n: known[-1].value for n, known in history.items() if known[-1].at > modified}
    return Record(
        of,
        str(told["Id"]),
        created,
        max([modified, *(at for _, _, at in absorbed)]),
        {name: value for name, value in values.items() if value},
        history,
        links,
        [(object_, number) for object_, number, _ in absorbed],
        flat(told, "CreatedById") if flat(told, key) else "",
        ("Contact", contact) if (contact := flat(told, CONVERTED)) else None,
    )


def rows_of_csv(content: str, fields: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a query job, whether or not this part of them begins with the names of columns."""
    rows = list(csv.reader(io.StringIO(content)))
    header = list(fields)
    if rows and [cell.casefold() for cell in rows[0]] == [name.casefold() for name in fields]:
        rows = rows[1:]
    return [dict(zip(header, row, strict=True)) for row in rows if row]


def history_of(
    rows: Iterable[Told], parent: str, created: Mapping[str, datetime], field_of: Mapping[str, str]
) -> dict[str, dict[str, list[Version]]]:
    """[record][property] its versions, from rows of changes in order.

    What a property was before its first change it is taken to have been since the record was
    made. `field_of` has the property for each name that the history uses.
    """
    found: dict[str, dict[str, list[Version]]] = defaultdict(dict)
    for row in rows:
        name = field_of.get(flat(row, "Field"))
        at, number = moment_of(flat(row, "CreatedDate")), flat(row, parent)
        if name is None or at is None or number not in created:
            continue
        old, new = flat(row, "OldValue"), flat(row, "NewValue")
        if flat(row, "Field") == "Owner" and not _is_holder(new or old):
            continue
        versions = found[number].setdefault(name, [])
        if not versions and old:
            versions.append(Version(old, created[number]))
        versions.append(Version(new, at, flat(row, "CreatedById")))
    return found


def _is_holder(value: str) -> bool:
    """Whether a change of the owner names ids; beside it stands one that has the names."""
    return len(value) in (15, 18) and value.startswith((USER, QUEUE))


def with_present(
    versions: Mapping[str, list[Version]], told: Told, names: Mapping[str, str], at: datetime
) -> dict[str, list[Version]]:
    """The versions, and the value that a property has now where its history misses it.

    A row of `at` tells nothing new beside a history that goes on to that instant or past it: pages
    of a query and of a job show what was found when they began.
    """
    whole = {}
    for name, known in versions.items():
        now = flat(told, names[name])
        is_missed = known[-1].value != now and known[-1].at < at
        whole[name] = [*known, Version(now, at)] if is_missed else known
    return whole


def person_of(number: str) -> dict[str, list[str]]:
    """The lead or contact that an activity names."""
    of = {LEAD: "Lead", CONTACT: "Contact"}.get(number[:3])
    return {of: [number]} if of else {}


def owner_of(told: Told) -> Owner:
    """A user."""
    return Owner(
        str(told["Id"]), flat(told, "Name"), flat(told, "Email"), bool(told.get("IsActive"))
    )


def property_of(told: Told) -> PropertyInfo:
    """A field as Salesforce describes it."""
    options = {
        str(each["value"]): str(each.get("label") or each["value"])
        for each in told.get("picklistValues") or ()
        if each.get("active", True)
    }
    return PropertyInfo(
        str(told["name"]),
        str(told.get("label") or ""),
        str(told.get("type") or ""),
        options,
        bool(told.get("updateable", True)),
    )


def typed(value: str, kind: str) -> Any:
    """A value as Salesforce takes it for a field of a type; empty clears the field."""
    if value == "":
        return None
    if kind in _NUMBERS:
        return float(value)
    if kind == "boolean":
        return value == "true"
    return value


def task_of(made: Made, key: str, status: str, *, is_note: bool) -> dict[str, Any]:
    """A task, or a note as a task that is done; `key` is the name of the field with our key."""
    day = (made.due or made.at).date().isoformat()
    told: dict[str, Any] = {
        "attributes": {"type": "Task"},
        key: made.key,
        "Subject": (made.title or "Leadpact")[:_LONGEST_SUBJECT],
        # Descriptions are plain text there; texts of ours come ready for HTML.
        "Description": html.unescape(made.text),
        "ActivityDate": day,
        "Status": status,
        "WhoId": made.about[1],
    }
    if not is_note:
        told["Priority"] = "High"
    if made.due and not is_note:
        told |= {"IsReminderSet": True, "ReminderDateTime": made.due.isoformat()}
    if made.owner:
        told["OwnerId"] = made.owner
    return told


def task_changed(made: Made) -> dict[str, str]:
    """What of a task may change: its time and whose it is."""
    due = made.due or made.at
    told = {"ActivityDate": due.date().isoformat(), "ReminderDateTime": due.isoformat()}
    return told | ({"OwnerId": made.owner} if made.owner else {})


def outcome_of(told: Told, number: str = "") -> Outcome:
    """What became of one record of a call."""
    if told.get("success"):
        return Outcome(str(told.get("id") or number))
    first: Told = next(iter(told.get("errors") or ()), {})
    code = str(first.get("statusCode") or first.get("errorCode") or "refused")
    named = ", ".join(str(each) for each in first.get("fields") or ())
    return Outcome(number, f"{code} ({named})" if named else code, again=code in _AGAIN)
