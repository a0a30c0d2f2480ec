"""Both sides at work for up to a week, with everything going wrong that may: in the end they agree.

`LEADPACT_SOAK=20000x200000` says how many contacts and activities there are (default 25x120).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser

from leadpact.api import crm_hooks
from leadpact.demo.faults import Faults
from leadpact.demo.hubspot.company import CONNECTED, NO_ANSWER
from leadpact.demo.hubspot.webhooks import Webhooks
from leadpact.ledger.instants import ticks
from leadpact.ledger.models import CrmRecord
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.facts import Reader
from leadpact.sources.hubspot import connector as reading
from leadpact.sources.hubspot.client import Client
from tests.ledger import soaking
from tests.ledger.crm_company import Company, company
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING

CONTACTS, ACTIVITIES = soaking.size("25x120")
PAUSE = soaking.longest_pause(ACTIVITIES)
SECRET = "app secret"
URL = "http://testserver/hooks/hubspot"


class DeadlyClient(soaking.Deadly, Client):
    """A client whose process may be killed at any call."""

    def _send(self, *words: Any) -> Any:
        self.perhaps_die()
        found = super()._send(*words)
        self.perhaps_die()
        return found


class People:
    """Who works in the customer system: every step is something that people do there."""

    def __init__(self, at: Company, dice: random.Random) -> None:
        self.at, self.dice = at, dice
        self.contacts: list[str] = []
        self.gone: list[str] = []
        self.calls: list[str] = []
        self.deals: list[str] = []
        self.made = 0

    def come(self) -> None:
        self.made += 1
        told = {"email": f"p{self.made}@company{self.made % 97}.io", "lifecyclestage": "lead"}
        if self.dice.random() < 0.4:
            told["recent_conversion_event_name"] = "Demo"
        self.contacts.append(self.at.portal.add("contacts", told))

    def call(self) -> None:
        number = self.dice.choice(self.contacts)
        happened = self.at.time() - timedelta(minutes=self.dice.randrange(90))
        told = {
            "hs_timestamp": happened.isoformat(),
            "hs_call_disposition": self.dice.choice([CONNECTED, NO_ANSWER, "busy"]),
            "hubspot_owner_id": self.dice.choice(["7", "8"]),
        }
        self.calls.append(self.at.portal.add("calls", told, linked={"contacts": [number]}))

    def change_call(self) -> None:
        if self.calls:
            happened = self.at.time() - timedelta(minutes=self.dice.randrange(300))
            told = {"hs_timestamp": happened.isoformat()}
            self.at.portal.set("calls", self.dice.choice(self.calls), told)

    def delete_call(self) -> None:
        if self.calls:
            number = self.calls.pop(self.dice.randrange(len(self.calls)))
            self.at.portal.delete("calls", number)

    def edit(self) -> None:
        name, value = self.dice.choice(
            [
                ("jobtitle", f"Title {self.dice.randrange(9)}"),
                ("hubspot_owner_id", self.dice.choice(["7", "8"])),
                ("lifecyclestage", self.dice.choice(["lead", "salesqualifiedlead"])),
                ("recent_conversion_event_name", f"Form {self.dice.randrange(9)}"),
                ("leadpact_score", "7"),
            ]
        )
        self.at.portal.set("contacts", self.dice.choice(self.contacts), {name: value})

    def deal(self) -> None:
        some = self.dice.sample(self.contacts, min(len(self.contacts), self.dice.randrange(4)))
        told = {"dealstage": "new", "amount": str(self.dice.randrange(1, 90) * 100)}
        self.deals.append(self.at.portal.add("deals", told, linked={"contacts": some}))

    def change_deal(self) -> None:
        if self.deals:
            stage = self.dice.choice(["new", "closedwon", "closedlost"])
            told = {"dealstage": stage, "amount": str(self.dice.randrange(1, 90) * 100)}
            self.at.portal.set("deals", self.dice.choice(self.deals), told)

    def merge(self) -> None:
        if len(self.contacts) > 5:
            other = self.contacts.pop(self.dice.randrange(len(self.contacts)))
            self.at.portal.merge("contacts", self.dice.choice(self.contacts), other)

    def delete(self) -> None:
        if len(self.contacts) > 5:
            number = self.contacts.pop(self.dice.randrange(len(self.contacts)))
            self.at.portal.delete("contacts", number)
            self.gone.append(number)

    def restore(self) -> None:
        if self.gone:
            number = self.gone.pop()
            self.at.portal.restore("contacts", number)
            self.contacts.append(number)

    def step(self) -> None:
        weights: dict[Callable[[], None], int] = {
            self.call: 40, self.edit: 25, self.change_call: 8, self.delete_call: 4, self.deal: 5,
            self.change_deal: 6, self.merge: 1, self.delete: 1, self.restore: 1,
        }  # fmt: skip
        (action,) = self.dice.choices(list(weights), list(weights.values()))
        action()


@pytest.mark.django_db
def test_in_the_end_both_sides_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = soaking.dice(20261126)
    # Readings of many pages, which a kill may interrupt.
    for name in ("SEARCHED", "WITH_HISTORY", "WITHOUT"):
        monkeypatch.setattr(reading, name, min(getattr(reading, name), max(3, CONTACTS // 4)))
    faults = Faults(soaking.dice(3), refused=0.02, broken=0.02, lost=0.02)
    with company(faults=None) as at:
        soak = soaking.Soak(at, ACTIVITIES)
        monkeypatch.setattr(crm_hooks, "now", at.time)
        hooks, browser = _with_unsafe_client(at, faults), Browser()
        people = People(at, dice)
        for _ in range(CONTACTS):
            people.come()
        every = max(25, ACTIVITIES // 400)
        for step in range(ACTIVITIES):
            people.step()
            at.time.pass_(minutes=dice.random() * PAUSE)
            if step % every == 0:
                hooks.send(partial(_deliver, browser))
                turns = (at.pull, lambda: settle(at.time(), 200), at.push, lambda: _nudged(at))
                for work in dice.sample(turns, dice.randrange(1, 5)):
                    soak.survives(work)
            soak.done(step + 1)
        _come_to_rest(at)
        soak.came_to_rest(
            contacts=CONTACTS,
            calls=at.client.limits.calls,
            **{"refused for their pace": at.limits.refused},
        )
        soaking.nothing_more_happens(at, lambda: _written(at))
        _log_says_what_the_records_say(at)
        tasks = at.portal.objects.get("tasks", {}).values()
        soaking.nothing_twice(task.values["leadpact_key"] for task in tasks)
        soaking.both_sides_agree(at, EXPLAINED)
        soaking.a_replay_tells_the_same(at)


#: Why the sides may differ for good: people there wanted it so.
EXPLAINED = (
    "moved back there by hand", "left out here: deleted in HubSpot", "nobody holds it here",
    "something else was chosen there since", "declared there, not followed here",
    "two records there are one lead here",
)  # fmt: skip


def _with_unsafe_client(at: Company, faults: Faults) -> Webhooks:
    """From now on calls fail, the worker is killed, and webhooks get lost, doubled and shuffled."""
    credentials = {"token": at.portal.token, "client_secret": SECRET}
    at.row = crm_connections.connect(
        "hubspot", credentials, MAPPING, account=at.row.account, own_mark=at.row.own_mark,
        address=at.row.address, actor="test", now=at.time(),
    )  # fmt: skip
    client = DeadlyClient(
        credentials, at.simulator.address, sleep=at.time.sleep, ticking=at.time.ticking
    )
    client.may_die()
    at.client = at.connector._client = client
    at.simulator.faults = faults
    return Webhooks(at.portal, URL, SECRET, soaking.dice(7), 0.2, 0.2, shuffled=True)


def _deliver(browser: Browser, body: bytes, headers: dict[str, str]) -> None:
    answer = browser.post("/hooks/hubspot", body, content_type="application/json", headers=headers)
    assert answer.status_code == 204


def _nudged(at: Company) -> None:
    from leadpact.flows.crm_pull import Pull

    Pull(at.row, at.crm, at.connector, at.time).nudged()


def _come_to_rest(at: Company) -> None:
    """Nobody does anything any more, and nothing goes wrong."""
    at.simulator.faults = None
    assert isinstance(at.client, DeadlyClient)
    at.client.share = 0.0
    for _ in range(6):
        at.rest(minutes=45)


def _written(at: Company) -> int:
    return sum(n for path, n in at.limits.by_path.items() if "update" in path or "create" in path)


def _log_says_what_the_records_say(at: Company) -> None:
    """The facts that stand are those of the records as they are: none is missing, none too many."""
    there = soaking.standing("hubspot")
    names = dict(at.row.owners.values_list("number", "person"))
    reader = Reader(at.crm, names, lambda _r, _n, v: v.by == at.row.own_mark)
    missing, lasting = [], set()
    expected: soaking.Standing = Counter()
    by_person = _by_person(there)
    living = _living()
    for of in at.crm.objects:
        known = CrmRecord.objects.filter(object=of, deleted_at=None, absorbed_by="")
        numbers = list(known.values_list("number", flat=True))
        for begin in range(0, len(numbers), 1000):
            for record in at.connector.read(of, numbers[begin : begin + 1000]).records:
                if of in at.crm.people:
                    told = reader.person(record)
                    missing += [s for s in told if (s.id, ticks(s.at)) not in there]
                    # What a record took over from another is that one's, and the oldest is gone.
                    whole = all(len(versions) < 45 for versions in record.history.values())
                    if whole and not record.absorbed:
                        own = by_person.get(f"hubspot:contacts/{record.id}", set())
                        lasting |= own - {s.id for s in told}
                    continue
                tell = reader.deal if of in at.crm.deals else reader.activity
                people = sorted(living & set(record.links.get("contacts", ())))
                about = [f"hubspot:contacts/{number}" for number in people]
                expected.update((s.id, ticks(s.at)) for s in tell(record, about))
    assert missing == []
    assert lasting == set(), "what Leadpact wrote itself is no news"
    standing = Counter({
        key: n for key, n in there.items() if key[0].startswith(("hubspot:deals", "hubspot:calls"))
    })  # fmt: skip
    assert standing == expected


def _by_person(there: soaking.Standing) -> dict[str, set[str]]:
    """The rows that the history of each person's record gave."""
    aside = ("keeps", "merged", "deleted", "restored")
    return {
        record: {name for name in names if name.split("/")[2] not in aside}
        for record, names in soaking.by_record(there).items()
    }


def _living() -> set[str]:
    rows = CrmRecord.objects.filter(object="contacts", absorbed_by="", lead__isnull=False)
    return set(rows.values_list("number", flat=True))
