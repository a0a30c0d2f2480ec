"""What a process keeps of pages is never shown to whom it is not for, nor after it changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import PublishedPart, Role, User
from tests.api.conftest import signed_in

PAGE = "goals"


def publish(text: str, made_at: datetime = datetime(2026, 5, 4, tzinfo=UTC)) -> None:
    """Goals of which a table says this."""
    table = {
        "caption": "Goals",
        "header": ["Goal", "Reached"],
        "rows": [[[text], ["7"]]],
        "words": 1,
    }
    part = {"key": "goals", "title": "Goals", "answer": None, "text": [[text]], "slider": None}
    value = json.dumps({**part, "charts": [], "tables": [table], "aside": []})
    PublishedPart.objects.update_or_create(
        key="goals", defaults={"value": value, "made_at": made_at, "sha256": "0" * 64}
    )


@pytest.mark.usefixtures("company")
def test_readers_are_shown_the_same_and_a_rep_nothing() -> None:
    publish("two hundred MQLs")
    for role in ("marketing head", "viewer", "sales head"):
        assert "two hundred MQLs" in signed_in(role).get(reverse(PAGE)).text, role
    refused = signed_in("rep").get(reverse(PAGE))
    assert refused.status_code == 403
    assert "two hundred MQLs" not in refused.text


@pytest.mark.usefixtures("company")
def test_what_is_published_anew_is_shown_at_once() -> None:
    publish("two hundred MQLs")
    client = signed_in("viewer")
    assert "two hundred MQLs" in client.get(reverse(PAGE)).text
    publish("three hundred MQLs")
    said = client.get(reverse(PAGE)).text
    assert "three hundred MQLs" in said
    assert "two hundred MQLs" not in said


@pytest.mark.usefixtures("company")
def test_nothing_is_left_after_signing_out_or_with_another_role() -> None:
    publish("two hundred MQLs")
    client = signed_in("viewer")
    assert "two hundred MQLs" in client.get(reverse(PAGE)).text
    User.objects.filter(role=Role.VIEWER).update(role=Role.REP)
    assert client.get(reverse(PAGE)).status_code == 403
    User.objects.filter(role=Role.REP).update(role=Role.VIEWER)
    assert client.get(reverse(PAGE)).status_code == 200
    client.logout()
    answer = client.get(reverse(PAGE))
    assert answer.status_code == 302
    assert Client().get(reverse(PAGE)).status_code == 302


@pytest.mark.usefixtures("company")
def test_no_browser_keeps_a_page() -> None:
    publish("two hundred MQLs")
    assert signed_in("viewer").get(reverse(PAGE))["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("company")
def test_hostile_words_that_were_published_stay_words() -> None:
    publish("<script>alert(1)</script>")
    client = signed_in("viewer")
    for _ in range(2):
        said = client.get(reverse(PAGE)).text
        assert "<script>alert(1)</script>" not in said
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
