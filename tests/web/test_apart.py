"""The page of what sets customers apart: measured once a day, every number opens, heads alone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.flows.measuring import measure
from leadpact.flows.publishing import publish
from leadpact.ledger.models import PublishedPart, PublishedTrait
from tests.api.conftest import signed_in
from tests.insight.learning.made import TEXT, company, day
from tests.web.conftest import nothing, text

NOW = day(460)


@pytest.fixture
def learned(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company of 1,500 leads was measured."""
    history = company(1500)
    monkeypatch.setattr("leadpact.flows.measuring.logs.whole_history", lambda: history)
    (tmp_path / "made.yaml").write_text(TEXT, encoding="utf-8")
    publish(str(tmp_path / "made.yaml"), actor="test", now=NOW)
    measure(NOW, "test", nothing)


def test_it_says_first_what_matters_and_every_number_opens(learned: None) -> None:
    client = signed_in("sales head")
    page = client.get(reverse("apart")).text
    said = text(page)
    assert re.search(r"Of 1,500 leads with a known end, \d+ became customers within \d+ days", said)
    assert "Those with “demo requested” did" in said
    assert "clearly higher" in said
    found = page.partition('id="found"')[2]
    opened = re.findall(r'href="(/figures/behind/[^"]+)"', found)
    assert len(opened) >= 2 * 20
    for address in opened[:2]:
        assert client.get(address).status_code == 200
    most = PublishedTrait.objects.get(place=0)
    behind = text(client.get(reverse("behind", args=[most.customers_list])).text)
    assert f"{most.customers:,}" in behind


def test_the_list_is_narrowed_and_is_a_spreadsheet(learned: None) -> None:
    client = signed_in("marketing head")
    clear = client.get(reverse("apart"), {"word": "clearly lower"}).text.partition('id="found"')[2]
    assert "industry: " in clear
    assert "noise" not in clear
    told = client.get(reverse("apart"), {"as": "csv"})
    rows = b"".join(told.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(rows) == 1 + PublishedTrait.objects.count()
    assert "Times at least" in rows[0]


def test_it_is_made_anew_once_a_day(learned: None) -> None:
    def made() -> list[object]:
        rows = PublishedPart.objects.filter(key__in=("apart", "sales-ready", "scorecard"))
        return list(rows.order_by("key").values_list("made_at", flat=True))

    assert made() == [NOW] * 3
    count = PublishedTrait.objects.count()
    measure(NOW + timedelta(hours=1), "test", nothing)
    assert made() == [NOW] * 3
    assert PublishedTrait.objects.count() == count
    measure(NOW + timedelta(days=1), "test", nothing)
    assert made() == [NOW + timedelta(days=1)] * 3
    assert PublishedTrait.objects.count() == count


def test_heads_and_administrators_alone_see_it(learned: None) -> None:
    for role, status in (("administrator", 200), ("viewer", 403), ("marketer", 403)):
        assert signed_in(role).get(reverse("apart")).status_code == status, role


def test_without_anything_measured_it_says_so(client: Client, db: None) -> None:
    page = text(signed_in("sales head").get(reverse("apart")).text)
    assert "Nothing is known yet" in page
