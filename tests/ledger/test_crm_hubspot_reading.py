"""Reading HubSpot: few calls, on where it was interrupted, with a credential that stays sealed."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta

import pytest
from django.db.models import QuerySet

from leadpact.flows import crm_pull
from leadpact.ledger.models import (
    Clock,
    CrmCursor,
    CrmRecord,
    Event,
)
from leadpact.ledger.services import crm_connections
from leadpact.sources.crm.connector import CredentialError, CrmError
from leadpact.sources.hubspot import connector
from tests.ledger.crm_company import ask_for_demo, call, company
from tests.sources.crm.helpers import MONDAY


def test_a_token_that_was_revoked_is_told_once_and_nothing_is_lost() -> None:
    with company() as at:
        ada = ask_for_demo(at)
        at.rest()
        at.portal.token = "another"
        call(at, ada)
        with pytest.raises(CredentialError, match="does not accept the token"):
            at.pull()
        at.portal.token = "pat-demo"
        at.rest()
        assert Clock.objects.get().outcome == "met"


def test_a_first_reading_that_is_interrupted_goes_on_where_it_was() -> None:
    with company() as at:
        for n in range(230):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})
        at.limits.of_a_day = at.limits.used + 4
        with pytest.raises(CrmError, match="used up"):
            at.pull()
        cursor = CrmCursor.objects.get(object="contacts")
        assert (cursor.since, cursor.after) == (None, "200") or cursor.after
        read = CrmRecord.objects.count()
        assert 0 < read < 230
        at.limits.of_a_day, before = 1_000_000, at.limits.by_path.get("objects/contacts", 0)
        at.pull()
        assert CrmRecord.objects.count() == 230
        pages = at.limits.by_path["objects/contacts"] - before
        assert pages == 5 - read // 50 + 1, "the pages that were left, and one for deletions"


def test_what_changes_while_a_reading_is_interrupted_hides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever is changed again leaves their place in the order of changes, and others move up."""
    monkeypatch.setattr(connector, "SEARCHED", 2)
    with company() as at:
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(6)]
        at.time.pass_(hours=1)
        at.pull()
        at.time.pass_(hours=1)
        for number in numbers:
            at.time.pass_(minutes=1)
            at.portal.set("contacts", number, {"jobtitle": f"Title of {number}"})
        at.time.pass_(minutes=1)
        at.limits.of_a_day = at.limits.used + 5
        with pytest.raises(CrmError, match="used up"):
            at.pull()
        assert 0 < titles().count() < 6
        at.limits.of_a_day = 1_000_000
        at.time.pass_(hours=1)
        at.portal.set("contacts", numbers[0], {"jobtitle": "Another"})
        at.time.pass_(minutes=1)
        at.pull()
        assert titles().count() == 7


def test_more_changes_at_one_instant_than_a_search_tells_are_all_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connector, "SEARCHED", 2)
    with company() as at:
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(7)]
        at.time.pass_(hours=1)
        at.pull()
        at.time.pass_(hours=1)
        for number in numbers[:5]:
            at.portal.set("contacts", number, {"jobtitle": "At once"})
        at.time.pass_(minutes=1)
        for number in numbers[5:]:
            at.portal.set("contacts", number, {"jobtitle": "Later"})
        at.time.pass_(minutes=1)
        at.pull()
        assert titles().count() == 7


def titles() -> QuerySet[Event]:
    """What the log knows of somebody's title."""
    return Event.objects.filter(kind="lead.updated", properties__contains='"title"')


def test_calls_stay_within_what_is_allowed() -> None:
    with company() as at:
        at.limits.in_ten_seconds = 10
        for n in range(700):
            at.portal.add("contacts", {"email": f"p{n}@northwind.io"})
        at.pull()
        assert CrmRecord.objects.count() == 700
        assert at.limits.refused < at.limits.used


def test_credentials_are_kept_sealed(caplog: pytest.LogCaptureFixture) -> None:
    with company() as at:
        ask_for_demo(at)
        at.rest()
        at.row.refresh_from_db()
        assert at.portal.token not in at.row.credentials
        assert crm_connections.credentials_of(at.row) == {"token": at.portal.token}
        assert at.portal.token not in caplog.text
        assert at.portal.token not in json.dumps(list(Event.objects.values()), default=str)


def test_the_first_reading_takes_as_few_calls_as_hubspot_allows() -> None:
    """`LEADPACT_FIRST_READING` says of how many contacts (default 500)."""
    many = int(os.environ.get("LEADPACT_FIRST_READING", "500"))
    with company(MONDAY) as at:
        for n in range(many):
            told = {"email": f"p{n}@northwind.io", "lifecyclestage": "lead"}
            number = at.portal.add("contacts", told)
            at.portal.add("calls", {"hs_timestamp": "2026-03-02T09:00:00Z"},
                          linked={"contacts": [number]})  # fmt: skip
        began, waited = time.monotonic(), at.time()
        at.pull()
        took = f"{time.monotonic() - began:.0f} s of work, {at.time() - waited} of waiting"
        print(many, "contacts:", at.limits.used, "calls,", took, file=sys.stderr)
        assert CrmRecord.objects.count() == 2 * many
        assert at.limits.by_path["objects/contacts"] == -(-many // 50) + 1
        assert at.limits.by_path["objects/calls"] == -(-many // 100) + 1
        assert "associations/calls/contacts/batch/read" not in at.limits.by_path
        # The rest: who has the token, properties of ours, owners, deals, and what was deleted.
        assert at.limits.used == -(-many // 50) + -(-many // 100) + 14


def test_what_was_read_as_it_is_now_is_not_read_again() -> None:
    with company() as at:
        at.pull()
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(3)]
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 3
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 0
        at.portal.set("contacts", numbers[0], {"jobtitle": "Head of Sales"})
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 1
        at.time.pass_(minutes=1)
        assert at.pull().records["contacts"] == 0


def test_where_much_was_deleted_that_is_asked_for_seldomer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm_pull, "_SWEEP_PAGE", timedelta(minutes=10))
    with company() as at:
        numbers = [at.portal.add("contacts", {"email": f"p{n}@acme.io"}) for n in range(101)]
        at.pull()
        at.time.pass_(minutes=31)
        for number in numbers:
            at.portal.delete("contacts", number)
        at.pull()
        assert CrmRecord.objects.filter(deleted_at=None).count() == 0
        at.portal.restore("contacts", numbers[0])
        at.time.pass_(minutes=31)
        at.pull()
        at.portal.delete("contacts", numbers[0])
        there = CrmRecord.objects.filter(deleted_at=None)
        at.time.pass_(minutes=1)
        at.pull()
        assert there.count() == 1, "four pages of deletions: after forty minutes, not thirty"
        at.time.pass_(minutes=10)
        at.pull()
        assert there.count() == 0
