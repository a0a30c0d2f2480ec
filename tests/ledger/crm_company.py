"""A company on the stand-in for HubSpot, connected with the ledger; its time is the test's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadpact.demo.faults import Faults
from leadpact.demo.hubspot.company import account
from leadpact.demo.hubspot.limits import Limits
from leadpact.demo.hubspot.portal import Portal, Thing
from leadpact.demo.hubspot.server import Simulator
from leadpact.flows.crm_pull import Pull, Pulled
from leadpact.flows.crm_push import Push, Pushed
from leadpact.flows.crm_wanted import own_properties
from leadpact.ledger.models import CrmConnection, LeadState
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.hubspot.client import Client
from leadpact.sources.hubspot.connector import HubSpotConnector
from tests.ledger.helpers import go_live, put_into_force, settle
from tests.sources.crm.helpers import MAPPING, MONDAY


class Time:
    """The company's time: it passes when somebody waits."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        return self.at

    def ticking(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.at += timedelta(seconds=seconds)

    def pass_(self, hours: float = 0, minutes: float = 0) -> None:
        self.sleep(hours * 3600 + minutes * 60)


@dataclass
class Connected:
    """The ledger, connected with a customer system."""

    time: Time
    row: CrmConnection
    crm: Crm
    connector: Any

    def pull(self) -> Pulled:
        self.row.refresh_from_db()
        return Pull(self.row, self.crm, self.connector, self.time).run()

    def push(self) -> Pushed:
        self.row.refresh_from_db()
        return Push(self.row, self.crm, self.connector, self.time).run()

    def rest(self, minutes: float = 1) -> None:
        """Let both sides settle: read, decide, write, until a minute later nothing is left."""
        self.time.pass_(minutes=minutes)
        self.pull()
        settle(self.time())
        self.push()


@dataclass
class Company(Connected):
    """Both sides: the account, and the connection of the ledger with it."""

    portal: Portal
    limits: Limits
    simulator: Simulator
    client: Client

    def contact(self, number: str) -> Thing:
        return self.portal.objects["contacts"][number]

    def open_tasks(self) -> list[Thing]:
        tasks = self.portal.objects.get("tasks", {}).values()
        return [t for t in tasks if t.values["hs_task_status"] != "COMPLETED"]


AGREEMENT = {
    "leadpact": 1,
    "name": "Basic",
    "parties": {
        "marketing": {"head": {"name": "Mia"}},
        "sales": {"head": {"name": "Sam"}},
    },
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": "09:00-17:00"}},
    "scoring": {"rules": [{"name": "Demo", "when": {"event": "form_submitted"}, "points": 40}]},
    "stages": [
        {"name": "Lead"},
        {"name": "MQL", "when": {"event": "form_submitted"}, "role": "mql"},
        {"name": "SQL", "role": "sql"},
    ],
    "handoff": {"stage": "MQL"},
    "routing": {
        "teams": [
            {
                "name": "Inside sales",
                "side": "sales",
                "people": [
                    {"name": "Ana", "email": "ana@acme.example"},
                    {"name": "Ben", "email": "ben@acme.example"},
                ],
            }
        ],
        "routes": [{"name": "All", "to": "Inside sales"}],
    },
    "obligations": [
        {
            "name": "First answer",
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": "sales.attempted"},
            "within": "2 business hours",
        }
    ],
}


@contextmanager
def company(
    at: datetime = MONDAY,
    *,
    mapping: str = MAPPING,
    faults: Faults | None = None,
    shadow: bool = False,
    live: bool = True,
    domain: str = "app.hubspot.com",
) -> Iterator[Company]:
    """A company that is connected, and live from `at` on."""
    time = Time(at)
    portal = account(time)
    portal.domain = domain
    limits = Limits(time.ticking)
    put_into_force(AGREEMENT, now=at)
    if live:
        go_live(at)
    crm = parse_crm(mapping, "crm.yaml").crm
    with Simulator(portal, limits, faults) as simulator:
        client = Client(
            {"token": portal.token}, simulator.address, sleep=time.sleep, ticking=time.ticking
        )
        own = own_properties(crm)
        connector = HubSpotConnector(client, crm, {"contacts": [each.name for each in own]})
        found = connector.account()
        row = crm_connections.connect(
            "hubspot", {"token": portal.token}, mapping, account=found.id,
            own_mark=found.own_mark, address=simulator.address, pages=found.pages,
            actor="test", now=at,
        )  # fmt: skip
        crm_connections.set_shadow(row, shadow, actor="test", now=at)
        connector.set_up("contacts", own)
        yield Company(time, row, crm, connector, portal, limits, simulator, client)


def lead(number: str) -> LeadState:
    return LeadState.objects.get(lead=f"hubspot:contacts/{number}")


def ask_for_demo(at: Company, email: str = "ada@northwind.io", **values: str) -> str:
    told = {"email": email, "recent_conversion_event_name": "Demo", "lifecyclestage": "lead"}
    return at.portal.add("contacts", told | values)


def call(at: Company, number: str, disposition: str = "busy") -> str:
    told = {"hs_timestamp": str(int(at.time().timestamp() * 1000)), "hubspot_owner_id": "7",
            "hs_call_disposition": disposition}  # fmt: skip
    return at.portal.add("calls", told, linked={"contacts": [number]})
