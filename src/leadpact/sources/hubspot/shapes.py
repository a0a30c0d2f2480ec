"""HubSpot's JSON as records, and what Leadpact writes as HubSpot's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leadpact.sources.crm.connector import Made, OwnProperty
from leadpact.sources.crm.records import Owner, PropertyInfo, Record, Version, moment_of

MERGED = "hs_merged_object_ids"
MADE_BY = ("hs_object_source", "hs_object_source_id")
KEY = "leadpact_key"
GROUP = "leadpact"
#: HubSpot's own number for “this activity is of that contact”.
_TASK_OF_CONTACT, _NOTE_OF_CONTACT = 204, 202
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {"text": ("string", "textarea"), "number": ("number", "number"),
          "moment": ("datetime", "date"), "choice": ("enumeration", "select")}  # fmt: skip


def modified_name(of: str) -> str:
    """The property with the instant of a record's last change."""
    return "lastmodifieddate" if of == "contacts" else "hs_lastmodifieddate"


def record_of(of: str, told: Mapping[str, Any], links: Mapping[str, Sequence[str]]) -> Record:
    """A record from its JSON."""
    values = {name: str(v) for name, v in (told.get("properties") or {}).items() if v is not None}
    history = {
        name: [version for each in versions if (version := _version(each))]
        for name, versions in (told.get("propertiesWithHistory") or {}).items()
    }
    created = moment_of(str(told.get("createdAt") or "")) or _EPOCH
    merged = [part.strip() for part in values.get(MERGED, "").split(";")]
    return Record(
        of,
        str(told["id"]),
        created,
        max(created, changed_at(of, told)),
        values,
        history,
        links,
        [(of, number) for number in merged if number],
        ":".join(values.get(name, "") for name in MADE_BY) if values.get(MADE_BY[1]) else "",
    )


def changed_at(of: str, told: Mapping[str, Any]) -> datetime:
    """When a record changed last, from its JSON."""
    said = (told.get("updatedAt"), (told.get("properties") or {}).get(modified_name(of)))
    return max((at for each in said if (at := moment_of(str(each or "")))), default=_EPOCH)


def found_at(of: str, told: Mapping[str, Any]) -> datetime:
    """By what instant a search finds a record, which may be earlier than its last change."""
    said = (told.get("properties") or {}).get(modified_name(of))
    return moment_of(str(said or "")) or changed_at(of, told)


def _version(told: Mapping[str, Any]) -> Version | None:
    at = moment_of(str(told.get("timestamp") or ""))
    if at is None:
        return None
    by = f"{told['sourceType']}:{told['sourceId']}" if told.get("sourceId") else ""
    return Version(str(told.get("value") or ""), at, by)


def links_of(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """The records that a record in a list is associated with, by object."""
    return {
        to: list(dict.fromkeys(str(each["id"]) for each in found.get("results") or ()))
        for to, found in (told.get("associations") or {}).items()
    }


def has_more_links(told: Mapping[str, Any]) -> bool:
    """Whether a record in a list has more associations than the list tells."""
    return any("paging" in found for found in (told.get("associations") or {}).values())


def owner_of(told: Mapping[str, Any], *, active: bool) -> Owner:
    """An owner from its JSON."""
    name = " ".join(str(told.get(part) or "") for part in ("firstName", "lastName")).strip()
    email = str(told.get("email") or "")
    return Owner(str(told["id"]), name or email, email, active)


def property_of(told: Mapping[str, Any]) -> PropertyInfo:
    """A property from its JSON."""
    options = {str(o["value"]): str(o.get("label") or "") for o in told.get("options") or ()}
    fixed = (told.get("modificationMetadata") or {}).get("readOnlyValue", False)
    return PropertyInfo(
        str(told["name"]), str(told.get("label") or ""), str(told.get("type") or ""), options,
        not fixed,
    )  # fmt: skip


def definition_of(own: OwnProperty) -> dict[str, Any]:
    """A property of ours as HubSpot has it made."""
    kind, field = _TYPES[own.type]
    options = [
        {"value": choice, "label": choice, "displayOrder": place, "hidden": False}
        for place, choice in enumerate(own.choices)
    ]
    return {
        "name": own.name,
        "label": own.label,
        "description": own.about,
        "groupName": GROUP,
        "type": kind,
        "fieldType": field,
        **({"options": options} if options else {}),
    }


def task_of(made: Made) -> dict[str, Any]:
    """A task as HubSpot has it made."""
    told = {
        "hs_task_subject": made.title,
        "hs_task_body": made.text,
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH",
        "hs_timestamp": moment(made.due or made.at),
        KEY: made.key,
    }
    if made.owner:
        told["hubspot_owner_id"] = made.owner
    return {"properties": told, "associations": [_of_contact(made, _TASK_OF_CONTACT)]}


def note_of(made: Made) -> dict[str, Any]:
    """A note as HubSpot has it made."""
    told = {"hs_note_body": made.text, "hs_timestamp": moment(made.at), KEY: made.key}
    return {"properties": told, "associations": [_of_contact(made, _NOTE_OF_CONTACT)]}


def _of_contact(made: Made, number: int) -> dict[str, Any]:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
    return {"to": {"id": made.about[1]}, "types": [kind]}


def moment(at: datetime) -> str:
    """An instant as HubSpot writes it, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
