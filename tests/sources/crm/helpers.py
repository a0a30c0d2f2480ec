"""Records and mappings of a customer system, short to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Record, Version

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

MAPPING = """\
leadpact_crm: 1
system: hubspot
people:
  contacts:
    fields:
      email: email
      title: jobtitle
      employees: {property: numemployees, type: number}
      source: {property: hs_analytics_source, values: {ORGANIC_SEARCH: Search}}
    stages:
      property: lifecyclestage
      values: {lead: Lead, marketingqualifiedlead: MQL, salesqualifiedlead: SQL}
    holder: hubspot_owner_id
    events:
      - kind: form_submitted
        property: recent_conversion_event_name
        properties: {form: recent_conversion_event_name}
      - kind: lead.disqualified
        property: hs_lead_status
        is: [UNQUALIFIED]
        properties: {reason: {value: unqualified}}
deals:
  deals:
    outcome: {property: dealstage, won: [closedwon], lost: [closedlost]}
    closed: closedate
    amount: {property: amount, type: number}
    owner: hubspot_owner_id
activities:
  calls:
    at: hs_timestamp
    owner: hubspot_owner_id
    rules:
      - kind: sales.connected
        when: {hs_call_disposition: [connected]}
        properties: {channel: {value: phone}}
      - kind: sales.attempted
        properties: {channel: {value: phone}, outcome: hs_call_disposition}
"""


def mapping(text: str = MAPPING) -> Crm:
    """A mapping from its text."""
    return parse_crm(text, "crm.yaml").crm


def after(hours: float = 0, minutes: float = 0) -> datetime:
    """So long after Monday at nine."""
    return MONDAY + timedelta(hours=hours, minutes=minutes)


def record(
    of: str = "contacts",
    number: str = "101",
    *,
    created: datetime = MONDAY,
    modified: datetime | None = None,
    history: Mapping[str, Sequence[tuple[str, datetime]]] | None = None,
    absorbed: Sequence[tuple[str, str]] = (),
    contacts: Sequence[str] = (),
    **values: str,
) -> Record:
    """A record; what its history says last it has now."""
    past = {n: [Version(v, at) for v, at in told] for n, told in (history or {}).items()}
    now = {name: versions[-1].value for name, versions in past.items()}
    latest = max([created, *(v.at for versions in past.values() for v in versions)])
    return Record(
        of, number, created, modified or latest, now | values, past, {"contacts": contacts},
        absorbed,
    )  # fmt: skip
