"""What the stand-in for Salesforce finds quickly is what looking at every row finds."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from leadpact.demo.salesforce.org import Org, stamp
from leadpact.demo.salesforce.soql import parsed
from tests.ledger.crm_company import Time

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("put_back", [False, True], ids=["clock runs on", "clock put back"])
def test_rows_are_found_however_they_were_changed(put_back: bool) -> None:
    time, dice = Time(MONDAY), random.Random(4)
    org = Org(time)
    leads = [org.create("Lead", {"LastName": f"L{n}", "Status": "Open"}) for n in range(6)]
    tasks = [org.create("Task", {"WhoId": dice.choice(leads)}) for _ in range(20)]
    for turn in range(200):
        time.pass_(minutes=dice.choice([0, 1, -30 if put_back and turn == 100 else 2]))
        org.update("Task", dice.choice(tasks), {"WhoId": dice.choice(leads)})
        if turn == 150:
            org.delete("Task", tasks.pop())
            org.merge("Lead", leads[0], leads.pop())
        since = time() - timedelta(minutes=dice.randrange(90))
        some = dice.sample(leads, 2)
        whole = list(org.tables["Task"].values())
        _same(org, f"SystemModstamp >= {stamp(since)}",
              [row["Id"] for row in whole if row["SystemModstamp"] >= stamp(since)])  # fmt: skip
        _same(org, f"WhoId IN ('{some[0]}','{some[1]}')",
              [row["Id"] for row in whole if row["WhoId"] in some])  # fmt: skip


def _same(org: Org, where: str, expected: list[str]) -> None:
    rows = parsed(f"SELECT Id FROM Task WHERE {where} ORDER BY Id").rows(org, every=True)
    assert [row["Id"] for row in rows] == sorted(expected)


def test_a_key_finds_who_has_it_now() -> None:
    org = Org(Time(MONDAY))
    first, made = org.upsert("Task", "leadpact_key__c", {"leadpact_key__c": "a"}, org.me)
    again, made_again = org.upsert("Task", "leadpact_key__c", {"leadpact_key__c": "a"}, org.me)
    assert (made, made_again, first) == (True, False, again)
    org.update("Task", first, {"leadpact_key__c": "b"})
    _, made = org.upsert("Task", "leadpact_key__c", {"leadpact_key__c": "a"}, org.me)
    assert made


def test_a_field_that_came_with_a_package_is_empty_in_records_of_before() -> None:
    org = Org(Time(MONDAY))
    ada = org.create("Lead", {"LastName": "Ada", "Status": "Open"})
    org.add_field("Lead", "leadpact_tier__c", "string")
    (row,) = parsed("SELECT Id, leadpact_tier__c FROM Lead").rows(org, every=False)
    assert (row["Id"], row["leadpact_tier__c"]) == (ada, None)
