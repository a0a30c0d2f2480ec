"""Pages as the application gives them, with the company that the tests of the interface know."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leadpact.flows.measuring import measure
from tests.api.conftest import company, found, published
from tests.put_back import put_back
from tests.web import registered

__all__ = ["company", "published"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here may use the database."""
    for item in items:
        if item.path.parent.name == "web":
            if not item.get_closest_marker("django_db"):
                item.add_marker(pytest.mark.django_db)
            item.add_marker("ledger")


@pytest.fixture
def ops(company: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An administrator's browser; files that are sent in lie in a folder of the test's own."""
    monkeypatch.setenv("LEADPACT_HOME", str(tmp_path))
    return registered.somebody("administrator")[0]


def do(client: Client, page: str, what: str, **sent: object) -> str:
    """The page after a button of the settings was pressed."""
    answer: HttpResponse = client.post(reverse(page), {"do": what, **sent}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def nothing(_done: float, _what: str) -> None:
    """Nobody watches."""


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company, and everything measured but other thresholds: each of them is an evaluation."""

    def write() -> None:
        found()
        measure(datetime.now(UTC), "test", nothing)

    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    put_back("measured", write)


def text(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
