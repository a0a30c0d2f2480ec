"""The demonstration with each stand-in: from nothing to a lead that is handed over there."""

from __future__ import annotations

from time import monotonic

from leadpact.demo.hubspot.company import account
from leadpact.demo.hubspot.limits import Limits
from leadpact.demo.hubspot.page import Desk
from leadpact.demo.hubspot.server import Simulator
from leadpact.demo.salesforce import server as of_salesforce
from leadpact.demo.salesforce.company import deploy, organisation
from leadpact.demo.salesforce.front import Front
from leadpact.flows import crm
from leadpact.flows.crm_demonstration import prepare
from leadpact.flows.crm_wanted import own_properties
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.salesforce.package import package
from tests.ledger.crm_company import Time
from tests.ledger.helpers import MONDAY, settle


def turns(time: Time) -> None:
    """The worker reads, decides and writes."""
    for _ in range(2):
        time.pass_(minutes=2)
        crm.turn(time, "test")
        settle(time())


def test_who_asks_for_a_demo_is_handed_over_in_hubspot() -> None:
    time = Time(MONDAY)
    portal = account(time)
    desk = Desk(portal, "")
    with Simulator(portal, Limits(monotonic), desk=desk) as simulator:
        prepare("hubspot", simulator.address, now=time())
        number = desk.come()
        turns(time)
        crm.turn(time, "test")
    there = portal.there("contacts", number).values
    assert (there["lifecyclestage"], there["leadpact_sla"]) == ("marketingqualifiedlead", "waiting")
    assert "Answer a new lead" in desk.page(number)


def test_who_asks_for_a_demo_is_handed_over_in_salesforce() -> None:
    time = Time(MONDAY)
    people = {of: {"fields": {"email": "Email"}} for of in ("Lead", "Contact")}
    shape = {"leadpact_crm": 1, "system": "salesforce", "people": people}
    org = organisation(time)
    own = own_properties(Crm.model_validate(shape))
    deploy(org, package(dict.fromkeys(people, own), "leadpact_key"))
    front = Front(org, "")
    with of_salesforce.Simulator(org, front=front) as simulator:
        simulator.desk.polls = 0
        prepare("salesforce", simulator.address, now=time())
        number = front.come()
        turns(time)
        crm.turn(time, "test")
    there = org.tables["Lead"][number]
    assert (there["Status"], there["leadpact_sla__c"]) == ("Working", "waiting")
    assert "Answer a new lead" in front.page(number)
