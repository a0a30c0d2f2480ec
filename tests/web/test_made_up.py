"""One click makes somebody anybody: in the demonstration, at its machine, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from leadpact.ledger.models import User
from leadpact.ledger.services import access, installation
from leadpact.ledger.services.installation import InstallationError

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
LOGIN, ENTER = "/account/login/", "/account/demo/"


@pytest.fixture
def made_up(settings: Settings) -> None:
    settings.LEADPACT_DEMO = True
    installation.open_to_all(now=NOW)
    head()


def head() -> User:
    return access.create_user(
        "robert@brightfield.example", "sales head", None, actor="test", now=NOW, name="Robert"
    )


def enter(client: Client, **surroundings: Any) -> Any:
    return client.post(ENTER, {"email": "robert@brightfield.example"}, **surroundings)


def test_one_click_signs_in(made_up: None) -> None:
    client = Client()
    page = client.get(LOGIN).text
    assert "Robert" in page
    assert "Password" not in page
    assert enter(client)["Location"] == "/"
    assert "Robert" in client.get("/").text


def test_nobody_of_another_name_gets_in(made_up: None) -> None:
    assert Client().post(ENTER, {"email": "jo@example.com"}).status_code == 404
    assert Client().post(ENTER).status_code == 404
    assert Client().get(ENTER).status_code == 405
    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize(
    "surroundings",
    [
        {"REMOTE_ADDR": "192.168.1.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "localhost"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_HOST": "demo.example.com"},
    ],
    ids=str,
)
def test_another_machine_is_nobody(made_up: None, surroundings: dict[str, str]) -> None:
    assert enter(Client(), **surroundings).status_code in (400, 404)
    page = Client().get(LOGIN, **surroundings)
    assert page.status_code == 400 or "Robert" not in page.text


def test_a_server_that_the_demonstration_did_not_start_lets_nobody_in(
    made_up: None, settings: Settings
) -> None:
    settings.LEADPACT_DEMO = False
    assert enter(Client()).status_code == 404
    assert "Robert" not in Client().get(LOGIN).text


def test_no_other_ledger_lets_anybody_in(settings: Settings) -> None:
    settings.LEADPACT_DEMO = True
    head()
    assert enter(Client()).status_code == 404
    assert "Robert" not in Client().get(LOGIN).text
    with pytest.raises(InstallationError):
        installation.open_to_all(now=NOW)
