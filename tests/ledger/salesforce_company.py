"""A company on the stand-in for Salesforce, connected with the ledger; its time is the test's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadpact.demo.faults import Faults
from leadpact.demo.salesforce.org import Org
from leadpact.demo.salesforce.server import Limits, Simulator
from leadpact.flows.crm_wanted import own_properties
from leadpact.ledger.models import LeadState
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.salesforce.client import Client
from leadpact.sources.salesforce.connector import SalesforceConnector
from tests.ledger.crm_company import AGREEMENT, Connected, Time
from tests.ledger.helpers import MONDAY, go_live, put_into_force

MAPPING = """\
leadpact_crm: 1
system: salesforce
people:
  Lead:
    fields:
      email: Email
      name: LastName
      company: Company
      source: LeadSource
    stages:
      property: Status
      values: {Open: Lead, Working: MQL, Qualified: SQL}
    holder: OwnerId
    events:
      - {kind: form_submitted, property: Title}
  Contact:
    fields: {email: Email, name: LastName, company: Account.Name}
    holder: OwnerId
deals:
  Opportunity:
    outcome: {property: StageName, won: [Closed Won], lost: [Closed Lost]}
    amount: {property: Amount, type: number}
    owner: OwnerId
activities:
  Task:
    at: CompletedDateTime
    owner: OwnerId
    rules:
      - {kind: sales.attempted, when: {TaskSubtype: Call, IsClosed: "true"}}
"""
_KINDS = {"number": "double", "moment": "datetime", "choice": "picklist", "text": "textarea"}
CREDENTIALS = {"client_id": "app", "client_secret": "secret"}


@dataclass
class Company(Connected):
    """Both sides: the organisation, and the connection of the ledger with it."""

    org: Org
    limits: Limits
    simulator: Simulator
    client: Client
    ana: str
    ben: str

    def row_of(self, of: str, number: str) -> dict[str, Any]:
        return self.org.tables[of][number]

    def ask_for_demo(self, email: str = "ada@northwind.io", **values: Any) -> str:
        told = {"LastName": "Ada", "Email": email, "Company": "Northwind", "Status": "Open",
                "Title": "Demo"}  # fmt: skip
        return self.org.create("Lead", told | values, self.org.web)

    def call(self, person: str, by: str = "") -> str:
        told = {"Subject": "Call", "TaskSubtype": "Call", "Status": "Completed", "WhoId": person}
        return self.org.create("Task", told, by or self.ana)

    def open_tasks(self) -> Sequence[dict[str, Any]]:
        rows = self.org.tables["Task"].values()
        return [row for row in rows if not row["IsClosed"] and not row["IsDeleted"]]


@contextmanager
def company(
    at: datetime = MONDAY,
    *,
    mapping: str = MAPPING,
    faults: Faults | None = None,
    shadow: bool = False,
    live: bool = True,
) -> Iterator[Company]:
    """A company that is connected, and live from `at` on."""
    time = Time(at)
    org, limits = Org(time), Limits()
    ana, ben = org.user("Ana", "ana@acme.example"), org.user("Ben", "ben@acme.example")
    put_into_force(AGREEMENT, now=at)
    if live:
        go_live(at)
    crm = parse_crm(mapping, "crm.yaml").crm
    own = own_properties(crm)
    for of in crm.people:
        for each in own:
            org.add_field(of, f"{each.name}__c", _KINDS[each.type])
    with Simulator(org, limits, faults) as simulator:
        simulator.desk.polls = 0
        client = Client(CREDENTIALS, simulator.address, sleep=time.sleep)
        names = [each.name for each in own]
        connector = SalesforceConnector(client, crm, dict.fromkeys(crm.people, names))
        found = connector.account()
        row = crm_connections.connect(
            "salesforce", CREDENTIALS, mapping, account=found.id, own_mark=found.own_mark,
            address=simulator.address, pages=found.pages, actor="test", now=at,
        )  # fmt: skip
        crm_connections.set_shadow(row, shadow, actor="test", now=at)
        for of in crm.people:
            connector.set_up(of, own)
        yield Company(time, row, crm, connector, org, limits, simulator, client, ana, ben)


def lead(number: str, of: str = "Lead") -> LeadState:
    return LeadState.objects.get(lead=f"salesforce:{of}/{number}")
