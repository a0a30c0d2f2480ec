"""A first mapping for an account, from the properties that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from leadpact.sources.crm.mapping import NO_AGREEMENT
from leadpact.sources.crm.records import PropertyInfo
from leadpact.sources.recognise import stage_role

#: Attribute → HubSpot's property, with how it is read where that is not text.
_FIELDS = (
    ("email", "email", ""), ("name", "[firstname, lastname]", ""), ("phone", "phone", ""),
    ("title", "jobtitle", ""), ("company", "company", ""),
    ("company_id", "associatedcompanyid", ""), ("domain", "website", ""),
    ("country", "country", ""), ("industry", "industry", ""),
    ("employees", "numemployees", "number"), ("source", "hs_analytics_source", ""),
    ("campaign", "hs_analytics_source_data_1", ""), ("landing_page", "hs_analytics_first_url", ""),
    ("opted_out", "hs_email_optout", "boolean"),
)  # fmt: skip
_FIELDS_OF_COMPANIES = (
    ("country", "country", ""), ("industry", "industry", ""),
    ("employees", "numberofemployees", "number"), ("revenue", "annualrevenue", "number"),
)  # fmt: skip
_HAPPENINGS = (
    ("form_submitted", "recent_conversion_date", "form: recent_conversion_event_name"),
    ("email_opened", "hs_email_last_open_date", ""),
    ("email_clicked", "hs_email_last_click_date", ""),
)
#: What a rep says with the lead status: the value, what it means, and the reason.
_STATUS = "hs_lead_status"
_ENDINGS = (
    ("UNQUALIFIED", "lead.disqualified", "unqualified"),
    ("BAD_TIMING", "lead.recycled", "wrong timing"),
)
#: HubSpot's number for a call that somebody answered.
_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
_ROLE_OF = {
    "subscriber": "subscriber", "lead": "lead", "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql", "opportunity": "opportunity", "customer": "customer",
}  # fmt: skip

#: The objects of which a suggestion says something.
MEANT = ("contacts", "companies", "deals", "calls", "emails", "meetings", "tasks")
Known = Mapping[str, Mapping[str, PropertyInfo]]


def suggest(known: Known, stages: Sequence[tuple[str, str]], feeds: Collection[str] = ()) -> str:
    """The text of a mapping; `stages` are the agreement's names with their roles.

    `known` has properties by name by object, `feeds` are those that may be read. What nobody can
    know from outside is left out, with a remark.
    """
    contacts = known.get("contacts", {})
    lines = [
        "# What HubSpot's objects and properties mean to Leadpact. Read it, change it, and let",
        "# `leadpact crm check hubspot` look for mistakes.",
        "leadpact_crm: 1",
        "system: hubspot",
        "people:",
        "  contacts:",
        "    fields:",
    ]
    for field, name, kind in _FIELDS:
        if all(each in contacts for each in name.strip("[]").split(", ")):
            told = f"{{property: {name}, type: {kind}}}" if kind else name
            lines.append(f"      {field}: {told}")
    lines += _stages(contacts, stages)
    if "hubspot_owner_id" in contacts:
        lines.append("    holder: hubspot_owner_id")
    lines += _happenings(contacts, feeds)
    lines += _companies(known.get("companies", {}))
    lines += _deals(known.get("deals", {}))
    lines += _activities(known)
    lines += _feeds(contacts, feeds)
    return "\n".join(lines) + "\n"


def _stages(contacts: Mapping[str, PropertyInfo], stages: Sequence[tuple[str, str]]) -> list[str]:
    if "lifecyclestage" not in contacts:
        return []
    by_role = {role or stage_role(name) or "": name for name, role in stages}
    options = contacts["lifecyclestage"].options or dict.fromkeys(_ROLE_OF, "")
    pairs = [(v, by_role[r]) for v in options if (r := _ROLE_OF.get(v, "")) in by_role]
    if not stages:
        return [NO_AGREEMENT]
    if not pairs:
        return [
            "    # No stage of the agreement is one of HubSpot's lifecycle stages: add `stages`."
        ]
    values = [f"        {value}: {_quoted(stage)}" for value, stage in pairs]
    return ["    stages:", "      property: lifecyclestage", "      values:", *values]


def _happenings(contacts: Mapping[str, PropertyInfo], feeds: Collection[str]) -> list[str]:
    """What properties tell of people, but for what a feed tells of them better."""
    lines: list[str] = []
    for kind, name, own in _HAPPENINGS:
        feed = "form_submissions" if kind == "form_submitted" else "email_events"
        if name in contacts and feed not in feeds:
            lines += [f"      - kind: {kind}", f"        property: {name}"]
            lines += [f"        properties: {{{own}}}"] if own else []
    statuses = contacts[_STATUS].options if _STATUS in contacts else {}
    for value, kind, reason in _ENDINGS:
        if value in statuses:
            lines += [f"      - kind: {kind}", f"        property: {_STATUS}"]
            lines += [
                f"        is: [{value}]",
                f"        properties: {{reason: {{value: {reason}}}}}",
            ]
    return ["    events:", *lines] if lines else []


def _feeds(contacts: Mapping[str, PropertyInfo], feeds: Collection[str]) -> list[str]:
    lines: list[str] = []
    for feed, sooner, rules in _FEEDS:
        if feed in feeds:
            lines.append(f"  {feed}:")
            lines += [f"    sooner: {sooner}"] if sooner in contacts else []
            lines += ["    rules:", *(f"      {line}" for line in rules)]
    return ["feeds:", *lines] if lines else []


def _companies(companies: Mapping[str, PropertyInfo]) -> list[str]:
    lines = [
        f"    {told}: {name}"
        for told, name in (("name", "name"), ("domain", "domain"), ("owner", "hubspot_owner_id"))
        if name in companies
    ]
    fields = [
        f"      {field}: " + (f"{{property: {name}, type: {kind}}}" if kind else name)
        for field, name, kind in _FIELDS_OF_COMPANIES
        if name in companies
    ]
    lines += ["    fields:", *fields] if fields else []
    return ["companies:", "  companies:", *lines] if lines else []


def _deals(deals: Mapping[str, PropertyInfo]) -> list[str]:
    if "dealstage" not in deals:
        return []
    options = deals["dealstage"].options
    won = _ending(options, "won") or ["closedwon"]
    lost = _ending(options, "lost") or ["closedlost"]
    lines = [
        "deals:",
        "  deals:",
        "    outcome:",
        "      property: dealstage",
        f"      won: [{', '.join(map(_quoted, won))}]",
        f"      lost: [{', '.join(map(_quoted, lost))}]",
    ]
    for field, name, kind in (
        ("opened", "createdate", ""), ("closed", "closedate", ""), ("amount", "amount", "number"),
        ("currency", "deal_currency_code", ""), ("reason", "closed_lost_reason", ""),
        ("owner", "hubspot_owner_id", ""),
    ):  # fmt: skip
        if name in deals:
            told = f"{{property: {name}, type: {kind}}}" if kind else name
            lines.append(f"    {field}: {told}")
    return lines


def _ending(options: Mapping[str, str], word: str) -> list[str]:
    return [v for v, label in options.items() if word in f"{v} {label}".lower().split()
            or v.lower().endswith(word)]  # fmt: skip


def _activities(known: Known) -> list[str]:
    lines: list[str] = []
    for name, at, rules in _RULES:
        properties = known.get(name, {})
        if at not in properties:
            continue
        lines += [f"  {name}:", f"    at: {at}", "    owner: hubspot_owner_id", "    rules:"]
        lines += [f"      {line}" for line in rules]
    return ["activities:", *lines] if lines else []


_RULES: Iterable[tuple[str, str, Sequence[str]]] = (
    (
        "calls", "hs_timestamp",
        (
            "- kind: sales.connected",
            f"  when: {{hs_call_disposition: [{_CONNECTED}]}}  # somebody answered",
            "  properties: {channel: {value: phone}}",
            "- kind: sales.attempted",
            "  properties: {channel: {value: phone}}",
        ),
    ),
    (
        "emails", "hs_timestamp",
        (
            "- kind: email_received",
            "  when: {hs_email_direction: [INCOMING_EMAIL]}",
            "- kind: sales.attempted",
            "  when: {hs_email_direction: [EMAIL, FORWARDED_EMAIL]}",
            "  properties: {channel: {value: email}}",
        ),
    ),
    (
        "tasks", "hs_task_completion_date",
        (
            "- kind: sales.attempted",
            "  when: {hs_task_status: [COMPLETED], hs_task_type: [CALL]}",
            "  properties: {channel: {value: phone}}",
            "- kind: sales.attempted",
            "  when: {hs_task_status: [COMPLETED], hs_task_type: [EMAIL]}",
            "  properties: {channel: {value: email}}",
        ),
    ),
    (
        "meetings", "hs_meeting_start_time",
        (
            "- kind: sales.connected",
            "  when: {hs_meeting_outcome: [COMPLETED]}",
            "  properties: {channel: {value: meeting}}",
        ),
    ),
)  # fmt: skip


_FEEDS: Iterable[tuple[str, str, Sequence[str]]] = (
    (
        "form_submissions", "recent_conversion_date",
        (
            "- kind: form_submitted",
            "  properties: {form: form, page: page}",
        ),
    ),
    (
        "email_events", "",
        (
            "- kind: email_opened",
            "  when: {type: [OPEN]}",
            "  properties: {campaign: campaign, subject: subject}",
            "- kind: email_clicked",
            "  when: {type: [CLICK]}",
            "  properties: {campaign: campaign, subject: subject, url: url}",
        ),
    ),
)  # fmt: skip


def _quoted(text: str) -> str:
    plain = text.replace(" ", "").replace("_", "").isalnum() and text[:1].isalpha()
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
