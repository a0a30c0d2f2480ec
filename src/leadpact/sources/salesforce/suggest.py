"""A first mapping for an organisation, from the fields that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadpact.sources.crm.mapping import NO_AGREEMENT
from leadpact.sources.crm.records import PropertyInfo
from leadpact.sources.recognise import stage_role

#: The objects of which a suggestion says something.
MEANT = ("Lead", "Contact", "Account", "Opportunity", "Task", "Event")
_LEAD = (
    ("email", "Email", ""), ("name", "Name", ""), ("phone", "Phone", ""), ("title", "Title", ""),
    ("company", "Company", ""), ("domain", "Website", ""), ("country", "Country", ""),
    ("industry", "Industry", ""), ("employees", "NumberOfEmployees", "number"),
    ("source", "LeadSource", ""), ("opted_out", "HasOptedOutOfEmail", "boolean"),
)  # fmt: skip
_CONTACT = (
    ("email", "Email", ""), ("name", "Name", ""), ("phone", "Phone", ""), ("title", "Title", ""),
    ("company", "Account.Name", ""), ("company_id", "AccountId", ""),
    ("domain", "Account.Website", ""),
    ("country", "MailingCountry", ""), ("industry", "Account.Industry", ""),
    ("employees", "Account.NumberOfEmployees", "number"), ("source", "LeadSource", ""),
    ("opted_out", "HasOptedOutOfEmail", "boolean"),
)  # fmt: skip
#: Leads and contacts have it where data protection is turned on in the organisation.
_INDIVIDUAL = "IndividualId"
#: What the statuses of leads that Salesforce brings along are.
_ROLE_OF = {
    "open - not contacted": "lead", "open": "lead", "new": "lead", "working": "mql",
    "working - contacted": "mql", "qualified": "sql", "closed - converted": "sql",
}  # fmt: skip
#: What a rep says with those by which a lead ends: what it means, and the reason.
_ENDINGS = {
    "unqualified": ("lead.disqualified", "unqualified"),
    "closed - not converted": ("lead.disqualified", "unqualified"),
}
_ACTIVITIES = {
    "Task": (
        "    at: CompletedDateTime",
        "    owner: OwnerId",
        "    rules:",
        "      - kind: sales.attempted",
        '        when: {TaskSubtype: Call, IsClosed: "true"}',
        "        properties: {channel: {value: phone}}",
        "      - kind: sales.attempted",
        '        when: {TaskSubtype: Email, IsClosed: "true"}',
        "        properties: {channel: {value: email}}",
    ),
    "Event": (
        "    at: StartDateTime",
        "    owner: OwnerId",
        "    rules:",
        "      - kind: sales.connected",
        "        properties: {channel: {value: meeting}}",
    ),
}
Known = Mapping[str, Mapping[str, PropertyInfo]]


def suggest(known: Known, stages: Sequence[tuple[str, str]]) -> str:
    """The text of a mapping; `stages` are the agreement's names with their roles.

    `known` has fields by name by object. What nobody can know from outside is left out, with a
    remark.
    """
    lines = [
        "# What Salesforce's objects and fields mean to Leadpact. Read it, change it, and let",
        "# `leadpact crm check salesforce` look for mistakes.",
        "leadpact_crm: 1",
        "system: salesforce",
        "people:",
    ]
    for of, fields in (("Lead", _LEAD), ("Contact", _CONTACT)):
        lines += [f"  {of}:", "    fields:"]
        lines += [
            f"      {field}: {{property: {name}, type: {kind}}}"
            if kind
            else f"      {field}: {name}"
            for field, name, kind in fields
            if "." in name or name in known.get(of, {})
        ]
        lines += _stages(known.get(of, {}), stages) if of == "Lead" else []
        lines += _endings(known.get(of, {})) if of == "Lead" else []
        lines.append("    holder: OwnerId")
        lines += ["    forget: Individual.ShouldForget"] if _INDIVIDUAL in known.get(of, {}) else []
    # What an account says of its contacts they have by its name and a dot.
    lines += [
        "companies:",
        "  Account:",
        "    name: Name",
        "    domain: Website",
        "    owner: OwnerId",
    ]
    lines += _deals(known.get("Opportunity", {}))
    lines.append("activities:")
    for of, rules in _ACTIVITIES.items():
        lines += [f"  {of}:", *rules]
    return "\n".join(lines) + "\n"


def _stages(lead: Mapping[str, PropertyInfo], stages: Sequence[tuple[str, str]]) -> list[str]:
    by_role = {role or stage_role(name) or "": name for name, role in stages}
    options = lead["Status"].options if "Status" in lead else {}
    pairs = [
        (value, by_role[role])
        for value in options
        if (role := _ROLE_OF.get(value.casefold(), stage_role(value) or "")) in by_role and role
    ]
    if not stages:
        return [NO_AGREEMENT]
    if not pairs:
        return ["    # No status of a lead is plainly a stage of the agreement: add `stages`."]
    values = [f"        {_quoted(value)}: {_quoted(stage)}" for value, stage in pairs]
    return ["    stages:", "      property: Status", "      values:", *values]


def _endings(lead: Mapping[str, PropertyInfo]) -> list[str]:
    lines = []
    for value in lead["Status"].options if "Status" in lead else {}:
        if value.casefold() in _ENDINGS:
            kind, reason = _ENDINGS[value.casefold()]
            lines += [
                f"      - kind: {kind}",
                "        property: Status",
                f"        is: [{_quoted(value)}]",
                f"        properties: {{reason: {{value: {reason}}}}}",
            ]
    return ["    events:", *lines] if lines else []


def _deals(deals: Mapping[str, PropertyInfo]) -> list[str]:
    options = deals["StageName"].options if "StageName" in deals else {}
    won = [value for value in options if "won" in value.casefold()] or ["Closed Won"]
    lost = [value for value in options if "lost" in value.casefold()] or ["Closed Lost"]
    lines = [
        "deals:",
        "  Opportunity:",
        "    outcome:",
        "      property: StageName",
        f"      won: [{', '.join(map(_quoted, won))}]",
        f"      lost: [{', '.join(map(_quoted, lost))}]",
        "    amount: {property: Amount, type: number}",
    ]
    # The currency is a field only where the organisation has several.
    lines += ["    currency: CurrencyIsoCode"] if "CurrencyIsoCode" in deals else []
    return [*lines, "    owner: OwnerId"]


def _quoted(text: str) -> str:
    plain = text.replace(" ", "").replace("_", "").isalnum() and text[:1].isalpha()
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
