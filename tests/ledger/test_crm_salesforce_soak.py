"""Both sides of a Salesforce connection at work, with everything going wrong that may.

`LEADPACT_SOAK=500x5000` says how many leads and steps there are (default 8x40).
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from leadpact.demo.salesforce.org import FaultyError, stamp
from leadpact.demo.salesforce.server import Faults
from leadpact.flows.crm_push import compare
from leadpact.flows.rebuilding import rebuild
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import CrmRecord, Event
from leadpact.sources.crm.connector import CrmError
from leadpact.sources.crm.facts import Reader
from leadpact.sources.salesforce.client import Client
from leadpact.sources.salesforce.connector import SalesforceConnector
from tests.ledger.helpers import settle
from tests.ledger.salesforce_company import CREDENTIALS, Company, company

LEADS, STEPS = map(int, os.environ.get("LEADPACT_SOAK", "8x40").split("x"))


class KilledError(BaseException):
    """The worker was killed here."""


class Deadly(Client):
    """A client whose process may be killed just before or just after any call."""

    dice = random.Random(5)
    share = 0.01

    def _tried(self, call: Callable[[Any], Any]) -> Any:
        self._perhaps()
        found = super()._tried(call)
        self._perhaps()
        return found

    def _perhaps(self) -> None:
        if self.dice.random() < self.share:
            raise KilledError


class People:
    """Who works in Salesforce: every step is something that people do there."""

    def __init__(self, at: Company, dice: random.Random) -> None:
        self.at, self.dice = at, dice
        self.leads = [at.ask_for_demo(f"p{n}@company{n}.io") for n in range(LEADS)]
        self.contacts: list[str] = []
        self.calls: list[str] = []
        self.deals: list[str] = []

    def somebody(self) -> str:
        return self.dice.choice(self.leads + self.contacts)

    def call(self) -> None:
        self.calls.append(
            self.at.call(self.somebody(), self.dice.choice([self.at.ana, self.at.ben]))
        )

    def change_call(self) -> None:
        happened = self.at.time() - timedelta(minutes=self.dice.randrange(300))
        told = {"CompletedDateTime": stamp(happened)}
        self.at.org.update("Task", self.dice.choice(self.calls), told, self.at.ben)

    def delete_call(self) -> None:
        self.at.org.delete("Task", self.calls.pop(self.dice.randrange(len(self.calls))))

    def edit(self) -> None:
        name, value = self.dice.choice([
            ("Status", self.dice.choice(["Open", "Working"])),
            ("OwnerId", self.dice.choice([self.at.ana, self.at.ben])),
            ("Company", f"Company {self.dice.randrange(9)}"),
            ("leadpact_score__c", 7.0),
        ])  # fmt: skip
        self.at.org.update("Lead", self.dice.choice(self.leads), {name: value}, self.at.ben)

    def convert(self) -> None:
        lead = self.leads.pop(self.dice.randrange(len(self.leads)))
        known = self.dice.choice(["", *self.contacts])
        deal = self.dice.choice(["", "New business"])
        before = set(self.at.org.tables["Opportunity"])
        self.contacts.append(self.at.org.convert(lead, self.at.ana, contact=known, deal=deal))
        self.deals += sorted(set(self.at.org.tables["Opportunity"]) - before)
        self.contacts = sorted(set(self.contacts))

    def change_deal(self) -> None:
        stage = self.dice.choice(["Prospecting", "Closed Won", "Closed Lost"])
        told = {"StageName": stage, "Amount": float(self.dice.randrange(1, 90) * 100)}
        self.at.org.update("Opportunity", self.dice.choice(self.deals), told, self.at.ana)

    def join_deal(self) -> None:
        self.at.org.add_role(self.dice.choice(self.deals), self.dice.choice(self.contacts))

    def merge(self) -> None:
        other = self.leads.pop(self.dice.randrange(len(self.leads)))
        self.at.org.merge("Lead", self.dice.choice(self.leads), other)

    def delete(self) -> None:
        self.at.org.delete("Lead", self.leads.pop(self.dice.randrange(len(self.leads))))

    def step(self) -> None:
        weights: dict[Callable[[], None], int] = {
            self.call: 40, self.edit: 25, self.change_call: 8, self.delete_call: 4,
            self.convert: 3, self.change_deal: 6, self.join_deal: 3, self.merge: 1, self.delete: 1,
        }  # fmt: skip
        (action,) = self.dice.choices(list(weights), list(weights.values()))
        try:
            action()
        except (IndexError, ValueError):
            return
        except FaultyError:
            # What Salesforce refuses its people, such as a change of what is gone.
            return


def survives(work: Callable[[], object], deaths: Counter[str]) -> None:
    """Let the worker do something; it may be killed, or Salesforce may not answer."""
    try:
        work()
    except KilledError:
        deaths["killed"] += 1
    except CrmError:
        deaths["not answered"] += 1


def test_in_the_end_both_sides_agree() -> None:
    dice, deaths = random.Random(20261126), Counter[str]()
    with company() as at:
        client = Deadly(CREDENTIALS, at.simulator.address, sleep=at.time.sleep)
        own = at.connector._own
        at.connector = SalesforceConnector(client, at.crm, own)
        at.simulator.faults = Faults(random.Random(3), broken=0.02, lost=0.02)
        people = People(at, dice)
        every = max(8, STEPS // 100)
        for step in range(STEPS):
            people.step()
            at.time.pass_(minutes=dice.random() * 4)
            if step % every == 0:
                turns = (at.pull, lambda: settle(at.time(), 200), at.push)
                for work in dice.sample(turns, dice.randrange(1, 4)):
                    survives(work, deaths)
        at.simulator.faults, client.share = None, 0.0
        for _ in range(3):
            at.rest(minutes=45)
        print(json.dumps({"leads": LEADS, "steps": STEPS, "facts": Event.objects.count(),
                          "calls": at.limits.used, **deaths}))  # fmt: skip
        assert deaths["killed"] + deaths["not answered"]
        _nothing_more_happens(at)
        _log_says_what_the_records_say(at)
        keys = [row["leadpact_key__c"] for row in at.org.tables["Task"].values()]
        made = Counter(key for key in keys if key)
        assert made
        assert {key: n for key, n in made.items() if n > 1} == {}
        with transaction.atomic():
            left = compare(at.row, at.crm, now=at.time(), keep=False).differences
        assert [each for each in left if not _is_past(at, each.of, each.number)] == []
        assert rebuild(at.time, lambda _done, _what: None, keep=False).differences == []


def _is_past(at: Company, of: str, number: str) -> bool:
    """A lead that was converted takes no values any more."""
    return of == "Lead" and bool(at.row_of("Lead", number)["IsConverted"])


def _nothing_more_happens(at: Company) -> None:
    def told() -> tuple[int, int]:
        kinds = at.limits.by_kind
        return Event.objects.count(), sum(n for kind, n in kinds.items() if "PATCH" in kind)

    before = told()
    for _ in range(2):
        at.rest(minutes=1)
    assert told() == before


def _log_says_what_the_records_say(at: Company) -> None:
    """What calls and deals say stands once, as they are now; none is missing, none too many."""
    voided = {
        json.loads(row.properties)["event_id"]
        for row in Event.objects.filter(source="salesforce", kind="fact.voided")
    }
    rows = Event.objects.filter(source="salesforce").exclude(kind="fact.voided")
    standing = Counter(
        (row.event_id.partition(" (")[0], row.happened)
        for row in rows
        if row.event_id not in voided
        and row.event_id.startswith(("salesforce:Opportunity", "salesforce:Task"))
    )
    names = dict(at.row.owners.values_list("number", "person"))
    reader, expected = Reader(at.crm, names), Counter[tuple[str, int]]()
    for of, tell in (("Opportunity", reader.deal), ("Task", reader.activity)):
        known = CrmRecord.objects.filter(object=of, deleted_at=None)
        numbers = list(known.values_list("number", flat=True))
        for record in at.connector.read(of, numbers).records:
            people = sorted(_living(record.links))
            expected.update((s.id, ticks(s.at)) for s in tell(record, people))
    assert standing == expected


def _living(links: Any) -> set[str]:
    return {
        f"salesforce:{of}/{row.number}"
        for of, numbers in links.items()
        for row in CrmRecord.objects.filter(object=of, number__in=list(numbers), absorbed_by="")
    }
