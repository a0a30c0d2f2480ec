"""Wins and losses: what heads write of a deal is kept, shown, and erased with a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from leadpact.flows.erasing import erase, export
from leadpact.flows.measuring import measure
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import AuditEntry, DealReview
from leadpact.ledger.services.ingest import ingest
from tests.api.conftest import signed_in
from tests.ledger.helpers import settle
from tests.web.conftest import nothing, text


@pytest.fixture
def lost(company: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada's deal was lost, and figures were measured since."""
    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    at = datetime.now(UTC)
    gone = {"deal_id": "D<1>", "amount": 5000, "reason": "price"}
    ingest([Fact("crm", "lost", "deal.lost", at, Known(id="Ada"), gone, at)], now=at)
    settle(datetime.now(UTC))
    measure(datetime.now(UTC), "test", nothing)


def test_heads_keep_what_they_conclude(lost: None) -> None:
    address, sales = reverse("wins"), signed_in("sales head")
    page = sales.get(address).text
    assert "The largest deals lost" in page
    assert "0 of 1 reviewed" in page
    sent = {"deal": "D<1>", "text": "<b>Too dear</b>\nfor a small shop"}
    assert sales.post(reverse("review_deal"), sent).status_code == 302
    page = signed_in("viewer").get(address).text
    assert "1 of 1 reviewed" in page
    assert "&lt;b&gt;Too dear&lt;/b&gt;<br>for a small shop" in page
    assert "<textarea" not in page
    assert AuditEntry.objects.filter(subject="deal D<1>").exists()
    sales.post(reverse("review_deal"), {"deal": "D<1>", "text": " "})
    assert "0 of 1 reviewed" in sales.get(address).text


def test_only_heads_review(lost: None) -> None:
    for role in ("viewer", "marketer", "rep"):
        client = signed_in(role, "Ana Silva" if role == "rep" else None)
        answer = client.post(reverse("review_deal"), {"deal": "D<1>", "text": "x"})
        assert answer.status_code == 403, role
    assert not DealReview.objects.exists()


@pytest.mark.parametrize(
    ("deal", "said", "problem"), [("none", "x", "no deal none"), ("D<1>", "x" * 4001, "4,000")]
)
def test_what_cannot_be_kept_is_said(lost: None, deal: str, said: str, problem: str) -> None:
    client = signed_in("marketing head")
    page = client.post(reverse("review_deal"), {"deal": deal, "text": said}, follow=True).text
    assert problem in text(page)
    assert not DealReview.objects.exists()


def test_a_review_does_not_name_who_was_erased(lost: None) -> None:
    now = datetime.now(UTC)
    told = "ada@adaworks.org wanted a discount"
    DealReview.objects.create(deal="D<1>", text=told, by="Maria Lopez", at=now)
    assert export("Ada")["DealReview"][0]["text"] == told
    erase("Ada", actor="Ops", now=now, even_if_moved=True)
    kept = DealReview.objects.get().text
    assert "ada@adaworks.org" not in kept
    assert re.search("wanted a discount", kept)
