"""Recognising what the columns of an export are, by the names that usual systems give them.

A column of dates whose name is none of these is recognised by the words in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from leadpact.sources.meanings import holds_dates, is_nameless, moment_of, stated

Vendor = Literal["HubSpot", "Salesforce", "another system"]

_LEAD_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("record id", "contact id", "lead id", "prospect id", "person id", "id", "uuid", "key",
           "lead no", "lead number", "contact no", "contact number"),
    "email": ("email", "email address", "e mail", "work email", "mail"),
    "created": (
        "create date", "created date", "date created", "created at", "created on", "created",
        "creation date", "signup date", "sign up date", "registered at", "first contact date",
        "time first seen", "date added", "entered on", "entered at", "date entered",
    ),
    "first_name": ("first name", "firstname", "given name"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "name": ("full name", "name", "contact name", "lead name"),
    "phone": ("phone number", "phone", "mobile phone number", "mobile", "telephone"),
    "title": ("job title", "title", "position"),
    "company": ("company name", "company account", "company", "account name", "organization",
                "organisation", "associated company"),
    "company_id": ("associated company ids", "associated company id", "account id", "company id"),
    "domain": ("website url", "website", "company domain name", "email domain", "domain"),
    "country": ("country region", "country", "ip country"),
    "industry": ("industry", "sector"),
    "employees": ("number of employees", "no of employees", "employees", "company size"),
    "source": ("original traffic source", "original source", "lead source", "source", "channel",
               "origin", "utm source"),
    "campaign": ("original source drill down 1", "campaign", "utm campaign",
                 "first touch converting campaign", "primary campaign source"),
    "landing_page": ("first page seen", "landing page", "first url"),
    "asset": ("first conversion", "asset", "offer"),
    "owner": ("contact owner", "lead owner", "owner", "assigned to", "sales rep"),
    "assigned_at": ("owner assigned date", "assigned date", "assigned at"),
    "team": ("hubspot team", "owner role", "team"),
    "attempted_at": ("date of first outreach", "first outreach date", "first call date",
                     "first email date", "first attempt date"),
    "connected_at": ("date of first engagement", "first activity date", "first activity",
                     "first response date", "first contacted date", "first contacted",
                     "first response", "first engagement date"),
    "converted_at": ("converted date", "conversion date"),
    "opted_out": ("unsubscribed from all email", "email opt out", "opted out"),
    "lifecycle": ("lifecycle stage", "lead status", "status"),
    "reason": ("rejection reason", "rejected reason", "reject reason", "unqualified reason",
               "disqualification reason", "disqualified reason", "lost reason"),
    "deals": ("associated deal ids", "opportunity id", "deal id"),
}  # fmt: skip

_DEAL_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("record id", "deal id", "opportunity id", "id"),
    "outcome": ("deal stage", "stage", "opportunity stage", "stage name", "status"),
    "opened": ("create date", "created date", "date created", "created at", "engage date",
               "created", "created on", "opened", "opened on", "open date", "date opened"),
    "closed": ("close date", "closed date", "closed at", "won date", "closed", "closed on",
               "date closed"),
    "amount": ("amount", "amount in company currency", "deal amount", "value", "close value"),
    "currency": ("currency", "amount currency", "opportunity currency"),
    "company": ("associated company ids", "account id", "associated company", "account name",
                "company"),
    "owner": ("deal owner", "opportunity owner", "owner", "sales agent"),
    "product": ("product", "product name", "deal type", "type"),
    "reason": ("closed lost reason", "loss reason", "lost reason", "reason lost"),
    "leads": ("associated contact ids", "contact id", "lead id", "contact ids"),
}  # fmt: skip

_MARKS: dict[Vendor, tuple[str, ...]] = {
    "HubSpot": ("record id", "lifecycle stage", "contact owner", "deal stage", "deal owner",
                "original source", "original traffic source"),
    "Salesforce": ("lead id", "lead owner", "company account", "opportunity id",
                   "opportunity owner", "lead status"),
}  # fmt: skip

#: The field's stages in order: words that name them → the role in an agreement.
STAGES: dict[str, tuple[str, ...]] = {
    "subscriber": ("subscriber",),
    "lead": ("lead", "inquiry", "raw lead"),
    "mql": ("mql", "marketing qualified lead", "marketing qualified"),
    "sal": ("sal", "sales accepted lead", "sales accepted"),
    "sql": ("sql", "sales qualified lead", "sales qualified"),
    "opportunity": ("opportunity",),
    "customer": ("customer",),
}

_STAGE_HEADERS = (
    re.compile(r"became an? (?P<stage>.+?) date", re.IGNORECASE),
    re.compile(r'date entered "(?P<stage>.+?) \(.*pipeline\)"', re.IGNORECASE),
    re.compile(
        r"(?:date (?:of |entered )?)?(?P<stage>.+?)(?: stage)? (?:date|at|on)", re.IGNORECASE
    ),
)


#: Roles that date something; without a date in it a column of that name is something else.
_DATED_ROLES = ("assigned_at", "attempted_at", "connected_at", "converted_at")
_ABBREVIATED = {"mql": "MQL", "sal": "SAL", "sql": "SQL"}


@dataclass(frozen=True)
class Export:
    """What the columns of an export are: role → column, and stage → its date column, in order.

    `stages` has (role, name as the export writes it, column); `by_words` the columns that are known
    only by words in their names and by their values → the role, or the name of the stage; `kept`
    the attributes that somebody wants beside the roles: name → (column, type).
    """

    vendor: Vendor
    roles: dict[str, str]
    stages: list[tuple[str, str, str]] = field(default_factory=list)
    by_words: dict[str, str] = field(default_factory=dict)
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)


Values = Mapping[str, Counter[str]]


def recognise_leads(header: Sequence[str], values: Values | None = None) -> Export:
    """What the columns of an export of contacts or leads are.

    `values` has the texts of each, and how often they stand there: a date tells more than a name.
    """
    values = values or {}
    undated = {name for name, texts in values.items() if stated(texts) and not holds_dates(texts)}
    roles = {
        role: column
        for role, column in _roles(header, _LEAD_COLUMNS).items()
        if role not in _DATED_ROLES or column not in undated
    }
    stages = _stages([name for name in header if name not in undated])
    return _with_words(Export(vendor_of(header), roles, stages), values)


def _with_words(export: Export, values: Values) -> Export:
    """The export with the date columns that only their words and values tell."""
    roles, stages = dict(export.roles), {each[0]: each for each in export.stages}
    taken = {*roles.values(), *(column for _, _, column in export.stages)}
    dated = [name for name, texts in values.items() if name not in taken and holds_dates(texts)]
    told: dict[str, str] = {}
    for column in dated:
        meant = moment_of(column)
        if meant is None or meant in roles or meant in stages:
            continue
        if meant in STAGES:
            told[column] = _ABBREVIATED.get(meant, meant.capitalize())
            stages[meant] = (meant, told[column], column)
        else:
            told[column] = meant
            roles[meant] = column
    nameless = [column for column in dated if column not in told and is_nameless(column)]
    if "created" not in roles and len(nameless) == 1:
        roles["created"] = nameless[0]
        told[nameless[0]] = "created"
    in_order = [stages[role] for role in STAGES if role in stages]
    return Export(export.vendor, roles, in_order, told)


def recognise_deals(header: Sequence[str]) -> Export:
    """What the columns of an export of deals or opportunities are."""
    return Export(vendor_of(header), _roles(header, _DEAL_COLUMNS))


def vendor_of(header: Iterable[str]) -> Vendor:
    """The system whose names most of the telling columns have."""
    names = {_plain(name) for name in header}
    counts = {vendor: sum(mark in names for mark in marks) for vendor, marks in _MARKS.items()}
    best = max(counts, key=lambda vendor: counts[vendor])
    return best if counts[best] >= 2 else "another system"


def stage_role(name: str) -> str | None:
    """Which of the field's stages a name means, or None."""
    plain = _plain(name)
    return next((role for role, words in STAGES.items() if plain in words), None)


def _roles(header: Sequence[str], known: dict[str, tuple[str, ...]]) -> dict[str, str]:
    by_name: dict[str, str] = {}
    for name in header:
        if name.strip():
            by_name.setdefault(_plain(name), name)
    found = {
        role: [by_name[each] for each in names if each in by_name] for role, names in known.items()
    }
    return {role: columns[0] for role, columns in found.items() if columns}


def _stages(header: Sequence[str]) -> list[tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for column in header:
        for pattern in _STAGE_HEADERS:
            match = pattern.fullmatch(column.strip())
            meant = stage_role(match["stage"]) if match else None
            if match and meant and meant not in found:
                found[meant] = (meant, _name(match["stage"]), column)
    return [found[role] for role in STAGES if role in found]


def _name(written: str) -> str:
    return _ABBREVIATED.get(written.lower(), written)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
