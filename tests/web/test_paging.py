"""Pages of lists longer than anybody leafs through, and of rows that lack what is sorted by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from leadpact.ledger.models import Lead, LeadState, Role, User
from leadpact.ledger.services.permits import of_user
from leadpact.web.lists import paging
from leadpact.web.lists.asked import asked, choices_of, rows_for
from leadpact.web.lists.showing import page_of
from leadpact.web.pages.leads import LEADS
from tests.web.test_lists import UTC_ZONE

AT = datetime(2026, 5, 4, tzinfo=UTC)
#: Two have the same score, two have none, and the last was not looked at yet.
SCORES: dict[str, float | None] = {"A": 5.0, "B": 9.0, "C": None, "D": 5.0, "E": None, "F": 1.0}


@pytest.fixture
def leads() -> None:
    for key, score in SCORES.items():
        lead = Lead.objects.create(key=key, begins=AT, found_by=f"lead {key}".casefold())
        LeadState.objects.create(
            lead=lead, status="open", score=score, evaluated_at=AT, digest="0" * 32
        )
    Lead.objects.create(key="G", begins=AT, found_by="lead g")


def pages(size: int, **query: str) -> list[str]:
    """The keys of all pages of the list of leads, one after the other."""
    user = User.objects.get_or_create(email="a@b.org", defaults={"role": Role.VIEWER})[0]
    listing = replace(LEADS, page_size=size)
    found: list[str] = []
    for number in range(1, -(-(len(SCORES) + 1) // size) + 1):
        request: Any = RequestFactory().get("/leads", {**query, "page": str(number)})
        request.user, request.caller = user, of_user(user)
        request.now, request.zone, request.htmx = AT, UTC_ZONE, False
        shown = page_of(request, listing)
        found += [row.key for row in shown.rows if shown.asked.page == number]
        whole = rows_for(request, listing, asked(request, listing, choices_of(request, listing)))
    assert found == [row.key for row in whole]  # what a spreadsheet has
    return found


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4, 7])
def test_rows_without_a_value_come_last_either_way_round(
    monkeypatch: pytest.MonkeyPatch, size: int, long: bool
) -> None:
    if long:
        monkeypatch.setattr(paging, "MOST_ROWS", len(SCORES))
    upwards, downwards = pages(size, sort="score"), pages(size, sort="-score")
    assert upwards[:4] == ["F", "A", "D", "B"]
    assert downwards[:4] == ["B", "D", "A", "F"]
    assert sorted(upwards[4:]) == sorted(downwards[4:]) == ["C", "E", "G"]


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize("most", [1, 1000])
def test_what_is_searched_is_sorted_however_much_it_is(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(paging, "_KEPT", most)
    assert pages(7, q="lead", sort="-score")[:4] == ["B", "D", "A", "F"]


@pytest.mark.usefixtures("leads")
def test_as_many_rows_take_as_many_queries() -> None:
    with CaptureQueriesContext(connection) as few:
        pages(7, sort="-score")
    Lead.objects.bulk_create(
        Lead(key=f"H{number}", begins=AT, found_by="more") for number in range(200)
    )
    user = User.objects.get(email="a@b.org")
    request: Any = RequestFactory().get("/leads", {"sort": "-score"})
    request.user, request.caller = user, of_user(user)
    request.now, request.zone, request.htmx = AT, UTC_ZONE, False
    with CaptureQueriesContext(connection) as many:
        assert len(page_of(request, LEADS).rows) == LEADS.page_size
    assert len(many) <= len(few)
