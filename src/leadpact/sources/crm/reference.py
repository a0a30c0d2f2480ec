"""The reference of the mapping of a customer system, made from the models that read it."""

from __future__ import annotations

from pydantic import BaseModel

from leadpact.sources.crm.mapping import (
    Activities,
    ActivityRule,
    Companies,
    Crm,
    DealOutcome,
    DealRecords,
    Feed,
    Happening,
    Holder,
    People,
    Stages,
    Stated,
    Writing,
)
from leadpact.sources.reference import page

_INTRODUCTION = """\
# The mapping of a customer system: crm.yaml

It says what the objects and properties of HubSpot or Salesforce mean to Leadpact.
`leadpact crm connect hubspot` suggests one from what the account has; `leadpact crm check hubspot`
tells everything that it names and the account or the agreement lacks. How to connect safely
stands in [Work in HubSpot](../how-to/hubspot.md). This page is made from the code that reads the
file (`make docs`).

```yaml
{example}```

- **Where a property is asked for, its name is enough**; where more must be said, it is written
  `{{property: numemployees, type: number}}`, and what is the same for every record `{{value:
  phone}}`.
- **People keep their history.** Each version of a property counts from the instant at which it was
  set there, and stays in the log when the system forgets it. A property without a history counts
  from when its change was noticed.
- **Companies tell of their people**: what a company was when somebody came is what they came with,
  and its later changes count from then on. Who leaves the company loses what it said.
- **Deals and activities count as they are now.** When one is changed there, what it said before is
  withdrawn; one that is deleted leaves no trace in any figure.
- **Feeds last**: a form that was sent, or a mail that was clicked, stays. Each is taken once, for
  the contact that has the address.
- **What Leadpact wrote itself says nothing new**: it is recognised by the app that wrote it, else
  by value and time, where the system does not say that somebody else wrote it.
- **Nothing is invented.** An activity that fits no rule, and a value that no line names, say
  nothing.
"""
_EXAMPLE = """\
leadpact_crm: 1
system: hubspot
people:
  contacts:
    fields:
      email: email
      company_id: associatedcompanyid
      title: jobtitle
      employees: {property: numemployees, type: number}
      source: hs_analytics_source
    stages:
      property: lifecyclestage
      values:
        lead: Lead
        marketingqualifiedlead: MQL
        salesqualifiedlead: SQL
    holder: hubspot_owner_id
    events:
      - kind: form_submitted
        property: recent_conversion_date
        properties: {form: recent_conversion_event_name}
      - kind: lead.disqualified
        property: hs_lead_status
        is: [UNQUALIFIED]
        properties: {reason: {value: unqualified}}
companies:
  companies:
    name: name
    domain: domain
    owner: hubspot_owner_id
    fields: {industry: industry}
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
        when: {hs_call_disposition: [f240bbac-87c9-4f6e-bf70-924b57d47db7]}
        properties: {channel: {value: phone}}
      - kind: sales.attempted
        properties: {channel: {value: phone}}
feeds:
  email_events:
    rules:
      - kind: email_clicked
        when: {type: [CLICK]}
        properties: {campaign: campaign, subject: subject, url: url}
who: {ana.lopez@example.com: Ana}
"""
_MODELS: tuple[type[BaseModel], ...] = (
    Crm, People, Stages, Holder, Happening, Companies, DealRecords, DealOutcome, Activities,
    Feed, ActivityRule, Stated, Writing,
)  # fmt: skip
_HEADINGS = {
    Crm: "The file", People: "People", Stages: "stages", Holder: "holder",
    Happening: "An event", Companies: "Companies", DealRecords: "Deals", DealOutcome: "An outcome",
    Activities: "Activities", Feed: "Feeds", ActivityRule: "A rule", Stated: "A value",
    Writing: "write",
}  # fmt: skip


def example() -> str:
    """The mapping that the page shows."""
    return _EXAMPLE


def reference_markdown() -> str:
    """The page, ending with a line break."""
    return page(_INTRODUCTION.format(example=_EXAMPLE), _MODELS, _HEADINGS)
