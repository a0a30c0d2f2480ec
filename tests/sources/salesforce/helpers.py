"""An organisation on the stand-in for Salesforce, and the connector that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadpact.demo.faults import Faults
from leadpact.demo.salesforce.org import Org
from leadpact.demo.salesforce.server import Limits, Simulator
from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Page
from leadpact.sources.salesforce.client import Client
from leadpact.sources.salesforce.connector import SalesforceConnector

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
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
  Contact:
    fields: {email: Email, name: LastName, company: Account.Name}
    holder: OwnerId
deals:
  Opportunity:
    outcome: {property: StageName, won: [Closed Won], lost: [Closed Lost]}
    closed: CloseDate
    amount: {property: Amount, type: number}
    owner: OwnerId
activities:
  Task:
    at: CompletedDateTime
    owner: OwnerId
    rules:
      - kind: sales.attempted
        when: {TaskSubtype: Call, IsClosed: "true"}
        properties: {channel: {value: call}, outcome: CallDisposition}
"""
OWN = {"Lead": ["leadpact_score", "leadpact_due"]}


@dataclass
class Time:
    """Time that passes when somebody waits."""

    at: datetime = MONDAY
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)

    def pass_(self, minutes: float = 1) -> None:
        self.at += timedelta(minutes=minutes)


@dataclass
class Organisation:
    """The stand-in with its connector; `ana` and `ben` sell."""

    time: Time
    org: Org
    simulator: Simulator
    client: Client
    crm: Crm
    connector: SalesforceConnector
    ana: str
    ben: str

    def lead(self, email: str = "ada@northwind.io", **values: object) -> str:
        told = {"LastName": "Ada", "Email": email, "Company": "Northwind", "Status": "Open"}
        return self.org.create("Lead", {**told, "OwnerId": self.ana, **values}, self.ana)

    def calls(self) -> int:
        return self.simulator.limits.used

    def all_of(self, of: str) -> list[Page]:
        """Every page of a first reading."""
        pages = [self.connector.all_of(of, "")]
        while pages[-1].after:
            pages.append(self.connector.all_of(of, pages[-1].after))
        return pages


@contextmanager
def organisation(
    *, faults: Faults | None = None, limits: Limits | None = None, mapping: str = MAPPING
) -> Iterator[Organisation]:
    """An organisation that answers, with Leadpact's fields deployed."""
    time = Time()
    org = Org(time)
    ana, ben = org.user("Ana Silva", "ana@acme.example"), org.user("Ben Ode", "ben@acme.example")
    org.add_field("Lead", "leadpact_score__c", "double")
    org.add_field("Lead", "leadpact_due__c", "datetime")
    crm = parse_crm(mapping, "crm.yaml").crm
    with Simulator(org, limits, faults) as simulator:
        client = Client(
            {"client_id": "app", "client_secret": "secret"}, simulator.address, sleep=time.sleep
        )
        connector = SalesforceConnector(client, crm, OWN)
        yield Organisation(time, org, simulator, client, crm, connector, ana, ben)
